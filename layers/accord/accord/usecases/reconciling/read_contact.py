"""One contact -> ledger: it is read, what it shows is remembered, and whoever holds its address is decided anew.

The same for a webhook and for a full reading of the audience. Nothing is written to Mailchimp here: what follows from
what was seen is `sync_members`' decision.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from accord.domain.address import Address, Who, by_connection
from accord.domain.batching import back_in_batch, rests
from accord.domain.connection import Connection
from accord.domain.contact import Contact
from accord.domain.finishing import chose, strayed, tried_again
from accord.domain.folding import KeyOf, changed_holders
from accord.domain.history import Cause, Event, EventKind
from accord.domain.notice import profile_changed
from accord.domain.observation import (
    calls_for_decision,
    has_gone,
    is_anothers,
    is_moving,
    left_behind,
    newly_edited,
    witness,
)
from accord.domain.outcome import followed
from accord.domain.permission import owner
from accord.domain.reasons import Status
from accord.domain.record import OwnChange
from accord.domain.values import normalised, subscriber_hash
from accord.ports import ChangeQueue, Claim, Clock, Ledger, QueuedChanges, Settlement
from accord.usecases.settling.find_contact import ReadsContacts

TURNS = 5
"""How often a line of history is added again after another worker was faster with the record."""


class Seen(StrEnum):
    """What came of a reading."""

    SEEN = "seen"
    """The ledger knows what the contact shows."""
    BUSY = "busy"
    """Somebody has the address in hand, or was faster: it is to be read again soon."""
    GONE = "gone"
    """The contact is not there, and was never read since its creation: deleted, or under another address by now."""


@dataclass(frozen=True, slots=True)
class ReadContact:
    """Reads contacts of one audience, one call at a time. `members` is where those who are due are queued at once."""

    ledger: Ledger
    clock: Clock
    key_of: KeyOf
    members: ChangeQueue

    def __call__(
        self,
        connection: Connection,
        audience: ReadsContacts,
        address: Address,
        cause: Cause,
        *,
        email: str = "",
        may_be_at: str = "",
        surely: bool = False,
        overtakes: bool = False,
    ) -> Seen:
        """Read the contact of an address: by its id, which survives a change of address, else by its `email`, at which
        somebody is or was seen, else by the one that `may_be_at` names. `surely`: a contact that is not found is
        believed to be deleted. `overtakes`: somebody's will may be told, which does not wait for a batch."""
        now = self.clock.now()
        if address.attempt is not None and address.attempt.until > now and not (overtakes and rests(address, now)):
            return Seen.BUSY
        contact = audience.read(address.reference or subscriber_hash(email))
        if contact is None and email and not may_be_at and address.contact_id is not None and address.attempt is None:
            contact = audience.read(subscriber_hash(email))  # who signed up there since
        if contact is None and may_be_at and address.contact_id is None:
            contact = audience.read(subscriber_hash(may_be_at))
        if contact is None and address.seen is not None and address.contact_id is None and not surely:
            return Seen.GONE
        if contact is not None and _is_elsewhere(address, contact, email):
            return self._chose(connection, address, contact, cause, somebody_there=bool(email) and not may_be_at)
        return self._remember(connection, address, contact, cause)

    def _remember(self, connection: Connection, address: Address, contact: Contact | None, cause: Cause) -> Seen:
        now = self.clock.now()
        seen = witness(address, contact, now)
        if address.attempt is not None and rests(address, now):
            if seen.seen is address.seen:
                return Seen.BUSY  # what else it may show is known once the batch is over
            seen = back_in_batch(address, seen, f"{address.attempt.token}-heard", now)
        if contact is None and address.revision == 0:
            return Seen.SEEN  # neither side knows anybody there
        # Without an attempt, a claim is a write on the revision that was read: nobody else's work is overwritten.
        if self.ledger.claim(connection.audience_id, [Claim(seen, address.revision)]):
            return Seen.BUSY
        self.tell(connection.audience_id, address, seen, cause)
        return Seen.SEEN

    def tell(self, audience_id: str, before: Address, after: Address, cause: Cause) -> None:
        """Whoever has, or had, the address is decided anew where something is seen there that they were not told; then
        it is no longer `untold`. `after` is what was just stored, over `before`."""
        if not after.untold:
            return
        if fields := newly_edited(before, after):
            self._edited(after, fields, cause)
        if calls_for_decision(before, after):
            self._decided_anew(before, after, cause)
        told = after.model_copy(update={"untold": False})
        self.ledger.claim(audience_id, [Claim(told, before.revision + 1)])

    def _decided_anew(self, before: Address, after: Address, cause: Cause) -> None:
        now = self.clock.now()
        holders = [holder.who for holder in after.holders]
        for connection_id, ids in by_connection(holders).items():
            self.ledger.touch(connection_id, ids, now, cause)
            heard = {"cause": cause, "contact_status": after.seen, "contact_before": before.seen}
            self.ledger.add_events(connection_id, [_event(member_id, "heard", now, **heard) for member_id in ids])
        self._queue(holders)

    def _edited(self, address: Address, tags: Collection[str], cause: Cause) -> None:
        """The history of whose data the contact shows says so; upstream hears of it where the connection wants that."""
        who, now = owner(address), self.clock.now()
        connection = self.ledger.connection(who.connection_id) if who is not None else None
        for _ in range(TURNS):
            record = self.ledger.records(who.connection_id, [who.member_id]).get(who.member_id) if who else None
            if connection is None or record is None:
                return
            fields = tuple(sorted(field for field, tag in connection.mapping.items() if tag in tags))
            said = {"detail": ", ".join(fields), "fields": tuple(sorted(tags)), "cause": cause}
            event = _event(record.member_id, "edited", now, contact_status=address.seen, **said)
            wanted = connection.policy.profile_changes_upstream
            notices = (profile_changed(record, address, fields, now),) if wanted else ()
            settlement = Settlement(record, events=(event,), notices=notices, notify=bool(connection.notice_url))
            if self.ledger.settle(connection.audience_id, [settlement])[record.member_id]:
                return

    def _chose(
        self, connection: Connection, address: Address, contact: Contact, cause: Cause, *, somebody_there: bool
    ) -> Seen:
        """The person gave the contact another address: it is theirs from now on, and upstream's stays known. Of
        several who share the old one, it is whose data the contact shows."""
        now, who = self.clock.now(), owner(address)
        record = self.ledger.records(who.connection_id, [who.member_id]).get(who.member_id) if who else None
        if record is None or record.place != address.key or not address.follows(record.who):
            return self._strayed(connection.audience_id, address, contact, cause, somebody_there=somebody_there)
        email = normalised(contact.email)
        own = OwnChange(
            key=self.key_of(email),
            at=now,
            subscriber_hash=contact.subscriber_hash,
            email=email,
            contact_id=contact.contact_id,
            taken=somebody_there,
        )
        changed = tried_again(chose(record, own), now, attempt=False).model_copy(update={"cause": cause})
        settlement = Settlement(changed, holders=changed_holders(record, changed))
        if not self.ledger.settle(connection.audience_id, [settlement])[record.member_id]:
            return Seen.BUSY
        self._queue([record.who])
        return Seen.SEEN

    def _strayed(
        self, audience_id: str, address: Address, contact: Contact, cause: Cause, *, somebody_there: bool
    ) -> Seen:
        """The contact of an address where nobody's data are shown any more, or of somebody who was there before, is at
        another one. What is known of it goes along, and so does whatever those say to whom it belonged; at this address
        it is no longer remembered: whoever has it next would be taken for its person. Not as long as somebody else's is
        known at the other one, which a night looks for: either is known by its id until then."""
        key, now = self.key_of(contact.email), self.clock.now()
        there = self.ledger.addresses(audience_id, [key])[key]
        if there.attempt is not None:
            return Seen.BUSY  # whoever has it in hand, or takes it up again, sees the contact
        if is_anothers(there, contact) and any(there.follows(holder.who) for holder in there.holders):
            return Seen.SEEN
        theirs = {holder.who for holder in address.holders if address.follows(holder.who)}
        if not all(self._goes_along(audience_id, who, address.key, key, cause) for who in theirs - _whose(there)):
            return Seen.BUSY
        gone = left_behind(address, now)
        if (theirs and there.contact_id != contact.contact_id) or (address.ours and not there.ours):
            there = self.ledger.addresses(audience_id, [key])[key]
            gone, taken = followed(address, there, contact, now)
            if self.ledger.claim(audience_id, [Claim(taken, there.revision)]):
                return Seen.BUSY
        after = gone.model_copy(update={"untold": address.untold or bool(address.holders)})
        if self.ledger.claim(audience_id, [Claim(after, address.revision)]):
            return Seen.BUSY
        self.tell(audience_id, address, after, cause)
        return Seen.BUSY if somebody_there else Seen.SEEN  # who is there now, is read next

    def _goes_along(self, audience_id: str, who: Who, left: str, key: str, cause: Cause) -> bool:
        record = self.ledger.records(who.connection_id, [who.member_id]).get(who.member_id)
        if record is None or record.status is Status.ERASED:
            return True  # what was theirs is gone: this came later
        known = strayed(record, left, key, self.clock.now()).model_copy(update={"cause": cause})
        entries = changed_holders(record, known)
        if not entries:
            return True
        self._queue([who])
        return self.ledger.settle(audience_id, [Settlement(known, holders=entries)])[who.member_id]

    def _queue(self, holders: Collection[Who]) -> None:
        """They are due, and offered within a minute; queueing them spares that minute."""
        for connection_id, ids in by_connection(holders).items():
            self.members.send(QueuedChanges(connection_id, due=tuple(ids)))


def _event(member_id: str, kind: EventKind, at: datetime, **given: Any) -> Event:
    id_ = f"{at.isoformat(timespec='microseconds')}#{kind}"
    return Event(member_id=member_id, at=at, id=id_, kind=kind, **given)


def _whose(address: Address) -> set[Who]:
    return {holder.who for holder in address.holders}


def _is_elsewhere(address: Address, contact: Contact, email: str) -> bool:
    hash_ = address.subscriber_hash or (subscriber_hash(email) if email else "")
    return has_gone(address.model_copy(update={"subscriber_hash": hash_}), contact) and not is_moving(address)
