"""What did not succeed, or was not begun, and when it is due again."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from accord.domain.connection import Connection
from accord.domain.finishing import tried_again
from accord.domain.reasons import ReasonCode
from accord.domain.record import Record
from accord.domain.timing import Timing, backoff
from accord.errors import AccordError, Misconfigured, Refusal, Rejected, Retryable
from accord.ports import Clock, Ledger
from accord.usecases.settling.member_work import MemberWork
from accord.usecases.settling.record_outcomes import Outcome
from accord.usecases.settling.watch_mailchimp import WatchMailchimp


@dataclass(frozen=True, slots=True)
class TryAgain:
    """The delays of one connection's work within one invocation."""

    ledger: Ledger
    clock: Clock
    connection: Connection
    timing: Timing
    mailchimp: WatchMailchimp

    def __call__(self, work: MemberWork, error: AccordError | None, now: datetime) -> Outcome:
        """What is to be stored of an order whose call failed so; None: it was never made."""
        match error:
            case None:
                return Outcome(work.unclaimed(), work.record.model_copy(update={"due_at": self.next(work.record)}))
            case Retryable(effect_unknown=True, still_running=True):
                until = max(address.attempt.until for address in work.claimed_addresses if address.attempt)
                return Outcome(work, tried_again(work.record, until))
            case Retryable(effect_unknown=True):
                return Outcome(work.unresolved(now), tried_again(work.record, self.later(work.record)))
            case Rejected(refusal=Refusal.SIGNUP_THROTTLED):
                later = now + timedelta(seconds=self.timing.retry_max)
                return Outcome(work.unclaimed(), tried_again(work.record, later, ReasonCode.SIGNUP_THROTTLED))
            case Misconfigured():
                later = now + timedelta(seconds=self.timing.paused_retry)
                return Outcome(work.unclaimed(), tried_again(work.record, later, ReasonCode.CONNECTION_PAUSED))
            case _:
                return Outcome(work.unclaimed(), tried_again(work.record, self.later(work.record)))

    def behind_batch(self, work: MemberWork, record: Record, now: datetime) -> Record:
        """The record of a member who has to wait until a batch is over. Whoever fetches its results makes them due;
        others at the same addresses look again."""
        later = now + timedelta(seconds=self.timing.retry_max)
        return tried_again(record, min(work.busy_until(now) or later, later), ReasonCode.IN_BATCH, attempt=False)

    def postpone(self, records: Sequence[Record]) -> int:
        """Make members due again with whom nothing was begun; how many they are."""
        by_time: dict[datetime, list[tuple[str, str]]] = defaultdict(list)
        for record in records:
            by_time[self.next(record)].append((self.connection.id, record.member_id))
        for due_at, members in by_time.items():
            self.ledger.postpone(members, due_at)
        return len(records)

    def later(self, record: Record) -> datetime:
        """After a delay that grows with the attempts."""
        return self.clock.now() + backoff(self.timing, record.attempts, record.member_id)

    def next(self, record: Record) -> datetime:
        """When what was not begun is due again: at once where only the time was over, later where Mailchimp is away."""
        return self.later(record) if self.mailchimp.is_away else self.clock.now()
