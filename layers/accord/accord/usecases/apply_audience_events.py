"""`audience-events` -> ledger: the contact that a webhook hinted at is read again, and its members are decided anew.

A webhook is only a hint: what is remembered is what Mailchimp shows when it is asked.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from accord.domain.audience_hint import HintKind
from accord.domain.connection import Connection, ConnectionState
from accord.domain.history import Cause, CauseKind
from accord.domain.timing import Timing, backoff
from accord.errors import Misconfigured, Retryable
from accord.ports import Audience, Clock, HintQueue, Ledger, QueuedHint
from accord.ports.keeping import Ears
from accord.usecases.connecting.stop_connection import stop_connection
from accord.usecases.reconciling.read_contact import ReadContact, Seen

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
    """Nobody knows the address, or the contact is not there: another webhook may explain it. It comes again later."""
    FAILED = "failed"
    """Mailchimp or the ledger did not answer: the hint comes again, for as long as that lasts."""
    UNKNOWN_CONNECTION = "unknown_connection"
    """There is none, or it is disconnected by now."""


@dataclass(frozen=True, slots=True)
class ApplyAudienceEvents:
    """One invocation's work, one open call to Mailchimp at a time."""

    ledger: Ledger
    audience_of: Callable[[Connection], Audience]
    clock: Clock
    queue: HintQueue
    read: ReadContact
    ears: Ears
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
        self._count(hints)
        return applied, failed

    def _count(self, hints: Sequence[QueuedHint]) -> None:
        """What webhooks told, whatever came of it: a count that is lost is no event lost."""
        fresh = (each for each in hints if each.attempt == 0 and each.hint.kind is not HintKind.REPORT)
        told = Counter(queued.connection_id for queued in fresh)
        for connection_id, events in told.items():
            with suppress(Retryable):
                self.ears.heard(connection_id, events)

    def _apply(self, queued: QueuedHint) -> Applied:
        try:
            connection = self.ledger.connection(queued.connection_id)
            if connection is None or connection.state is ConnectionState.DISCONNECTED:
                return Applied.UNKNOWN_CONNECTION
            return self._read_again(connection, queued)
        except Retryable:
            return Applied.FAILED
        except Misconfigured as error:
            stop_connection(self.ledger, queued.connection_id, error, self.clock.now())
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

    def _read_again(self, connection: Connection, queued: QueuedHint) -> Applied:
        hint, surely = queued.hint, queued.attempt >= PATIENCE
        changes_email = hint.kind is HintKind.UPEMAIL
        email, may_be_at = (hint.old_email, hint.email) if changes_email else (hint.email, "")
        key = self.read.key_of(email)
        address = self.ledger.addresses(connection.audience_id, [key])[key]
        if address.revision == 0 and not surely:
            return Applied.TOO_EARLY
        audience = self.audience_of(connection)
        cause = Cause(kind=CauseKind.WEBHOOK, at=hint.received_at, detail=hint.kind)
        if hint.kind is HintKind.REPORT:
            cause = Cause(kind=CauseKind.REPORT, at=hint.received_at)
        ends = hint.kind in {HintKind.UNSUBSCRIBE, HintKind.CLEANED, HintKind.REPORT}
        seen = self.read(
            connection, audience, address, cause, email=email, may_be_at=may_be_at, surely=surely, overtakes=ends
        )
        return {Seen.SEEN: Applied.SEEN, Seen.BUSY: Applied.BUSY, Seen.GONE: Applied.TOO_EARLY}[seen]
