"""Lines of a file -> changes: the values as people write them, and every reason for which a line is bad."""

from datetime import date
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.domain.changes import OrderBy, Upserted
from accord.domain.import_columns import MatchedColumns, match_columns
from accord.domain.member import MemberState, PostalAddress
from accord.domain.spreadsheet import safe_cell
from accord.usecases.importing.import_lines import BadLine, ImportLines, Row
from tests.builders import NOON


@cache
def reader(*headers: str, order: OrderBy = OrderBy.OCCURRED_AT) -> ImportLines:
    columns = match_columns(headers)
    assert isinstance(columns, MatchedColumns), columns
    return ImportLines(columns, id_of=lambda email: "of-" + email.partition("@")[0], order=order, source="import")


def line(cells: dict[str, str], order: OrderBy = OrderBy.OCCURRED_AT) -> Upserted | BadLine:
    """What becomes of a line with these cells, by header."""
    return reader(*cells, order=order)(Row(7, list(cells.values())), NOON)


def taken(order: OrderBy = OrderBy.OCCURRED_AT, **cells: str) -> Upserted:
    change = line({"email": "margot@scree.test"} | cells, order)
    assert isinstance(change, Upserted), change
    return change


def bad(cells: dict[str, str], order: OrderBy = OrderBy.OCCURRED_AT) -> dict[str, str]:
    """What is wrong, by column."""
    found = line(cells, order)
    assert isinstance(found, BadLine), found
    assert found.number == 7
    return dict(found.errors)


def test_q5_a_whole_member_is_read() -> None:
    change = line(
        {
            "id": "m-1",
            "E-mail": " margot@scree.test ",
            "Prénom": "Margot",
            "Nom": "Marmotte",
            "Téléphone": "'+33612345678",
            "Date de naissance": "12/03/1990",
            "Adresse": "1 rue du Terrier",
            "Ville": "Chamonix",
            "Code postal": "74400",
            "Pays": "FR",
            "Formule": "Hibernation",
            "Date d'adhésion": "2024-05-01 00:00:00",
            "État": "Actif",
            "Langue": "fr",
            "Étiquettes": "Siffleurs; VIP",
            "groups.Interests": "Digging,Sleeping",
            "fields.burrow": "north face",
            "fields.empty": " ",
        }
    )

    assert isinstance(change, Upserted)
    member = change.member
    assert (change.id, member.email, member.first_name, member.last_name) == (
        "m-1",
        "margot@scree.test",
        "Margot",
        "Marmotte",
    )
    assert (member.phone, member.birthday) == ("+33612345678", date(1990, 3, 12))
    assert member.address == PostalAddress(line1="1 rue du Terrier", city="Chamonix", postal_code="74400", country="FR")
    assert (member.plan, member.joined_on, member.state) == ("Hibernation", date(2024, 5, 1), MemberState.ACTIVE)
    assert (member.language, member.tags) == ("fr", ("Siffleurs", "VIP"))
    assert (member.groups, member.fields) == ({"Interests": ("Digging", "Sleeping")}, {"burrow": "north face"})
    assert member.consent is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1990-03-12", date(1990, 3, 12)),
        ("1990/3/12", date(1990, 3, 12)),
        ("12/03/1990", date(1990, 3, 12)),
        ("12.3.1990", date(1990, 3, 12)),
        ("12-03-1990", date(1990, 3, 12)),
        ("1990-03-12T08:00:00Z", date(1990, 3, 12)),
    ],
)
def test_days_are_read_as_people_write_them(text: str, day: date) -> None:
    member = taken(birthday=text, joined_on=text).member

    assert (member.birthday, member.joined_on) == (day, day)


@pytest.mark.parametrize("text", ["03/14/1990", "1990-02-30", "12/03.1990", "12 mars 1990", "32944", "12/03/90"])
def test_what_is_no_day_is_said_with_an_example(text: str) -> None:
    assert "1990-03-12" in bad({"email": "margot@scree.test", "Birthday": text})["Birthday"]


