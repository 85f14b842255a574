"""A pull begins on Saturday at noon, where the connection is, or when an operator says so; one at a time."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.domain.activity import Held, receivers
from accord.domain.connection import ConnectionState
from accord.domain.nights import is_weekend
from accord.domain.run import Run, RunKind, RunState
from accord.usecases.connecting.reach_account import NotNowError
from accord.usecases.pulling.begin_pull import GIVEN_UP, BeginPull, OrderPull
from tests.builders import NOON, a_connection
from tests.fake_connections import FakeConnections
from tests.fake_tending import FakeRuns
from tests.fakes import FakeClock, FakeLedger

SATURDAY = datetime(2026, 3, 7, 12, 40, tzinfo=UTC)
ZONES = ("UTC", "Europe/Paris", "Pacific/Kiritimati", "America/New_York", "Pacific/Pago_Pago", "Asia/Kathmandu")


class Machine:
    """Notes what was started, and the connections and runs around it."""

    def __init__(self, *states: ConnectionState) -> None:
        self.started: list[str] = []
        ledger, self.runs, self.clock = FakeLedger(), FakeRuns(), FakeClock(SATURDAY)
        for number, state in enumerate(states):
            ledger.save_connection(a_connection(id=f"zoo-{number}", state=state))
        self.begin = BeginPull(FakeConnections(ledger), self.runs)
        self.order = OrderPull(self.begin, self.runs, self, self.clock, lambda: "0badcafe0badcafe")

    def start(self, connection_id: str, run_id: str) -> None:
        self.started.append(run_id)


@given(st.sampled_from(ZONES), st.integers(0, 51))
def test_a6_each_week_has_one_hour_in_which_the_pull_begins_and_it_is_saturday(zone: str, week: int) -> None:
    connection = a_connection(time_zone=zone)
    begin = datetime(2026, 1, 4, 0, 40, tzinfo=UTC) + timedelta(weeks=week)
    hours = [begin + timedelta(hours=number) for number in range(7 * 24)]

    found = [hour for hour in hours if is_weekend(connection, hour)]

    assert len(found) == 1
    assert found[0].weekday() in {4, 5, 6}  # the days on which the schedule looks, in UTC


def test_a6_at_the_weekend_live_connections_pull_each_in_a_run_of_its_own() -> None:
    machine = Machine(ConnectionState.LIVE, ConnectionState.PAUSED, ConnectionState.LIVE, ConnectionState.DRAFT)

    runs = machine.begin.this_weekend(SATURDAY)

    assert [connection_id for connection_id, _ in runs] == ["zoo-0", "zoo-2"]
    assert machine.begin.this_weekend(SATURDAY) == runs
    assert machine.begin.this_weekend(SATURDAY - timedelta(hours=2)) == []


def test_a_pull_that_is_under_way_is_gone_on_with() -> None:
    machine = Machine(ConnectionState.LIVE)
    ordered = machine.order(a_connection(id="zoo-0"))

    assert machine.begin.this_weekend(SATURDAY) == [("zoo-0", ordered.id)]
    assert machine.order(a_connection(id="zoo-0")).id == ordered.id
    assert machine.started == [ordered.id, ordered.id]


def test_one_that_never_ended_is_left_behind() -> None:
    machine = Machine(ConnectionState.LIVE)
    lost = machine.order(a_connection(id="zoo-0"))
    machine.clock.moment += GIVEN_UP

    assert machine.order(a_connection(id="zoo-0")).id != lost.id


def test_one_that_has_ended_is_not_begun_again_for_the_same_weekend() -> None:
    machine = Machine(ConnectionState.LIVE)
    ((connection_id, run_id),) = machine.begin.this_weekend(SATURDAY)
    run = machine.runs.kept[connection_id, run_id]
    machine.runs.save(run.model_copy(update={"state": RunState.DONE}))

    assert machine.begin.this_weekend(SATURDAY) == []


def test_before_a_connection_is_live_nothing_is_pulled() -> None:
    machine = Machine()

    with pytest.raises(NotNowError, match="draft"):
        machine.order(a_connection(id="zoo-0", state=ConnectionState.DRAFT))


@pytest.mark.parametrize("kind", [RunKind.RECONCILIATION, RunKind.PLAN, RunKind.AUDIENCE_READING])
def test_while_any_audience_is_read_a_pull_gives_way(kind: RunKind) -> None:
    machine = Machine(ConnectionState.LIVE, ConnectionState.LIVE)
    assert not machine.begin.gives_way(SATURDAY)
    machine.runs.save(Run(id="night", connection_id="zoo-1", kind=kind, at=SATURDAY))

    assert machine.begin.gives_way(SATURDAY)
    assert not machine.begin.gives_way(SATURDAY + timedelta(hours=6))  # whatever read it is gone


def test_another_kind_of_run_is_none() -> None:
    machine = Machine(ConnectionState.LIVE)
    machine.runs.save(Run(id="night", connection_id="zoo-0", kind=RunKind.RECONCILIATION, at=SATURDAY))

    assert machine.begin.under_way(a_connection(id="zoo-0"), SATURDAY) is None


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("holders", "whose"),
    [
        ([Held("a", NOON - DAY)], ["a"]),
        ([Held("a", NOON - DAY), Held("b", NOON - DAY)], ["a", "b"]),  # they share it
        ([Held("a", NOON - 2 * DAY, NOON - DAY), Held("b", NOON - DAY)], ["b"]),
        ([Held("a", NOON - 2 * DAY, NOON + DAY), Held("b", NOON + DAY)], ["a"]),
        ([Held("a", NOON - 9 * DAY, NOON - 5 * DAY), Held("b", NOON - 5 * DAY, NOON - DAY)], ["b"]),
        ([Held("a", NOON - 2 * DAY, NOON - DAY), Held("b", NOON + DAY)], ["a"]),
        ([Held("b", NOON + 2 * DAY), Held("a", NOON + DAY, NOON + 2 * DAY)], ["a"]),
        ([], []),
    ],
)
def test_a_mail_went_to_whoever_had_the_address_then(holders: list[Held], whose: list[str]) -> None:
    assert [each.member_id for each in receivers(holders, NOON)] == whose
