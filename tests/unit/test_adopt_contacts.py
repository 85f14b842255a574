"""Contacts that are none of Accord's are taken over on an operator's order: as they are, and only who agreed (P16)."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.domain.address import Address
from accord.domain.adoption import adopted, id_by_address
from accord.domain.connection import AudienceSetup, ExistingContacts, FieldType, MergeField
from accord.domain.contact import Contact, ContactStatus
from accord.domain.payload import InvalidField, fingerprint, payload_of
from accord.domain.plan import PlanLine, Planned
from accord.domain.reasons import ReasonCode, Status
from accord.domain.values import subscriber_hash
from tests.builders import (
    NOON,
    a_full_member,
    a_member,
    a_policy,
    erased,
    key_of,
    left,
    no_us_phone,
    opted_out,
    upserted,
)
from tests.planning import Planning
from tests.scene import calls_made

STRANGER, SECOND = "snowy-owl@belfry.test", "eagle-owl@belfry.test"
ID = id_by_address(key_of(STRANGER))


@pytest.fixture
def planning() -> Planning:
    """A stranger in the audience, who was seen by a night."""
    planning = Planning()
    add(planning, STRANGER, merge_fields={"FNAME": "Snowy", "BIRTHDAY": "03/12"}, tags=("Night shift",))
    planning.nights.night()
    calls_made(planning.scene)
    return planning


def add(planning: Planning, email: str, **shown: Any) -> None:
    agreed = planning.scene.clock.now() - timedelta(days=100)
    planning.scene.audience.add(email, **{"opted_in_at": agreed, **shown})


def lines(planning: Planning) -> dict[str, PlanLine]:
    return planning.lines(planning.plan(adopts=True))


def shown(planning: Planning, email: str = STRANGER) -> Contact:
    contact = planning.scene.audience.of(email)
    assert contact is not None
    return contact


def test_p16_a_plan_of_adoptions_names_who_can_be_taken_over_and_writes_nothing(planning: Planning) -> None:
    known = dict(planning.scene.ledger.stored_addresses)

    found = lines(planning)

    assert {id_: line.planned for id_, line in found.items()} == {ID: Planned.ADOPT}
    change = found[ID].change
    assert change is not None
    assert (change.member.email, change.member.first_name, change.member.birthday) == (STRANGER, "Snowy", None)
    assert calls_made(planning.scene) == ["page"]  # nobody who is archived is taken over
    assert planning.scene.ledger.stored_addresses == known


def test_a_contact_that_is_taken_over_stays_as_it_is_and_is_a_member_from_then_on(planning: Planning) -> None:
    before = shown(planning)

    run = planning.applied(planning.plan(adopts=True))

    assert run.counts == {"applied": 1, "left_out": 0}
    assert planning.scene.record(ID).status is Status.SYNCED
    assert shown(planning).model_copy(update={"last_changed": before.last_changed}) == before
    planning.nights.night()
    planning.nights.night()
    assert planning.nights.runs.kept["burrow", "night-004"].counts == {"contacts": 3}  # nobody is a stranger any more
    planning.scene.post(left(ID, at=planning.scene.clock.now()))
    assert shown(planning).status is ContactStatus.ARCHIVED


def test_only_chosen_ones_are_taken_over_and_get_the_ids_that_are_given(planning: Planning) -> None:
    add(planning, SECOND)
    planning.nights.night()

    run = planning.applied(planning.plan(adopts=True), chosen={ID: "m-77"})

    assert run.counts == {"applied": 1, "left_out": 0}
    assert planning.scene.record("m-77").status is Status.SYNCED
    assert ("burrow", ID) not in planning.scene.ledger.stored_records
    assert set(lines(planning)) == {id_by_address(key_of(SECOND))}


def test_an_id_that_a_member_has_is_not_given_twice(planning: Planning) -> None:
    plan = planning.plan(adopts=True)

    run = planning.applied(plan, chosen={ID: "m-1"})

    assert run.counts == {"applied": 0, "left_out": 1}
    assert planning.scene.record("m-1").profile == planning.scene.record("m-1").profile
    assert planning.lines(plan)[ID].left_out


def test_nor_that_of_one_who_was_erased(planning: Planning) -> None:
    plan = planning.plan(adopts=True)
    planning.scene.post(erased("m-1"))

    assert planning.applied(plan, chosen={ID: "m-1"}).counts == {"applied": 0, "left_out": 1}


@pytest.mark.parametrize("status", [s for s in ContactStatus if s is not ContactStatus.SUBSCRIBED])
def test_who_is_not_subscribed_is_left_alone(planning: Planning, status: ContactStatus) -> None:
    planning.scene.audience.turn(STRANGER, status)

    assert lines(planning) == {}


def test_who_has_no_time_of_opting_in_is_left_alone(planning: Planning) -> None:
    add(planning, SECOND, opted_in_at=None)
    planning.nights.night()

    assert set(lines(planning)) == {ID}


def test_who_unsubscribed_once_is_left_alone_though_subscribed_again(planning: Planning) -> None:
    planning.scene.audience.turn(STRANGER, ContactStatus.UNSUBSCRIBED)
    planning.nights.night()
    planning.scene.audience.turn(STRANGER, ContactStatus.SUBSCRIBED)
    planning.nights.night()

    assert lines(planning) == {}


def test_an_unsubscribe_between_plan_and_yes_leaves_the_line_out(planning: Planning) -> None:
    plan = planning.plan(adopts=True)
    planning.scene.audience.turn(STRANGER, ContactStatus.UNSUBSCRIBED)
    planning.nights.night()

    run = planning.applied(plan)

    assert run.counts == {"applied": 0, "left_out": 1}
    assert shown(planning).status is ContactStatus.UNSUBSCRIBED
    assert ("burrow", ID) not in planning.scene.ledger.stored_records


def test_a_member_without_consent_gets_that_of_the_contact(planning: Planning) -> None:
    planning.scene.post(upserted(a_member(STRANGER, consent=None), "m-3"))
    assert planning.scene.record("m-3").status is not Status.SYNCED

    run = planning.applied(planning.plan(adopts=True))

    assert run.counts == {"applied": 1, "left_out": 0}
    record = planning.scene.record("m-3")
    assert (record.status, record.consent and record.consent.source) == (Status.SYNCED, "audience")


def test_a_member_who_just_came_without_consent_keeps_their_own_profile(planning: Planning) -> None:
    planning.scene.post(upserted(a_full_member(STRANGER, consent=None), "m-3", planning.scene.clock.now()))
    assert planning.scene.record("m-3").profile is not None  # for an hour

    planning.applied(planning.plan(adopts=True))

    assert planning.scene.record("m-3").status is Status.SYNCED
    assert shown(planning).merge_fields["FNAME"] != "Snowy"


def test_but_nobody_whose_member_opted_out(planning: Planning) -> None:
    planning.scene.post(upserted(a_member(STRANGER, consent=opted_out()), "m-3"))

    assert lines(planning) == {}


def test_nor_anybody_whose_address_a_member_gave_up(planning: Planning) -> None:
    planning.scene.post(upserted(a_member(STRANGER, consent=None), "m-3"))
    planning.scene.post(upserted(a_member(SECOND, consent=None), "m-3", planning.scene.clock.now()))

    assert lines(planning) == {}


def test_an_unsubscribe_after_the_adoption_stands(planning: Planning) -> None:
    planning.applied(planning.plan(adopts=True))
    planning.scene.audience.turn(STRANGER, ContactStatus.UNSUBSCRIBED)
    planning.nights.night()
    planning.scene.post(upserted(a_member(STRANGER, consent=None), ID))

    record = planning.scene.record(ID)
    assert (record.status, record.reason.code) == (Status.UNSUBSCRIBED, ReasonCode.UNSUBSCRIBED_IN_MAILCHIMP)
    assert shown(planning).status is ContactStatus.UNSUBSCRIBED


@pytest.mark.parametrize("policy", ExistingContacts)
def test_under_every_policy_the_contact_keeps_its_values(policy: ExistingContacts) -> None:
    planning = Planning(policy=a_policy(existing_contacts=policy))
    add(planning, STRANGER, merge_fields={"FNAME": "Snowy"}, tags=("Night shift",), interests={"i-garden": True})
    planning.nights.night()
    before = shown(planning)

    planning.applied(planning.plan(adopts=True))

    assert planning.scene.record(ID).status is Status.SYNCED
    assert shown(planning).model_copy(update={"last_changed": before.last_changed}) == before


FIELDS = {
    "first_name": ("FNAME", FieldType.TEXT),
    "phone": ("PHONE", FieldType.PHONE),
    "birthday": ("BIRTHDAY", FieldType.BIRTHDAY),
    "joined_on": ("JOINED", FieldType.DATE),
    "address": ("ADDRESS", FieldType.ADDRESS),
    "plan": ("PLAN", FieldType.DROPDOWN),
    "fields.desk": ("DESK", FieldType.NUMBER),
    "fields.site": ("SITE", FieldType.URL),
}
SETUP = AudienceSetup(
    merge_fields=tuple(
        MergeField(tag=tag, type=type_, phone_format="US" if tag == "PHONE" else "", choices=("Desk", "Nest"))
        for tag, type_ in FIELDS.values()
    )
)
TEXTS = st.one_of(st.text(max_size=300), st.sampled_from(["Desk", "2024-05-01", "03/12", "https://owl.test", "7"]))
VALUES = st.one_of(
    TEXTS,
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dictionaries(st.sampled_from(["addr1", "addr2", "city", "state", "zip", "country"]), TEXTS),
)


@given(st.dictionaries(st.sampled_from([tag for tag, _ in FIELDS.values()]), VALUES))
def test_whatever_a_contact_shows_the_member_made_of_it_can_be_sent_and_changes_nothing(
    values: dict[str, object],
) -> None:
    contact = Contact.model_validate(
        {
            "email": STRANGER,
            "status": ContactStatus.SUBSCRIBED,
            "subscriber_hash": subscriber_hash(STRANGER),
            "merge_fields": values,
        }
    )
    address = Address(key=key_of(STRANGER), seen=ContactStatus.SUBSCRIBED, opted_in_at=NOON)
    mapping = {source: tag for source, (tag, _) in FIELDS.items()}

    change = adopted(address, contact, None, mapping, SETUP, no_us_phone)

    assert change is not None
    payload = payload_of(change.member, mapping, SETUP, no_us_phone)
    assert not isinstance(payload, InvalidField)
    for tag, sent in payload.merge_fields.items():
        assert fingerprint(sent) == fingerprint(contact.merge_fields[tag]), tag