def test_a_birthday_of_mailchimp_has_no_year_and_says_so() -> None:
    wrong = bad({"email": "margot@scree.test", "Birthday": "03/12", "joined_on": "03/12"})

    assert "no year" in wrong["Birthday"]
    assert "remove the column" in wrong["Birthday"]
    assert "must be a date" in wrong["joined_on"]


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ('"Clients","VIP"', ("Clients", "VIP")),
        ('"Clients, old" ; "the ""real"" VIP"', ("Clients, old", 'the "real" VIP')),
        ("Clients;VIP , Siffleurs;;", ("Clients", "VIP", "Siffleurs")),
        ("Indie\\, Egypt, 5\" vinyl", ("Indie, Egypt", '5" vinyl')),
        ("'=VIP", ("=VIP",)),
    ],
)  # fmt: skip
def test_tags_may_be_separated_and_quoted_as_they_like(text: str, tags: tuple[str, ...]) -> None:
    assert taken(TAGS=text).member.tags == tags


@pytest.mark.parametrize(
    ("text", "state"),
    [("active", MemberState.ACTIVE), ("Annulé", MemberState.CANCELLED), ("CANCELED", MemberState.CANCELLED)],
)
def test_a_membership_runs_or_is_cancelled(text: str, state: MemberState) -> None:
    assert taken(state=text).member.state is state
    assert "active, cancelled" in bad({"email": "margot@scree.test", "state": "asleep"})["state"]


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [("Margot Marmotte des Alpes", "Margot", "Marmotte des Alpes"), ("Yeti, Le", "Le", "Yeti")],
)
def test_a_full_name_is_split_at_the_first_word_or_at_the_comma(name: str, first: str, last: str) -> None:
    member = taken(Name=name).member

    assert (member.first_name, member.last_name) == (first, last)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("1 rue du Terrier  Chamonix  -  74400  FR", ("1 rue du Terrier", "", "Chamonix", "", "74400", "FR")),
        ("1 rue du Terrier  Chamonix    74400  FR", ("1 rue du Terrier", "", "Chamonix", "", "74400", "FR")),
        ("1 Burrow St  Hole 2  Aspen  CO  81611  US", ("1 Burrow St", "Hole 2", "Aspen", "CO", "81611", "US")),
    ],
)
def test_an_address_in_one_cell_is_told_apart_as_mailchimp_exports_it(text: str, parts: tuple[str, ...]) -> None:
    line1, line2, city, state, code, country = parts
    member = taken(Address=text).member

    assert member.address == PostalAddress(
        line1=line1, line2=line2, city=city, state=state, postal_code=code, country=country
    )
    assert member.fields == {}


@pytest.mark.parametrize("text", ["the third hole", "1 Burrow St  Hole 2  Aspen  CO  81611", "a  b  c  d  e  f"])
def test_an_address_that_is_not_clear_is_kept_whole(text: str) -> None:
    member = taken(Address=text).member

    assert (member.address, member.fields) == (None, {"full_address": " ".join(text.split())})


def test_without_ids_the_address_gives_one_whatever_its_case() -> None:
    assert taken(email="Margot@Scree.test").id == taken(email=" margot@scree.test").id == "of-margot"


def test_a_line_that_names_nobody_is_bad() -> None:
    assert "no id" in bad({"E-mail": " ", "Prénom": "Margot"})["E-mail"]
    assert "is missing" in bad({"id": "", "email": "margot@scree.test"})["id"]


def test_a_member_needs_no_address_where_they_have_an_id() -> None:
    assert taken(id="m-1", email="").member.email is None


def test_an_address_is_no_id() -> None:
    assert "never an email address" in bad({"id": "margot@scree.test", "email": ""})["id"]


def test_a_version_is_taken_from_the_file_and_never_made_up() -> None:
    assert taken(OrderBy.VERSION, version="12").version == 12
    assert "orders the changes" in bad({"email": "margot@scree.test"}, OrderBy.VERSION)["line"]
    assert bad({"email": "margot@scree.test", "version": "a dozen"}, OrderBy.VERSION)["version"]


