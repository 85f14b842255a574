"""Mailchimp's JSON to contacts and back, with all that may be missing."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.adapters.mailchimp.contacts import (
    contact_of,
    created_json,
    interests_of,
    listed_of,
    merge_fields_of,
    moment_of,
    patch_json,
    tags_json,
    tags_of,
)
from accord.domain.connection import FieldType, Interest, MergeField
from accord.domain.contact import Contact, ContactPatch, ContactStatus, NewContact, TagChange

LEAST = {"id": "a1b2", "email_address": "Barnabe.Biscotte@goulash.test", "status": "pending"}


def test_a_member_with_the_least_it_can_have_is_a_contact() -> None:
    assert contact_of(LEAST) == Contact(
        email="Barnabe.Biscotte@goulash.test", status=ContactStatus.PENDING, subscriber_hash="a1b2"
    )


def test_a_member_with_everything_is_a_contact_with_everything() -> None:
    address = {"addr1": "3 quai du Potiron", "addr2": None, "city": "Nantes", "zip": 44000}
    contact = contact_of(
        LEAST
        | {
            "contact_id": "c0ffee",
            "merge_fields": {"FNAME": "Barnabé", "AGE": 42, "RATIO": 0.5, "ADDRESS": address, "VIP": True, "N": None},
            "interests": {"i1": True, "i2": False},
            "tags": [{"id": 7, "name": "Beekeepers"}, {"id": 8}],
            "language": "fr",
            "last_changed": "2026-11-22T10:00:00+01:00",
            "unsubscribe_reason": "N/A (Abuse complaint)",
            "vip": False,
        }
    )
    assert contact.contact_id == "c0ffee"
    assert contact.merge_fields == {
        "FNAME": "Barnabé",
        "AGE": 42,
        "RATIO": 0.5,
        "ADDRESS": {"addr1": "3 quai du Potiron", "addr2": "", "city": "Nantes", "zip": "44000"},
        "VIP": "true",
        "N": "",
    }
    assert contact.interests == {"i1": True, "i2": False}
    assert contact.tags == ("Beekeepers",)
    assert contact.language == "fr"
    assert contact.last_changed == datetime(2026, 11, 22, 9, tzinfo=UTC)
    assert contact.complained


EVERYTHING = LEAST | {
    "contact_id": "c0ffee",
    "merge_fields": {"FNAME": "Barnabé", "AGE": 42, "ADDRESS": {"zip": 44000, "city": "Nantes", "addr2": None}},
    "interests": {"i2": True, "i1": False},
    "tags": [{"id": 7, "name": "Beekeepers"}, {"id": 8}],
    "language": "fr",
    "unsubscribe_reason": "N/A (Abuse complaint)",
    "marketing_permissions": [{"marketing_permission_id": "p1", "enabled": True}],
}
TEXT = st.text(st.characters(codec="utf-8"), max_size=3)
SCALAR = st.none() | st.booleans() | st.integers(-9, 9) | st.floats(allow_nan=False) | TEXT
ADDRESS = st.dictionaries(TEXT, st.none() | st.integers(-9, 9) | TEXT, max_size=3)
PARTS = {
    "status": st.sampled_from(list(map(str, ContactStatus))),
    "contact_id": st.none() | TEXT,
    "merge_fields": st.none() | st.dictionaries(TEXT, SCALAR | ADDRESS | st.lists(SCALAR, max_size=2), max_size=4),
    "interests": st.none() | st.dictionaries(TEXT, st.booleans(), max_size=3),
    "tags": st.none() | st.lists(st.fixed_dictionaries({"id": st.integers()}, optional={"name": TEXT}), max_size=3),
    "language": st.none() | TEXT,
    "unsubscribe_reason": st.none() | st.sampled_from(["", "N/A (Abuse complaint)", "Normal"]),
    "marketing_permissions": st.none()
    | st.lists(st.fixed_dictionaries({"marketing_permission_id": TEXT, "enabled": st.booleans()}), max_size=2),
}


def mark(member: dict[str, Any]) -> str:
    return listed_of(member, lambda: contact_of(member)).mark


@given(st.fixed_dictionaries({}, optional=PARTS))
def test_a_contact_has_one_mark_whether_it_is_looked_at_in_part_or_as_a_whole(parts: dict[str, Any]) -> None:
    assert mark(LEAST | parts) == contact_of(LEAST | parts).mark


def test_the_mark_is_the_one_that_ledgers_hold_in_whatever_order_mailchimp_shows_its_parts() -> None:
    """Another one would cost a write for each contact of every audience."""
    turned = {name: dict(reversed(v.items())) if isinstance(v, dict) else v for name, v in EVERYTHING.items()}

    assert (mark(LEAST), mark(EVERYTHING)) == ("86bd430fb65bb29c", "0e72efe5e9f23ffa")
    assert mark(turned) == mark(EVERYTHING)


@pytest.mark.parametrize("part", sorted(EVERYTHING.keys() - LEAST.keys()))
def test_each_part_that_is_compared_changes_the_mark(part: str) -> None:
    assert mark({name: value for name, value in EVERYTHING.items() if name != part}) != mark(EVERYTHING)


@pytest.mark.parametrize(
    ("reason", "complained"),
    [("abuse", True), ("Spam complaint", True), ("No longer interested", False), ("", False), (None, False)],
)
def test_who_complained_is_told_by_the_reason(reason: str | None, complained: bool) -> None:
    assert contact_of(LEAST | {"unsubscribe_reason": reason}).complained is complained


@pytest.mark.parametrize("change", [{"id": ""}, {"email_address": None}, {"status": "levitating"}, {"status": None}])
def test_a_member_without_address_id_or_a_known_status_is_no_contact(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        contact_of(LEAST | change)
    assert "goulash" not in str(caught.value)


@pytest.mark.parametrize("value", [None, "", "soon", 17])
def test_a_time_that_is_none_is_no_time(value: object) -> None:
    assert moment_of(value) is None


def test_a_time_without_a_zone_is_utc() -> None:
    assert moment_of("2026-11-22 10:00:00") == datetime(2026, 11, 22, 10, tzinfo=UTC)


def test_only_what_is_set_is_sent() -> None:
    patch = ContactPatch(merge_fields={"FNAME": "Odile", "LNAME": ""})
    assert patch_json(patch) == {"merge_fields": {"FNAME": "Odile", "LNAME": ""}}
    assert patch_json(ContactPatch()) == {}
    assert patch_json(
        ContactPatch(
            status=ContactStatus.UNSUBSCRIBED, email="odile@fondue.test", interests={"i1": False}, language="de"
        )
    ) == {"status": "unsubscribed", "email_address": "odile@fondue.test", "interests": {"i1": False}, "language": "de"}


def test_a_bulk_creation_never_asks_to_change_who_exists() -> None:
    contact = NewContact(email="odile@fondue.test", status=ContactStatus.SUBSCRIBED)
    assert created_json([contact]) == {
        "members": [{"email_address": "odile@fondue.test", "status": "subscribed"}],
        "update_existing": False,
    }


def test_tags_become_active_and_inactive_and_may_start_automations() -> None:
    assert tags_json(TagChange(add=("Bakers",), remove=("Candlestick makers",))) == {
        "tags": [{"name": "Bakers", "status": "active"}, {"name": "Candlestick makers", "status": "inactive"}],
        "is_syncing": False,
    }


def test_the_fields_of_an_audience_are_read_save_those_of_a_type_from_the_future() -> None:
    fields = merge_fields_of(
        [
            {
                "tag": "PLAN",
                "type": "dropdown",
                "name": "Plan",
                "required": True,
                "options": {"choices": ["Full", "Half"]},
            },
            {"tag": "PHONE", "type": "phone", "options": {"phone_format": "US"}},
            {"tag": "MOOD", "type": "hologram"},
        ]
    )
    assert fields == (
        MergeField(tag="PLAN", type=FieldType.DROPDOWN, name="Plan", required=True, choices=("Full", "Half")),
        MergeField(tag="PHONE", type=FieldType.PHONE, phone_format="US"),
    )


def test_interests_and_tags_are_read_by_their_names() -> None:
    assert interests_of("Hobbies", [{"id": "i1", "name": "Knitting"}]) == (
        Interest(category="Hobbies", name="Knitting", id="i1"),
    )
    assert tags_of([{"id": 7, "name": "Bakers"}, {"id": 8, "name": ""}]) == {"Bakers": 7}
