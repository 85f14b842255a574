"""The contract of `Batches`: what holds for the fake holds for the real adapter on the simulator."""

import time
from collections.abc import Callable
from typing import NamedTuple

import pytest

from accord.adapters.mailchimp.batches import MailchimpBatches
from accord.adapters.mailchimp.http import MailchimpHttp
from accord.domain.contact import Contact, ContactPatch, ContactStatus
from accord.domain.values import subscriber_hash
from accord.errors import Misconfigured, Refusal, Rejected
from accord.ports.batches import BatchedChange, Batches, BatchSeen
from tests.adapters.audience_fixtures import FakeWorld, SimulatedWorld, World, given, seen
from tests.fake_batches import FakeBatches

OTTO, OLGA = "otto.otter@river.test", "olga.otter@river.test"


class Background(NamedTuple):
    """Batches, and how Mailchimp gets to the end of what they hold."""

    batches: Batches
    work_off: Callable[[], None]


@pytest.fixture
def background(world: World) -> Background:
    if isinstance(world, FakeWorld):
        fake = FakeBatches(world._audience)
        return Background(fake, fake.work_off)
    assert isinstance(world, SimulatedWorld)
    return Background(simulated_batches(world), lambda: None)  # it works by itself


def simulated_batches(world: SimulatedWorld, **settings: str) -> MailchimpBatches:
    key = settings.get("api_key", world.simulator.api_key)
    http = MailchimpHttp(base_url=world.simulator.url, api_key=key, timeout=5.0, allow_any_host=True)
    return MailchimpBatches(http, world.simulator.list_id, timeout=5.0, allow_any_host=True)


def a_change(name: str, email: str, **fields: str) -> BatchedChange:
    return BatchedChange(name, subscriber_hash(email), ContactPatch(merge_fields=dict(fields)))


def finished(background: Background, batch_id: str) -> BatchSeen:
    background.work_off()
    for _ in range(500):
        found = background.batches.look(batch_id)
        assert found is not None
        if found.finished:
            return found
        time.sleep(0.01)
    raise AssertionError("the batch was not worked off")


def test_each_change_is_made_and_told_under_its_name(world: World, background: Background) -> None:
    for email in (OTTO, OLGA):
        given(world, email)
    batch_id = background.batches.begin(
        [a_change("t1/m-1", OTTO, LNAME="Otter"), a_change("t2/m-2", OLGA, LNAME="Ottersen")]
    )
    results = dict(background.batches.results(finished(background, batch_id)))
    assert results == {"t1/m-1": seen(world, OTTO), "t2/m-2": seen(world, OLGA)}
    assert seen(world, OLGA).merge_fields["LNAME"] == "Ottersen"


def test_results_come_in_the_same_order_each_time(world: World, background: Background) -> None:
    emails = [f"otter-{number}@river.test" for number in range(12)]
    for email in emails:
        given(world, email)
    changes = [a_change(email.partition("@")[0], email, LNAME="Otter") for email in emails]
    batch_id = background.batches.begin(changes)
    finished(background, batch_id)
    orders = [[r.name for r in background.batches.results(finished(background, batch_id))] for _ in range(2)]
    assert orders[0] == orders[1]
    assert len(orders[0]) == 12


def test_a_change_that_fails_says_what_a_single_one_would(world: World, background: Background) -> None:
    given(world, OTTO)
    changes = [
        a_change("unfit", OTTO, BIRTHDAY="yesterday"),
        a_change("nobody", "nobody@river.test", LNAME="Otter"),
    ]
    results = dict(background.batches.results(finished(background, background.batches.begin(changes))))
    why = {name: (e.refusal, e.detail) for name, e in results.items() if isinstance(e, Rejected)}
    assert why == {"unfit": (Refusal.FIELD_INVALID, "BIRTHDAY"), "nobody": (Refusal.NOT_FOUND, "")}


def test_a_batch_changes_no_status(world: World, background: Background) -> None:
    given(world, OTTO)
    world.person(OTTO, "unsubscribe")
    batch_id = background.batches.begin([a_change("m", OTTO, LNAME="Otter")])
    (result,) = background.batches.results(finished(background, batch_id))
    assert isinstance(result.answer, Contact)
    assert result.answer.status is seen(world, OTTO).status is ContactStatus.UNSUBSCRIBED


def test_a_batch_neither_creates_nor_brings_back_a_contact(world: World, background: Background) -> None:
    for email in (OTTO, OLGA):
        given(world, email)
    world.staff(OTTO, "delete_permanently")
    world.staff(OLGA, "archive")
    changes = [a_change("gone", OTTO, LNAME="Otter"), a_change("archived", OLGA, LNAME="Otter")]
    list(background.batches.results(finished(background, background.batches.begin(changes))))
    assert world.audience.read(subscriber_hash(OTTO)) is None
    assert seen(world, OLGA).status is ContactStatus.ARCHIVED


def test_a_batch_that_was_ended_is_not_known_any_more(world: World, background: Background) -> None:
    given(world, OTTO)
    batch_id = background.batches.begin([a_change("m", OTTO, LNAME="Otter")])
    finished(background, batch_id)
    for _ in range(2):
        background.batches.end(batch_id)
        assert background.batches.look(batch_id) is None


def test_a_batch_that_nobody_began_is_not_known(background: Background) -> None:
    assert background.batches.look("0123abcdef") is None


def test_a_batch_takes_changes_of_fields_only(background: Background) -> None:
    patches = (ContactPatch(status=ContactStatus.SUBSCRIBED, merge_fields={"LNAME": "Otter"}), ContactPatch())
    for patch in patches:
        with pytest.raises(ValueError, match="no status"):
            background.batches.begin([BatchedChange("m", subscriber_hash(OTTO), patch)])
    with pytest.raises(ValueError, match="at least one"):
        background.batches.begin([])


def test_an_address_is_no_reference(simulated: SimulatedWorld) -> None:
    patch = ContactPatch(merge_fields={"LNAME": "Otter"})
    with pytest.raises(ValueError, match="referred to"):
        simulated_batches(simulated).begin([BatchedChange("m", OTTO, patch)])


def test_a_key_that_is_not_taken_needs_a_person(simulated: SimulatedWorld) -> None:
    batches = simulated_batches(simulated, api_key="wrong-us1")
    for call in (lambda: batches.begin([a_change("m", OTTO, LNAME="Otter")]), lambda: batches.look("0123abcdef")):
        with pytest.raises(Misconfigured):
            call()


def test_many_changes_are_one_call(simulated: SimulatedWorld) -> None:
    simulated.begin_anew()
    simulated_batches(simulated).begin([a_change(str(n), f"{n}@river.test", LNAME="Otter") for n in range(600)])
    assert simulated.calls() == {"POST /batches": 1}


def test_results_whose_address_is_too_old_are_asked_for_anew(simulated: SimulatedWorld) -> None:
    simulated.begin_anew()
    given(simulated, OTTO)
    background = Background(simulated_batches(simulated), lambda: None)
    batch_id = background.batches.begin([a_change("m", OTTO, LNAME="Otter")])
    old = finished(background, batch_id)
    simulated.tell("POST", "clock", {"advance": 601})
    with pytest.raises(Exception, match="not there") as caught:
        list(background.batches.results(old))
    assert type(caught.value).__name__ == "Retryable"
    assert len(list(background.batches.results(finished(background, batch_id)))) == 1
