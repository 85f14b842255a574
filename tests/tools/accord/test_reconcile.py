"""`accord reconcile`: an order, a run that is followed, and what it found in words."""

import pytest

from tests.tools.accord.conftest import Command
from tests.tools.accord.documents import SUNDAY, ZOO, reconciliation
from tests.tools.accord.small_accord import Document, SmallAccord, problem

ORDER = f"POST {ZOO}/runs"
ONE = f"GET {ZOO}/runs/{SUNDAY}"
FOUND = {
    "contacts": 2000,
    "not_ours": 31,
    "missed": 3,
    "fields_changed": 4,
    "tags_removed": 1,
    "groups_left": 2,
    "language_changed": 5,
    "permissions_changed": 6,
    "gone": 7,
    "moulted": 8,
}


@pytest.fixture
def reconciling(api: SmallAccord) -> SmallAccord:
    """An Accord whose zoo can be reconciled."""
    api.tell(ORDER, {"run": SUNDAY}, status=202)
    return api


def words_of(out: str) -> dict[str, str]:
    """What stands beside each label, in a table or among the facts."""
    parted = (line.partition("  ") for line in out.splitlines())
    return {name.strip(): " ".join(rest.split()) for name, _, rest in parted}


def test_what_was_found_is_said_in_words(reconciling: SmallAccord, accord: Command) -> None:
    reconciling.tell(ONE, reconciliation("running", 1000), reconciliation("done", 2000, FOUND))

    seen = accord("reconcile", "zoo", "--full")

    assert seen.status == 0, seen.err
    assert [each.body for each in reconciling.sent_to(ORDER)] == [{"kind": "reconciliation", "full": True}]
    assert words_of(seen.out) == {
        "reconciliation": "done",
        "run": SUNDAY,
        "began": "2026-11-22 03:00 UTC",
        "ended": "2026-11-22 03:02 UTC",
        "took": "2 min 5 s",
        "read": "the whole audience",
        "done": "2,000 of 2,000",
        "calls": "7 to Mailchimp; the least possible: 3",
        "": "",
        "contacts read": "2,000",
        "not ours: left alone": "31",
        "missed by webhooks": "3 1.5 per 1,000 read",
        "fields changed by others: written anew": "4",
        "tags removed by others: written anew": "1",
        "taken out of groups by others: written anew": "2",
        "language changed by others: written anew": "5",
        "permissions changed by the people: left as they are": "6",
        "gone from the audience": "7",
        "moulted": "8",
        "Nothing is written anew to who opted out, nor to contacts from before Accord that keep their own values.": "",
    }


def test_that_nothing_was_found_is_said(reconciling: SmallAccord, accord: Command) -> None:
    reconciling.tell(ONE, reconciliation("done", 2000, {"contacts": 2000, "not_ours": 1}))

    seen = accord("reconcile", "zoo")

    assert "All in agreement." in seen.out
    assert words_of(seen.out)["missed by webhooks"] == "0 0.0 per 1,000 read"
    assert "written anew" not in seen.out
    assert [each.body for each in reconciling.sent_to(ORDER)] == [{"kind": "reconciliation", "full": False}]


@pytest.mark.parametrize("of_all", [{}, {"contacts": 0}])
def test_an_audience_in_which_nobody_is_has_no_rate(
    reconciling: SmallAccord, accord: Command, of_all: Document
) -> None:
    reconciling.tell(ONE, reconciliation("done", 0, of_all, total=0))

    assert words_of(accord("reconcile", "zoo").out)["missed by webhooks"] == "0"


def test_the_name_of_a_run_is_escaped_in_paths(reconciling: SmallAccord, accord: Command) -> None:
    reconciling.tell(ONE, reconciliation("done"))

    accord("reconcile", "zoo")

    assert [each.raw for each in reconciling.sent_to(ONE)] == [f"{ZOO}/runs/2026-11-22T03%3A00%3A00.000000Z-night"]


def test_as_json_it_is_the_run_as_it_ended(reconciling: SmallAccord, accord: Command) -> None:
    done = reconciliation("done", 2000, FOUND)
    reconciling.tell(ONE, reconciliation("running"), done)

    assert accord("reconcile", "zoo", "--json").document == done


def test_who_does_not_wait_is_told_where_to_look(reconciling: SmallAccord, accord: Command) -> None:
    assert f"accord runs show zoo {SUNDAY}" in accord("reconcile", "zoo", "--no-wait").out
    assert accord("reconcile", "zoo", "--no-wait", "--json").document == {"run": SUNDAY}
    assert reconciling.sent_to(ONE) == []


def test_an_interrupt_leaves_it_running_and_says_so(
    reconciling: SmallAccord, accord: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tools.accord.following.pause", interrupted)
    reconciling.tell(ONE, reconciliation("running", 1000))

    seen = accord("reconcile", "zoo")

    assert (seen.status, seen.out) == (130, "")
    for words in ("goes on without you", f"accord runs show zoo {SUNDAY}", f"accord runs stop zoo {SUNDAY}"):
        assert words in seen.err
    assert [each.route for each in reconciling.sent] == [ORDER, ONE]


def test_a_connection_that_is_not_live_is_refused(api: SmallAccord, accord: Command) -> None:
    api.tell(ORDER, problem(409, "The connection is draft."), status=409)

    seen = accord("reconcile", "zoo")

    assert (seen.status, seen.out) == (1, "")
    assert "The connection is draft." in seen.err


def test_p2_a_run_that_waits_for_an_approval_says_why_and_how_to_give_it(
    reconciling: SmallAccord, accord: Command
) -> None:
    caps = [{"what": "archived", "count": 40, "allowed": 20}]
    reconciling.tell(ONE, reconciliation("proposed", 2000, beyond_caps=caps, detail="it would archive 40 contacts"))

    seen = accord("reconcile", "zoo")

    assert seen.status == 1
    assert "it would archive 40 contacts" in seen.err
    assert f"accord runs approve zoo {SUNDAY}" in seen.err


@pytest.mark.parametrize(("state", "was"), [("failed", "failed"), ("stopped", "was stopped")])
def test_a_run_that_ends_early_is_told_with_the_reason(
    reconciling: SmallAccord, accord: Command, state: str, was: str
) -> None:
    early = reconciliation(state, 1000, detail="an ostrich")
    reconciling.tell(ONE, early)

    seen = accord("reconcile", "zoo")

    assert seen.status == 1
    assert f"The run {was} at 1,000 of 2,000" in seen.err
    assert "an ostrich" in seen.err
    as_json = accord("reconcile", "zoo", "--json")
    assert (as_json.status, as_json.document) == (1, early)


def test_who_wanted_the_whole_and_got_another_reading_is_told(reconciling: SmallAccord, accord: Command) -> None:
    reconciling.tell(ONE, reconciliation("done", 12, since="2026-11-21T02:50:00Z"))

    seen = accord("reconcile", "zoo", "--full")

    assert "what changed since 2026-11-21 02:50 UTC" in seen.out
    assert "accord reconcile zoo --full" in seen.err
    assert "accord reconcile" not in accord("reconcile", "zoo").err
