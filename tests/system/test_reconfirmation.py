"""S4 on the running system: an operator has people in the audience asked to confirm, and each is asked once."""

from typing import Any

import pytest
import requests

from tests.system.application import AGREED, Answer, Application, another_application, declined_now
from tests.system.watching import eventually
from tools.local_stack import LocalStack

pytestmark = pytest.mark.system

PATCH = "PATCH /3.0/lists/{list_id}/members/{subscriber_hash}"
TIMELESS = {"status": "opted_in", "source": "an old list"}


@pytest.fixture(scope="module")
def warren(stack: LocalStack) -> Application:
    """An application of its own, since its whole list is asked."""
    return another_application(stack, "warren")


def ask(warren: Application, path: str, body: Answer | None = None) -> tuple[int, Any]:
    """What the operator is answered."""
    headers = {"authorization": f"Bearer {warren.operator_token}"}
    answer = requests.request(
        "POST" if body else "GET", f"{warren.api.url}/{path}", json=body, headers=headers, timeout=40
    )
    return answer.status_code, answer.json()


def ends(warren: Application, run_id: str) -> Answer:
    """The run, once it is done."""

    def done() -> Answer | None:
        run: Answer = next(each for each in ask(warren, "runs")[1]["runs"] if each["id"] == run_id)
        return run if run["state"] == "done" else None

    found = eventually("the reconfirmation is done", done)
    assert found is not None
    return found


def test_s4_those_without_proof_are_asked_once_and_who_confirms_is_synced_again(warren: Application) -> None:
    for animal, consent in (("rabbit", TIMELESS), ("hare", TIMELESS), ("vole", AGREED)):
        warren.say(animal, email=f"{animal}@warren.test", first_name=animal.title(), consent=consent)
    warren.say("weasel", email="weasel@warren.test", first_name="Weasley", consent=TIMELESS)
    warren.say("weasel", email="weasel@warren.test", first_name="Weasley", consent=declined_now())

    status, proposed = ask(warren, "reconfirm", {"who": "without_proof"})
    assert (status, proposed["members"], proposed["asked"]) == (200, 2, 0)
    assert [warren.seen(f"{animal}@warren.test") for animal in ("rabbit", "hare", "vole")] == ["subscribed"] * 3

    status, approved = ask(warren, "reconfirm", {"who": "without_proof", "approve": proposed["proposal"]})
    assert status == 202
    for animal in ("rabbit", "hare"):
        warren.becomes(animal, "awaiting_confirmation", "reconfirmation_sent")
    run = ends(warren, approved["run"])
    assert (run["kind"], run["done"], run["counts"]) == ("reconfirmation", 2, {"awaiting_confirmation": 2})
    assert [warren.seen(f"{a}@warren.test") for a in ("rabbit", "hare", "vole", "weasel")] == [
        "pending",
        "pending",
        "subscribed",
        "unsubscribed",
    ]

    again = warren.say("hare", email="hare@warren.test", first_name="Harriet", consent=TIMELESS)
    assert (again["status"], warren.seen("hare@warren.test")) == ("awaiting_confirmation", "pending")
    warren.person("rabbit@warren.test", "confirm")
    warren.say("rabbit", email="rabbit@warren.test", first_name="Rabbie", consent=TIMELESS)
    warren.becomes("rabbit", "synced", "in_agreement")

    assert ask(warren, "reconfirm", {"who": "without_proof"})[1]["members"] == 0
    assert ask(warren, "reconfirm", {"who": "without_proof", "approve": proposed["proposal"]})[0] == 202
    mails = [warren.standing(f"{animal}@warren.test")["confirmation_mails"] for animal in ("rabbit", "hare", "vole")]
    assert mails == [1, 1, 0]


def test_a_lost_answer_asks_nobody_twice(warren: Application, stack: LocalStack, healthy: None) -> None:
    warren.say("stoat", email="stoat@warren.test", first_name="Stoatally", consent=TIMELESS)
    _, proposed = ask(warren, "reconfirm", {"who": "without_proof"})
    assert proposed["members"] == 1
    stack.audience.add_fault("timeout_after_effect", route=PATCH, times=1)

    _, approved = ask(warren, "reconfirm", {"who": "without_proof", "approve": proposed["proposal"]})

    warren.becomes("stoat", "awaiting_confirmation", "reconfirmation_sent")
    ends(warren, approved["run"])
    assert warren.standing("stoat@warren.test")["confirmation_mails"] == 1
