"""What is wrong with a change is said by field, with the remedy, and never with the value."""

from typing import Any

import pytest

from accord.domain.changes import OrderBy, Upserted
from accord.usecases.explain_refusal import FieldError
from accord.usecases.validate_change import validate_change
from tests.builders import NOON

SECRET = "narwhal"
"""In every bad value, so that a message that repeats one is found."""


def refused(raw: object) -> tuple[FieldError, ...]:
    verdict = validate_change(raw, OrderBy.OCCURRED_AT, NOON)
    assert isinstance(verdict, tuple)
    return verdict


def upsert(member: object = None, **given: Any) -> dict[str, Any]:
    said = {} if member is None else member
    return {"type": "member.upserted", "id": "m-1", "occurred_at": "2026-03-01T12:00:00Z", "member": said} | given


BAD: list[tuple[str, object, str, str]] = [
    ("text", SECRET, "change", "object"),
    ("list", [SECRET], "change", "object"),
    ("no type", {"id": "m-1"}, "type", "missing"),
    ("unknown type", upsert(type=SECRET), "type", "member.upserted"),
    ("no id", {"type": "member.left", "occurred_at": "2026-03-01T12:00:00Z"}, "id", "missing"),
    ("email as id", upsert(id=f"{SECRET}@tusk.test"), "id", "never an email address"),
    ("number as id", upsert(id=17), "id", "128"),
    ("long id", upsert(id=SECRET * 30), "id", "128"),
    ("no member", {"type": "member.upserted", "id": "m-1", "occurred_at": "2026-03-01T12:00:00Z"}, "member", "missing"),
    ("member a text", upsert(SECRET), "member", "object"),
    ("unknown field", upsert(tusk=SECRET), "tusk", "not a known field"),
    ("unknown member field", upsert({"tusk": SECRET}), "member.tusk", "member.fields"),
    ("unknown consent field", upsert({"consent": {"status": "unknown", "by": 1}}), "member.consent.by", "not a known"),
    ("unknown address field", upsert({"address": {"planet": SECRET}}), "member.address.planet", "not a known"),
    ("bad email", upsert({"email": SECRET}), "member.email", "send null"),
    ("odd email", upsert({"email": f"{SECRET} (at) tusk"}), "member.email", "send null"),
    ("reserved email", upsert({"email": f"{SECRET}@tusk.invalid"}), "member.email", "reserved domain"),
    ("number as email", upsert({"email": 7}), "member.email", "a text"),
    ("number as name", upsert({"first_name": 7}), "member.first_name", "a text"),
    ("long name", upsert({"first_name": SECRET * 200}), "member.first_name", "1000 characters"),
    ("half a character", upsert({"first_name": "\ud83d"}), "change", "half a character"),
    ("birthday", upsert({"birthday": SECRET}), "member.birthday", "1990-03-12"),
    ("birthday a number", upsert({"birthday": 7}), "member.birthday", "1990-03-12"),
    ("birthday digits", upsert({"birthday": "0"}), "member.birthday", "1990-03-12"),
    ("no such day", upsert({"birthday": "1990-02-30"}), "member.birthday", "1990-03-12"),
    ("joined with time", upsert({"joined_on": "2024-05-01T10:00:00Z"}), "member.joined_on", "1990-03-12"),
    ("time a text", upsert(occurred_at=SECRET), "occurred_at", "2026-11-22T10:00:00Z"),
    ("time a number", upsert(occurred_at=1772366400), "occurred_at", "2026-11-22T10:00:00Z"),
    ("time digits", upsert(occurred_at="1772366400"), "occurred_at", "2026-11-22T10:00:00Z"),
    ("time naive", upsert(occurred_at="2026-03-01T12:00:00"), "occurred_at", "time zone"),
    ("time a day", upsert(occurred_at="2026-03-01"), "occurred_at", "2026-11-22T10:00:00Z"),
    ("first day of all", upsert(occurred_at="0001-01-01T00:00:00+05:00"), "occurred_at", "2026-11-22T10:00:00Z"),
    ("last day of all", upsert(occurred_at="9999-12-31T23:59:59-05:00"), "occurred_at", "2026-11-22T10:00:00Z"),
    ("future", upsert(occurred_at="2026-03-01T12:05:01Z"), "occurred_at", "ahead of now"),
    ("no time", {"type": "member.left", "id": "m-1"}, "occurred_at", "orders the changes"),
    ("version", upsert(version=SECRET), "version", "whole number"),
    ("version a truth", upsert(version=True), "version", "whole number"),
    ("version a fraction", upsert(version=1.5), "version", "whole number"),
    ("version negative", upsert(version=-1), "version", "negative"),
    ("version huge", upsert(version=10**18), "version", "too large"),
    ("consent status", upsert({"consent": {"status": SECRET}}), "member.consent.status", "'opted_in'"),
    ("consent without status", upsert({"consent": {}}), "member.consent.status", "missing"),
    ("consent a text", upsert({"consent": SECRET}), "member.consent", "object"),
    ("consent time", upsert({"consent": {"status": "unknown", "at": 7}}), "member.consent.at", "2026-11-22"),
    ("state", upsert({"state": SECRET}), "member.state", "'active'"),
    ("tags a text", upsert({"tags": SECRET}), "member.tags", "a list"),
    ("101 tags", upsert({"tags": [f"t{number}" for number in range(101)]}), "member.tags", "100"),
    ("empty tag", upsert({"tags": ["fine", " "]}), "member.tags.1", "empty"),
    ("groups a list", upsert({"groups": [SECRET]}), "member.groups", "names and values"),
    ("group a text", upsert({"groups": {"Interests": SECRET}}), "member.groups.Interests", "a list"),
    ("field a list", upsert({"fields": {"company": [SECRET]}}), "member.fields.company", "true, false or null"),
    ("17 KB", upsert({"fields": {f"f{n}": SECRET * 140 for n in range(18)}}), "change", "16 KB"),
    ("17 KB of accents", upsert({"last_name": "é" * 8_500}), "change", "16 KB"),
]


