"""Contacts that others put into the audience are left alone until an operator takes chosen ones over (PAINS P16)."""

from pathlib import Path

import pytest

from tests.system.application import another_application
from tests.system.command import command_of, words_of
from tests.system.hearing import all_heard
from tests.system.watching import wait_until_idle
from tools.local_stack import LocalStack

pytestmark = pytest.mark.system


@pytest.mark.usefixtures("healthy")
def test_p16_contacts_of_others_become_members_when_somebody_says_which(stack: LocalStack, tmp_path: Path) -> None:
    accord = words_of(command_of(stack, tmp_path))
    zoo = another_application(stack, "eyrie")
    connection, kite, buzzard = zoo.api.connection_id, "kite@eyrie.test", "buzzard@eyrie.test"
    for email, name in ((kite, "Kitty"), (buzzard, "Buzz")):
        zoo.person(email, "subscribe", merge_fields={"FNAME": name})
    zoo.staff(kite, "tag", name="Night shift")
    all_heard(zoo)
    accord("reconcile", connection, "--full")
    before = zoo.contact(kite)

    said = accord("adopt", connection)
    assert f"adopt: {kite}" in said
    assert f"adopt: {buzzard}" in said
    assert "not ours: left alone" not in said
    assert "can not be taken over" in accord("adopt", connection, "emu@eyrie.test", "--yes", status=1)

    chosen = tmp_path / "chosen.csv"
    chosen.write_text(f"{kite},m-kite\n", encoding="utf-8")
    assert "taken over: 1, left out: 0" in accord("adopt", connection, "--file", str(chosen), "--yes")

    member = zoo.becomes("m-kite", "synced", "in_agreement")
    assert (member["email"], member["consent"]["source"]) == (kite, "audience")
    after = zoo.contact(kite)
    unchanged = ("status", "contact_id", "merge_fields", "interests", "language", "tags", "timestamp_opt")
    assert {name: after[name] for name in unchanged} == {name: before[name] for name in unchanged}
    wait_until_idle(stack)
    assert f"adopt: {kite}" not in accord("adopt", connection)
    assert zoo.leaves("m-kite")["status"] == "archived"
    assert (zoo.seen(kite), zoo.seen(buzzard)) == ("archived", "subscribed")
