"""A file of all members says who has left; for too many an operator is asked, and an empty one empties nothing (Q5)."""

import pytest

from accord.domain.changes import Left, OrderBy
from accord.domain.connection import Connection
from accord.domain.file_import import ImportMode, Phase
from accord.domain.reasons import Status
from accord.domain.record import Presence
from accord.domain.run import Run, RunState
from accord.usecases.connecting.reach_account import NotNowError
from accord.usecases.import_members import NONE_GOOD
from accord.usecases.importing.note_arrivals import NoteArrivals
from tests.builders import a_connection, minutes
from tests.desk import Desk
from tests.scene import Scene

SNAPSHOT = ImportMode.SNAPSHOT


class Warren:
    """Members who were imported and settled; then a snapshot is brought."""

    def __init__(self, members: int, connection: Connection | None = None, *, versions: bool = False) -> None:
        self.scene = Scene(connection=connection or a_connection())
        self.desk = Desk(self.scene.connection, self.scene.ledger, self.scene.clock)
        self.sync = NoteArrivals(self.scene.sync, self.desk.sendings)
        self.versions = versions
        self.desk.imported(self.file(*range(members)))
        self.work()
        self.scene.clock.pass_(3600)

    def file(self, *members: int | str) -> str:
        lines = (m if isinstance(m, str) else f"m-{m},vole{m}@burrow.test,yes,1" for m in members)
        head = "id,email,consent,version" if self.versions else "id,email,consent,fields.n"
        return "\n".join([head, *lines, ""])

    def snapshot(self, *members: int | str) -> Run:
        return self.desk.imported(self.file(*members), SNAPSHOT)

    def work(self) -> None:
        """What was queued is carried out."""
        queued = self.desk.sent()
        self.desk.urgent.messages, self.desk.bulk.messages = [], []
        assert self.sync(queued, self.scene.clock.now() + minutes(10)).failed == ()
        self.scene.settle_all()

    def left(self) -> set[str]:
        """Who is told to have left."""
        changes = (arrived.change for message in self.desk.sent() for arrived in message.changes)
        return {change.id for change in changes if isinstance(change, Left)}

    def presence(self, member: str) -> Presence:
        return self.scene.ledger.stored_records[self.scene.connection.id, member].presence


def test_q5_who_is_not_in_the_snapshot_has_left() -> None:
    warren = Warren(20)

    run = warren.snapshot(*range(18), 30)

    assert run.state is RunState.DONE
    assert run.counts == {"taken": 19, "left": 2}
    assert warren.left() == {"m-18", "m-19"}
    warren.work()
    assert warren.presence("m-19") is Presence.LEFT
    assert warren.scene.record("m-19").status is Status.ARCHIVED
    assert warren.presence("m-30") is Presence.PRESENT


def test_an_upsert_says_nothing_of_those_who_are_not_in_it() -> None:
    warren = Warren(20)
    warren.desk.imported(warren.file(1, 2))
    assert warren.left() == set()


@pytest.mark.parametrize(
    ("members", "gone", "asked"), [(20, 10, False), (20, 11, True), (60, 12, False), (60, 13, True)]
)
def test_more_than_ten_and_a_fifth_are_asked_for_before_anything_is_sent(members: int, gone: int, asked: bool) -> None:
    warren = Warren(members)

    run = warren.snapshot(*range(gone, members))

    assert (run.state is RunState.PROPOSED) is asked
    if asked:
        assert warren.desk.sent() == []
        assert f"{gone} of {members} members are not in the file" in run.detail


def test_p13_what_was_asked_for_is_done_once_it_is_approved() -> None:
    warren = Warren(40)
    run = warren.snapshot(*range(10))
    assert run.state is RunState.PROPOSED
    with pytest.raises(NotNowError, match="approval"):
        warren.desk.manage.begin(warren.scene.connection, run.id)

    ended = warren.desk.approved(run)

    assert (ended.state, ended.detail, ended.counts) == (RunState.DONE, "", {"taken": 10, "left": 30})
    assert warren.desk.machine.started[-1] == ("burrow", run.id, True)
    with pytest.raises(NotNowError, match="done"):
        warren.desk.manage.approve(warren.scene.connection, run.id)


def test_the_file_s_own_new_members_do_not_hide_how_many_have_left() -> None:
    warren = Warren(40)
    assert warren.snapshot(*range(1000, 1900)).state is RunState.PROPOSED