@pytest.mark.parametrize(("raw", "field", "remedy"), [pytest.param(*bad[1:], id=bad[0]) for bad in BAD])
def test_a_bad_change_names_its_field_and_the_remedy(raw: object, field: str, remedy: str) -> None:
    errors = refused(raw)

    assert [error.field for error in errors] == [field]
    assert remedy in errors[0].message
    assert SECRET not in repr([error.message for error in errors])


def test_all_that_is_wrong_is_said_at_once() -> None:
    errors = refused(upsert({"email": "x", "birthday": "x", "tusk": 1, "consent": {"status": "x", "at": "x"}}))

    assert {error.field for error in errors} == {
        "member.email",
        "member.birthday",
        "member.tusk",
        "member.consent.status",
        "member.consent.at",
    }


def test_a_thousand_unknown_fields_are_twenty_errors() -> None:
    assert len(refused(upsert({f"f{number}": 1 for number in range(1_000)}))) == 20


@pytest.mark.parametrize(
    "member",
    [
        {},
        {"email": None, "first_name": None, "birthday": None, "consent": None},
        {"email": " wilma@burrow.test "},
        {"fields": {"seats": 3, "score": 1.5, "vip": True, "note": None, "company": "Tusk"}},
        {"consent": {"status": "opted_in", "at": "2026-03-01T13:00:00+01:00"}},
        {"tags": [f"t{number}" for number in range(100)]},
        {"birthday": "1990-03-12", "joined_on": "2024-02-29"},
    ],
)
def test_a_good_member_is_accepted(member: dict[str, Any]) -> None:
    assert isinstance(validate_change(upsert(member), OrderBy.OCCURRED_AT, NOON), Upserted)
