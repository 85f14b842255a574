"""The real adapter alone: what it costs, what outages look like from inside, and answers that the contract lacks."""

from collections.abc import Callable, Iterator, Mapping

import pytest
import requests

from accord.domain.connection import FieldType, Interest
from accord.domain.contact import ContactPatch, ContactStatus, TagChange
from accord.errors import Misconfigured, Refusal, Rejected, Retryable
from accord.ports import Audience
from tests.adapters.audience_fixtures import HASH, SOMEBODY, SUBSCRIBED, SimulatedWorld, given, seen
from tools.mailchimp_simulator import Simulator

LIST = "/lists/{list_id}"
MEMBER = LIST + "/members/{subscriber_hash}"

CALLS: Mapping[str, Callable[[Audience], object]] = {
    f"POST {LIST}": lambda audience: audience.create([SOMEBODY]),
    f"GET {MEMBER}": lambda audience: audience.read(HASH),
    f"PATCH {MEMBER}": lambda audience: audience.change(HASH, ContactPatch(language="it")),
    f"DELETE {MEMBER}": lambda audience: audience.archive(HASH),
    f"POST {MEMBER}/actions/delete-permanent": lambda audience: audience.erase(HASH),
    f"POST {MEMBER}/tags": lambda audience: audience.tag_contact(HASH, TagChange(add=("Waffles",))),
    f"POST {LIST}/segments": lambda audience: audience.create_tag("Pancakes"),
    f"GET {LIST}/members": lambda audience: list(audience.contacts(archived=False)),
}


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator(latency=0) as running:
        yield running


@pytest.fixture
def world(simulator: Simulator) -> SimulatedWorld:
    simulated = SimulatedWorld(simulator)
    simulated.begin_anew()
    return simulated


# --- what it costs ---


@pytest.mark.parametrize("route", CALLS)
def test_every_method_makes_one_call(world: SimulatedWorld, route: str) -> None:
    if route != f"POST {LIST}":
        given(world, SOMEBODY.email)
    world.forget_calls()
    CALLS[route](world.audience)
    assert world.calls() == {route: 1}


def test_one_tag_for_many_is_one_call(world: SimulatedWorld) -> None:
    given(world, SOMEBODY.email)
    tag = world.audience.create_tag("Frugal")
    world.forget_calls()
    world.audience.tag_many(tag, [SOMEBODY.email], [])
    assert world.calls() == {f"POST {LIST}/segments/{{segment_id}}": 1}


def test_nothing_to_do_is_no_call(world: SimulatedWorld) -> None:
    world.audience.create([])
    world.audience.tag_contact(HASH, TagChange())
    world.audience.tag_many(1, [], [])
    assert world.calls() == {}


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (1000, 1), (1001, 2), (3000, 3)])
def test_reading_everybody_costs_one_call_a_thousand(
    world: SimulatedWorld, simulator: Simulator, count: int, pages: int
) -> None:
    if count:
        simulator.fill(count)
    world.forget_calls()
    found = [contact.email for page in world.audience.contacts(archived=False) for contact in page]
    assert len(found) == len(set(found)) == count
    assert world.calls() == {f"GET {LIST}/members": pages}


# --- reading while the audience changes ---


def test_nobody_is_missed_while_others_change_and_leave(world: SimulatedWorld, simulator: Simulator) -> None:
    for _ in range(3):
        simulator.fill(900)
        world.tell("POST", "clock", {"advance": 5})
    pages = world.audience.contacts(archived=False)
    first = next(pages)
    world.staff(first[0].email, "archive")
    world.staff(first[1].email, "delete_permanently")
    world.staff(first[2].email, "edit", merge_fields={"FNAME": "Newer"})
    rest = [contact for page in pages for contact in page]
    emails = {contact.email for contact in [*first, *rest]}
    assert len(emails) == 2700
    assert [c.merge_fields["FNAME"] for c in rest if c.email == first[2].email] == ["Newer"]


def test_more_than_a_page_within_one_second_is_read_whole(world: SimulatedWorld, simulator: Simulator) -> None:
    simulator.fill(10)
    world.tell("POST", "clock", {"advance": 5})
    simulator.fill(2500)
    world.tell("POST", "clock", {"advance": 5})
    simulator.fill(10)
    emails = [contact.email for page in world.audience.contacts(archived=False) for contact in page]
    assert len(emails) == len(set(emails)) == 2520


# --- the setup ---