@pytest.mark.parametrize("lines", [(), ("m-1,no address,yes,1", "m-2,nor this,yes,1")])
def test_a_snapshot_without_a_good_line_empties_nothing(lines: tuple[str, ...]) -> None:
    warren = Warren(5)
    run = warren.snapshot(*lines)
    assert run.state is RunState.FAILED
    assert warren.desk.sent() == []


def test_p13_that_no_line_is_good_is_said_before_anybody_is_asked_whether_all_have_left() -> None:
    warren = Warren(40)

    run = warren.snapshot(*(f"m-{n},no address,yes,1" for n in range(100, 103)), ",,yes,1")

    assert (run.state, run.detail) == (RunState.FAILED, NONE_GOOD)
    assert run.counts == {"bad": 4}
    assert len(warren.desk.bad_lines(run)) >= 4
    assert warren.desk.sent() == []


def test_p2_who_approves_fewer_than_would_leave_approves_nothing() -> None:
    warren = Warren(40)
    run = warren.snapshot(*range(10))

    with pytest.raises(NotNowError, match="30 members would leave, and 29 at the most"):
        warren.desk.manage.approve(warren.scene.connection, run.id, 29)

    assert warren.desk.run(run).state is RunState.PROPOSED
    shown = warren.desk.manage.approve(warren.scene.connection, run.id, 30)
    assert shown is not None
    assert shown.run.state is RunState.RUNNING


def test_who_is_on_a_bad_line_has_not_left() -> None:
    warren = Warren(12)
    run = warren.snapshot(*range(11), "m-11,no address,yes,1")
    assert (run.state, run.counts) == (RunState.DONE, {"taken": 11, "bad": 1})
    assert warren.left() == set()


def test_bad_lines_that_do_not_tell_whom_they_are_about_are_asked_for() -> None:
    warren = Warren(12)

    run = warren.snapshot(*range(11), ",vole11@burrow.test,yes,1")

    assert run.state is RunState.PROPOSED
    assert "1 bad lines do not tell whom they are about, and 1 members" in run.detail
    assert warren.left() == set()
    assert len(warren.desk.bad_lines(run)) == 1
    assert warren.desk.approved(run).counts == {"taken": 11, "bad": 1, "left": 1}
    assert warren.left() == {"m-11"}


def test_a_wrong_address_in_a_file_without_ids_may_be_anybody_s() -> None:
    desk = Desk()
    desk.imported("email\nhazel@burrow.test\nfiver@burrow.test\n")
    scene = Scene(ledger=desk.ledger)
    NoteArrivals(scene.sync, desk.sendings)(desk.sent(), desk.clock.now() + minutes(10))
    desk.clock.pass_(60)

    run = desk.imported("email\nhazel@burrow.test\nfiver@@burrow.test\n", SNAPSHOT)

    assert run.state is RunState.PROPOSED


def test_of_whom_something_was_heard_since_stays() -> None:
    warren = Warren(12)
    run = warren.desk.bring(warren.file(*range(10)), SNAPSHOT)
    warren.scene.clock.pass_(60)
    warren.desk.imported(warren.file(11))
    warren.work()

    warren.desk.carry_out(run)

    assert warren.left() == {"m-10"}


def test_who_left_between_the_question_and_the_answer_is_not_told_again() -> None:
    warren = Warren(40)
    run = warren.snapshot(*range(10))
    warren.scene.clock.pass_(60)
    warren.desk.imported(warren.file(39))
    warren.work()
    assert warren.desk.approved(run).counts["left"] == 29


def test_a_connection_that_orders_by_version_takes_that_of_the_record() -> None:
    warren = Warren(12, a_connection(order_by=OrderBy.VERSION), versions=True)
    warren.snapshot(*range(11))
    warren.work()
    assert warren.presence("m-11") is Presence.LEFT
    assert warren.presence("m-10") is Presence.PRESENT


def test_p14_members_are_compared_page_by_page_and_it_goes_on_where_it_stopped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("accord.usecases.importing.compare_snapshot.A_PAGE", 5)
    warren = Warren(23)
    run = warren.desk.bring(warren.file(*range(20)), SNAPSHOT)

    steps = []
    phase: Phase | None = Phase.COUNTING
    while phase is not None:
        steps.append(phase)
        phase = warren.desk.step(run, phase, within=0)

    assert steps.count(Phase.COUNTING) == steps.count(Phase.COMPARING) == 5
    ended = warren.desk.run(run)
    assert (ended.state, ended.counts) == (RunState.DONE, {"taken": 20, "left": 3})
    assert ended.file is not None
    assert (ended.file.present, ended.file.gone) == (23, 3)
