"""A field that is there is bound, one that is missing created once, and a clash comes with a tag that is free."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.domain.binding import MOST_FIELDS, Bindings, Clash, Fit, bind, free_tag, holds
from accord.domain.connection import RECOMMENDED_MAPPING, FieldType, MergeField

DEFAULTS = (
    MergeField(tag="FNAME", type=FieldType.TEXT, name="First Name"),
    MergeField(tag="LNAME", type=FieldType.TEXT, name="Last Name"),
    MergeField(tag="ADDRESS", type=FieldType.ADDRESS, name="Address"),
    MergeField(tag="PHONE", type=FieldType.PHONE, name="Phone Number"),
    MergeField(tag="BIRTHDAY", type=FieldType.BIRTHDAY, name="Birthday"),
)


def found(bindings: Bindings) -> dict[str, tuple[Fit, str]]:
    return {field.source: (field.fit, field.tag) for field in bindings.fields if field.fit is not Fit.UNMAPPED}


def test_a_new_audience_lacks_what_no_audience_has_by_itself() -> None:
    bindings = bind(RECOMMENDED_MAPPING, DEFAULTS)

    assert [(each.source, each.tag, each.type, each.name) for each in bindings.to_create] == [
        ("plan", "PLAN", FieldType.TEXT, "Plan"),
        ("joined_on", "JOINED", FieldType.DATE, "Member since"),
    ]
    assert bindings.fit
    assert bindings.left == 23
    assert bindings.mapping == RECOMMENDED_MAPPING


def test_a_field_under_another_tag_is_known_by_its_name_and_type() -> None:
    renamed = MergeField(tag="MMERGE7", type=FieldType.DATE, name=" member SINCE ")

    assert found(bind({"joined_on": "JOINED"}, [renamed])) == {"joined_on": (Fit.BOUND, "MMERGE7")}
    text = renamed.model_copy(update={"type": FieldType.TEXT})
    assert found(bind({"joined_on": "JOINED"}, [text])) == {"joined_on": (Fit.TO_CREATE, "JOINED")}


def test_a_custom_field_is_known_by_its_tag_alone() -> None:
    pet = MergeField(tag="ANIMAL", type=FieldType.TEXT, name="Pet")

    assert found(bind({"fields.pet": "PET"}, [pet])) == {"fields.pet": (Fit.TO_CREATE, "PET")}
    assert found(bind({"fields.pet": "animal"}, [pet])) == {"fields.pet": (Fit.BOUND, "ANIMAL")}


def test_a_field_of_another_type_is_a_clash_with_a_free_tag() -> None:
    number = MergeField(tag="PHONE", type=FieldType.NUMBER, name="How many phones")
    second = MergeField(tag="PHONE2", type=FieldType.TEXT, name="Spare phone")

    [phone] = (each for each in bind({"phone": "PHONE"}, [number, second]).fields if each.source == "phone")

    assert (phone.fit, phone.clash, phone.proposal) == (Fit.CLASH, Clash.OTHER_TYPE, "PHONE3")


def test_of_two_that_wish_for_one_tag_the_first_has_it() -> None:
    bindings = bind({"fields.pet": "PET", "fields.pets_name": "PET"}, DEFAULTS)

    assert [(each.source, each.clash, each.proposal) for each in bindings.fields if each.fit is Fit.CLASH] == [
        ("fields.pets_name", Clash.TAKEN, "PET2")
    ]
    assert not bindings.fit


def test_a_field_that_is_named_by_a_tag_is_not_given_to_another_by_its_name() -> None:
    nickname = MergeField(tag="NICK", type=FieldType.TEXT, name="First Name")

    bindings = bind({"first_name": "FNAME", "fields.nick": "NICK"}, [nickname])

    assert found(bindings) == {"first_name": (Fit.TO_CREATE, "FNAME"), "fields.nick": (Fit.BOUND, "NICK")}


@pytest.mark.parametrize(
    ("tag", "clash", "proposal"),
    [
        ("EMAIL", Clash.TAKEN, "EMAIL2"),
        ("FAVOURITE_PET", Clash.NOT_A_TAG, "FAVOURITE_"),
        ("pet-name", Clash.NOT_A_TAG, "PET_NAME"),
        ("", Clash.NOT_A_TAG, "PET"),
    ],
)
def test_what_can_be_no_tag_gets_one_that_can(tag: str, clash: Clash, proposal: str) -> None:
    [pet] = (each for each in bind({"fields.pet": tag}, DEFAULTS).fields if each.source == "fields.pet")

    assert (pet.clash, pet.proposal) == (clash, proposal)


def test_the_thirty_first_field_finds_no_room() -> None:
    crowd = [MergeField(tag=f"GOOSE{number}", type=FieldType.TEXT) for number in range(MOST_FIELDS - 1)]

    bindings = bind({"fields.a": "A", "fields.b": "B", "fields.goose": "GOOSE7"}, crowd)

    assert found(bindings) == {
        "fields.a": (Fit.TO_CREATE, "A"),
        "fields.b": (Fit.CLASH, "B"),
        "fields.goose": (Fit.BOUND, "GOOSE7"),
    }
    assert [each.clash for each in bindings.fields if each.clash] == [Clash.NO_ROOM]
    assert bindings.left == 0


def test_what_is_not_mapped_is_said() -> None:
    assert {each.source for each in bind({"plan": "PLAN"}, DEFAULTS).fields if each.fit is Fit.UNMAPPED} == {
        "first_name",
        "last_name",
        "address",
        "phone",
        "birthday",
        "joined_on",
    }


@pytest.mark.parametrize(
    ("field", "kind", "can"),
    [
        (FieldType.TEXT, FieldType.DATE, True),
        (FieldType.DATE, FieldType.BIRTHDAY, True),
        (FieldType.BIRTHDAY, FieldType.DATE, False),
        (FieldType.DROPDOWN, FieldType.TEXT, True),
        (FieldType.TEXT, FieldType.ADDRESS, False),
        (FieldType.NUMBER, FieldType.TEXT, False),
    ],
)
def test_a_text_can_show_all_but_an_address(field: FieldType, kind: FieldType, can: bool) -> None:
    assert holds(field, kind) is can


TAGS = st.sampled_from(["FNAME", "PLAN", "PET", "PET2", "EMAIL", "MMERGE9", "FAVOURITES", "", "a b", "TOO_LONG_A_TAG"])
SOURCES = st.sampled_from(["first_name", "plan", "joined_on", "phone", "fields.pet", "fields.favourites", "fields.x"])
KNOWN = [
    MergeField(tag=tag, type=kind, name=name)
    for tag in ("FNAME", "PLAN", "PET", "PET2", "EMAIL", "MMERGE9", "FAVOURITES", "JOINED")
    for kind in (FieldType.TEXT, FieldType.DATE, FieldType.NUMBER)
    for name in ("First Name", "Plan", "member since", "")
]
GEESE = [MergeField(tag=f"GOOSE{number}", type=FieldType.TEXT) for number in range(MOST_FIELDS)]
"""So many others that there is little room, or none."""

AUDIENCES = st.builds(
    lambda some, crowd: some + GEESE[:crowd],
    st.lists(st.sampled_from(KNOWN), max_size=5, unique_by=lambda field: field.tag),
    st.sampled_from([0, MOST_FIELDS - 6, MOST_FIELDS - 3, MOST_FIELDS]),
)
MAPPINGS = st.dictionaries(SOURCES, TAGS, max_size=7)


@given(MAPPINGS, AUDIENCES)
def test_no_field_is_made_twice_and_no_two_share_one(mapping: dict[str, str], audience: list[MergeField]) -> None:
    bindings = bind(mapping, audience)

    goals = list(bindings.mapping.values())
    tags = {field.tag for field in audience}
    assert len(goals) == len(set(goals))
    assert not tags & {each.tag for each in bindings.to_create}
    assert {each.tag for each in bindings.fields if each.fit is Fit.BOUND} <= tags
    fields = len(tags - {"EMAIL"})
    assert not bindings.to_create or fields + len(bindings.to_create) + bindings.left == MOST_FIELDS
    assert {each.source for each in bindings.fields} >= mapping.keys()


@given(MAPPINGS, AUDIENCES)
def test_a_proposal_is_a_tag_that_nobody_has(mapping: dict[str, str], audience: list[MergeField]) -> None:
    bindings = bind(mapping, audience)

    proposals = [each.proposal for each in bindings.fields if each.proposal is not None]
    taken = {field.tag for field in audience} | set(bindings.mapping.values()) | {"EMAIL"}
    assert len(proposals) == len(set(proposals))
    assert not taken & set(proposals)
    assert all(re.fullmatch(r"[A-Z0-9_]{1,10}", proposal) for proposal in proposals)


@given(MAPPINGS, AUDIENCES)
def test_once_the_missing_ones_are_there_everything_is_bound_to_them(
    mapping: dict[str, str], audience: list[MergeField]
) -> None:
    before = bind(mapping, audience)
    made = [MergeField(tag=each.tag, type=each.type, name=each.name) for each in before.to_create]

    after = bind(before.mapping, [*audience, *made])

    assert after.to_create == ()
    assert after.fit
    assert after.mapping == before.mapping


@given(st.text(max_size=20), st.sets(TAGS))
def test_a_free_tag_is_found_for_any_wish(wished: str, taken: set[str]) -> None:
    tag = free_tag(wished, taken)

    assert re.fullmatch(r"[A-Z0-9_]{1,10}", tag)
    assert tag not in taken
