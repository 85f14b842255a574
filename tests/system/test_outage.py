"""Mailchimp is away for longer than five receives of any message: everything waits, nothing is lost, nothing dies."""

import time

import pytest

from tests.system.application import Application, declined_now, upserted
from tests.system.watching import (
    DEAD_LETTERS,
    eventually,
    holds,
    impatient_queues,
    kill_workers,
    letters_recorded,
    messages,
)
from tools.local_stack import LocalStack

pytestmark = pytest.mark.system

VISIBILITY = 2
LONGER_THAN_FIVE_RECEIVES = 5 * VISIBILITY + 4
GEESE = [f"goose-{number:02d}" for number in range(40)]


def flight(plan: str, geese: list[str]) -> list[dict[str, object]]:
    return [upserted(goose, email=f"{goose}@sky.test", first_name=goose.title(), plan=plan) for goose in geese]


def _reasons(zoo: Application) -> set[str]:
    return {(zoo.api.member(goose) or {"reason": {"code": "unknown"}})["reason"]["code"] for goose in GEESE}


@pytest.mark.usefixtures("healthy")
def test_p24_an_outage_longer_than_five_receives_loses_nothing_and_an_opt_out_wins(
    zoo: Application, stack: LocalStack
) -> None:
    known, new = GEESE[:20], GEESE[20:]
    zoo.tell(*flight("South", known))
    letters, deserter = letters_recorded(stack), known[0]
    with impatient_queues(stack, VISIBILITY):
        stack.audience.add_fault("reset", rate=0.5, seed=5)
        stack.audience.add_fault("503_bare")
        away_since = time.monotonic()
        posted = flight("North", GEESE)
        zoo.api.post(posted)
        opt_out = upserted(
            deserter, email=f"{deserter}@sky.test", first_name="Deserter", plan="North", consent=declined_now()
        )
        zoo.api.post([opt_out])
        zoo.api.post(flight("Further north", [deserter]))  # says nothing new of consent, and hides nothing

        eventually("somebody is tried again", lambda: "retrying" in _reasons(zoo))
        still_away = LONGER_THAN_FIVE_RECEIVES - (time.monotonic() - away_since)
        holds("no dead letters", lambda: messages(stack, *DEAD_LETTERS) == 0, max(still_away, 1.0))
        waiting = [zoo.api.member(goose) or {} for goose in GEESE]
        assert {member["status"] for member in waiting} == {"pending"}
        assert _reasons(zoo) <= {"queued", "retrying"}
        assert all(member["reason"]["next_step"].startswith("Wait") for member in waiting)
        assert [zoo.seen(f"{goose}@sky.test") for goose in new] == ["unknown"] * len(new)

        stack.audience.end_faults()
        settled = {goose: zoo.api.wait_for(goose, lambda member: member["status"] != "pending") for goose in GEESE}
    assert {goose: member["status"] for goose, member in settled.items() if member["status"] != "synced"} == {
        deserter: "unsubscribed"
    }
    assert zoo.seen(f"{deserter}@sky.test") == "unsubscribed"
    assert [zoo.seen(f"{goose}@sky.test") for goose in GEESE if goose != deserter] == ["subscribed"] * 39
    assert zoo.fields(f"{GEESE[-1]}@sky.test")["PLAN"] == "North"
    assert (messages(stack, *DEAD_LETTERS), letters_recorded(stack)) == (0, letters)


@pytest.mark.usefixtures("healthy")
def test_p24_a_bare_503_is_throttling_and_breaks_no_connection(zoo: Application, stack: LocalStack) -> None:
    stack.audience.add_fault("503_bare", times=2)
    shown = zoo.say("petrel", email="petrel@eaves.test", first_name="Petrelia")
    assert (shown["status"], shown["attempts"]) == ("synced", 3)


@pytest.mark.usefixtures("healthy")
def test_a_creation_that_took_effect_after_its_timeout_is_not_done_twice(askers: Application) -> None:
    email = "cuckoo@clock.test"
    askers.stack.audience.add_fault("timeout_after_effect", route="POST /3.0/lists/{list_id}", times=1)
    shown = askers.say("cuckoo", email=email, first_name="Cuckooline")
    assert (shown["status"], askers.seen(email)) == ("awaiting_confirmation", "pending")
    assert askers.standing(email)["confirmation_mails"] == 1


@pytest.mark.usefixtures("healthy")
def test_an_opt_out_whose_answer_was_lost_is_carried_once_and_stays(zoo: Application) -> None:
    email = "lark@dawn.test"
    zoo.say("lark", email=email, first_name="Larkin")
    route = "PATCH /3.0/lists/{list_id}/members/{subscriber_hash}"
    zoo.stack.audience.add_fault("timeout_after_effect", route=route, times=1)
    gone = zoo.say("lark", email=email, first_name="Larkin", consent=declined_now())
    assert (gone["status"], gone["reason"]["code"], zoo.seen(email)) == (
        "unsubscribed",
        "unsubscribed_upstream",
        "unsubscribed",
    )


def test_a_connection_whose_key_is_refused_waits_and_goes_on_by_itself(zoo: Application, stack: LocalStack) -> None:
    """The API key is replaced in its secret, as a person does who rotated it and mistyped."""
    secrets = stack.emulator.client("secretsmanager")
    name = "accord/accord-local/connections/demo"
    right = secrets.get_secret_value(SecretId=name)["SecretString"]
    letters = letters_recorded(stack)
    secrets.put_secret_value(SecretId=name, SecretString=right.replace(stack.audience.account.api_key, "mistyped-us1"))
    kill_workers(stack)  # they keep a secret for minutes; their successors read it at once
    try:
        posted = upserted("penguin", email="penguin@shelf.test", first_name="Penguinette")
        zoo.api.post([posted])
        zoo.api.wait_for("penguin", lambda member: member["reason"]["code"] == "connection_paused")
    finally:
        secrets.put_secret_value(SecretId=name, SecretString=right)
        kill_workers(stack)
    assert zoo.settled("penguin", posted["occurred_at"])["status"] == "synced"
    assert (messages(stack, *DEAD_LETTERS), letters_recorded(stack)) == (0, letters)
