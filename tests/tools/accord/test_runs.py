"""`accord runs`: a list of them, one with all that it found, and an end to one."""

import pytest

from accord.domain.sweep import Found
from accord.usecases.tending.check_webhook import CHANGED, REGISTERED, REMOVED
from tests.tools.accord.conftest import Command
from tests.tools.accord.documents import PLAN, SUNDAY, ZOO, connection, plan, reconciliation, run
from tests.tools.accord.small_accord import Document, SmallAccord, problem
from tools.accord.runs_in_words import WHOLLY

RUNS = f"GET {ZOO}/runs"
ONE = f"{RUNS}/{SUNDAY}"
STOP = f"POST {ZOO}/runs/{SUNDAY}/stop"


def check(state: str, **other: object) -> Document:
    """Of the same night."""
    return reconciliation(state, 0, id="n-1", kind="nightly_check", total=None, calls=None) | other


@pytest.fixture
def stopping(api: SmallAccord) -> SmallAccord:
    """An Accord whose zoo is being reconciled, until that is stopped."""
    api.tell(ONE, reconciliation("running", 1000))
    api.tell(STOP, reconciliation("stopped", 1000))
    return api


def test_runs_are_listed_with_what_they_found(api: SmallAccord, accord: Command) -> None:
    found = {"contacts": 2000, "not_ours": 9, "heard": 40, "missed": 2, "tags_removed": 1}
    import_done = run("done", 300) | {"done_at": "2026-11-22T11:03:00Z"}
    failed = reconciliation("failed", 1000, id="r-2", detail="the connection was changed meanwhile")
    in_time = (reconciliation("running", 1000), reconciliation("done", 2000, found), failed, check("done"), import_done)
    api.tell(RUNS, {"runs": in_time, "next": "c1"})

    seen = accord("runs", "list", "zoo", "--limit", "5")

    assert seen.status == 0, seen.err
    lines = [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in seen.out.splitlines()]
    assert lines == [
        ["run", "kind", "state", "done", "took", "found", "calls/least"],
        [SUNDAY, "reconciliation", "running", "1,000 of 2,000"],
        [SUNDAY, "reconciliation", "done", "2,000 of 2,000", "2 min 5 s", "missed: 2, tags removed: 1", "7/3"],
        ["r-2", "reconciliation", "failed", "1,000 of 2,000", "2 min 5 s", "the connection was changed meanwhile"],
        ["n-1", "nightly check", "done", "2 min 5 s", "all in order"],
        ["r-1", "first import", "done", "300 of 300", "1 h 3 min", "synced: 300"],
    ]
    assert "--after 'c1'" in seen.err


def test_on_a_narrow_terminal_no_word_is_broken(
    api: SmallAccord, accord: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tools.accord.terminal.NO_END", 80)
    api.tell(RUNS, {"runs": [reconciliation("done", 2000, {"gone": 2}), reconciliation("running", 9)], "next": None})

    assert accord("runs", "list", "zoo").out.splitlines() == [
        f"{SUNDAY}  reconciliation  done",
        "  2,000 of 2,000  took 2 min 5 s  calls/least 7/3",
        "  gone: 2",
        f"{SUNDAY}  reconciliation  running",
        "  9 of 2,000",
    ]


def test_the_list_is_paged_and_as_json_one_document(api: SmallAccord, accord: Command) -> None:
    api.tell(RUNS, {"runs": [reconciliation("done")], "next": "c1"}, {"runs": [check("done")], "next": None})

    seen = accord("runs", "list", "zoo", "--all", "--after", "c0", "--json")

    assert seen.document == {"runs": [reconciliation("done"), check("done")], "next": None}
    assert [each.query["after"] for each in api.sent] == ["c0", "c1"]


def test_that_there_are_none_is_said(api: SmallAccord, accord: Command) -> None:
    api.tell(RUNS, {"runs": [], "next": None})

    seen = accord("runs", "list", "zoo")

    assert (seen.status, seen.out, seen.err) == (0, "", "no runs yet\n")


def test_whatever_accord_counts_has_words() -> None:
    counted = {each.value for each in Found if each is not Found.CALLS} | {REGISTERED, CHANGED, REMOVED}
    assert counted <= set(WHOLLY)


def test_one_is_shown_whole(api: SmallAccord, accord: Command) -> None:
    part = reconciliation("done", 12, {"contacts": 12, "missed": 1}, total=12, since="2026-11-21T02:50:00Z")
    api.tell(ONE, part)

    seen = accord("runs", "show", "zoo", SUNDAY)

    for words in ("reconciliation  done", "12 of 12", "2026-11-21 02:50 UTC; only a reading of the whole", "83.3 per"):
        assert words in seen.out
    assert "All in agreement" not in seen.out
    assert accord("runs", "show", "zoo", SUNDAY, "--json").document == part


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({}, "All in order."),
        ({"webhook_registered": 1}, "webhook registered anew"),
        ({"strays_removed": 2}, "webhooks of ours astray: removed"),
    ],
)
def test_a_night_check_tells_what_was_set_right(
    api: SmallAccord, accord: Command, found: dict[str, int], words: str
) -> None:
    api.tell(f"{RUNS}/n-1", check("done", counts=found))

    assert words in accord("runs", "show", "zoo", "n-1").out


