"""`accord activity` and `accord campaigns`: pulled, looked at, and written to a file that spreadsheets open safely."""

import csv
import io
import json
from pathlib import Path

import pytest

from tests.tools.accord.conftest import Command
from tests.tools.accord.documents import SUNDAY, ZOO, reconciliation
from tests.tools.accord.small_accord import Document, SmallAccord

NOTE = "An open is no proof."
TOTALS = {
    "emails_sent": 1200,
    "opens": 900,
    "unique_opens": 400,
    "clicks": 60,
    "clickers": 50,
    "hard_bounces": 2,
    "soft_bounces": 3,
    "unsubscribed": 4,
    "abuse_reports": 0,
}
RATES = {"open_rate": 0.3347, "click_rate": 0.0418, "bounce_rate": 0.0042, "unsubscribe_rate": 0.0033, "abuse_rate": 0}


def an_event(kind: str = "clicked", **other: object) -> Document:
    return {
        "member": "otter",
        "at": "2026-11-21T10:00:00Z",
        "kind": kind,
        "sentence": f"They {kind} “Spring”.",
        "campaign": {"id": "c-1", "subject": "=Spring"},
        "link": "https://zoo.test/gate" if kind == "clicked" else None,
        "detail": None,
        **other,
    }


def a_campaign(**other: object) -> Document:
    return {
        "id": "c-1",
        "subject": "Spring",
        "title": None,
        "sent_at": "2026-11-20T10:00:00Z",
        "totals": TOTALS,
        "rates": RATES,
        "pulled_at": "2026-11-21T12:40:00Z",
        "complete": True,
        "gone_at": None,
        "note": NOTE,
        "links": [{"url": "https://zoo.test/gate", "clicks": 60, "clickers": 50}],
        **other,
    }


def test_a6_a_pull_is_ordered_followed_and_said_in_words(api: SmallAccord, accord: Command) -> None:
    api.tell(f"POST {ZOO}/runs", {"run": SUNDAY}, status=202)
    counts = {"campaigns": 2, "sent": 1200, "opened": 900, "reread": 1}
    api.tell(f"GET {ZOO}/runs/{SUNDAY}", reconciliation("done", 2400, counts, kind="activity", since=None))

    seen = accord("activity", "pull", "zoo")

    assert seen.status == 0, seen.err
    assert [each.body for each in api.sent_to(f"POST {ZOO}/runs")] == [{"kind": "activity"}]
    for words in (
        "activity  done",
        "campaigns whose reports were read",
        "contacts read again, for no webhook had told",
    ):
        assert words in seen.out


def test_what_a_member_did_is_shown_with_the_note_on_opens(api: SmallAccord, accord: Command) -> None:
    events = [an_event(), an_event("opened")]
    api.tell(f"GET {ZOO}/members/otter/activity", {"activity": events, "next": None, "note": NOTE})

    seen = accord("activity", "show", "zoo", "otter", "--kind", "opened", "--kind", "clicked", "--campaign", "c-1")

    assert "They clicked “Spring”." in seen.out
    assert NOTE in seen.err
    (asked,) = api.sent_to(f"GET {ZOO}/members/otter/activity")
    assert (asked.query["kind"], asked.query["campaign"]) == ("opened,clicked", "c-1")


def test_s9_what_everybody_did_is_shown_by_member(api: SmallAccord, accord: Command) -> None:
    api.tell(f"GET {ZOO}/activity", {"activity": [an_event()], "next": None, "note": None})

    assert "otter" in accord("activity", "show", "zoo").out


def test_where_nobody_did_anything_it_is_said(api: SmallAccord, accord: Command) -> None:
    api.tell(f"GET {ZOO}/activity", {"activity": [], "next": None, "note": None})

    assert "nothing is known" in accord("activity", "show", "zoo").err


@pytest.mark.parametrize("member", [None, "otter"])
def test_all_pages_are_written_to_a_file(api: SmallAccord, accord: Command, tmp_path: Path, member: str | None) -> None:
    route = f"GET {ZOO}/members/otter/activity" if member else f"GET {ZOO}/activity"
    first = {"activity": [an_event()], "next": "c", "note": None}
    api.tell(route, first, {"activity": [an_event("opened")], "next": None, "note": None})
    output = tmp_path / "did.csv"

    seen = accord("activity", "export", "zoo", *([member] if member else []), "--output", str(output))

    assert (seen.status, seen.out) == (0, "")
    with output.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["member"], row["kind"], row["subject"]) for row in rows] == [
        ("otter", "clicked", "'=Spring"),
        ("otter", "opened", "'=Spring"),
    ]


def test_with_json_each_line_is_an_event(api: SmallAccord, accord: Command) -> None:
    api.tell(f"GET {ZOO}/activity", {"activity": [an_event(), an_event("opened")], "next": None, "note": None})

    lines = io.StringIO(accord("activity", "export", "zoo", "--json").out)

    assert [json.loads(line)["kind"] for line in lines] == ["clicked", "opened"]


def test_campaigns_are_listed_with_their_rates(api: SmallAccord, accord: Command) -> None:
    api.tell(f"GET {ZOO}/campaigns", {"campaigns": [a_campaign()], "next": None})

    out = accord("campaigns", "list", "zoo").out

    for words in ("c-1", "Spring", "1,200", "33.5%", "4.2%"):
        assert words in out


def test_where_nothing_was_pulled_yet_it_is_said_how(api: SmallAccord, accord: Command) -> None:
    api.tell(f"GET {ZOO}/campaigns", {"campaigns": [], "next": None})

    assert "accord activity pull zoo" in accord("campaigns", "list", "zoo").err


def test_a_campaign_is_shown_with_its_links_and_the_note_on_opens(api: SmallAccord, accord: Command) -> None:
    api.tell(f"GET {ZOO}/campaigns/c-1", a_campaign(gone_at="2026-11-22T10:00:00Z"))

    seen = accord("campaigns", "show", "zoo", "c-1")

    for words in ("33.5%: 400 people, 900 times", "https://zoo.test/gate", "from Mailchimp, 2026-11-22 10:00 UTC"):
        assert words in seen.out
    assert NOTE in seen.err
