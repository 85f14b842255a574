"""`accord connections`: made, changed, tested, led from state to state; secrets are shown once and never arguments."""

import io
import json
from pathlib import Path

import pytest

from tests.tools.accord.conftest import Command
from tests.tools.accord.documents import CREDENTIALS, ZOO, connection
from tests.tools.accord.small_accord import TOKEN, Document, SmallAccord, problem

MADE = {"connection": connection("draft"), "credentials": CREDENTIALS}
CHANGE = {"field": "policies.on_leave", "before": "archive", "after": "keep", "effect": "12 contacts stay."}


def test_create_shows_the_credentials_once_and_whole(
    api: SmallAccord, accord: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILCHIMP_API_KEY", "feathers-us1")
    api.tell("POST /v1/connections", MADE, status=201)

    seen = accord(
        *("connections", "create", "zoo", "--preset", "anaba", "--name", "The Zoo", "--on-leave", "keep"),
        *("--map", "fields.company=COMPANY", "--profile-changes", "--cobot-space", "pond"),
        *("--permission", "fields.post=Direct Mail"),
    )

    assert seen.status == 0
    for secret in CREDENTIALS.values():
        assert secret in seen.out
    assert "shown this once" in seen.err
    assert "feathers" not in seen.out + seen.err
    assert api.sent[0].body == {
        "id": "zoo",
        "name": "The Zoo",
        "preset": "anaba",
        "policies": {"on_leave": "keep", "profile_changes_upstream": True},
        "mapping": {"fields.company": "COMPANY"},
        "permissions": {"fields.post": "Direct Mail"},
        "cobot": {"space": "pond"},
        "mailchimp_api_key": "feathers-us1",
    }


def test_create_takes_a_key_from_stdin(api: SmallAccord, accord: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("plumage-us2\n"))
    api.tell("POST /v1/connections", MADE, status=201)

    seen = accord("connections", "create", "zoo", "--api-key-stdin", "--json")

    assert seen.document == MADE
    assert api.sent[0].body == {"id": "zoo", "mailchimp_api_key": "plumage-us2"}


def test_on_the_local_stack_the_account_is_the_simulator(
    api: SmallAccord, accord: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("ACCORD_URL")
    monkeypatch.delenv("ACCORD_TOKEN")
    simulator = {"mailchimp_api_key": "down-us3", "mailchimp_url": "http://127.0.0.1:9/3.0"}
    (tmp_path / "stack.json").write_text(json.dumps({"api_url": api.url, "operator_token": TOKEN, **simulator}))
    api.tell("POST /v1/connections", MADE, status=201)

    accord("connections", "create", "zoo")

    expected = {"mailchimp_api_key": "down-us3", "mailchimp_base_url": "http://127.0.0.1:9/3.0"}
    assert api.sent[0].body == {"id": "zoo", **expected}


def test_a_key_is_no_argument(accord: Command) -> None:
    assert accord("connections", "create", "zoo", "--mailchimp-api-key", "feathers-us1").status == 2


def test_a_name_that_is_taken_and_a_wrong_field_are_told(api: SmallAccord, accord: Command) -> None:
    route = "POST /v1/connections"
    api.tell(route, problem(409, "There is a connection zoo."), status=409)
    wrong = problem(422, "Correct the fields.", mapping__first_name="CLAWS is no field of the audience")
    api.tell(route, wrong, status=422)

    taken, mapped = (accord("connections", "create", "zoo", "--no-api-key") for _ in range(2))

    assert (taken.status, mapped.status) == (1, 1)
    assert "There is a connection zoo." in taken.err
    assert "  mapping.first_name: CLAWS is no field of the audience\n" in mapped.err


def test_show_tells_all_settings_in_words(api: SmallAccord, accord: Command) -> None:
    api.tell(f"GET {ZOO}", {"connection": connection()})

    said = accord("connections", "show", "zoo").out

    for words in (
        "zoo  live since",
        "Zoo Ltd, by API key",
        "Birds (b1rd5)",
        "first_name → FNAME",
        "registered, signed",
    ):
        assert words in said


def test_list_pages_through(api: SmallAccord, accord: Command) -> None:
    pages = [{"connections": [connection(id=each)], "next": after} for each, after in (("ape", "c"), ("zoo", None))]
    api.tell("GET /v1/connections", *pages)

    assert [row.split()[0] for row in accord("connections", "list").out.splitlines()[1:]] == ["ape", "zoo"]


def would(*changes: Document, applied: bool = False) -> Document:
    return {"connection": connection(), "changes": list(changes), "applied": applied}


def test_update_says_what_a_change_would_do_before_it_does_it(api: SmallAccord, accord: Command) -> None:
    route = f"PATCH {ZOO}"
    api.tell(route, would(CHANGE), would(CHANGE, applied=True))

    seen = accord("connections", "update", "zoo", "--on-leave", "keep", "--yes")

    assert "policies.on_leave: archive → keep\n  12 contacts stay.\nchanged\n" in seen.out
    assert [each.query["dry_run"] for each in api.sent_to(route)] == ["true", "false"]


def test_update_asks_and_where_nobody_is_nothing_changes(api: SmallAccord, accord: Command) -> None:
    api.tell(f"PATCH {ZOO}", would(CHANGE))

    seen = accord("connections", "update", "zoo", "--on-leave", "keep")

    assert seen.status == 2
    assert [each.query["dry_run"] for each in api.sent] == ["true"]


def test_update_sends_what_was_said_and_nothing_where_a_text_is_empty(api: SmallAccord, accord: Command) -> None:
    api.tell(f"PATCH {ZOO}", would())

    accord("connections", "update", "zoo", "--map", "plan=", "--map", "fields.claws=CLAWS", "--notice-url", "")

    assert api.sent[0].body == {"mapping": {"plan": None, "fields.claws": "CLAWS"}, "notice_url": None}


def test_p21_permissions_are_shown_taken_away_and_refused_without_an_equals_sign(
    api: SmallAccord, accord: Command
) -> None:
    api.tell(f"GET {ZOO}", {"connection": connection(permissions={"consent": "Email"})})
    assert "consent → Email" in accord("connections", "show", "zoo").out

    api.tell(f"PATCH {ZOO}", would())
    accord("connections", "update", "zoo", "--permission", "consent=")
    assert api.sent[-1].body == {"permissions": {"consent": None}}
    assert accord("connections", "update", "zoo", "--permission", "consent").status == 2


def test_update_keeps_what_was_not_said_of_cobot(api: SmallAccord, accord: Command) -> None:
    beehive = {"space": "beehive", "consent_field": "Buzz", "birthday_field": ""}
    api.tell(f"GET {ZOO}", {"connection": connection(cobot=beehive)})
    api.tell(f"PATCH {ZOO}", would())

    accord("connections", "update", "zoo", "--cobot-birthday-field", "Hatched")

    assert api.sent_to(f"PATCH {ZOO}")[0].body == {"cobot": beehive | {"birthday_field": "Hatched"}}


@pytest.mark.parametrize("wrong", [(), ("--map", "claws"), ("--on-leave", "eat"), ("--new-api-key", "--name", "Zoo")])
def test_update_of_nothing_or_of_what_is_none_is_wrong_usage(
    api: SmallAccord, accord: Command, wrong: tuple[str, ...]
) -> None:
    assert accord("connections", "update", "zoo", *wrong).status == 2
    assert api.sent == []


@pytest.mark.parametrize(("well", "status"), [(True, 0), (False, 1)])
def test_test_fails_where_a_check_does(api: SmallAccord, accord: Command, well: bool, status: int) -> None:
    check = {"check": "audience", "ok": well, "message": "As it is.", "next_step": "Feed the audience."}
    api.tell(f"POST {ZOO}/test", {"checks": [check], "connection": connection()})

    seen = accord("connections", "test", "zoo")

    assert seen.status == status
    assert ("FAIL" in seen.out, "Feed the audience." in seen.out) == (not well, not well)


@pytest.mark.parametrize("step", ["pause", "resume", "reconnect", "disconnect"])
def test_a_connection_is_led_from_state_to_state(api: SmallAccord, accord: Command, step: str) -> None:
    api.tell(f"POST {ZOO}/{step}", {"connection": connection()})

    assert accord("connections", step, "zoo", "--reason", "moulting", "--yes").status == 0
    assert api.sent[0].body == {"reason": "moulting"}


def test_disconnecting_asks(api: SmallAccord, accord: Command) -> None:
    assert accord("connections", "disconnect", "zoo").status == 2
    assert api.sent == []


def test_a_step_that_the_state_does_not_allow_is_told(api: SmallAccord, accord: Command) -> None:
    api.tell(f"POST {ZOO}/resume", problem(409, "Only a paused connection is resumed."), status=409)

    seen = accord("connections", "resume", "zoo")

    assert (seen.status, "Only a paused connection" in seen.err) == (1, True)


def test_rotate_shows_the_new_secret_once(api: SmallAccord, accord: Command) -> None:
    api.tell(f"POST {ZOO}/credentials", {"credentials": {"token": "dugong"}})

    seen = accord("connections", "rotate", "zoo", "token", "--drop-previous", "--yes")

    assert "dugong" in seen.out
    assert api.sent[0].body == {"rotate": "token", "drop_previous": True}


def test_authorise_gives_a_page_to_open(api: SmallAccord, accord: Command) -> None:
    page = "https://login.mailchimp.com/oauth2/authorize?state=" + "meow" * 30
    api.tell("GET /mailchimp/oauth/start", {"authorize_url": page})

    assert accord("connections", "authorise", "zoo").out == page + "\n"
    assert api.sent[0].query == {"connection": "zoo"}


BIRDS = {"id": "b1rd5", "name": "Birds", "member_count": 1234, "double_optin": True, "marketing_permissions": True}


def test_audiences_are_listed_with_those_billed_twice(api: SmallAccord, accord: Command) -> None:
    listed = {"audiences": [BIRDS | {"used_by": ["zoo"]}], "may_create": False, "contacts_in_several": 3}
    api.tell(f"GET {ZOO}/audiences", listed)

    seen = accord("connections", "audiences", "zoo")

    assert "1,234  double, GDPR  zoo" in seen.out
    assert "3 contacts are in several" in seen.out


def test_an_audience_is_chosen_or_created(api: SmallAccord, accord: Command) -> None:
    api.tell(f"PUT {ZOO}/audience", {"connection": connection()})

    seen = accord("connections", "choose-audience", "zoo", "b1rd5")
    accord("connections", "choose-audience", "zoo", "--new", "Birds", "--from-name", "Owl", "--double-optin")

    assert "zoo is joined to Birds (b1rd5)." in seen.out
    created = {"name": "Birds", "from_name": "Owl", "double_optin": True}
    assert [each.body for each in api.sent] == [{"id": "b1rd5"}, {"create": created}]


@pytest.mark.parametrize("wrong", [(), ("b1rd5", "--new", "Birds"), ("b1rd5", "--city", "Paris")])
def test_no_audience_and_two_at_once_are_wrong_usage(api: SmallAccord, accord: Command, wrong: tuple[str, ...]) -> None:
    assert accord("connections", "choose-audience", "zoo", *wrong).status == 2
    assert api.sent == []


def test_a_field_that_clashes_comes_with_the_command_that_mends_it(api: SmallAccord, accord: Command) -> None:
    clash = {"source": "plan", "tag": "PLAN", "type": "number", "state": "clash", "proposal": "PLAN2", "message": "!"}
    api.tell(f"GET {ZOO}/fields", {"fields": [clash], "left": 12})

    said = accord("connections", "fields", "zoo").out

    assert "accord connections update zoo --map plan=PLAN2" in said
    assert "12 more merge fields" in said
