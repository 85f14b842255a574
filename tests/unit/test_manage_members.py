"""`ManageMembers` over the fakes: lists, counts, and another try."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from accord.domain.reasons import ReasonCode, Status
from accord.domain.record import Reason, Record, Refusal
from accord.errors import Retryable
from accord.ports import Settlement
from accord.usecases.manage_members import ManageMembers
from tests.builders import NOON, a_connection, minutes
from tests.fakes import FakeClock, FakeLedger, FakeQueue

BOUNDLESS = NOON + timedelta(hours=1)


class Office:
    """The use case with its fakes, and members that stand as told."""

    def __init__(self, ledger: FakeLedger | None = None) -> None:
        self.connection = a_connection()
        self.clock, self.queue, self.bulk_queue = FakeClock(), FakeQueue(), FakeQueue()
        self.ledger = ledger or FakeLedger()
        self.manage = ManageMembers(
            ledger=self.ledger,
            queue=self.queue,
            bulk_queue=self.bulk_queue,
            clock=self.clock,
            offered_again=minutes(5),
        )

    def has(self, member_id: str, status: Status, reason: ReasonCode = ReasonCode.DEAD_LETTER) -> None:
        refusal = Refusal(digest="d", reason=Reason(code=reason))
        record = Record(
            connection_id=self.connection.id,
            member_id=member_id,
            status=status,
            reason=Reason(code=reason),
            refusal=refusal,
            since=NOON - minutes(60),
            attempts=4,
        )
        self.ledger.settle(self.connection.audience_id, [Settlement(record)])

    def record(self, member_id: str) -> Record:
        return self.ledger.records(self.connection.id, [member_id])[member_id]


def test_a_retry_forgets_the_refusal_and_is_offered_at_once() -> None:
    office = Office()
    office.has("m-mole", Status.FAILED)

    assert office.manage.retry(office.connection, "m-mole") is True

    record = office.record("m-mole")
    assert (record.refusal, record.status, record.attempts, record.since) == (None, Status.PENDING, 0, NOON)
    assert record.due_at == NOON + minutes(5)
    assert [message.due for message in office.queue.messages] == [("m-mole",)]
    assert office.manage.counts(office.connection)[Status.PENDING] == 1


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.ERASED])
def test_any_member_may_be_looked_at_again(status: Status) -> None:
    office = Office()
    office.has("m-mole", status)

    assert office.manage.retry(office.connection, "m-mole") is True


def test_an_erased_member_stays_erased() -> None:
    office = Office()
    office.has("m-moa", Status.ERASED)

    assert office.manage.retry(office.connection, "m-moa") is False
    assert office.queue.messages == []


def test_a_member_nobody_has_heard_of_is_not_retried() -> None:
    office = Office()

    assert office.manage.retry(office.connection, "m-yeti") is None


def test_all_failures_of_a_reason_are_retried_page_by_page() -> None:
    office = Office()
    for number in range(1_200):
        office.has(f"m-{number}", Status.FAILED, ReasonCode.FIELD_INVALID if number % 2 else ReasonCode.DEAD_LETTER)

    retried = office.manage.retry_failures(office.connection, ReasonCode.FIELD_INVALID, BOUNDLESS)

    assert (retried.members, retried.more) == (600, False)
    offered = [member_id for message in office.bulk_queue.messages for member_id in message.due]
    assert len(offered) == len(set(offered)) == 600
    assert all(len(message.due) <= 500 for message in office.bulk_queue.messages)
    assert office.queue.messages == []


def test_what_time_does_not_allow_is_said_to_be_left() -> None:
    office = Office()
    office.has("m-mole", Status.FAILED)

    retried = office.manage.retry_failures(office.connection, None, NOON)

    assert (retried.members, retried.more) == (0, True)


def test_reasons_are_counted_over_all_pages_on_the_first_one_only() -> None:
    office = Office()
    for number in range(700):
        office.has(f"m-{number}", Status.FAILED, ReasonCode.FIELD_INVALID if number % 7 else ReasonCode.DEAD_LETTER)

    first = office.manage.failures(office.connection, None, 100)
    second = office.manage.failures(office.connection, first.page.next, 100)

    assert first.reasons == {ReasonCode.FIELD_INVALID: 600, ReasonCode.DEAD_LETTER: 100}
    assert (second.reasons, len(second.page.items)) == (None, 100)


class RacedLedger(FakeLedger):
    """Another worker is always a little faster, as often as told."""

    races = 0

    def settle(self, audience_id: str, settlements: Sequence[Settlement]) -> dict[str, bool]:
        if self.races:
            self.races -= 1
            return dict.fromkeys((settlement.record.member_id for settlement in settlements), False)
        return super().settle(audience_id, settlements)


def test_a_retry_that_loses_against_a_worker_reads_again() -> None:
    office = Office(ledger := RacedLedger())
    office.has("m-mole", Status.FAILED)
    ledger.races = 2

    assert office.manage.retry(office.connection, "m-mole") is True


def test_a_retry_that_always_loses_says_so() -> None:
    office = Office(ledger := RacedLedger())
    office.has("m-mole", Status.FAILED)
    ledger.races = 99

    with pytest.raises(Retryable):
        office.manage.retry(office.connection, "m-mole")
