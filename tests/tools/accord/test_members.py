"""`accord members`, `failures` and `changes`: what a person reads of them, and what a program gets."""

import json

import pytest

from tests.tools.accord.conftest import Command
from tests.tools.accord.small_accord import Document, SmallAccord, problem

ZOO = "/v1/connections/zoo"
WHY = {"code": "no_consent", "message": "The otter never agreed.", "next_step": "Ask the otter."}
OTTER: Document = {
    "id": "m-17",
    "email": "otter@zoo.test",
    "status": "excluded",
    "reason": WHY,
    "since": "2026-11-22T10:00:00Z",
    "attempts": 0,
    "version": "2026-11-22T10:00:00Z",
    "synced_version": None,
    "consent": {"status": "opted_out", "at": "2026-11-21T09:00:00Z", "source": "a pond", "wording": "No mail, please"},
    "contact": {"contact_id": None, "status": None, "url": None},
}


def line(member_id: str, status: str = "synced", code: str = "in_agreement") -> Document:
    reason = {"code": code, "message": "As it is.", "next_step": ""}
    return {"id": member_id, "status": status, "reason": reason, "since": "2026-11-22T10:00:00Z", "attempts": 1}


def test_show_says_why_and_what_to_do(api: SmallAccord, accord: Command) -> None:
    api.tell(f"GET {ZOO}/members/m-17", OTTER)

    seen = accord("members", "show", "zoo", "m-17")

    assert seen.status == 0
    for words in (
        "m-17  excluded",
        "The otter never agreed.",
        "Ask the otter.",
        "otter@zoo.test",
        "2026-11-22 10:00 UTC",
    ):
        assert words in seen.out
    assert "opted out, 2026-11-21 09:00 UTC, by a pond, “No mail, please”" in seen.out


def test_json_is_the_document_and_nothing_else(api: SmallAccord, accord: Command) -> None:
    api.tell(f"GET {ZOO}/members/m-17", OTTER)

    assert accord("members", "show", "zoo", "m-17", "--json").document == OTTER
    assert accord("--json", "members", "show", "zoo", "m-17").document == OTTER


def test_a_member_that_is_not_there_is_refused_with_what_accord_says(api: SmallAccord, accord: Command) -> None:
    api.tell(f"GET {ZOO}/members/yeti", problem(404, "There is no such member."), status=404)

    seen = accord("members", "show", "zoo", "yeti", "--json")

    assert (seen.status, seen.out) == (1, "")
    assert "There is no such member." in seen.err


def test_what_others_wrote_steers_no_terminal(api: SmallAccord, accord: Command) -> None:
    api.tell(f"GET {ZOO}/members/m-17", OTTER | {"email": "\x1b[2J\x1b]0;owl\x07@zoo.test"})

    seen = accord("members", "show", "zoo", "m-17")

    assert "\x1b" not in seen.out
    assert "\x07" not in seen.out


def test_pages_are_joined_until_there_are_enough(api: SmallAccord, accord: Command) -> None:
    api.tell(
        f"GET {ZOO}/members",
        {"members": [line("ant"), line("bee")], "next": "c1"},
        {"members": [line("cow"), line("doe")], "next": "c2"},
        {"members": [line("elk")], "next": None},
    )

    seen = accord("members", "list", "zoo", "--limit", "3")

    assert [row.split()[0] for row in seen.out.splitlines()] == ["member", "ant", "bee", "cow", "doe"]
    assert "--after 'c2'" in seen.err
    assert [(each.query.get("after"), each.query["limit"]) for each in api.sent] == [(None, "3"), ("c1", "1")]


def test_all_pages_are_one_document(api: SmallAccord, accord: Command) -> None:
    api.tell(
        f"GET {ZOO}/members",
        {"members": [line("ant")], "next": "c1"},
        {"members": [], "next": "c2"},
        {"members": [line("cow")], "next": None},
    )

    seen = accord("members", "list", "zoo", "--all", "--status", "synced", "--json")

    assert seen.document == {"members": [line("ant"), line("cow")], "next": None}
    assert seen.err == ""
    assert {each.query["status"] for each in api.sent} == {"synced"}


