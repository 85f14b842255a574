"""A file that was uploaded becomes changes: good lines are taken, bad ones listed; it goes on where it stopped (Q5)."""

import tracemalloc
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from accord.domain.changes import OrderBy, Upserted
from accord.domain.contact import ContactStatus
from accord.domain.file_import import Phase
from accord.domain.history import CauseKind
from accord.domain.run import RunKind, RunState
from accord.errors import Retryable
from accord.ports import QueuedChanges
from accord.usecases import import_members
from tests.builders import NOON, a_connection, a_member, a_policy
from tests.desk import FRENCH, Desk, lines_of
from tests.fakes import FakeQueue
from tests.scene import Scene


def emails(messages: list[QueuedChanges]) -> list[str]:
    changes = (arrived.change for message in messages for arrived in message.changes)
    return [str(change.member.email) for change in changes if isinstance(change, Upserted)]


def test_q5_good_lines_are_taken_and_the_bad_one_is_listed_with_its_number_and_reason() -> None:
    desk = Desk()

    run = desk.imported(FRENCH)

    assert (run.kind, run.state, run.done, run.total) == (RunKind.IMPORT, RunState.DONE, 3, 3)
    assert run.counts == {"taken": 2, "bad": 1}
    (bad,) = desk.bad_lines(run)
    assert bad.startswith('3,E-mail,"is not a valid email address')
    assert "pas une" not in bad
    assert run.file is not None
    assert run.file.columns.understood["Prénom"] == "first_name"
    assert run.file.columns.unknown == ("Couleur préférée",)
    assert run.file.written_as == "CSV, UTF-8"


def test_an_opt_out_does_not_wait_behind_a_million_lines() -> None:
    desk = Desk()

    desk.imported(FRENCH)

    assert emails(desk.urgent.messages) == ["ursule@scree.test"]
    assert emails(desk.bulk.messages) == ["margot@scree.test"]


def test_everything_counts_as_said_when_the_import_was_made_so_that_a_repeat_changes_nothing() -> None:
    desk = Desk()
    run = desk.bring(FRENCH)
    desk.clock.pass_(300)

    desk.carry_out(run)

    changes = [arrived for message in desk.sent() for arrived in message.changes]
    assert {arrived.received_at for arrived in changes} == {NOON}
    assert {(arrived.change.id, arrived.index) for arrived in changes} == {("m-1", 1), ("m-3", 3)}
    assert {(arrived.cause.kind, arrived.cause.detail) for arrived in changes} == {(CauseKind.FILE, run.id)}


def test_of_two_lines_with_the_same_id_the_later_counts_and_the_list_warns() -> None:
    desk = Desk()
    twins = [*["m-7,hazel@burrow.test,Hazel"] * 2, "m-8,hazel@burrow.test,Fiver"]

    run = desk.imported("\n".join(["id,email,first_name", *twins]))

    assert run.counts == {"taken": 3, "duplicates": 1, "shared_addresses": 1}
    (warning,) = desk.bad_lines(run)
    assert warning.startswith("3,id,")
    assert "this one counts" in warning
    first, second, _ = (arrived for message in desk.sent() for arrived in message.changes)
    assert first.position(OrderBy.OCCURRED_AT) < second.position(OrderBy.OCCURRED_AT)


def test_places_beyond_ten_thousand_stay_in_order() -> None:
    desk = Desk()
    desk.imported(lines_of(11_000))
    positions = [arrived.position(OrderBy.RECEIVED) for message in desk.bulk.messages for arrived in message.changes]
    assert positions == sorted(positions)


def test_a_message_has_500_changes_at_the_most() -> None:
    desk = Desk()
    desk.imported(lines_of(1_201))
    assert [len(message.changes) for message in desk.bulk.messages] == [500, 500, 201]


def test_a_file_without_ids_names_its_members_by_their_address() -> None:
    desk = Desk()
    desk.imported("email\nHazel@Burrow.test\n")
    desk.imported("email\n hazel@burrow.test \n")
    (first, second) = (arrived.change.id for message in desk.bulk.messages for arrived in message.changes)
    assert first == second
    assert first.startswith("by-address-")
    assert "hazel" not in first


def test_lines_of_json_are_changes_as_they_are_posted() -> None:
    desk = Desk()
    run = desk.imported(
        '{"id":"m-1","member":{"email":"hazel@burrow.test"}}\n{"id":"m-2"}\n{"id":"\\ud800"}\n', name="x.ndjson"
    )
    assert run.counts == {"taken": 1, "bad": 2}
    assert run.file is not None
    assert run.file.written_as == "NDJSON, UTF-8"
    assert [line.partition(",")[0] for line in desk.bad_lines(run)] == ["2", "3"]


# --- resumed ----------------------------------------------------------------------------------------------------------


