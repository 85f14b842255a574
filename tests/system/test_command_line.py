"""`accord` as a person gives it, against the running local stack, with nothing said of where that is."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.system.application import Application, another_application, upserted
from tests.system.command import Words, command_of, words_of
from tests.system.watching import eventually
from tools.local_stack import LocalStack

pytestmark = pytest.mark.system


@pytest.fixture
def accord(stack: LocalStack, tmp_path: Path) -> Words:
    return words_of(command_of(stack, tmp_path))


def _read(said: str) -> Any:
    return json.loads(said)


def test_why_the_bilby_is_not_in_the_list(zoo: Application, accord: Words) -> None:
    zoo.say("bilby", email="bilby@outback.test", consent={"status": "unknown"})
    connection = zoo.api.connection_id

    told = accord("members", "show", connection, "bilby")

    assert "bilby  excluded" in told
    assert "The member never agreed to receive the newsletter." in told
    assert "Ask for their consent in your application" in told
    assert "Le membre n'a jamais accepté" in accord("members", "show", connection, "bilby", "--lang", "fr")
    assert "bilby" in accord("members", "list", connection, "--status", "excluded", "--all")


def test_s9_what_happened_to_the_potoroo_can_be_read(zoo: Application, accord: Words) -> None:
    zoo.say("potoroo", email="potoroo@outback.test", first_name="Potorina")
    connection = zoo.api.connection_id

    assert "The contact was created in Mailchimp." in accord("members", "history", connection, "potoroo")
    assert "potoroo  may be mailed" in accord("members", "consent", connection, "potoroo")
    events = _read(accord("members", "history", connection, "potoroo", "--json"))["events"]
    assert [event["kind"] for event in events] == ["created"]


def test_pages_lead_from_cursor_to_cursor(zoo: Application, accord: Words) -> None:
    zoo.tell(*(upserted(f"moa-{n}", email=f"moa{n}@otago.test", consent={"status": "unknown"}) for n in "abc"))
    listing = ("members", "list", zoo.api.connection_id, "--status", "excluded", "--json")

    first = _read(accord(*listing, "--limit", "2"))
    rest = _read(accord(*listing, "--all", "--after", first["next"]))

    assert (len(first["members"]), rest["next"]) == (2, None)
    listed = [member["id"] for member in first["members"] + rest["members"]]
    assert {"moa-a", "moa-b", "moa-c"} <= set(listed)
    assert len(listed) == len(set(listed))


def test_what_failed_is_in_the_status_and_in_the_list_of_failures(zoo: Application, accord: Words) -> None:
    zoo.say("aurochs", email="aurochs@example.com", first_name="Aurora")
    connection = zoo.api.connection_id

    status, failures = accord("status", connection), accord("failures", "list", connection)

    assert f"accord failures list {connection}" in status
    assert "× email_refused" in failures
    assert "aurochs" in failures
    assert "aurochs is tried again" in accord("members", "retry", connection, "aurochs")
    assert connection in accord("status")
    healed = zoo.say("aurochs", email="aurochs@lascaux.test", first_name="Aurora")  # other tests count what failed
    assert healed["status"] == "synced"


def test_what_is_not_there_and_who_is_not_known_are_told(zoo: Application, accord: Words) -> None:
    connection = zoo.api.connection_id

    assert "There is no such member." in accord("members", "show", connection, "thylacine", status=1)
    assert "There is no such connection." in accord("members", "list", "atlantis", status=1)
    foreign = ("--url", zoo.stack.info.api_url, "--token", "of-another-zoo")
    assert "does not recognise" in accord("members", "list", connection, *foreign, status=4)
    wrong = accord("members", "list", connection, "--status", "extinct", status=1)
    assert "status: " in wrong


def test_a_tag_that_the_staff_took_away_is_found_and_there_again(stack: LocalStack, accord: Words) -> None:
    zoo = another_application(stack, "rookery")
    connection, email = zoo.api.connection_id, "rockhopper@rookery.test"
    zoo.say("rockhopper", email=email, first_name="Rocky", tags=["Hoppers", "Divers"])
    zoo.staff(email, "untag", name="Hoppers")
    assert zoo.tags(email) == {"Divers"}

    said = accord("reconcile", connection, "--full")

    found = {words.strip(): rest.split() for words, _, rest in (line.partition("  ") for line in said.splitlines())}
    assert found["contacts read"] == found["tags removed by others: written anew"] == ["1"]
    assert found["read"] == ["the", "whole", "audience"]
    eventually("the tag is there again", lambda: zoo.tags(email) == {"Divers", "Hoppers"})
    (run,) = _read(accord("runs", "list", connection, "--json"))["runs"]
    assert (run["kind"], run["state"], run["counts"]["tags_removed"]) == ("reconciliation", "done", 1)
    assert "tags removed: 1" in accord("runs", "list", connection)
    assert accord("runs", "show", connection, run["id"]) == said
    assert "nothing to stop" in accord("runs", "stop", connection, run["id"])
