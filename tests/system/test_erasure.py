"""Erasing a person on the running system: deleted everywhere, certified, and not brought back (PAINS P6)."""

import pytest

from tests.system.application import Answer, Application
from tests.system.watching import eventually

pytestmark = pytest.mark.system


def test_p06_an_erasure_deletes_forgets_and_certifies(zoo: Application) -> None:
    email = "auk@skerry.test"
    zoo.say("auk", email=email, first_name="Aukelina")
    asked = zoo.send("DELETE", "members/auk?erase=true", token=zoo.token)
    assert asked.status_code == 202
    erasure = asked.json()["erasure"]

    def certified() -> Answer | None:
        answer = zoo.send("GET", f"erasures/{erasure}", token=zoo.token)
        document: Answer = answer.json()
        return document if answer.status_code == 200 and document["state"] == "completed" else None

    certificate = eventually("the erasure is certified", certified)
    assert certificate is not None
    assert [step["step"] for step in certificate["steps"]] == [
        "tombstone",
        "contact_deleted",
        "personal_data_removed",
        "backups_aged_out",
    ]
    assert zoo.seen(email) == "forgotten"
    member = zoo.api.member("auk")
    assert member is not None
    assert (member["status"], member["email"]) == ("erased", None)
    assert zoo.kinds("auk") == ["erased"]
    consent = zoo.send("GET", "members/auk/consent", token=zoo.token).json()
    assert consent["may_be_mailed"] is False
    assert {statement["wording"] for statement in consent["statements"]} == {""}


def test_the_certificate_of_consent_shows_what_was_said_and_what_followed(zoo: Application) -> None:
    zoo.say("puffin", email="puffin@skerry.test", first_name="Puffinella")

    consent = zoo.send("GET", "members/puffin/consent", token=zoo.token).json()

    assert consent["may_be_mailed"] is True
    assert [statement["wording"] for statement in consent["statements"]] == ["I agree to receive newsletters"]
    assert [event["kind"] for event in consent["writes"]] == ["created"]