def test_every_fault_of_a_line_is_named_by_its_column_and_never_with_its_value() -> None:
    cells = {
        "N° d'adhérent": "marmot one",
        "Courriel": "margot(at)scree.test",
        "Prénom": "M" * 1001,
        "Anniversaire": "in spring",
        "Date d'adhésion": "last spring",
        "Étiquettes": "T" * 101,
        "Consentement": "peut-être",
        "groups.Interests": "G" * 101,
        "fields." + "F" * 100: "fine",
    }
    found = line(cells)

    assert isinstance(found, BadLine)
    assert {error.field for error in found.errors} == set(list(cells)[:-1])
    said = " ".join(error.message for error in found.errors)
    assert not any(text in said for text in cells.values())


def test_an_address_to_correct_is_not_called_null() -> None:
    assert "leave the cell empty" in bad({"email": "margot"})["email"]


def test_a_line_may_be_too_large_as_a_whole() -> None:
    cells = {f"fields.f{number}": "f" * 1000 for number in range(17)}

    assert "16 KB" in bad({"email": "margot@scree.test"} | cells)["line"]


DOCUMENT: dict[str, Any] = {"id": "m-1", "member": {"email": "margot@scree.test", "consent": {"status": "opted_in"}}}


def read_object(document: dict[str, Any]) -> Upserted | BadLine:
    return ImportLines(None, id_of=lambda _: "derived", order=OrderBy.OCCURRED_AT)(Row(7, document), NOON)


def test_an_object_is_the_change_that_would_be_posted() -> None:
    change = read_object(DOCUMENT)

    assert isinstance(change, Upserted)
    assert change == read_object(DOCUMENT | {"type": "member.upserted"})
    assert (change.id, change.member.email) == ("m-1", "margot@scree.test")


def test_an_object_without_an_id_gets_one_by_its_address() -> None:
    change = read_object({"member": {"email": "margot@scree.test"}})

    assert isinstance(change, Upserted)
    assert change.id == "derived"


@pytest.mark.parametrize(
    ("document", "fields"),
    [
        ({"id": "m-1", "type": "member.erased"}, {"type"}),
        ({"id": "m-1"}, {"member"}),
        ({"member": {}}, {"id"}),
        ({"id": "m-1", "member": {"shoe_size": 3}}, {"member.shoe_size"}),
        ({"id": "m-1", "member": {"consent": {"status": "yes"}}}, {"member.consent.status"}),
        ({"id": "m-1", "member": {"first_name": "\ud800"}}, {"line"}),
    ],
)
def test_an_object_that_could_not_be_posted_is_bad(document: dict[str, Any], fields: set[str]) -> None:
    found = read_object(document)

    assert isinstance(found, BadLine)
    assert {error.field for error in found.errors} == fields


TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=40).map(str.strip)
CELL = TEXT | st.text(alphabet="=+-@'1a /.:", max_size=12).map(str.strip)


@given(st.dictionaries(st.sampled_from(["first_name", "phone", "plan", "fields.burrow", "address.city"]), CELL))
def test_what_was_exported_safely_is_imported_as_it_was(texts: dict[str, str]) -> None:
    change = line({"email": "margot@scree.test"} | {header: safe_cell(text) for header, text in texts.items()})

    assert isinstance(change, Upserted)
    member = change.member
    shown = member.model_dump() | {"fields.burrow": member.fields.get("burrow")}
    shown["address.city"] = member.address.city if member.address else ""
    assert all((shown[header] or "") == text for header, text in texts.items())


COLUMNS = "id,email,Name,birthday,joined_on,state,tags,Address,consent.status,consent.at,opt-in date,UNSUB_TIME,opt-out"


@given(st.lists(CELL, min_size=13, max_size=13))
def test_any_line_is_a_change_or_bad_and_never_repeats_what_is_in_it(cells: list[str]) -> None:
    found = reader(*COLUMNS.split(","))(Row(7, cells), NOON)

    if isinstance(found, BadLine):
        assert found.errors
        assert all(error.field in {*COLUMNS.split(","), "line"} for error in found.errors)
    else:
        assert found.id == cells[0].removeprefix("'")
