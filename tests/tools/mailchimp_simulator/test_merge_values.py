"""Each type of merge field takes what the real one takes, and says what it does not."""

from typing import Any

import pytest

from tools.mailchimp_simulator.domain.merge_fields import MergeFields
from tools.mailchimp_simulator.domain.merge_values import merged
from tools.mailchimp_simulator.domain.problems import Problem

BURROW = {"addr1": "1 Burrow", "city": "Warren", "state": "WA", "zip": "12345"}


def field_of(kind: str, **options: object) -> MergeFields:
    fields = MergeFields()
    fields.create({"name": "Field under test", "type": kind, "tag": "IT", "options": options})
    return fields


def kept(kind: str, value: object, **options: object) -> Any:
    values = merged(field_of(kind, **options), (), {"IT": value})
    return values[-1] if values else ""


@pytest.mark.parametrize(
    ("kind", "given", "stored"),
    [
        ("text", "Hopping", "Hopping"),
        ("text", "é" * 200, "é" * 127),
        ("text", 12, "12"),
        ("number", "42", 42),
        ("number", 2.5, 2.5),
        ("date", "2024-05-01", "2024-05-01"),
        ("date", "2024/05/01", "2024-05-01"),
        ("date", "01-05-2024", "2024-05-01"),
        ("date", "05/01/2024", "2024-05-01"),
        ("birthday", "02/29", "02/29"),
        ("zip", "12345", "12345"),
        ("phone", "+33 6 12 34 56 78", "+33 6 12 34 56 78"),
        ("url", "https://newts.test/pond", "https://newts.test/pond"),
        ("address", BURROW, BURROW | {"addr2": "", "country": "US"}),
        ("address", BURROW | {"country": "FR", "planet": "Earth"}, BURROW | {"addr2": "", "country": "FR"}),
        ("address", "", ""),
        ("number", "", ""),
    ],
)
def test_a_fitting_value_is_kept(kind: str, given: object, stored: object) -> None:
    assert kept(kind, given) == stored


@pytest.mark.parametrize(
    ("kind", "given", "message"),
    [
        ("number", "many", "Please enter a number"),
        ("number", "NaN", "Please enter a number"),
        ("number", 10**400, "Please enter a number"),
        ("date", "01.05.2024", "Please enter a valid date"),
        ("birthday", "1990-03-12", "Please enter a month (01-12) and a day (01-31)"),
        ("birthday", "13/01", "Please enter a month (01-12) and a day (01-31)"),
        ("zip", "SW1A 1AA", "Please enter a zip code (5 digits)"),
        ("url", "newts", "Please enter a valid URL"),
        ("imageurl", "ftp://newts.test/a.png", "Please enter a valid URL"),
        ("address", "1 Burrow, Warren", "Please enter a complete address"),
        ("address", BURROW | {"state": ""}, "Please enter a complete address"),
        ("address", BURROW | {"zip": 12345}, "Please enter a complete address"),
    ],
)
def test_an_unfitting_value_is_refused_by_name(kind: str, given: object, message: str) -> None:
    with pytest.raises(Problem) as refused:
        kept(kind, given)
    assert refused.value.detail == "Your merge fields were invalid."
    assert refused.value.errors == (("IT", message),)


def test_a_choice_must_be_one_of_the_choices() -> None:
    assert kept("radio", "Hay", choices=["Hay", "Fish"]) == "Hay"
    with pytest.raises(Problem) as refused:
        kept("dropdown", "hay", choices=["Hay", "Fish"])
    assert refused.value.errors == (("IT", "Please enter a value"),)


def test_a_phone_in_the_us_format_has_ten_digits() -> None:
    assert kept("phone", "404.555.0142", phone_format="US") == "(404) 555-0142"
    with pytest.raises(Problem):
        kept("phone", "+33612345678", phone_format="US")


@pytest.mark.parametrize("given", [True, None, ["hay"], {"a": 1}])
def test_what_is_neither_text_nor_number_is_refused(given: object) -> None:
    with pytest.raises(Problem) as refused:
        kept("text", given)
    assert refused.value.errors[0][0] == "merge_fields.IT"


def test_an_empty_text_clears_and_an_unknown_tag_is_ignored() -> None:
    fields = MergeFields()
    stored = merged(fields, (), {"FNAME": "Gnu", "LNAME": "Gnuson", "WINGS": "2"})
    assert merged(fields, stored, {"LNAME": ""}) == ("Gnu",)


def test_a_required_field_must_be_filled_unless_that_is_skipped() -> None:
    fields = field_of("text")
    fields.change(str(len(fields)), {"required": True})
    with pytest.raises(Problem) as refused:
        merged(fields, (), {})
    assert refused.value.errors == (("IT", "Please enter a value"),)
    assert merged(fields, (), {}, skip_required=True) == ()
    with pytest.raises(Problem):
        merged(fields, (), {"FNAME": "Gnu", "BIRTHDAY": "never"}, skip_required=True)


def test_a_tag_is_made_up_cut_to_ten_and_unique() -> None:
    fields = MergeFields()
    assert fields.create({"name": "Diet", "type": "text"}).tag == "MMERGE6"
    assert fields.create({"name": "Number of legs", "type": "number", "tag": "number_of_legs"}).tag == "NUMBER_OF_"
    for tag in ("FNAME", "email", "with space", "é"):
        with pytest.raises(Problem):
            fields.create({"name": "Refused", "type": "text", "tag": tag})


def test_there_are_at_most_thirty_fields() -> None:
    fields = MergeFields()
    while len(fields) < 30:
        fields.create({"name": "Another", "type": "text"})
    with pytest.raises(Problem) as refused:
        fields.create({"name": "One too many", "type": "text"})
    assert refused.value.title == "Merge Max Limit Exceeded"


def test_values_follow_their_field_when_its_tag_changes() -> None:
    fields = MergeFields()
    stored = merged(fields, (), {"FNAME": "Gnu"})
    fields.change("1", {"tag": "GIVEN"})
    known = fields.tagged("GIVEN")
    assert fields.tagged("FNAME") is None
    assert known
    assert stored[known.merge_id - 1] == "Gnu"
