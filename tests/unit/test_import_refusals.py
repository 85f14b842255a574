"""A file of which nothing is taken: why, and what to do; and imports that end before their end (Q5)."""

import pytest

from accord.domain.connection import ConnectionState
from accord.domain.file_import import MAX_BYTES, ImportMode, Phase
from accord.domain.run import RunState
from accord.usecases import import_members
from tests.builders import a_connection
from tests.desk import FRENCH, Desk, lines_of


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "empty"),
        (b"PK\x03\x04 a spreadsheet", "CSV UTF-8"),
        (b"first_name,plan\nHazel,Warren\n", "No column is named email or id"),
        (b"email,E-mail\na@b.test,c@d.test\n", "both read as email"),
        (b"email,first_name\n\n\n", "no line below"),
        (b"email,first_name\nnobody,Hazel\n", "No line of the file could be taken"),
    ],
)
def test_a_file_of_which_nothing_can_be_taken_ends_with_the_remedy(body: bytes, why: str) -> None:
    desk = Desk()

    run = desk.imported(body)

    assert run.state is RunState.FAILED
    assert why in run.detail
    assert run.done_at is not None
    assert desk.sent() == []


def test_a_million_lines_are_the_most_and_are_counted_before_any_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_members, "MAX_LINES", 10)
    desk = Desk()
    assert desk.imported(lines_of(10)).state is RunState.DONE
    run = desk.imported(lines_of(11))
    assert run.state is RunState.FAILED
    assert "Split it" in run.detail
    assert len(desk.bulk.messages) == 1


def test_a_file_that_is_too_large_is_not_read() -> None:
    desk = Desk()
    made, _ = desk.manage.create(desk.connection, "members.csv", ImportMode.UPSERT, "")
    desk.files.uploads[desk.connection.id, made.run.id] = ("version", Huge())
    begun = desk.manage.begin(desk.connection, made.run.id)
    assert begun is not None
    assert begun.run.state is RunState.FAILED
    assert "300 MB" in begun.run.detail
    assert desk.machine.started == []


class Huge(bytes):
    """More than anybody would hold in memory."""

    def __len__(self) -> int:
        return MAX_BYTES + 1


def test_a_file_that_was_replaced_or_has_expired_ends_the_import() -> None:
    desk = Desk()
    run = desk.bring(FRENCH)
    desk.step(run, Phase.COUNTING)
    desk.files.put(run.connection_id, run.id, b"email\nsomebody@else.test\n")
    assert desk.step(run, Phase.READING) is None
    assert desk.run(run).state is RunState.FAILED


def test_a_connection_that_was_disconnected_meanwhile_takes_no_more() -> None:
    desk = Desk()
    run = desk.bring(FRENCH)
    desk.ledger.save_connection(a_connection(state=ConnectionState.DISCONNECTED))
    ended = desk.carry_out(run)
    assert (ended.state, desk.sent()) == (RunState.FAILED, [])
    assert "Reconnect" in ended.detail


def test_a_run_that_the_machine_gave_up_says_so() -> None:
    desk = Desk()
    run = desk.bring(FRENCH)
    desk.imports.fail(run.connection_id, run.id, "given up")
    desk.imports.fail(run.connection_id, "never", "given up")
    assert (desk.run(run).state, desk.run(run).detail) == (RunState.FAILED, "given up")