def test_a_night_check_is_followed_without_a_progress_that_it_does_not_have(api: SmallAccord, accord: Command) -> None:
    api.tell(f"GET {ZOO}", {"connection": connection()})
    api.tell(f"GET {ZOO}/counts", {"counts": {}, "total": 0})
    api.tell(RUNS, {"runs": [check("running")]})
    api.tell(f"{RUNS}/n-1", check("done"), check("failed", detail="The key is refused."))

    assert accord("status", "zoo", "--follow").out == "done: all in order\n"
    failed = accord("status", "zoo", "--follow")
    assert (failed.status, failed.err.splitlines()[:2]) == (1, ["✗ The run failed", "  The key is refused."])


def test_nothing_is_said_to_be_in_agreement_before_it_ended(api: SmallAccord, accord: Command) -> None:
    api.tell(ONE, reconciliation("running", 1000))
    api.tell(f"{RUNS}/n-1", check("failed", detail="\x1b[31mThe key is refused."))

    assert "agreement" not in accord("runs", "show", "zoo", SUNDAY).out
    failed = accord("runs", "show", "zoo", "n-1").out
    assert "The key is refused." in failed
    assert "\x1b" not in failed
    assert "in order" not in failed


def test_a_reading_before_the_approval_writes_nothing_anew(api: SmallAccord, accord: Command) -> None:
    api.tell(ONE, reconciliation("done", 9, {"contacts": 9, "tags_removed": 1}, kind="audience_reading"))

    seen = accord("runs", "show", "zoo", SUNDAY).out

    assert "audience reading  done" in seen
    assert "tags removed by others" in seen
    assert "written anew" not in seen


def test_a_run_that_nobody_knows_is_refused(api: SmallAccord, accord: Command) -> None:
    api.tell(f"{RUNS}/yeti", problem(404, "There is no such run."), status=404)

    for command in ("show", "stop"):
        seen = accord("runs", command, "zoo", "yeti")
        assert seen.status == 1
        assert "There is no such run." in seen.err


def test_a_reconciliation_is_stopped_after_a_yes(stopping: SmallAccord, accord: Command) -> None:
    asked = accord("runs", "stop", "zoo", SUNDAY)

    assert asked.status == 2
    assert "--yes" in asked.err
    assert stopping.sent_to(STOP) == []

    stopped = accord("runs", "stop", "zoo", SUNDAY, "--yes")

    assert stopped.status == 0
    assert "stopped at 1,000 of 2,000" in stopped.out
    assert [each.raw for each in stopping.sent_to(STOP)] == [f"{ZOO}/runs/{SUNDAY.replace(':', '%3A')}/stop"]
    assert accord("runs", "stop", "zoo", SUNDAY, "--yes", "--json").document == reconciliation("stopped", 1000)


def test_of_a_plan_that_is_stopped_nothing_comes(api: SmallAccord, accord: Command) -> None:
    api.tell(f"{RUNS}/{PLAN}", plan())
    api.tell(f"POST {ZOO}/runs/{PLAN}/stop", plan(state="stopped"))

    assert accord("runs", "stop", "zoo", PLAN, "--yes").out == "stopped at 1,000 of 2,000; nothing comes of it.\n"