def test_in_a_pipe_a_row_is_a_line_without_colour_and_boxes(api: SmallAccord, accord: Command) -> None:
    long = "a-platypus-of-very-many-letters-" * 3
    api.tell(
        f"GET {ZOO}/members", {"members": [line(long, "archived_in_mailchimp", "archived_by_staff")], "next": None}
    )

    rows = accord("members", "list", "zoo").out.splitlines()

    assert len(rows) == 2
    assert rows[1].split()[:3] == [long, "archived_in_mailchimp", "archived_by_staff"]
    assert rows[1] == rows[1].rstrip()
    assert "─" not in rows[0] + rows[1]


def test_a_wrong_status_is_told_field_by_field(api: SmallAccord, accord: Command) -> None:
    wrong = problem(422, "Correct the fields named in `errors`.", status="is one of synced, excluded")
    api.tell(f"GET {ZOO}/members", wrong, status=422)

    seen = accord("members", "list", "zoo", "--status", "purring")

    assert seen.status == 1
    assert "  status: is one of synced, excluded\n" in seen.err


def test_history_is_read_line_by_line(api: SmallAccord, accord: Command) -> None:
    event = {"at": "2026-11-22T10:00:00Z", "sentence": "The contact was created in Mailchimp.", "kind": "created"}
    api.tell(f"GET {ZOO}/members/m-17/history", {"events": [event], "next": None})

    assert "2026-11-22 10:00 UTC  The contact was created" in accord("members", "history", "zoo", "m-17").out


def test_p12_history_says_what_was_before_and_why(api: SmallAccord, accord: Command) -> None:
    event = {"at": "2026-11-22T10:00:00Z", "sentence": "Nothing had to be sent.", "kind": "settled"}
    because = {"before": {"status": "synced"}, "status": "unsubscribed", "cause": {"sentence": "Mailchimp told of it."}}
    api.tell(f"GET {ZOO}/members/m-17/history", {"events": [event | because], "next": None})

    said = accord("members", "history", "zoo", "m-17").out

    assert "synced → unsubscribed" in said
    assert "Mailchimp told of it." in said


def test_an_import_that_is_done_is_a_notice_of_nobody(api: SmallAccord, accord: Command) -> None:
    done = {"type": "connection.imported", "timestamp": "2026-11-22T10:00:00Z", "data": {"counts": {"synced": 270}}}
    api.tell(f"GET {ZOO}/changes", {"notices": [done], "next": "later"}, {"notices": [], "next": "later"})

    assert "connection.imported  270 synced" in accord("changes", "zoo").out


def test_consent_is_a_certificate(api: SmallAccord, accord: Command) -> None:
    statement = {**OTTER["consent"], "stated_at": "2026-11-21T09:00:00Z", "received_at": "2026-11-22T10:00:00Z"}
    seen_there = {"at": "2026-11-23T10:00:00Z", "what": "unsubscribed"}
    certificate = {"id": "m-17", "may_be_mailed": False, "reason": WHY, "statements": [statement], "writes": []}
    api.tell(f"GET {ZOO}/members/m-17/consent", certificate | {"in_mailchimp": [seen_there]})

    said = accord("members", "consent", "zoo", "m-17").out

    assert "m-17  may not be mailed" in said
    assert "“No mail, please” (received 2026-11-22 10:00 UTC)" in said
    assert "2026-11-23 10:00 UTC  unsubscribed" in said


def test_a_badge_is_a_url_that_can_be_piped(api: SmallAccord, accord: Command) -> None:
    url = "https://accord.test/v1/connections/zoo/members/m-17/badge.svg?token=1772456400.0f"
    shown = {"id": "m-17", "status": "excluded", "colour": "grey", "reason": WHY, "url": url}
    api.tell(f"GET {ZOO}/badges", {"badges": [shown]})

    seen = accord("members", "badge", "zoo", "m-17", "--hours", "2", "--lang", "fr")

    assert seen.out == f"{url}\n"
    assert "grey: The otter never agreed." in seen.err
    assert api.sent[0].query == {"ids": "m-17", "hours": "2"}
    assert api.sent[0].headers["accept-language"] == "fr"
    assert accord("members", "badge", "zoo", "m-17", "--json").document == {"badges": [shown]}


