"""A run is ended by an operator: what stands of it, and what can not be ended (P13)."""

from datetime import timedelta

import pytest

from accord.domain.file_import import FileImport, ImportMode, Phase
from accord.domain.run import LOST, NOBODY, SILENT, WAITS, Run, RunKind, RunState
from accord.domain.sweep import Found, PagePlace, PageRead
from accord.ports import QueuedChanges
from accord.usecases import import_members
from accord.usecases.connecting.reach_account import NotNowError
from accord.usecases.tending.stop_run import StopRun
from tests.builders import NOON, a_connection
from tests.desk import Desk, lines_of
from tests.fake_reconciling import FakeSweeps
from tests.fake_tending import FakeRuns
from tests.fakes import FakeClock
from tests.unit.test_compare_snapshot import Warren

SECOND = timedelta(seconds=1)


def a_run(kind: RunKind = RunKind.RECONCILIATION, state: RunState = RunState.RUNNING, **given: object) -> Run:
    told = {"id": "r-1", "connection_id": "burrow", "kind": kind, "state": state, "at": NOON}
    return Run.model_validate(told | given)


def stop(runs: FakeRuns, run: Run, sweeps: FakeSweeps | None = None) -> Run:
    stopped = StopRun(runs, sweeps or FakeSweeps(runs), FakeClock())(a_connection(), run.id)
    assert stopped is not None
    return stopped


def test_p13_what_a_reconciliation_found_until_it_is_stopped_stands() -> None:
    runs, run = FakeRuns(), a_run()
    runs.save(run)
    sweeps = FakeSweeps(runs)
    sweeps.save(run, PageRead(place=PagePlace(), total=3, counts={Found.READ: 3, Found.CALLS: 1}))

    stopped = stop(runs, run, sweeps)

    assert (stopped.state, stopped.done_at, stopped.counts) == (RunState.STOPPED, NOON, {"contacts": 3})
    assert stop(runs, run) == stopped
    assert StopRun(runs, sweeps, FakeClock())(a_connection(), "never") is None


@pytest.mark.parametrize("kind", [RunKind.FIRST_IMPORT, RunKind.NIGHTLY_CHECK, RunKind.APPLICATION])
def test_what_no_state_machine_carries_out_page_by_page_is_not_stopped(kind: RunKind) -> None:
    runs = FakeRuns()
    runs.save(a_run(kind))
    with pytest.raises(NotNowError, match="can be stopped"):
        stop(runs, a_run(kind))


def test_p13_of_an_import_that_is_stopped_stays_what_was_sent_and_the_numbers_say_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(import_members, "LINES_AT_ONCE", 100)
    desk = Desk()
    run = desk.bring(lines_of(150) + "m-x,no address,Nobody\n" + lines_of(149, first=151).partition("\n")[2])
    desk.step(run, Phase.COUNTING)
    desk.step(run, Phase.READING, within=0)
    desk.step(run, Phase.READING, within=0)

    stop(desk.runs, run)
    assert desk.step(run, Phase.READING) is None

    ended = desk.run(run)
    assert (ended.state, ended.done, ended.total) == (RunState.STOPPED, 200, 300)
    assert ended.counts == {"taken": 199, "bad": 1}
    assert sum(len(message.changes) for message in desk.sent()) == 199
    assert [line.split(",")[0] for line in desk.bad_lines(ended)] == ["152"]
    assert desk.files.uploads == {}


def test_p13_what_was_sent_in_the_very_step_that_was_under_way_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_members, "LINES_AT_ONCE", 100)
    desk = Desk()
    run = desk.bring(lines_of(300))
    desk.step(run, Phase.COUNTING)
    send = desk.bulk.send

    def stopped_meanwhile(message: QueuedChanges) -> None:
        send(message)
        stop(desk.runs, run)

    monkeypatch.setattr(desk.bulk, "send", stopped_meanwhile)
    assert desk.step(run, Phase.READING) is None

    ended = desk.run(run)
    assert (ended.state, ended.done, ended.counts) == (RunState.STOPPED, 100, {"taken": 100})
    assert len(desk.bulk.messages) == 1


def test_an_import_that_waits_for_its_approval_or_its_file_is_stopped_too() -> None:
    warren = Warren(40)
    run = warren.snapshot(*range(10))
    assert stop(warren.desk.runs, run).state is RunState.STOPPED
    with pytest.raises(NotNowError, match="stopped"):
        warren.desk.manage.approve(warren.scene.connection, run.id)
    made, _ = warren.desk.manage.create(warren.scene.connection, "members.csv", ImportMode.UPSERT, "")
    assert stop(warren.desk.runs, made.run).state is RunState.STOPPED
    with pytest.raises(NotNowError, match="make another one"):
        warren.desk.manage.begin(warren.scene.connection, made.run.id)


@pytest.mark.parametrize("kind", [RunKind.RECONCILIATION, RunKind.PLAN, RunKind.IMPORT, RunKind.AUDIENCE_READING])
def test_p13_who_lost_its_state_machine_has_ended_after_a_day(kind: RunKind) -> None:
    run = a_run(kind)
    assert run.as_it_stands(NOON + SILENT) == run
    ended = run.as_it_stands(NOON + SILENT + SECOND)
    assert (ended.state, ended.detail, ended.done_at) == (RunState.FAILED, LOST, NOON + SILENT)


def test_what_waits_in_a_queue_for_as_long_as_a_pause_goes_on_running() -> None:
    run = a_run(RunKind.FIRST_IMPORT)
    assert run.as_it_stands(NOON + 9 * SILENT) == run


def test_p13_nobody_s_approval_is_waited_for_longer_than_what_would_be_done_is_kept() -> None:
    run = a_run(RunKind.IMPORT, RunState.PROPOSED, file=FileImport(name="x.csv", phase_at=NOON + SECOND))
    assert run.as_it_stands(NOON + WAITS) == run
    assert run.as_it_stands(NOON + WAITS + 2 * SECOND).detail == NOBODY
    waiting = a_run(RunKind.IMPORT, RunState.AWAITING_FILE)
    assert waiting.as_it_stands(NOON + WAITS + SECOND).state is RunState.FAILED
    done = a_run(state=RunState.DONE)
    assert done.as_it_stands(NOON + 99 * WAITS) == done
