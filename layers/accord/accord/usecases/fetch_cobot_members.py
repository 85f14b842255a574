"""`cobot-events` -> `member-changes`: members of an application that needs no code are read when it is their turn.

An application takes few calls a minute. Each message therefore reserves a turn, and is put back until it comes; nobody
sleeps. Whatever is read goes the way of a posted change, as old as the moment before it was asked for.
"""

import itertools
import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from accord.domain.changes import Arrived, OrderBy
from accord.domain.connection import APPLICATION_REFUSES, Connection, ConnectionState
from accord.domain.consent import ConsentStatus
from accord.domain.history import Event
from accord.domain.seen_member import Box, SeenMember, look, with_consent
from accord.domain.timing import Timing, backoff
from accord.errors import Misconfigured, Rejected, Retryable
from accord.ports import ChangeQueue, Clock, Ledger, QueuedChanges
from accord.ports.applications import EVERYBODY, Boxes, FetchQueue, MembershipApplication, QueuedFetch, Turns
from accord.usecases.validate_change import validate_change

LONGEST_DELAY = 900
"""Seconds; SQS hides a message for no longer."""
REFUSED_DELAY = 900
"""Seconds until an application that does not let Accord in is asked again."""
A_MINUTE = timedelta(minutes=1)
LATE = timedelta(seconds=5)
"""How late a message may take its turn, so that none comes in a crowd; a later one takes another turn."""
PER_MESSAGE = 500
TRIES = 6


class Fetched(StrEnum):
    """What came of a message."""

    QUEUED = "queued"
    """Read; the changes are on their way."""
    WAITING = "waiting"
    """Its turn comes later."""
    MERGED = "merged"
    """Another message waits for the same member, and will read what this one would have read."""
    FAILED = "failed"
    """The application did not answer, or lets Accord in no longer: it is asked again, for as long as that lasts."""
    REFUSED = "refused"
    """The application does not understand the question, or what it shows can not be accepted."""
    UNKNOWN_CONNECTION = "unknown_connection"
    DISCONNECTED = "disconnected"
    """Nothing is read on a connection that is: reconnecting reads everybody."""


