"""A page of a report -> ledger: whose events these are, those that are new, and who was erased meanwhile."""

from collections import Counter, OrderedDict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from accord.domain.activity import Activity, ActivityKind, Held, held
from accord.domain.address import Address
from accord.domain.audience_hint import AudienceHint, HintKind
from accord.domain.campaign import Campaign, Reading
from accord.domain.connection import Connection
from accord.domain.folding import KeyOf
from accord.domain.notice import digests
from accord.domain.pulling import Row, erased, is_missed, may_be_known, told
from accord.domain.record import Presence, Record, Unsubscribe
from accord.ports import Clock, HintQueue, Ledger, Outbox, QueuedHint, Settlement
from accord.ports.activity import ActivityLedger

MOST_REMEMBERED = 50_000
"""Addresses whose holders are remembered from page to page, some 20 MB: the next campaign goes to the same people."""
TURNS = 5
"""How often a record is read again after another worker was faster with it."""
NOT_OURS = "not_ours"
"""Rows of whose address nobody of the connection's members is known."""
REREAD = "reread"
"""Contacts that are read again, for no webhook had told what became of them."""


@dataclass(frozen=True, slots=True)
class StoreActivity:
    """For one invocation: what is remembered of addresses is as old as this object."""

    ledger: Ledger
    activity: ActivityLedger
    outbox: Outbox
    hints: HintQueue
    clock: Clock
    key_of: KeyOf
    _holders: OrderedDict[str, tuple[Held, ...]] = field(default_factory=OrderedDict)

    def __call__(
        self, connection: Connection, campaign: Campaign, reading: Reading, rows: Sequence[Row], oldest: datetime
    ) -> Counter[str]:
        """What was found, in numbers; of events, those that are new, `oldest` or younger. Doing it again finds the same
        ones new where it was interrupted, and stores each once."""
        rows = [row for row in rows if row.email]
        holders = self._held(connection, rows)
        found = Counter({NOT_OURS: sum(not holders[row.email] for row in rows)})
        events = [event for event in told(campaign, reading, rows, holders) if event.at >= oldest]
        doubtful = [event for event in events if may_be_known(event, campaign, reading.report)]
        begun = reading.began_at
        known = self.activity.known(connection.id, doubtful, begun) if doubtful else set[Activity]()
        new = list({event.name: event for event in events if event not in known}.values())
        self.activity.add(connection.id, new, begun)
        # An erasure that was asked for since the holders were read forgets what is there then, and sees this or not: so
        # it is looked for after the writing. One before shows in the holders.
        gone = erased(rows, holders) | self.activity.erased(connection.id, {event.member_id for event in new})
        self.activity.forget(connection.id, sorted(gone))
        new = [event for event in new if event.member_id not in gone]
        found.update(event.kind.value for event in new)
        self._digest(connection, campaign, reading, {event.member_id for event in new})
        self._explain(connection, (event for event in new if event.kind is ActivityKind.UNSUBSCRIBED))
        found[REREAD] = self._read_again(connection, [row for row in rows if _may_be_missed(row)])
        return +found

    def _held(self, connection: Connection, rows: Iterable[Row]) -> dict[str, tuple[Held, ...]]:
        """Whose the addresses of a page are, and were."""
        emails = dict.fromkeys(row.email for row in rows)
        known = {email: self._holders[email] for email in emails if email in self._holders}
        keys = {email: self.key_of(email) for email in emails if email not in known}
        read = self.ledger.addresses(connection.audience_id, set(keys.values())) if keys else {}
        known |= {email: held(read[key].holders, connection.id) for email, key in keys.items()}
        for email in emails:
            self._holders[email] = known[email]
            self._holders.move_to_end(email)
        while len(self._holders) > MOST_REMEMBERED:
            self._holders.popitem(last=False)
        return known

    def _digest(
        self, connection: Connection, campaign: Campaign, reading: Reading, member_ids: Collection[str]
    ) -> None:
        """Upstream is told of whom something is new, where the connection wants that."""
        if not connection.policy.activity_upstream:
            return
        page = f"{reading.report}#{reading.began_at.isoformat()}#{reading.offset}"
        for notice in digests(connection.id, campaign.id, page, member_ids, self.clock.now()):
            self.outbox.add_notice(connection.id, notice, notify=bool(connection.notice_url))

    def _explain(self, connection: Connection, events: Iterable[Activity]) -> None:
        """The record says with which campaign a member unsubscribed, and why; whatever is decided about them."""
        for event in events:
            said = Unsubscribe(at=event.at, campaign_id=event.campaign_id, reason=event.detail)
            for _ in range(TURNS):
                record = self.ledger.records(connection.id, [event.member_id]).get(event.member_id)
                if record is None or not _is_news(record, said):
                    break
                explained = Settlement(record.model_copy(update={"unsubscribe": said}))
                if self.ledger.settle(connection.audience_id, [explained])[event.member_id]:
                    break

    def _read_again(self, connection: Connection, rows: Sequence[Row]) -> int:
        """How many contacts are given to whoever reads what webhooks hint at: nothing is decided here."""
        keys = {self.key_of(row.email): row for row in rows}
        known = self.ledger.addresses(connection.audience_id, keys) if keys else dict[str, Address]()
        missed = [row for key, row in keys.items() if any(is_missed(known[key], each) for each in row.happened)]
        for row in missed:
            hint = AudienceHint(kind=HintKind.REPORT, received_at=self.clock.now(), email=row.email.strip().lower())
            self.hints.send(QueuedHint(connection.id, hint))
        return len(missed)


_ENDS = {ActivityKind.UNSUBSCRIBED, ActivityKind.COMPLAINED, ActivityKind.BOUNCED}


def _may_be_missed(row: Row) -> bool:
    return any(each.kind in _ENDS for each in row.happened)


def _is_news(record: Record, said: Unsubscribe) -> bool:
    before = record.unsubscribe
    return record.presence is not Presence.ERASED and (before is None or before.at < said.at)
