"""From a member to what a contact shows: each type of field takes what it can and refuses the rest by name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.domain.connection import AudienceSetup, FieldType, Interest, MergeField
from accord.domain.member import Member, PostalAddress
from accord.domain.payload import FieldValue, InvalidField, Payload, fingerprint, payload_of
from tests.builders import SETUP, a_full_member, a_member, no_us_phone

type Raw = str | int | float | bool | None


def shown(value: Raw, type_: FieldType, **given: object) -> FieldValue | InvalidField | None:
    """What the contact of a puffin shows for a custom field; None where the field is empty."""
    setup = AudienceSetup(merge_fields=(MergeField(tag="X", type=type_).model_copy(update=given),))
    payload = payload_of(a_member("puffin@cliff.test", fields={"x": value}), {"fields.x": "X"}, setup, us_phone)
    return payload.merge_fields.get("X") if isinstance(payload, Payload) else payload


def us_phone(text: str) -> str | None:
    return "(404) 555-0123" if text == "+14045550123" else None


def whole(member: Member, **given: object) -> Payload:
    payload = payload_of(member, {"first_name": "FNAME", "plan": "PLAN"}, SETUP.model_copy(update=given), no_us_phone)
    assert isinstance(payload, Payload)
    return payload


REFUSED = InvalidField("fields.x")


@pytest.mark.parametrize(
    ("type_", "value", "expected"),
    [
        (FieldType.TEXT, "  Puffin ", "Puffin"),
        (FieldType.TEXT, 7, "7"),
        (FieldType.TEXT, True, "true"),
        (FieldType.TEXT, False, "false"),
        (FieldType.NUMBER, 7, 7),
        (FieldType.NUMBER, 0, 0),
        (FieldType.NUMBER, "7", 7),
        (FieldType.NUMBER, "7.5", 7.5),
        (FieldType.NUMBER, "seven", REFUSED),
        (FieldType.NUMBER, "nan", REFUSED),
        (FieldType.NUMBER, "-inf", REFUSED),
        (FieldType.NUMBER, float("inf"), REFUSED),
        (FieldType.NUMBER, "1e999", REFUSED),
        (FieldType.NUMBER, 10**400, REFUSED),
        (FieldType.DATE, "2026-03-12", "2026-03-12"),
        (FieldType.DATE, "2026-03-12T10:00:00Z", "2026-03-12"),
        (FieldType.DATE, "12/03/2026", REFUSED),
        (FieldType.DATE, "2026-02-30", REFUSED),
        (FieldType.BIRTHDAY, "1990-03-12", "03/12"),
        (FieldType.BIRTHDAY, "2000-02-29", "02/29"),
        (FieldType.BIRTHDAY, "March", REFUSED),
        (FieldType.PHONE, "+33 6 12", "+33 6 12"),
        (FieldType.ZIP, "30308", "30308"),
        (FieldType.ZIP, "SW1A 1AA", REFUSED),
        (FieldType.URL, "https://cliff.test/puffin", "https://cliff.test/puffin"),
        (FieldType.URL, "cliff.test", REFUSED),
        (FieldType.URL, "javascript:alert(1)", REFUSED),
        (FieldType.IMAGEURL, "http://cliff.test/p.png", "http://cliff.test/p.png"),
        (FieldType.ADDRESS, "1 Cliff Road", REFUSED),
    ],
)
def test_a_value_is_formatted_for_the_type_of_its_field(type_: FieldType, value: Raw, expected: object) -> None:
    assert shown(value, type_) == expected


@pytest.mark.parametrize("type_", list(FieldType))
@pytest.mark.parametrize("empty", [None, ""])
def test_an_empty_value_is_empty_for_every_type(type_: FieldType, empty: Raw) -> None:
    assert shown(empty, type_) is None


@pytest.mark.parametrize("type_", [FieldType.RADIO, FieldType.DROPDOWN])
def test_a_choice_is_found_without_case_and_written_as_the_audience_has_it(type_: FieldType) -> None:
    assert shown(" sea BIRD", type_, choices=("Land bird", "Sea bird")) == "Sea bird"
    assert shown("Fish", type_, choices=("Land bird", "Sea bird")) == REFUSED


def test_a_phone_field_of_the_us_takes_numbers_of_the_us() -> None:
    assert shown("+14045550123", FieldType.PHONE, phone_format="US") == "(404) 555-0123"
    assert shown("+33612345678", FieldType.PHONE, phone_format="US") == REFUSED


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=900))
def test_a_text_is_cut_at_255_bytes_and_never_within_a_character(text: str) -> None:
    cut = shown(text, FieldType.TEXT)
    if text == "":
        assert cut is None
    else:
        assert isinstance(cut, str)
        assert len(cut.encode()) <= 255
        assert text.strip().startswith(cut)
        assert len(cut.encode()) > 251 or cut == text.strip()


def test_an_address_is_sent_whole_or_not_at_all() -> None:
    cliff = PostalAddress(line1="1 Cliff Road", city="Heimaey", postal_code="900", country="IS")
    setup = AudienceSetup(merge_fields=(MergeField(tag="ADDRESS", type=FieldType.ADDRESS),))

    def sent(address: PostalAddress) -> Payload | InvalidField:
        return payload_of(a_member(address=address), {"address": "ADDRESS"}, setup, no_us_phone)

    payload = sent(cliff)
    assert isinstance(payload, Payload)
    assert payload.merge_fields["ADDRESS"] == {
        "addr1": "1 Cliff Road",
        "city": "Heimaey",
        "state": "-",
        "zip": "900",
        "country": "IS",
    }
    for part in ("line1", "city", "postal_code"):
        assert sent(cliff.model_copy(update={part: ""})) == InvalidField("address")
    nothing = sent(PostalAddress())
    assert isinstance(nothing, Payload)
    assert nothing.empty == ("ADDRESS",)


def test_a_required_field_without_a_value_is_named_by_the_members_field() -> None:
    setup = AudienceSetup(merge_fields=(MergeField(tag="PLAN", type=FieldType.TEXT, required=True),))
    assert payload_of(a_member(), {"plan": "PLAN"}, setup, no_us_phone) == InvalidField("plan")


def test_a_field_that_the_audience_does_not_have_is_passed_over() -> None:
    payload = payload_of(a_member(), {"first_name": "GONE"}, SETUP, no_us_phone)
    assert isinstance(payload, Payload)
    assert (payload.merge_fields, payload.empty) == ({}, ())


def test_a_group_is_found_without_case_and_an_unknown_one_is_named() -> None:
    assert whole(a_member(groups={"interests": ("GARDENING",)})).interests == ("i-garden",)
    lost = payload_of(a_member(groups={"Interests": ("Diving",)}), {}, SETUP, no_us_phone)
    assert lost == InvalidField("groups.Interests")


def test_groups_of_two_categories_with_one_name_are_two() -> None:
    more = (*SETUP.interests, Interest(category="Hobbies", name="Gardening", id="i-hobby"))
    assert whole(a_member(groups={"Hobbies": ("Gardening",)}), interests=more).interests == ("i-hobby",)


def test_tags_that_differ_in_case_are_one() -> None:
    assert len(whole(a_member(tags=("Divers", "divers", "DIVERS"))).tags) == 1


def test_a_language_is_written_as_mailchimp_writes_it() -> None:
    assert whole(a_member(language="pt-BR")).language == "pt_BR"


# --- digests ----------------------------------------------------------------------------------------------------------


def test_equal_members_have_equal_digests_and_tags_and_capitals_of_the_address_do_not_count() -> None:
    digest = whole(a_full_member("puffin@cliff.test")).digest
    assert whole(a_full_member("puffin@cliff.test")).digest == digest
    assert whole(a_full_member("Puffin@Cliff.test", tags=("Other",))).digest == digest


@pytest.mark.parametrize(
    "change",
    [{"first_name": "Pia"}, {"plan": ""}, {"language": "is"}, {"groups": {}}, {"email": "other@cliff.test"}],
)
def test_whatever_is_sent_counts_in_the_digest(change: dict[str, object]) -> None:
    before = a_full_member("puffin@cliff.test")
    assert whole(before.model_copy(update=change)).digest != whole(before).digest


def test_a_value_moved_to_another_field_is_another_digest() -> None:
    one, other = a_member(first_name="A", plan=""), a_member(first_name="", plan="A")
    assert whole(one).digest != whole(other).digest


def test_a_fingerprint_survives_the_ways_in_which_mailchimp_gives_a_value_back() -> None:
    assert fingerprint(7) == fingerprint(7.0)
    assert fingerprint({"addr1": "1 Cliff Road"}) == fingerprint({"addr1": "1 Cliff Road", "addr2": ""})
    assert fingerprint("7") != fingerprint(7)
    assert fingerprint("") != fingerprint("-")
