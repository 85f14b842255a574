"""`accord status` and `accord approve`: what needs a person, and the import that a person lets begin."""

import pytest

from tests.tools.accord.conftest import Command
from tests.tools.accord.documents import SUMMARY, ZOO, connection, run
from tests.tools.accord.small_accord import SmallAccord, problem

COUNTS = {"counts": {"synced": 953, "failed": 4, "pending": 0}, "total": 957}


@pytest.fixture
def approving(api: SmallAccord) -> SmallAccord:
    """An Accord whose zoo waits for approval."""
    api.tell(f"GET {ZOO}/summary", SUMMARY)
    api.tell(f"POST {ZOO}/approve", {"connection": connection(), "run": "r-1"}, status=202)
    api.tell(f"GET {ZOO}/runs/r-1", run("running", 120), run("done", 300))
    return api


def test_status_tells_state_reason_counts_and_what_needs_a_person(api: SmallAccord, accord: Command) -> None:
    reason = {"code": "x", "message": "The audience is gone.", "next_step": "Choose another."}
    pond = connection("paused", id="pond", reason=reason)
    api.tell(
        "GET /v1/connections", {"connections": [connection()], "next": "c1"}, {"connections": [pond], "next": None}
    )
    for each in ("zoo", "pond"):
        api.tell(f"GET /v1/connections/{each}/counts", COUNTS if each == "zoo" else {"counts": {}, "total": 0})

    seen = accord("status")

    assert seen.status == 0
    assert seen.out.splitlines() == [
        "zoo  live  since 2026-11-22 10:00 UTC",
        "  The otters agree.",
        "  957 members: 953 synced, 4 failed",
        "  → 4 failed. See why, mend it, try it again.",
        "    accord failures list zoo",
        "",
        "pond  paused  since 2026-11-22 10:00 UTC",
        "  The audience is gone.",
        "  0 members",
        "  → Choose another.",
        "    accord connections resume pond",
    ]


def test_status_of_one_is_one_document(api: SmallAccord, accord: Command) -> None:
    api.tell(f"GET {ZOO}", {"connection": connection()})
    api.tell(f"GET {ZOO}/counts", COUNTS)

    assert accord("status", "zoo", "--json").document == {"connection": connection(), "runs": [], **COUNTS}


def test_p2_a_night_that_waits_for_an_approval_is_not_overlooked(api: SmallAccord, accord: Command) -> None:
    api.tell(f"GET {ZOO}", {"connection": connection()})
    api.tell(f"GET {ZOO}/counts", COUNTS)
    waiting = run("proposed", 300) | {"kind": "reconciliation", "detail": "it would archive 40 contacts"}
    asked = run("proposed", 0) | {"kind": "reconfirmation", "id": "nobody's"}
    api.tell(f"GET {ZOO}/runs", {"runs": [waiting, asked]})

    seen = accord("status", "zoo").out

    assert "→ reconciliation waits: it would archive 40 contacts" in seen
    assert "accord runs approve zoo r-1" in seen
    assert "nobody's" not in seen


def test_status_of_one_that_is_not_there_is_refused(accord: Command) -> None:
    assert accord("status", "yeti").status == 1


def test_approve_shows_the_summary_and_waits_for_the_import(approving: SmallAccord, accord: Command) -> None:
    seen = accord("approve", "zoo", "--yes")

    assert seen.status == 0
    for words in ("contacts created", "250", "They never agreed.", "+250", "done: 300 of 300 (synced: 300)"):
        assert words in seen.out
    assert [each.body for each in approving.sent_to(f"POST {ZOO}/approve")] == [{"summary": "s-1"}]


def test_approve_asks_and_where_nobody_is_nothing_begins(approving: SmallAccord, accord: Command) -> None:
    seen = accord("approve", "zoo")

    assert seen.status == 2
    assert "--yes" in seen.err
    assert approving.sent_to(f"POST {ZOO}/approve") == []


def test_approve_can_be_looked_at_only(approving: SmallAccord, accord: Command) -> None:
    assert accord("approve", "zoo", "--dry-run", "--json").document == SUMMARY
    assert accord("approve", "zoo", "--dry-run").status == 0
    assert approving.sent_to(f"POST {ZOO}/approve") == []


def test_approve_as_json_is_the_run_that_is_done(approving: SmallAccord, accord: Command) -> None:
    assert accord("approve", "zoo", "--yes", "--json").document == run("done", 300)


def test_an_interrupt_leaves_the_import_running_and_says_how_to_look_again(
    approving: SmallAccord, accord: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tools.accord.following.pause", interrupted)

    seen = accord("approve", "zoo", "--yes")

    assert seen.status == 130
    assert "accord status zoo --follow" in seen.err


def test_an_import_that_failed_is_told(api: SmallAccord, accord: Command) -> None:
    api.tell(f"GET {ZOO}/summary", SUMMARY)
    api.tell(f"POST {ZOO}/approve", {"connection": connection(), "run": "r-1"}, status=202)
    api.tell(f"GET {ZOO}/runs/r-1", run("failed", 120))

    seen = accord("approve", "zoo", "--yes")

    assert seen.status == 1
    assert "failed at 120 of 300" in seen.err


def test_a_summary_that_is_not_the_newest_is_refused(api: SmallAccord, accord: Command) -> None:
    api.tell(f"GET {ZOO}/summary", SUMMARY)
    api.tell(f"POST {ZOO}/approve", problem(409, "There is a newer summary."), status=409)

    seen = accord("approve", "zoo", "--yes")

    assert seen.status == 1
    assert "There is a newer summary." in seen.err


def test_where_nobody_reads_the_audience_a_person_is_told_what_does(accord: Command) -> None:
    seen = accord("approve", "zoo")

    assert seen.status == 1
    assert "accord connections test zoo" in seen.err


def test_while_the_audience_is_read_approve_waits_for_the_summary(api: SmallAccord, accord: Command) -> None:
    api.tell(f"GET {ZOO}/summary", problem(404, "There is no such summary."), status=404)
    api.tell(f"GET {ZOO}/summary", SUMMARY)
    api.tell(f"GET {ZOO}/runs", {"runs": [run("running", 7)]}, {"runs": [run("running", 90)]}, {"runs": []})

    assert accord("approve", "zoo", "--dry-run", "--json").document == SUMMARY
    assert len(api.sent_to(f"GET {ZOO}/runs")) == 3


def test_a_running_import_is_followed_until_it_is_done(api: SmallAccord, accord: Command) -> None:
    api.tell(f"GET {ZOO}", {"connection": connection()})
    api.tell(f"GET {ZOO}/counts", COUNTS)
    api.tell(f"GET {ZOO}/runs", {"runs": [run("running", 7)]})
    api.tell(f"GET {ZOO}/runs/r-1", run("running", 7), run("done", 300))

    assert "done: 300 of 300" in accord("status", "zoo", "--follow").out
