"""`audience-events` -> ledger: the contact that a webhook hinted at is read again, and its members are decided anew.

A webhook is only a hint: what is remembered is what Mailchimp shows when it is asked. Nothing is written to Mailchimp
here; what follows from it is `sync_members`' decision.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from accord.domain.address import Address, Who
from accord.domain.audience_hint import AudienceHint, HintKind
from accord.domain.connection import Connection
from accord.domain.contact import Contact
from accord.domain.finishing import chose, tried_again
from accord.domain.folding import KeyOf, changed_holders
from accord.domain.history import Event
from accord.domain.observation import has_gone, is_moving, observe
from accord.domain.permission import owner
from accord.domain.record import OwnChange
from accord.domain.timing import Timing, backoff
from accord.domain.values import normalised, subscriber_hash
from accord.errors import Misconfigured, Retryable
from accord.ports import Audience, ChangeQueue, Claim, Clock, HintQueue, Ledger, QueuedChanges, QueuedHint, Settlement

PATIENCE = 3
"""How often a hint about an address that nobody knows is put back: the webhook that explains it may be on its way."""
LONGEST_DELAY = 900
"""Seconds; SQS hides a message for no longer."""


class Applied(StrEnum):
    """What came of a hint."""

    SEEN = "seen"
    """The contact was read; the ledger knows what it shows."""
    BUSY = "busy"
    """Somebody has the address in hand: the hint comes again soon."""
    TOO_EARLY = "too_early"
    """Nobody knows the address yet: the hint comes again later."""
    FAILED = "failed"
    """Mailchimp or the ledger did not answer: the hint comes again, for as long as that lasts."""
    UNKNOWN_CONNECTION = "unknown_connection"


@dataclass(frozen=True, slots=True)
class ApplyAudienceEvents:
    """One invocation's work, one open call to Mailchimp at a time."""

    ledger: Ledger
    audience_of: Callable[[Connection], Audience]
    clock: Clock
    queue: HintQueue
    members: ChangeQueue
    key_of: KeyOf
    timing: Timing

    def __call__(self, hints: Sequence[QueuedHint], deadline: datetime) -> tuple[Counter[Applied], list[int]]:
        """What came of them, and the indexes of those for which there was no time, or no queue to put them back."""
        applied: Counter[Applied] = Counter()
        failed: list[int] = []
        for index, queued in enumerate(hints):
            if self.clock.now() >= deadline:
                failed.append(index)
                continue
            try:
                outcome = self._apply(queued)
                self._put_back(queued, outcome)
            except Retryable:
                failed.append(index)
            else:
                applied[outcome] += 1
        return applied, failed

    def _apply(self, queued: QueuedHint) -> Applied:
        try:
            connection = self.ledger.connection(queued.connection_id)
            if connection is None:
                return Applied.UNKNOWN_CONNECTION
            return self._read_again(connection, self.audience_of(connection), queued)
        except Retryable:
            return Applied.FAILED
        except Misconfigured as error:
            self.ledger.break_connection(queued.connection_id, str(error))
            return Applied.FAILED

    def _put_back(self, queued: QueuedHint, outcome: Applied) -> None:
        delay = {
            Applied.BUSY: self.timing.busy_retry,
            Applied.TOO_EARLY: self.timing.retry_base,
            Applied.FAILED: backoff(self.timing, queued.attempt, queued.hint.email).total_seconds(),
        }.get(outcome)
        if delay is not None:
            later = replace(queued, attempt=queued.attempt + (outcome is not Applied.BUSY))
            self.queue.send(later, min(round(delay), LONGEST_DELAY))

    def _read_again(self, connection: Connection, audience: Audience, queued: QueuedHint) -> Applied:
        hint, impatient = queued.hint, queued.attempt >= PATIENCE
        email = hint.old_email if hint.kind is HintKind.UPEMAIL else hint.email
        key, now = self.key_of(email), self.clock.now()
        address = self.ledger.addresses(connection.audience_id, [key])[key]
        if address.attempt is not None and address.attempt.until > now:
            return Applied.BUSY
        if address.revision == 0 and not impatient:
            return Applied.TOO_EARLY
        contact = self._contact(audience, address, hint, email)
        if contact is None and address.seen is not None and address.contact_id is None and not impatient:
            return Applied.TOO_EARLY  # never read since its creation: deleted, or under another address by now
        if contact is not None and _is_elsewhere(address, contact, email):
            return self._chose(connection, address, contact)
        return self._remember(connection, address, contact, hint)

    def _contact(self, audience: Audience, address: Address, hint: AudienceHint, email: str) -> Contact | None:
        """The contact as it is now: by its id, which survives a change of address, else by its address, else by the
        one that it was given."""
        contact = audience.read(address.reference or subscriber_hash(email))
        if contact is None and hint.kind is HintKind.UPEMAIL and address.contact_id is None:
            contact = audience.read(subscriber_hash(hint.email))
        return contact

    def _remember(
        self, connection: Connection, address: Address, contact: Contact | None, hint: AudienceHint
    ) -> Applied:
        """What was seen goes into the memory of the address, and whoever holds it is decided anew."""
        now = self.clock.now()
        seen = observe(address, contact, now)
        if contact is None and address.revision == 0:
            return Applied.SEEN  # neither side knows anybody there
        # Without an attempt, a claim is a write on the revision that was read: nobody else's work is overwritten.
        if self.ledger.claim(connection.audience_id, [Claim(seen, address.revision)]):
            return Applied.BUSY
        if (seen.seen, seen.facts) != (address.seen, address.facts):
            self._tell(connection, [holder.who for holder in address.holders], seen, hint)
        return Applied.SEEN

    def _chose(self, connection: Connection, address: Address, contact: Contact) -> Applied:
        """The person gave the contact another address: it is theirs from now on, and upstream's stays known. Of
        several who share the old one, it is whose data the contact shows."""
        now, who = self.clock.now(), owner(address)
        record = self.ledger.records(who.connection_id, [who.member_id]).get(who.member_id) if who else None
        if record is None or record.place != address.key:
            return Applied.SEEN
        email = normalised(contact.email)
        own = OwnChange(key=self.key_of(email), at=now, subscriber_hash=contact.subscriber_hash, email=email)
        changed = tried_again(chose(record, own), now, attempt=False)
        settlement = Settlement(changed, holders=changed_holders(record, changed))
        if not self.ledger.settle(connection.audience_id, [settlement])[record.member_id]:
            return Applied.BUSY
        self._queue([record.who])
        return Applied.SEEN

    def _tell(self, connection: Connection, holders: Collection[Who], seen: Address, hint: AudienceHint) -> None:
        now = self.clock.now()
        for connection_id, ids in _by_connection(holders).items():
            self.ledger.touch(connection_id, ids, now)
            told = [
                Event(
                    member_id=member_id,
                    at=now,
                    id=f"{now.isoformat(timespec='microseconds')}#heard",
                    kind="heard",
                    detail=hint.kind,
                    contact_status=seen.seen,
                )
                for member_id in ids
            ]
            self.ledger.add_events(connection_id, told)
        self._queue(holders)

    def _queue(self, holders: Collection[Who]) -> None:
        """They are due, and offered within a minute; queueing them spares that minute."""
        for connection_id, ids in _by_connection(holders).items():
            self.members.send(QueuedChanges(connection_id, due=tuple(ids)))


def _is_elsewhere(address: Address, contact: Contact, email: str) -> bool:
    hash_ = address.subscriber_hash or subscriber_hash(email)
    return has_gone(address.model_copy(update={"subscriber_hash": hash_}), contact) and not is_moving(address)


def _by_connection(holders: Collection[Who]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for who in holders:
        found[who.connection_id].append(who.member_id)
    return found