def test_p14_an_invocation_stops_before_its_end_and_the_next_one_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_members, "LINES_AT_ONCE", 100)
    desk = Desk()
    run = desk.bring(lines_of(250))
    assert desk.step(run, Phase.COUNTING, within=0) is Phase.READING

    places = []
    while desk.step(run, Phase.READING, within=0) is Phase.READING:
        places.append(desk.run(run).done)

    assert places == [100, 200]
    assert emails(desk.bulk.messages) == [f"vole{n}@burrow.test" for n in range(1, 251)]
    assert desk.run(run).counts == {"taken": 250}


class Tired(FakeQueue):
    """A queue that takes so many messages and then none."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    def send(self, message: QueuedChanges) -> None:
        if len(self.messages) == self.most:
            raise Retryable("the queue is tired", effect_unknown=True)
        super().send(message)


def test_p14_a_crash_repeats_lines_and_their_bad_ones_are_listed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_members, "LINES_AT_ONCE", 1_000)
    bad = "m-x,no address,Nobody\n"
    desk = Desk()
    run = desk.bring(lines_of(1_500) + bad + lines_of(1_500, first=1_501).partition("\n")[2] + bad)
    desk.step(run, Phase.COUNTING)
    whole = Desk()
    whole.imported(lines_of(1_500) + bad + lines_of(1_500, first=1_501).partition("\n")[2] + bad)
    working, object_ = desk.imports, Tired(4)
    desk.imports = import_members.ImportMembers(
        **{name: getattr(working, name) for name in working.__slots__} | {"bulk": object_}
    )

    with pytest.raises(Retryable):
        desk.step(run, Phase.READING)
    assert desk.run(run).done == 2_000
    desk.imports, desk.bulk.messages = working, object_.messages
    ended = desk.carry_out(run)

    assert ended.counts == {"taken": 3_000, "bad": 2}
    assert [line.split(",")[0] for line in desk.bad_lines(ended)] == ["1502", "3003"]
    told = {arrived.model_dump_json() for message in desk.bulk.messages for arrived in message.changes}
    assert len(told) == 3_000


def test_a_step_that_is_repeated_once_all_is_done_does_nothing() -> None:
    desk = Desk()
    run = desk.imported(FRENCH)
    before = len(desk.sent())
    assert [desk.step(run, phase) for phase in Phase] == [None] * len(Phase)
    assert len(desk.sent()) == before


def test_duplicates_are_known_across_invocations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_members, "LINES_AT_ONCE", 10)
    desk = Desk()
    run = desk.bring(lines_of(10) + "m-1,vole1@burrow.test,Vera\n")
    assert desk.carry_out(run, within=0).counts == {"taken": 11, "duplicates": 1}


def test_p14_memory_does_not_grow_with_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    member = a_member()

    def quickly(raw: Mapping[str, Any], *_others: object) -> Upserted:
        """Checks nothing: what checks a line keeps nothing of it, and takes a minute where memory is traced."""
        return Upserted.model_construct(type="member.upserted", id=raw["id"], member=member)

    monkeypatch.setattr("accord.usecases.importing.import_lines.validate_change", quickly)

    def peak(lines: int) -> int:
        desk = Desk()
        run = desk.bring(lines_of(lines))
        desk.step(run, Phase.COUNTING)
        desk.bulk.messages = Forgetful()
        tracemalloc.start()
        desk.step(run, Phase.READING)
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    small, large = peak(2_000), peak(10_000)

    assert large < small + 500_000
    assert large < 60_000_000


class Forgetful(list[QueuedChanges]):
    """Messages as SQS has them: elsewhere."""

    def append(self, _message: QueuedChanges) -> None:
        """Gone."""


def test_the_file_is_deleted_once_it_is_read() -> None:
    desk = Desk()
    run = desk.imported(FRENCH)
    assert desk.files.uploads == {}
    assert desk.run(run).file is not None


def test_p13_how_long_it_still_takes_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_members, "LINES_AT_ONCE", 100)
    desk = Desk()
    run = desk.bring(lines_of(400))
    desk.step(run, Phase.COUNTING)
    desk.step(run, Phase.READING, within=0)
    desk.clock.pass_(30)

    shown = desk.manage.one(desk.connection, run.id)

    assert shown is not None
    assert (shown.run.done, shown.run.total, shown.seconds_left) == (100, 400, 90)
    assert timedelta(seconds=shown.seconds_left or 0) == timedelta(minutes=1.5)


def test_q5_who_is_in_a_file_waits_for_no_night_since_an_operator_brought_it() -> None:
    nightly = a_connection(policy=a_policy(sync_mode="nightly"), time_zone="Europe/Paris")
    scene = Scene(connection=nightly)
    desk = Desk(nightly, scene.ledger, scene.clock)

    desk.imported("id,email,consent\nm-1,margot@scree.test,yes\n")
    scene.work(*desk.sent())

    assert scene.seen("margot@scree.test") is ContactStatus.SUBSCRIBED
    (event,) = scene.ledger.history("burrow", "m-1", None, 10).items
    assert event.cause is not None
    assert event.cause.kind is CauseKind.FILE