@dataclass(frozen=True, slots=True)
class FetchCobotMembers:
    """One invocation's work. `gap`: seconds between two calls to one account."""

    ledger: Ledger
    application_of: Callable[[Connection], MembershipApplication]
    turns: Turns
    boxes: Boxes
    queue: FetchQueue
    members: ChangeQueue
    bulk: ChangeQueue
    clock: Clock
    timing: Timing
    gap: float

    def __call__(self, messages: Sequence[QueuedFetch], deadline: datetime) -> tuple[Counter[Fetched], list[int]]:
        """What came of them, and the indexes of those that could not even be put back."""
        outcomes: Counter[Fetched] = Counter()
        failed: list[int] = []
        for index, queued in enumerate(messages):
            try:
                outcomes[self._fetch(queued, deadline)] += 1
            except Retryable:
                failed.append(index)
        return outcomes, failed

    def _fetch(self, queued: QueuedFetch, deadline: datetime) -> Fetched:
        connection = self.ledger.connection(queued.connection_id)
        if connection is None or connection.cobot is None:
            return Fetched.UNKNOWN_CONNECTION
        if connection.state is ConnectionState.DISCONNECTED:
            return Fetched.DISCONNECTED
        now = self.clock.now()
        slot = queued.slot
        if slot is None or slot < now - LATE:
            slot = self.turns.reserve(queued, now, self.gap)
        if slot is None:
            return Fetched.MERGED
        if slot > now or now >= deadline:
            wait = math.ceil((slot - now).total_seconds())
            self.queue.send(replace(queued, slot=slot), min(max(wait, 0), LONGEST_DELAY))
            return Fetched.WAITING
        self.turns.begin(queued)  # before the call: what is told from now on may not be in its answer
        return self._call(connection, queued)

    def _call(self, connection: Connection, queued: QueuedFetch) -> Fetched:
        at = self.clock.now()
        try:
            application = self.application_of(connection)
            everybody = queued.reference == EVERYBODY
            seen = application.members(at) if everybody else [application.member(queued.reference, at)]
        except Retryable as error:
            wait = backoff(self.timing, queued.attempt, queued.reference).total_seconds()
            if error.asks_for_pause:
                self.turns.postpone(connection.id, at + A_MINUTE)
            return self._again(queued, wait)
        except Misconfigured as error:
            self.ledger.break_connection(connection.id, f"{APPLICATION_REFUSES}{error}", at)
            return self._again(queued, REFUSED_DELAY)
        except Rejected:
            self._note(connection, queued, at)
            return Fetched.REFUSED
        if connection.is_refused_by_application:
            self.ledger.mend_connection(connection.id, at)
        changes = self._accepted(connection, seen, at)
        at_once = [arrived for arrived in changes if not everybody or _is_opt_out(arrived)]
        in_bulk = [arrived for arrived in changes if everybody and not _is_opt_out(arrived)]
        for queue, wanted in ((self.members, at_once), (self.bulk, in_bulk)):
            for some in itertools.batched(wanted, PER_MESSAGE, strict=False):
                arrived = tuple(each.model_copy(update={"index": index}) for index, each in enumerate(some))
                queue.send(QueuedChanges(connection.id, arrived))
        if not changes and not everybody:
            self._note(connection, queued, at)
            return Fetched.REFUSED
        return Fetched.QUEUED

    def _again(self, queued: QueuedFetch, wait: float) -> Fetched:
        later = replace(queued, slot=None, attempt=queued.attempt + 1)
        self.queue.send(later, min(math.ceil(wait), LONGEST_DELAY))
        return Fetched.FAILED

    def _accepted(self, connection: Connection, seen: Sequence[SeenMember], at: datetime) -> list[Arrived]:
        """The changes that are accepted: the same check as that of posted ones, and no other."""
        boxes = self._looked_at(connection, seen, at)
        accepted = []
        for member in seen:
            box = boxes.get(member.change["id"])
            change = with_consent(member, box) if box is not None else member.change
            verdict = validate_change(change, OrderBy.RECEIVED, at)
            if not isinstance(verdict, tuple):
                accepted.append(Arrived(change=verdict, received_at=at))
        return accepted

    def _looked_at(self, connection: Connection, seen: Sequence[SeenMember], at: datetime) -> dict[str, Box]:
        """The boxes as all looks show them, remembered before anybody is told: a worker that crashes in between reads
        again, and tells the same."""
        looks = {member.change["id"]: box for member in seen if (box := look(member, at)) is not None}
        boxes: dict[str, Box] = {}
        for _ in range(TRIES):
            left = looks.keys() - boxes.keys()
            if not left:
                return boxes
            known = self.boxes.boxes(connection.id, left)
            now = {m: (known.get(m), known[m].seen_again(looks[m]) if m in known else looks[m]) for m in sorted(left)}
            lost = self.boxes.save_boxes(connection.id, {m: both for m, both in now.items() if both[0] != both[1]})
            boxes |= {m: box for m, (_, box) in now.items() if m not in lost}
        raise Retryable("other workers kept looking at the same members", effect_unknown=False)

    def _note(self, connection: Connection, queued: QueuedFetch, at: datetime) -> None:
        if queued.reference != EVERYBODY:
            id_ = f"{at.isoformat(timespec='microseconds')}#fetch_lost"
            self.ledger.add_events(connection.id, [Event(member_id=queued.reference, at=at, id=id_, kind="fetch_lost")])


def _is_opt_out(arrived: Arrived) -> bool:
    """Opt-outs never wait behind an import (DESIGN section 1, promise 9)."""
    statement = arrived.statement(OrderBy.RECEIVED)
    return statement is not None and statement.consent.status is ConsentStatus.OPTED_OUT