def test_what_has_ended_needs_no_stop(api: SmallAccord, accord: Command) -> None:
    api.tell(ONE, reconciliation("done"))
    api.tell(STOP, reconciliation("done"))

    seen = accord("runs", "stop", "zoo", SUNDAY)

    assert seen.status == 0
    assert "nothing to stop: reconciliation done at 2026-11-22 03:02 UTC: 2,000 of 2,000" in seen.out


AN_IMPORT = {"id": "i-1", "kind": "import"}


def test_p13_of_an_import_that_is_stopped_it_is_said_what_stays(api: SmallAccord, accord: Command) -> None:
    waiting = run("proposed", 0) | AN_IMPORT
    api.tell(f"{RUNS}/i-1", waiting)
    api.tell(f"POST {ZOO}/runs/i-1/stop", run("stopped", 200) | AN_IMPORT | {"counts": {"taken": 199}})

    seen = accord("runs", "stop", "zoo", "i-1", "--yes")

    assert seen.out == "stopped at 200 of 300; the 199 lines that it took stay accepted.\n"


CAPS = [{"what": "archived", "count": 40, "allowed": 20}]
WAITING = reconciliation("proposed", 2000, beyond_caps=CAPS, detail="it would archive 40 contacts")
APPROVE = f"POST {ZOO}/runs/{SUNDAY}/approve"


@pytest.fixture
def waiting(api: SmallAccord) -> SmallAccord:
    """An Accord with a night that waits, until it is approved."""
    api.tell(ONE, WAITING, reconciliation("running", 2000))
    api.tell(APPROVE, reconciliation("running", 2000), status=202)
    return api


def test_p2_a_night_that_waits_is_approved_by_a_person_or_up_to_a_number(waiting: SmallAccord, accord: Command) -> None:
    seen = accord("runs", "approve", "zoo", SUNDAY, "--at-most", "40")
    assert seen.status == 0, seen.err
    assert "it would archive 40 contacts" in seen.err
    assert "It goes on." in seen.out
    assert len(waiting.sent_to(APPROVE)) == 1


@pytest.mark.parametrize(("given", "status"), [((), 2), (("--at-most", "39"), 1)])
def test_p2_nobody_approves_by_accident(
    waiting: SmallAccord, accord: Command, given: tuple[str, ...], status: int
) -> None:
    seen = accord("runs", "approve", "zoo", SUNDAY, *given)
    assert (seen.status, waiting.sent_to(APPROVE)) == (status, [])
    assert "--at-most" in seen.err


def test_what_does_not_wait_is_not_approved(api: SmallAccord, accord: Command) -> None:
    api.tell(ONE, reconciliation("done", 2000))
    seen = accord("runs", "approve", "zoo", SUNDAY, "--at-most", "40")
    assert (seen.status, "There is nothing to approve: reconciliation done" in seen.err) == (1, True)


def test_an_import_that_waits_is_approved_alike(api: SmallAccord, accord: Command) -> None:
    api.tell(f"{RUNS}/i-1", run("proposed", 0) | AN_IMPORT, run("running", 0) | AN_IMPORT)
    found = {"id": "i-1", "detail": "30 of 40 are missing.", "snapshot": {"present": 40, "missing": 30}}
    api.tell(f"GET {ZOO}/imports/i-1", {"import": found})
    api.tell(f"POST {ZOO}/imports/i-1/approve", {"import": found}, status=202)

    assert accord("runs", "approve", "zoo", "i-1", "--at-most", "30").status == 0
    assert [each.body for each in api.sent_to(f"POST {ZOO}/imports/i-1/approve")] == [{"at_most": 30}]


def test_what_can_not_be_stopped_goes_on_and_that_is_no_success(api: SmallAccord, accord: Command) -> None:
    api.tell(f"{RUNS}/r-1", run("running", 120))
    api.tell(f"POST {ZOO}/runs/r-1/stop", run("running", 120))

    seen = accord("runs", "stop", "zoo", "r-1", "--yes")

    assert seen.status == 1
    assert "Only reconciliations, plans, imports and pulls can be stopped" in seen.err
    assert "first import running since 2026-11-22 10:00 UTC: 120 of 300" in seen.err
