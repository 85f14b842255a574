"""What came of the work on members is stored: addresses under their claim, the record under its revision, the event."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

from accord.domain.actions import (
    Active,
    Archive,
    Create,
    Erase,
    Follow,
    Look,
    Lower,
    Move,
    Passive,
    Reconfirm,
    Tag,
    Unsubscribe,
    Update,
)
from accord.domain.address import Address, Holder
from accord.domain.connection import Connection
from accord.domain.finishing import with_news
from accord.domain.history import Event, EventKind
from accord.domain.notice import Notice
from accord.domain.reasons import Status
from accord.domain.record import Record
from accord.ports import Clock, Ledger, Settlement
from accord.usecases.settling.member_work import MemberWork

TRIES = 4
"""How often an outcome is stored anew after a newer intent came in between; then its claim runs out."""

KINDS: dict[type[Active], EventKind] = {
    Look: "looked_at",
    Create: "created",
    Update: "updated",
    Reconfirm: "asked_to_confirm",
    Lower: "asked_to_confirm",
    Move: "moved",
    Follow: "followed",
    Tag: "tagged",
    Archive: "archived",
    Unsubscribe: "unsubscribed",
    Erase: "erased",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The work as it is now, the record to store, and whether the member goes on to its next action at once."""

    work: MemberWork
    record: Record
    events: tuple[Event, ...] = ()
    goes_on: bool = False
    holders: tuple[tuple[str, Holder], ...] = ()
    """The member's entries at their addresses that change with this."""
    notices: tuple[Notice, ...] = ()
    reread: bool = False
    """Whether the member goes on as newly read: another address turned out to be theirs."""

    @property
    def settlement(self) -> Settlement:
        """All of it, in the form the ledger takes."""
        return Settlement(
            self.record, self.work.claimed_addresses, self.work.token, self.events, self.holders, self.notices
        )

    def over(self, fresh: Record, at: datetime) -> Self:
        """What remains of it after somebody else stored a newer record: the addresses, and what others must hear."""
        return replace(self, record=with_news(fresh, at) if self.work.has_news else fresh, holders=(), notices=())


def events_of(
    work: MemberWork, actions: Sequence[Active], end: Passive | None, record: Record, at: datetime
) -> tuple[Event, ...]:
    """The lines of history for what was done; the last one says how it ended. Nothing where nothing happened that the
    last line of before does not say."""
    kinds: list[EventKind] = [KINDS[type(action)] for action in actions]
    if not kinds:
        told = (work.record.status, work.record.reason) == (record.status, record.reason)
        kinds = [] if end is None or told else ["settled"]
    current = work.addresses.get(record.place or "")
    before = work.before.get(record.place or "", current)
    common = {
        "member_id": record.member_id,
        "at": at,
        "version": record.version,
        "contact_status": current.seen if current is not None else None,
        "before": work.record.stood,
        "contact_before": before.seen if before is not None else None,
        "fields": _written(before, current),
        "cause": work.record.cause,
    }
    ends = {"status": end.status, "reason": end.reason, "detail": end.detail} if end is not None else {}
    ids = [f"{at.isoformat(timespec='microseconds')}#{n}{(work.token or 'settled')[:8]}" for n in range(len(kinds))]
    return tuple(
        Event(**common, **(ends if kind is kinds[-1] else {}), id=id_, kind=kind)
        for id_, kind in zip(ids, kinds, strict=True)
    )


def _written(before: Address | None, after: Address | None) -> tuple[str, ...]:
    """The merge fields that have another value than before, as far as Accord wrote them."""
    was, is_ = (address.written if address is not None else {} for address in (before, after))
    return tuple(sorted(tag for tag in was.keys() | is_.keys() if was.get(tag) != is_.get(tag)))


@dataclass(slots=True)
class RecordOutcomes:
    """Stores outcomes; counts what is settled and what is tried again."""

    ledger: Ledger
    clock: Clock
    connection: Connection
    settled: Counter[Status] = field(default_factory=Counter)
    postponed: int = 0

    def __call__(self, outcomes: Sequence[Outcome]) -> tuple[list[MemberWork], list[Record]]:
        """The members that go on, and those to be read again because a newer intent, or another holder's, came in
        between. Their addresses are stored all the same: what happened in Mailchimp is known."""
        going_on: list[MemberWork] = []
        read_again: list[Record] = []
        for attempt in range(TRIES):
            if not outcomes:
                break
            notify = bool(self.connection.notice_url)
            settlements = [replace(outcome.settlement, notify=notify) for outcome in outcomes]
            stored = self.ledger.settle(self.connection.audience_id, settlements)
            for outcome in outcomes:
                if stored[outcome.record.member_id] and attempt == 0 and not outcome.reread:
                    going_on += self._stored(outcome)
                elif stored[outcome.record.member_id]:
                    read_again.append(outcome.record.stored)
            missed = [outcome for outcome in outcomes if not stored[outcome.record.member_id]]
            fresh = self.ledger.records(self.connection.id, [o.record.member_id for o in missed]) if missed else {}
            read_again += [fresh[o.record.member_id] for o in missed if o.work.token is None]
            outcomes = [
                outcome.over(fresh[outcome.record.member_id], self.clock.now())
                for outcome in missed
                if outcome.work.token is not None
            ]
        return going_on, [record for record in read_again if not record.settled]

    def _stored(self, outcome: Outcome) -> list[MemberWork]:
        if outcome.goes_on:
            return [outcome.work.stored(outcome.record)]
        if outcome.record.status is not Status.PENDING:
            self.settled[outcome.record.status] += 1
        else:
            self.postponed += 1
        return []
