"""Headers -> fields: in English, in French, as on the wire, as Mailchimp exports them; refused in words that help."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.domain.import_columns import ImportRefused, MatchedColumns, match_columns

MAILCHIMP = (
    "Email Address,First Name,Last Name,Address,Phone Number,Birthday,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,"
    "CONFIRM_IP,LATITUDE,LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,LAST_CHANGED,LEID,EUID,NOTES,TAGS"
)
WIRE = (
    "id,version,occurred_at,email,first_name,last_name,phone,birthday,address.line1,address.line2,address.city,"
    "address.state,address.postal_code,address.country,plan,joined_on,state,language,tags,consent.status,consent.at,"
    "consent.source,consent.wording,fields.burrow,groups.Interests"
)


def matched(headers: str) -> MatchedColumns:
    found = match_columns(headers.split(","))
    assert isinstance(found, MatchedColumns), found
    return found


def refused(*headers: str) -> str:
    found = match_columns(headers)
    assert isinstance(found, ImportRefused), found
    return found.reason


def test_the_names_of_the_wire_are_themselves() -> None:
    found = matched(WIRE)

    assert found.understood == {name: name for name in WIRE.split(",")}
    assert (found.unknown, found.passed_over, found.day_first) == ((), (), False)


def test_names_may_be_flattened_with_the_member_before_them() -> None:
    assert matched("id,member.email,member.address.city,member.fields.den").understood == {
        "id": "id",
        "member.email": "email",
        "member.address.city": "address.city",
        "member.fields.den": "fields.den",
    }


def test_q5_the_export_of_mailchimp_is_understood() -> None:
    found = matched(MAILCHIMP)

    assert found.understood == {
        "Email Address": "email",
        "First Name": "first_name",
        "Last Name": "last_name",
        "Address": "address",
        "Phone Number": "phone",
        "Birthday": "birthday",
        "OPTIN_TIME": "opted_in_at",
        "EUID": "id",
        "TAGS": "tags",
    }
    assert found.unknown == ()
    assert {"MEMBER_RATING", "LEID", "REGION", "NOTES", "LAST_CHANGED"} <= set(found.passed_over)


def test_an_id_of_mailchimp_counts_only_where_there_is_no_other() -> None:
    assert matched("LEID,EUID,id,email").positions["id"] == 2
    assert matched("LEID,EUID,email").positions["id"] == 1
    assert matched("LEID,email").positions["id"] == 0


def test_q5_french_headers_are_understood() -> None:
    found = matched(
        "N° d'adhérent,Prénom,Nom,Adresse e-mail,Téléphone,Date de naissance,Adresse,Code postal,Ville,Pays,Formule,"
        "Étiquettes,Consentement,Date de consentement,Date d'adhésion,Date de désinscription"
    )

    assert ",".join(found.understood.values()) == (
        "id,first_name,last_name,email,phone,birthday,address.line1,address.postal_code,address.city,address.country,"
        "plan,tags,consent.status,opted_in_at,joined_on,opted_out_at"
    )
    assert found.day_first


@pytest.mark.parametrize(
    "header",
    [
        "E-mail",
        "EMAIL",
        " e mail ",
        "E_Mail_Address",
        "adresse é-mail",
        "ADRESSE_EMAIL",
        "Courriel",
        "mail",
        "\ufeffemail",
    ],
)
def test_case_accents_spaces_and_punctuation_do_not_matter(header: str) -> None:
    assert matched(header).understood == {" ".join(header.split()): "email"}


def test_what_nobody_knows_is_named_and_passed_over() -> None:
    found = matched("email,Favourite cheese,,Whistle pitch")

    assert found.unknown == ("Favourite cheese", "column 3", "Whistle pitch")
    assert found.positions == {"email": 0}


def test_own_fields_and_groups_keep_their_names_as_they_are_written() -> None:
    assert matched("email,fields.Favourite cheese,Groups.Über uns").understood == {
        "email": "email",
        "fields.Favourite cheese": "fields.Favourite cheese",
        "Groups.Über uns": "groups.Über uns",
    }


@pytest.mark.parametrize(
    ("headers", "column", "field"),
    [
        ("email,state", "state", "state"),
        ("email,address.city,state", "state", "state"),
        ("email,City,State", "State", "address.state"),
        ("email,Street,Zip,State,Province", "State", "state"),
        ("email,Address", "Address", "address"),
        ("email,Address,City", "Address", "address.line1"),
        ("email,Region", "Region", "address.state"),
        ("email,Name", "Name", "name"),
        ("email,MEMBER_RATING,Status", "Status", "consent.status"),
        ("email,Unsubscribed", "Unsubscribed", "opted_out"),
        ("email,UNSUB_TIME", "UNSUB_TIME", "opted_out_at"),
    ],
)
def test_a_word_means_what_it_means_beside_the_others(headers: str, column: str, field: str) -> None:
    assert matched(headers).understood[column] == field


def test_a_full_name_is_passed_over_beside_its_parts() -> None:
    assert matched("email,First name,Name").passed_over == ("Name",)


@pytest.mark.parametrize(
    "consent", ["OPTIN_TIME", "CONFIRM_TIME", "MEMBER_RATING", "OPTIN_IP", "member since", "Abonnement", "active"]
)
def test_what_only_looks_like_a_consent_is_none(consent: str) -> None:
    assert "consent.status" not in matched(f"email,{consent}").positions


def test_a_status_of_nobody_knows_what_is_asked_about() -> None:
    reason = refused("email", "Statut")

    assert '"Statut"' in reason
    assert "state" in reason
    assert "consent.status" in reason


def test_two_columns_for_one_field_are_both_named() -> None:
    reason = refused("E-mail", "id", "Courriel", "Phone", "Téléphone")

    assert '"E-mail" and "Courriel" are both read as email' in reason
    assert '"Phone" and "Téléphone" are both read as phone' in reason
    assert "Rename or remove" in reason


def test_a_file_that_names_nobody_is_refused_with_the_columns_it_has() -> None:
    reason = refused("Favourite cheese", "Whistle pitch")

    assert "email or id" in reason
    assert "Favourite cheese, Whistle pitch" in reason


@pytest.mark.parametrize("headers", [[], [""], ["", " ", "\t"]])
def test_an_empty_line_is_no_header(headers: list[str]) -> None:
    assert "must name the columns" in refused(*headers)


def test_a_file_that_begins_with_a_member_says_so_without_repeating_who_it_is() -> None:
    reason = refused("m-1", "marmot@scree.test", "Margot")

    assert "names the columns" in reason
    assert "marmot" not in reason.casefold()


def test_two_hundred_columns_are_the_most() -> None:
    some = ["email", *(f"fields.burrow {number}" for number in range(199))]

    assert len(matched(",".join(some)).positions) == 200
    assert "201 columns" in refused(*some, "one too many")
    assert "200000 columns" in refused(*["email"] * 200_000)


@given(st.lists(st.text(max_size=30) | st.sampled_from([*MAILCHIMP.split(","), *WIRE.split(",")]), max_size=30))
def test_every_column_is_understood_passed_over_or_unknown_or_all_is_refused(headers: list[str]) -> None:
    found = match_columns(headers)

    if isinstance(found, ImportRefused):
        assert found.reason.endswith(".")
        return
    places = sorted(found.positions.values())
    assert len(set(places)) == len(places)
    assert len(places) + len(found.passed_over) + len(found.unknown) == len(headers) == len(found.headers)
    assert {"id", "email"} & found.positions.keys()
