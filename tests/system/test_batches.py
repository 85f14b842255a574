"""A large set of updates on the running system: one batch, which opt-outs and erasures overtake (issue 5)."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.system.application import AGREED, Answer, Application, another_application, declined_now, upserted
from tests.system.watching import eventually
from tools.local_stack import LocalStack

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

RABBITS = 300
"""More than are updated one by one."""
BEGIN, LOOK, END = "POST /3.0/batches", "GET /3.0/batches/{batch_id}", "DELETE /3.0/batches/{batch_id}"
PATCH = "PATCH /3.0/lists/{list_id}/members/{subscriber_hash}"
ERASE = "POST /3.0/lists/{list_id}/members/{subscriber_hash}/actions/delete-permanent"


def rabbit(number: int, **member: Any) -> Answer:
    email = f"rabbit-{number}@warren.test"
    return upserted(f"r-{number}", **({"email": email, "first_name": "Rab", "consent": AGREED} | member))


@dataclass
class Story:
    """What was seen while the batch was open, and after it."""

    application: Application
    behind: list[Answer] = field(default_factory=list)
    declined: Answer = field(default_factory=dict)
    seen_declined: str = ""
    erased_at_once: str = ""
    certified_early: bool = False
    calls: dict[str, int] = field(default_factory=dict)


@pytest.fixture(scope="module")
def story(stack: LocalStack) -> Story:
    """While the collector may not look, the batch is open for everybody but Mailchimp, which is done with it."""
    application = another_application(stack, "heath")
    told = Story(application)
    application.api.post([rabbit(number, plan="Hay") for number in range(RABBITS)])
    application.api.wait_until_settled(RABBITS, timeout=120)
    stack.audience.forget_calls()
    stack.audience.add_fault("429", rate=1.0, route=LOOK)
    try:
        application.api.post([rabbit(number, plan="Clover") for number in range(RABBITS)])
        for number in (7, 8, 9):
            told.behind.append(application.becomes(f"r-{number}", "pending", "in_batch", 60))
        told.declined = application.tell(rabbit(8, plan="Clover", consent=declined_now()))[0]
        told.seen_declined = application.seen("rabbit-8@warren.test")
        asked = application.send("DELETE", "members/r-9?erase=true", token=application.token)
        erasure = asked.json()["erasure"]
        told.erased_at_once = eventually(
            "the contact is deleted", lambda: _gone(application, "rabbit-9@warren.test"), 60
        )
        told.certified_early = _certified(application, erasure)
        application.api.post([rabbit(7, plan="Dandelion")])
    finally:
        stack.audience.end_faults()
    application.api.wait_until_settled(RABBITS, timeout=120)
    eventually("the erasure is certified", lambda: _certified(application, erasure))
    told.calls = stack.audience.calls()["by_route"]
    return told


def _gone(application: Application, email: str) -> str:
    status = application.seen(email)
    return status if status == "forgotten" else ""


def _certified(application: Application, erasure: str) -> bool:
    answer: Answer = application.send("GET", f"erasures/{erasure}", token=application.token).json()
    return bool(answer["state"] == "completed")


def test_while_a_batch_is_open_the_status_says_so(story: Story) -> None:
    assert {member["status"] for member in story.behind} == {"pending"}
    reason = story.behind[0]["reason"]
    assert "batch" in reason["message"]
    assert reason["next_step"].startswith("Wait")


def test_an_opt_out_overtakes_the_batch_and_stands(story: Story) -> None:
    assert story.declined["status"] == "unsubscribed"
    assert story.seen_declined == "unsubscribed"
    assert story.application.seen("rabbit-8@warren.test") == "unsubscribed"


def test_an_erasure_overtakes_the_batch_and_is_certified_when_that_is_over(story: Story) -> None:
    assert story.erased_at_once == "forgotten"
    assert not story.certified_early
    assert story.application.seen("rabbit-9@warren.test") == "forgotten"


def test_a_newer_change_comes_after_the_batch(story: Story) -> None:
    assert story.application.fields("rabbit-7@warren.test")["PLAN"] == "Dandelion"


def test_everybody_is_settled_and_shown(story: Story) -> None:
    counts = story.application.api.counts()
    assert {name: number for name, number in counts.items() if number} == {
        "synced": RABBITS - 2,
        "unsubscribed": 1,
        "erased": 1,
    }
    for number in (0, 1, RABBITS - 1):
        assert story.application.fields(f"rabbit-{number}@warren.test")["PLAN"] == "Clover"
    assert story.application.kinds("r-0") == ["created", "updated"]


def test_three_hundred_updates_are_one_call_and_those_that_fetch_what_came_of_it(story: Story) -> None:
    assert {route: story.calls.get(route, 0) for route in (BEGIN, ERASE)} == {BEGIN: 1, ERASE: 1}
    assert story.calls[END] in {1, 2}, "here a collector begins each second, and two at once do no harm"
    assert story.calls[PATCH] == 2, "the opt-out, and the change after the batch"
