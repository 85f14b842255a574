"""Posted changes -> queue: what is accepted waits there before anybody is told so; what is refused says why."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from accord.domain.changes import Arrived, Erased, OrderBy
from accord.domain.connection import Connection
from accord.domain.erasure import erasure
from accord.errors import Retryable
from accord.ports import ChangeQueue, Clock, Ledger, QueuedChanges
from accord.usecases.explain_refusal import FieldError
from accord.usecases.validate_change import validate_change

_READABLE_ID = re.compile(r"[A-Za-z0-9._:|~+=-]{1,128}")


@dataclass(frozen=True, slots=True)
class Refused:
    """A change that was not accepted: its place in the request, its id where it is one, and why."""

    index: int
    id: str | None
    errors: tuple[FieldError, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a request. `received_at` is when it first arrived."""

    accepted: tuple[Arrived, ...]
    refused: tuple[Refused, ...]
    received_at: datetime


class ReceiveChanges:
    """Accepts what is right, refuses the rest, change by change. A request that comes again under its id is queued
    with the time of its first arrival, until the queue has taken it once."""

    def __init__(self, *, ledger: Ledger, queue: ChangeQueue, clock: Clock) -> None:
        self._ledger = ledger
        self._queue = queue
        self._clock = clock

    def __call__(
        self,
        connection: Connection,
        changes: Sequence[object],
        *,
        request_id: str | None = None,
        arrival_counts: bool = False,
    ) -> Receipt:
        """`arrival_counts`: a change without `occurred_at` happened when it arrived."""
        now = self._clock.now()
        order = connection.order_by
        if arrival_counts and order is OrderBy.OCCURRED_AT:
            order = OrderBy.RECEIVED
        verdicts = [validate_change(raw, order, now) for raw in changes]
        refused = tuple(
            Refused(index, _readable_id(changes[index]), verdict)
            for index, verdict in enumerate(verdicts)
            if isinstance(verdict, tuple)
        )
        if len(refused) == len(verdicts):
            return Receipt((), refused, now)
        known = self._ledger.remember_request(connection.id, request_id, now) if request_id else None
        received_at = known.received_at if known is not None else now
        accepted = tuple(
            Arrived(change=verdict, received_at=received_at, index=index, request=_senders_own(request_id))
            for index, verdict in enumerate(verdicts)
            if not isinstance(verdict, tuple)
        )
        if known is None or not known.queued:
            self._queue.send(QueuedChanges(connection.id, accepted))
        if request_id and known is not None and not known.queued:
            self._ledger.request_queued(connection.id, request_id, received_at)
        self._note_erasures(connection, accepted)
        return Receipt(accepted, refused, received_at)

    def _note_erasures(self, connection: Connection, accepted: Sequence[Arrived]) -> None:
        """Each wish is found under its id from now on. The worker notes it in any case: nothing hangs on this."""
        wishes = [a.change.id for a in accepted if isinstance(a.change, Erased)]
        with suppress(Retryable):
            for member_id in wishes:
                self._ledger.note_erasure(connection.id, erasure(connection.id, member_id, accepted[0].received_at))


def _senders_own(request_id: str | None) -> str:
    """The id that the sender gave the request, without the digest that Accord adds, and not longer than a name."""
    return (request_id or "").rpartition("#")[0][:100]


def _readable_id(raw: object) -> str | None:
    """The id, unless it is something else than an id: an email address is not repeated."""
    member_id = raw.get("id") if isinstance(raw, dict) else None
    return member_id if isinstance(member_id, str) and _READABLE_ID.fullmatch(member_id) else None
