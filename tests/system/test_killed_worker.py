"""A worker is killed in the middle of its work: nothing is lost, and nothing is done twice that matters."""

from functools import partial

import pytest

from accord.domain.values import subscriber_hash
from tests.system.application import Application, upserted
from tests.system.hearing import READ_AGAIN, feed, received_of
from tests.system.watching import (
    DEAD_LETTERS,
    HINTS,
    eventually,
    impatient_queues,
    kill_workers,
    letters_recorded,
    messages,
)
from tools.local_stack import LocalStack

pytestmark = pytest.mark.system

BEES = [f"bee-{number:02d}" for number in range(60)]
CREATE = "POST /3.0/lists/{list_id}"
CHANGE = "PATCH /3.0/lists/{list_id}/members/{subscriber_hash}"


def swarm(plan: str) -> list[dict[str, object]]:
    return [
        upserted(bee, email=f"{bee}@hive.test", first_name=bee.title(), plan=plan, tags=["Beekeepers"]) for bee in BEES
    ]


@pytest.mark.usefixtures("healthy")
def test_a_worker_killed_between_a_creation_and_its_answer(askers: Application, stack: LocalStack) -> None:
    """Whoever is asked to confirm gets a mail: that must happen once for each."""
    letters = letters_recorded(stack)
    with impatient_queues(stack, 4):
        stack.audience.forget_calls()
        stack.audience.add_fault("timeout_after_effect", route=CREATE, times=1)
        posted = swarm("Forager")
        askers.api.post(posted)
        eventually(
            "the contacts are there, and nobody was told",
            lambda: askers.seen("bee-59@hive.test") == "pending",
            30,
            0.02,
        )
        assert kill_workers(stack) >= 1
        settled = [askers.settled(bee, str(change["occurred_at"])) for bee, change in zip(BEES, posted, strict=True)]
    assert {member["status"] for member in settled} == {"awaiting_confirmation"}
    assert {askers.standing(f"{bee}@hive.test")["confirmation_mails"] for bee in BEES} == {1}
    assert stack.audience.calls()["by_route"][CREATE] == 1
    assert (messages(stack, *DEAD_LETTERS), letters_recorded(stack)) == (0, letters)


def test_a_worker_killed_among_single_changes(zoo: Application, stack: LocalStack) -> None:
    letters = letters_recorded(stack)
    zoo.tell(*swarm("Nurse"))
    with impatient_queues(stack, 4):
        stack.audience.forget_calls()
        posted = swarm("Drone")
        zoo.api.post(posted)
        eventually("ten changes are done", lambda: _changes(stack) >= 10, 30, 0.02)
        assert kill_workers(stack) >= 1
        done_before = _changes(stack)
        settled = [zoo.settled(bee, str(change["occurred_at"])) for bee, change in zip(BEES, posted, strict=True)]
    assert done_before < len(BEES), "the worker was killed too late to show anything"
    assert {member["status"] for member in settled} == {"synced"}
    for bee in BEES:
        contact = zoo.mailchimp("GET", f"members/{subscriber_hash(f'{bee}@hive.test')}")
        assert (contact["status"], contact["merge_fields"]["PLAN"]) == ("subscribed", "Drone")
        assert [tag["name"] for tag in contact["tags"]] == ["Beekeepers"]
    assert (messages(stack, *DEAD_LETTERS), letters_recorded(stack)) == (0, letters)


@pytest.mark.usefixtures("healthy")
def test_p07_an_unsubscribe_is_known_though_who_reads_it_again_was_killed(zoo: Application, stack: LocalStack) -> None:
    letters, midges = letters_recorded(stack), [f"midge-{number:02d}" for number in range(12)]
    zoo.tell(*(upserted(midge, email=f"{midge}@loch.test", first_name="Midgeon") for midge in midges))
    with impatient_queues(stack, 4, [HINTS]):
        stack.audience.forget_calls()
        stack.audience.add_fault("timeout", route=READ_AGAIN, times=2)
        for midge in midges:
            zoo.person(f"{midge}@loch.test", "unsubscribe")
        read = partial(_calls, stack, READ_AGAIN)
        eventually("a contact is being read", read, every=0.02)
        assert kill_workers(stack, "ApplyAudienceEvents") >= 1
        for midge in midges:
            zoo.becomes(midge, "unsubscribed", "unsubscribed_in_mailchimp")
    told = sorted(notice["data"]["id"] for notice in feed(zoo) if notice["data"]["id"] in midges)
    assert told == midges, "each once"
    eventually("the application is told of all", lambda: all(received_of(zoo, midge) for midge in midges))
    assert (messages(stack, *DEAD_LETTERS), letters_recorded(stack)) == (0, letters)


def _changes(stack: LocalStack) -> int:
    return _calls(stack, CHANGE)


def _calls(stack: LocalStack, route: str) -> int:
    calls: int = stack.audience.calls()["by_route"].get(route, 0)
    return calls