@pytest.mark.parametrize(("retried", "words"), [(1, "m-17 is tried again"), (0, "nothing to try again")])
def test_a_member_is_tried_again(api: SmallAccord, accord: Command, retried: int, words: str) -> None:
    api.tell(f"POST {ZOO}/members/m-17/retry", {"retried": retried}, status=202)

    seen = accord("members", "retry", "zoo", "m-17")

    assert (seen.status, words in seen.out) == (0, True)


def test_failures_are_told_by_reason_and_then_one_by_one(api: SmallAccord, accord: Command) -> None:
    reason = {"code": "field_invalid", "message": "Mailchimp refused a field.", "next_step": "Mend it.", "count": 2}
    failed = [line("gnu", "failed", "field_invalid"), line("yak", "failed", "field_invalid")]
    api.tell(f"GET {ZOO}/failures", {"failures": failed, "reasons": [reason], "next": None})

    seen = accord("failures", "list", "zoo")

    assert "2 × field_invalid" in seen.out
    assert "Mailchimp refused a field. Mend it." in seen.out
    assert seen.out.index("gnu") < seen.out.index("yak")
    assert "accord failures retry zoo" in seen.err


def test_all_failures_of_a_reason_are_tried_again_call_by_call(api: SmallAccord, accord: Command) -> None:
    route = f"POST {ZOO}/failures/retry"
    api.tell(route, {"retried": 500, "more": True}, {"retried": 20, "more": False}, status=202)

    seen = accord("failures", "retry", "zoo", "--reason", "field_invalid")

    assert "520 members are tried again" in seen.out
    assert [each.body for each in api.sent_to(route)] == [{"reason": "field_invalid"}] * 2


def notice(member_id: str) -> Document:
    data = {"id": member_id, "email": f"{member_id}@zoo.test", "reason": WHY}
    return {"id": member_id, "type": "contact.unsubscribed", "timestamp": "2026-11-22T10:00:00Z", "data": data}


def test_changes_end_where_nothing_is_new(api: SmallAccord, accord: Command) -> None:
    pages = [{"notices": [notice("ant")], "next": "c1"}, {"notices": [notice("bee")], "next": "c2"}]
    api.tell(f"GET {ZOO}/changes", *pages, {"notices": [], "next": "c2"})

    seen = accord("changes", "zoo")
    whole = accord("changes", "zoo", "--json").document

    assert "contact.unsubscribed  ant  The otter never agreed." in seen.out.splitlines()[0]
    assert "--after 'c2'" in seen.err
    assert whole == {"notices": [], "next": "c2"}
    assert "nothing new" in accord("changes", "zoo", "--after", "c2").err


def test_a_cursor_that_is_refused_is_not_recommended(api: SmallAccord, accord: Command) -> None:
    api.tell(f"GET {ZOO}/changes", problem(422, "Correct it.", after="is not a cursor of this list"), status=422)

    seen = accord("changes", "zoo", "--after", "banana")

    assert seen.status == 1
    assert "after: is not a cursor" in seen.err
    assert "banana" not in seen.err


def test_changes_are_followed_until_somebody_stops(
    api: SmallAccord, accord: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tools.accord.changes.pause", stop)
    api.tell(f"GET {ZOO}/changes", {"notices": [notice("ant"), notice("bee")], "next": "c1"})
    api.tell(f"GET {ZOO}/changes", {"notices": [], "next": "c1"})

    seen = accord("changes", "zoo", "--follow", "--json")

    assert seen.status == 130
    assert [json.loads(row)["id"] for row in seen.out.splitlines()] == ["ant", "bee"]
    assert "--after 'c1'" in seen.err
