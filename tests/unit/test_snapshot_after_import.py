"""A snapshot soon after another import: members whom that one brings are waited for, or they would never leave (Q5)."""

from accord.adapters.sqs.changes import MAX_BODY, encode
from accord.domain.file_import import ImportMode, Phase
from accord.domain.record import Presence
from accord.domain.run import RunState
from accord.usecases.import_members import LONGEST_WAIT, NEVER_CAME, UNDER_WAY, WAITING
from tests.desk import Desk
from tests.unit.test_compare_snapshot import Warren

SNAPSHOT = ImportMode.SNAPSHOT


def after_an_import(lines: int) -> Warren:
    """An import is done, and its lines are in the queue."""
    warren = Warren(0)
    warren.desk.imported(warren.file(*range(lines)))
    warren.scene.clock.pass_(60)
    return warren


def test_p13_a_snapshot_waits_for_the_lines_of_the_import_before_it_and_says_how_many() -> None:
    warren = after_an_import(1200)

    run = warren.snapshot(*range(1000))

    assert (run.state, run.detail) == (RunState.RUNNING, WAITING.format(lines=1200))
    assert run.file is not None
    assert run.file.phase is Phase.WAITING
    warren.work()
    ended = warren.desk.carry_out(run)
    assert (ended.state, ended.detail, ended.counts) == (RunState.DONE, "", {"taken": 1000, "left": 200})
    warren.work()
    assert warren.presence("m-1100") is Presence.LEFT


def test_p13_it_waits_for_an_import_that_is_still_being_read_and_not_for_one_that_is_newer() -> None:
    warren = Warren(12)
    before = warren.desk.bring(warren.file(11, 12))
    warren.scene.clock.pass_(60)
    run = warren.desk.bring(warren.file(*range(11)), SNAPSHOT)
    warren.scene.clock.pass_(60)
    newer = warren.desk.bring(warren.file(13))

    assert warren.desk.carry_out(run).detail == UNDER_WAY
    warren.desk.carry_out(before)
    warren.work()
    assert warren.desk.carry_out(run).counts == {"taken": 11, "left": 2}
    assert warren.desk.carry_out(newer).state is RunState.DONE


def test_an_upsert_waits_for_nobody() -> None:
    warren = after_an_import(2)
    assert warren.desk.imported(warren.file(2)).state is RunState.DONE


def test_what_an_import_sent_before_it_was_stopped_is_waited_for_too() -> None:
    warren = after_an_import(3)
    (sent,) = (run for run in warren.desk.runs.kept.values() if run.counts)
    warren.desk.runs.save(sent.model_copy(update={"state": RunState.STOPPED}))
    assert warren.snapshot(1).detail == WAITING.format(lines=3)


def test_p13_nobody_waits_for_ever_for_lines_that_do_not_come() -> None:
    warren = after_an_import(3)
    run = warren.snapshot(1)
    warren.scene.clock.pass_(LONGEST_WAIT.total_seconds() + 1)
    assert (warren.desk.carry_out(run).state, warren.desk.run(run).detail) == (RunState.FAILED, NEVER_CAME)
    warren.scene.clock.pass_(86_400)
    assert warren.snapshot(1).state is RunState.DONE


def test_lines_that_are_as_long_as_they_may_be_go_in_messages_that_no_queue_divides() -> None:
    desk = Desk()
    words = "w" * 900
    head = "id,email," + ",".join(f"fields.f{n}" for n in range(15))
    desk.imported("\n".join([head, *(f"m-{n},vole{n}@burrow.test" + f",{words}" * 15 for n in range(200))]))
    assert len(desk.bulk.messages) > 1
    assert all(len(encode(message).encode()) < MAX_BODY for message in desk.bulk.messages)
    assert sum(lines for lines, _ in desk.sendings.kept.values()) == 200
    assert len(desk.sendings.kept) == len(desk.bulk.messages)
