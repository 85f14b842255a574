"""Which audiences are reconciled in a night, since when, and what an operator may order (P07, P14)."""

from datetime import UTC, datetime, timedelta
from itertools import count, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.domain.connection import Connection
from accord.domain.nights import is_night, since_when
from accord.domain.run import Run, RunKind, RunState
from accord.usecases.connecting.reach_account import NotNowError
from accord.usecases.reconciling.begin_reconciliation import BeginReconciliation, OrderReconciliation
from tests.builders import NOON, a_connection
from tests.fake_connections import FakeConnections
from tests.fake_tending import FakeRuns
from tests.fakes import FakeClock, FakeLedger

DAY = timedelta(days=1)


class Office:
    """Connections, their runs, and the state machine, which only notes what it is told."""

    def __init__(self, *connections: Connection) -> None:
        self.ledger, self.runs, self.clock = FakeLedger(), FakeRuns(), FakeClock()
        for connection in connections or (a_connection(),):
            self.ledger.save_connection(connection)
        self.begin = BeginReconciliation(FakeConnections(self.ledger), self.runs, self.clock)
        self.started: list[tuple[str, str]] = []
        tokens = count()
        self.order = OrderReconciliation(self.begin, self.runs, self, self.clock, lambda: f"{next(tokens):08d}")

    def start(self, connection_id: str, run_id: str, *, approved: bool = False) -> None:
        assert not approved
        self.started.append((connection_id, run_id))

    def ended(self, at: datetime, **given: object) -> Run:
        """A reconciliation that is done."""
        told = {"id": at.isoformat(), "connection_id": "burrow", "kind": RunKind.RECONCILIATION, "at": at}
        run = Run.model_validate(told | {"audience_id": "audience1", "state": RunState.DONE} | given)
        self.runs.save(run)
        return run


def test_s5_in_its_night_each_connection_at_work_is_checked_and_a_live_one_reconciled() -> None:
    states = ("draft", "checked", "awaiting_approval", "paused", "broken", "disconnected")
    office = Office(a_connection(), *(a_connection(id=state.replace("_", "-"), state=state) for state in states))

    tonight = office.begin.tonight(NOON, everywhere=True)

    kinds = [(connection_id, office.runs.kept[connection_id, run_id].kind) for connection_id, run_id in tonight]
    check, whole = RunKind.NIGHTLY_CHECK, RunKind.RECONCILIATION
    assert kinds == [("broken", check), ("burrow", check), ("burrow", whole), ("paused", check)]


def test_the_same_night_again_begins_nothing_that_has_ended() -> None:
    office = Office()
    first = office.begin.tonight(NOON, everywhere=True)
    assert office.begin.tonight(NOON, everywhere=True) == first
    (check, whole) = (office.runs.kept[each] for each in first)
    office.runs.save(check.model_copy(update={"state": RunState.DONE}))

    assert office.begin.tonight(NOON, everywhere=True) == [("burrow", whole.id)]
    assert len(office.runs.kept) == 2


def test_a_night_is_where_the_connection_is() -> None:
    zones = {"lyon": "Europe/Paris", "quito": "America/Guayaquil"}
    office = Office(*(a_connection(id=name, time_zone=zone) for name, zone in zones.items()))
    hours = [datetime(2026, 11, 26, hour, 20, tzinfo=UTC) for hour in range(24)]

    nights = {hour.hour: {name for name, _ in office.begin.tonight(hour)} for hour in hours}

    assert {hour: names for hour, names in nights.items() if names} == {2: {"lyon"}, 8: {"quito"}}


@given(
    st.sampled_from(["Europe/Paris", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC", "America/Nuuk"]),
    st.dates(datetime(2024, 1, 1).date(), datetime(2030, 1, 1).date()),  # noqa: DTZ001 - only their days count
    st.integers(0, 59),
)
def test_every_day_has_one_night_whatever_the_clocks_do(zone: str, day: object, minute: int) -> None:
    connection = a_connection(time_zone=zone)
    begin = datetime.fromisoformat(f"{day}T00:00:00+00:00").replace(minute=minute)
    nights = [begin + timedelta(hours=n) for n in range(24 * 7) if is_night(connection, begin + timedelta(hours=n))]

    assert 6 <= len(nights) <= 8
    assert all(timedelta(hours=22) <= b - a <= timedelta(hours=26) for a, b in pairwise(nights))


def test_the_first_night_reads_everybody_the_next_ones_what_changed_since_and_every_seventh_everybody_again() -> None:
    office = Office()
    full = []
    for night in range(15):
        at = NOON + night * DAY
        since = office.begin.since(office.ledger.connections["burrow"], at)
        full += [night] if since is None else []
        assert since is None or since == at - DAY - timedelta(minutes=10)
        office.ended(at, since=since)

    assert full == [0, 7, 14]


def test_the_reading_before_the_first_approval_is_one_of_the_whole_audience() -> None:
    office = Office()
    connection = office.ledger.connections["burrow"]
    office.ended(NOON, kind=RunKind.AUDIENCE_READING)
    office.ended(NOON + DAY, kind=RunKind.FIRST_IMPORT)

    run = office.order(connection, full=False)

    assert run.since == NOON - timedelta(minutes=10)
    assert office.begin.since(connection, NOON + 7 * DAY) is None


@pytest.mark.parametrize("given", [{"audience_id": "another"}, {"state": RunState.FAILED}, {"state": RunState.STOPPED}])
def test_only_what_was_done_in_this_audience_counts(given: dict[str, object]) -> None:
    office = Office()
    office.ended(NOON, **given)

    assert since_when(office.runs.kept.values(), a_connection(), NOON + DAY) is None


def test_a_night_that_failed_is_made_up_for_by_the_next_one() -> None:
    office = Office()
    office.ended(NOON)
    office.ended(NOON + DAY, since=NOON, state=RunState.FAILED)

    assert since_when(office.runs.kept.values(), a_connection(), NOON + 2 * DAY) == NOON - timedelta(minutes=10)


def test_an_operators_order_starts_a_run_and_the_same_order_again_the_same_one() -> None:
    office = Office()
    connection = office.ledger.connections["burrow"]

    first = office.order(connection, full=True)
    second = office.order(connection, full=False)

    assert first == second
    assert office.started == [("burrow", first.id)] * 2
    assert (first.since, first.state) == (None, RunState.RUNNING)


def test_a_connection_that_is_not_approved_is_not_reconciled() -> None:
    office = Office(a_connection(state="awaiting_approval"))

    with pytest.raises(NotNowError, match="live"):
        office.order(office.ledger.connections["burrow"], full=True)


def test_p13_a_run_that_lost_its_state_machine_is_under_way_no_longer() -> None:
    office = Office()
    connection = office.ledger.connections["burrow"]
    lost = office.order(connection, full=True)
    office.clock.pass_(2 * DAY.total_seconds())

    another = office.order(connection, full=True)

    assert another.id != lost.id
    shown = office.order.run(connection, lost.id)
    assert shown is not None
    assert (shown.state, shown.done_at) == (RunState.FAILED, NOON + DAY)
    assert "state machine" in shown.detail
