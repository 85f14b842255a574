"""Memberships of Cobot as changes: total, honest about what is not known, and never a consent that nobody gave."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.domain.changes import OrderBy, Upserted
from accord.domain.cobot import Cobot
from accord.domain.cobot_membership import gone_member, seen_member
from accord.domain.member import MemberState, PostalAddress
from accord.domain.seen_member import Box, look, with_consent
from accord.usecases.validate_change import validate_change
from tests.builders import NOON

HIVE = Cobot(space="beehive", consent_field="Newsletter", birthday_field="Birthday")
QUEEN: dict[str, Any] = {
    "id": "0a1b",
    "name": "Queen Bee",
    "email": "queen@hive.test",
    "phone": "+49 30 123",
    "user": {"id": "u1", "email": "majesty@hive.test"},
    "address": {
        "company": "Honey Ltd",
        "name": "Queen Bee",
        "full_address": "Honey Ltd\n1 Wax Lane\nBackyard\n10115 Berlin\nGermany",
        "country": "Germany",
    },
    "plan": {"name": "Honeycomb", "price": "9.00"},
    "confirmed_at": "2010/01/02 23:30:00 +0000",
    "starts_at": "2010/01/01",
    "canceled_to": None,
    "custom_fields": [{"label": "newsletter", "value": "Yes"}, {"label": "Birthday", "value": "1990/03/12"}],
}


def told(document: object, cobot: Cobot = HIVE, box: Box | None = None) -> Upserted:
    """The change that is accepted."""
    seen = seen_member(document, cobot, NOON)
    assert seen is not None
    now = look(seen, NOON)
    change = validate_change(
        with_consent(seen, box.seen_again(now) if box else now) if now else seen.change, OrderBy.OCCURRED_AT, NOON
    )
    assert isinstance(change, Upserted)
    return change


def test_c6_everything_that_is_carried_is_found() -> None:
    member = told(QUEEN).member

    assert (member.email, member.first_name, member.last_name) == ("queen@hive.test", "Queen", "Bee")
    assert (member.phone, member.plan, member.birthday) == ("+49 30 123", "Honeycomb", date(1990, 3, 12))
    assert member.joined_on == date(2010, 1, 2)
    assert member.address == PostalAddress(
        line1="1 Wax Lane", line2="Backyard", city="Berlin", postal_code="10115", country="Germany"
    )
    assert member.fields["company"] == "Honey Ltd"
    assert (member.tags, member.state) == ((), MemberState.ACTIVE)
    assert member.consent is not None
    assert (member.consent.status, member.consent.at, member.consent.source) == ("opted_in", None, "Cobot: Newsletter")


@pytest.mark.parametrize(
    ("lines", "city", "state", "code"),
    [
        ("1 Wax Lane\nSpringfield, IL 62701", "Springfield", "IL", "62701"),
        ("1 rue du Miel\n75002 Paris", "Paris", "", "75002"),
        ("Honingstraat 1\n1012 AB Amsterdam", "Amsterdam", "", "1012 AB"),
        ("Honungsgatan 1\n111 22 Stockholm", "Stockholm", "", "111 22"),
    ],
)
def test_an_address_is_told_apart_where_its_last_line_is_clear(lines: str, city: str, state: str, code: str) -> None:
    address = told(QUEEN | {"address": {"full_address": lines}}).member.address

    assert address is not None
    assert (address.city, address.state, address.postal_code) == (city, state, code)


@pytest.mark.parametrize("lines", ["", "10115 Berlin", "1 Wax Lane\nLondon", "1 Wax Lane\nSW1A 1AA London", None, 7])
def test_an_address_that_is_not_clear_is_not_guessed_but_kept_as_it_is(lines: object) -> None:
    member = told(QUEEN | {"address": {"full_address": lines}}).member

    assert member.address is None
    assert member.fields.get("full_address", "") == (" ".join(str(lines).split()) if lines else "")


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("Cher Ami Pigeon", ("Cher", "Ami Pigeon")),
        ("Pigeon, Cher Ami", ("Cher Ami", "Pigeon")),
        ("Laika", ("Laika", "")),
        ("", ("", "")),
    ],
)
def test_a_name_is_split_at_the_first_word_or_at_the_comma(name: str, names: tuple[str, str]) -> None:
    member = told(QUEEN | {"name": name, "address": None}).member

    assert (member.first_name, member.last_name) == names


@pytest.mark.parametrize(
    ("email", "user", "found"),
    [
        (None, {"email": "majesty@hive.test"}, "majesty@hive.test"),
        ("", None, None),
        ("not an address", None, None),
        ("not an address", {"email": "majesty@hive.test"}, "majesty@hive.test"),
    ],
)
def test_c4_the_address_may_come_with_the_user_or_not_yet(email: object, user: object, found: str | None) -> None:
    assert told(QUEEN | {"email": email, "user": user}).member.email == found


@pytest.mark.parametrize(
    ("canceled_to", "state"),
    [
        ("2026/02/28", "cancelled"),
        ("2026/03/01", "cancelled"),
        ("2026/03/02", "cancelled"),
        ("2026/03/03", "active"),
        ("soon", "active"),
        (None, "active"),
    ],
)
def test_a_membership_is_cancelled_from_the_first_midnight_of_its_last_day(canceled_to: object, state: str) -> None:
    assert told(QUEEN | {"canceled_to": canceled_to}).member.state == state


@pytest.mark.parametrize(
    ("text", "day"),
    [("12.3.1990", date(1990, 3, 12)), ("1990-03-12", date(1990, 3, 12)), ("3/4/1990", None), ("1990/13/12", None)],
)
def test_a_birthday_whose_month_nobody_knows_is_left_out(text: str, day: date | None) -> None:
    assert told(QUEEN | {"custom_fields": {"BIRTHDAY": text, "Newsletter": "yes"}}).member.birthday == day


@pytest.mark.parametrize(
    "fields",
    [
        None,
        [],
        {},
        "Newsletter",
        [{"label": "Newsletter", "value": ""}],
        [{"label": "Newsletter", "value": None}],
        [{"label": "Newsletter", "value": "no"}],
        [{"label": "Newsletter", "value": "maybe yes"}],
        [{"label": "Newsletter", "value": 0}],
        [{"label": "Newsletter", "value": []}],
        [{"label": "Old newsletter", "value": "yes"}],
        [{"label": "Newsletter", "value": "yes"}, {"label": "Newsletter", "value": "no"}],
        {"Newsletter": ["yes", "no"]},
    ],
)
def test_c2_whoever_did_not_tick_the_box_did_not_agree(fields: object) -> None:
    consent = told(QUEEN | {"custom_fields": fields}).member.consent

    assert consent is not None
    assert (consent.status, consent.at) == ("unknown", None)


@pytest.mark.parametrize(
    "fields",
    [
        {"Newsletter": True},
        {"Newsletter": 1},
        {" NEWSLETTER ": "ON"},
        {"fields": [{"label": "Newsletter", "value": "true"}]},
        [{"name": "Newsletter", "value": ["newsletter"]}],
    ],
)
def test_a_ticked_box_is_found_however_it_is_written(fields: object) -> None:
    consent = told(QUEEN | {"custom_fields": fields}).member.consent

    assert consent is not None
    assert consent.status == "opted_in"


def test_without_a_field_for_consent_nobody_has_agreed() -> None:
    consent = told(QUEEN, Cobot(space="beehive")).member.consent

    assert consent is not None
    assert consent.status == "unknown"


def test_whoever_was_deleted_has_left() -> None:
    change = validate_change(gone_member("0a1b", NOON).change, OrderBy.OCCURRED_AT, NOON)

    assert not isinstance(change, tuple)
    assert (change.type, change.id) == ("member.left", "0a1b")


@pytest.mark.parametrize("document", [None, [], "0a1b", {}, {"id": ""}, {"id": None}, {"id": "queen@hive.test"}])
def test_what_names_no_member_is_none(document: object) -> None:
    assert seen_member(document, HIVE, NOON) is None


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.dates().map(str)
odd = scalars | st.lists(scalars, max_size=2) | st.dictionaries(st.text(max_size=5), scalars, max_size=2)
LONG = ["10115 Berlin", "\U0001f41d" * 2_000, '"\\' * 2_000, "1 Wax Lane\n" * 500 + "10115 " + "ä" * 500, "\ud83d"]
texts = scalars | st.sampled_from(LONG) | st.emails()
documents = st.fixed_dictionaries(
    {"id": st.text("0a-", min_size=1, max_size=20)},
    optional={
        **dict.fromkeys(("name", "email", "phone", "confirmed_at", "starts_at", "canceled_to"), texts),
        "user": odd | st.fixed_dictionaries({"email": texts}),
        "plan": odd | st.fixed_dictionaries({"name": texts}),
        "address": odd
        | st.fixed_dictionaries({}, optional=dict.fromkeys(("company", "name", "full_address", "country"), texts)),
        "custom_fields": odd
        | st.dictionaries(st.sampled_from(["Newsletter", "Birthday"]), texts)
        | st.lists(st.fixed_dictionaries({"label": st.sampled_from(["Newsletter", "Birthday"]), "value": texts})),
    },
)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2026, 2, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(odd)
def test_no_document_makes_it_stumble(document: object) -> None:
    seen_member(document, HIVE, NOON)


boxes = st.builds(Box, ticked=st.booleans(), source=st.just("Cobot: Newsletter"), seen_at=moments)


@given(documents, st.none() | boxes)
def test_every_change_is_accepted(document: dict[str, Any], box: Box | None) -> None:
    assert told(document, box=box).id == document["id"]