def test_the_setup_holds_fields_groups_and_tags(world: SimulatedWorld, simulator: Simulator) -> None:
    api = f"{simulator.url}/lists/{simulator.list_id}"
    key = ("any", simulator.api_key)
    plans = {"name": "Plan", "tag": "PLAN", "type": "dropdown", "options": {"choices": ["Desk", "Hammock"]}}
    requests.post(f"{api}/merge-fields", json=plans, auth=key, timeout=5)
    body = {"title": "Hobbies", "type": "checkboxes"}
    category = requests.post(f"{api}/interest-categories", json=body, auth=key, timeout=5).json()
    interests = f"{api}/interest-categories/{category['id']}/interests"
    made = [
        requests.post(interests, json={"name": f"Hobby {number}"}, auth=key, timeout=5).json() for number in range(12)
    ]
    tag = world.audience.create_tag("Stilt walkers")
    setup = world.audience.setup()

    plan = next(field for field in setup.merge_fields if field.tag == "PLAN")
    assert (plan.type, plan.name, plan.choices) == (FieldType.DROPDOWN, "Plan", ("Desk", "Hammock"))
    phone = next(field for field in setup.merge_fields if field.tag == "PHONE")
    assert phone.phone_format == "none"
    hobbies = [interest for interest in setup.interests if interest.category == "Hobbies"]
    assert {i.id for i in hobbies} == {each["id"] for each in made}  # more than the ten of a page by default
    assert Interest(category="Hobbies", name="Hobby 11", id=made[11]["id"]) in hobbies
    assert setup.tags["Stilt walkers"] == tag

    assert setup.permissions == ()
    assert f"GET {LIST}/members" not in world.calls()
    contact = given(world, "flo@stilts.test")
    chosen = world.audience.change(contact.subscriber_hash, ContactPatch(interests={made[3]["id"]: True}))
    assert [interest for interest, is_in in chosen.interests.items() if is_in] == [made[3]["id"]]


def test_an_opt_out_never_fails_for_a_field_that_somebody_made_required(
    world: SimulatedWorld, simulator: Simulator
) -> None:
    contact = given(world, "late@form.test")
    api = f"{simulator.url}/lists/{simulator.list_id}/merge-fields"
    key = ("any", simulator.api_key)
    field = {"name": "Shoe size", "tag": "SHOESIZE", "type": "number", "required": True}
    made = requests.post(api, json=field, auth=key, timeout=5).json()
    try:
        profile = ContactPatch(merge_fields={"FNAME": "Late"})
        with pytest.raises(Rejected) as caught:
            world.audience.change(contact.subscriber_hash, profile)
        assert (caught.value.refusal, caught.value.detail) == (Refusal.FIELD_INVALID, "SHOESIZE")
        out = profile.model_copy(update={"status": ContactStatus.UNSUBSCRIBED})
        assert world.audience.change(contact.subscriber_hash, out).status is ContactStatus.UNSUBSCRIBED
    finally:
        requests.delete(f"{api}/{made['merge_id']}", auth=key, timeout=5)


# --- outages, as the simulator makes them ---


@pytest.mark.parametrize("route", CALLS)
@pytest.mark.parametrize(
    ("kind", "effect_unknown", "still_running"),
    [
        ("429", False, False),
        ("503_bare", False, False),
        ("500", True, False),
        ("reset", True, True),
        ("timeout", True, True),
        ("timeout_after_effect", True, True),
    ],
)
def test_an_outage_is_retryable_and_says_whether_it_may_have_taken_effect(
    world: SimulatedWorld, route: str, kind: str, effect_unknown: bool, still_running: bool
) -> None:
    if route != f"POST {LIST}":
        given(world, SOMEBODY.email)
    audience = world.adapter(timeout=0.1)
    world.fault(kind)
    with pytest.raises(Retryable) as caught:
        CALLS[route](audience)
    reads = route.startswith("GET")
    assert caught.value.effect_unknown is (effect_unknown and not reads)
    assert caught.value.still_running is (still_running and not reads)
    assert "waffle" not in str(caught.value)
    assert HASH not in str(caught.value)


def test_a_call_that_timed_out_may_have_taken_effect(world: SimulatedWorld) -> None:
    world.fault("timeout_after_effect")
    with pytest.raises(Retryable):
        world.adapter(timeout=0.2).create([SOMEBODY])
    assert seen(world, SOMEBODY.email).status is SUBSCRIBED


@pytest.mark.parametrize("route", CALLS)
def test_a_wrong_key_is_for_a_person_to_mend(world: SimulatedWorld, route: str) -> None:
    with pytest.raises(Misconfigured, match="API key"):
        CALLS[route](world.adapter(api_key="stale-us1"))


@pytest.mark.parametrize(
    "act",
    [
        lambda audience: audience.create([SOMEBODY]),
        lambda audience: audience.setup(),
        lambda audience: audience.create_tag("Waffles"),
        lambda audience: list(audience.contacts(archived=True)),
    ],
)
def test_an_audience_that_is_gone_is_for_a_person_to_mend(
    world: SimulatedWorld, act: Callable[[Audience], object]
) -> None:
    with pytest.raises(Misconfigured, match="audience"):
        act(world.adapter(audience_id="gone000000"))
