"""What a file says of consent: never an opt-in that nobody stated, never one that is newer than it was (promise 1)."""

from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.domain.changes import OrderBy, Upserted
from accord.domain.consent import Consent
from accord.domain.import_cells import moment_of
from accord.domain.import_columns import MatchedColumns, match_columns
from accord.usecases.importing.import_lines import BadLine, ImportLines, Row
from tests.builders import NOON


@cache
def reader(*headers: str) -> ImportLines:
    columns = match_columns(headers)
    assert isinstance(columns, MatchedColumns), columns
    return ImportLines(columns, id_of=lambda _: "nobody", order=OrderBy.OCCURRED_AT, source="the alpine club")


def line(cells: dict[str, str]) -> Upserted | BadLine:
    return reader("id", *cells)(Row(7, ["m-1", *cells.values()]), NOON)


def stated(**cells: str) -> Consent | None:
    change = line(cells)
    assert isinstance(change, Upserted), change
    return change.member.consent


def said(consent: Consent | None) -> tuple[str, datetime | None] | None:
    return None if consent is None else (consent.status.value, consent.at)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("word", "status"),
    [
        *(
            (word, "opted_in")
            for word in ("yes", "Oui", "TRUE", "1", "x", "opted_in", "Opt-in", "subscribed", "inscrite")
        ),
        *((word, "opted_out") for word in ("no", "Non", "false", "0", "opted_out", "unsubscribed", "désinscrit")),
        *((word, "unknown") for word in ("unknown", "pending", "cleaned", "non-subscribed", "Inconnu")),
    ],
)
def test_consent_is_stated_in_the_words_that_people_use(word: str, status: str) -> None:
    assert said(stated(consent=word)) == (status, None)


@pytest.mark.parametrize("word", ["maybe", "✓", "-", "?", "2", "member", "yes and no"])
def test_a_word_that_nobody_knows_is_no_consent_but_a_bad_line(word: str) -> None:
    found = line({"Newsletter": word})

    assert isinstance(found, BadLine)
    assert [error.field for error in found.errors] == ["Newsletter"]


@pytest.mark.parametrize(
    "cells",
    [
        {"consent": ""},
        {"consent": " ", "consent.at": "2024-05-01T09:00:00Z"},
        {"OPTIN_TIME": "2019-05-01 09:00:00"},
        {"OPTIN_TIME": "2019-05-01 09:00:00", "consent": ""},
        {"consent.at": "2024-05-01T09:00:00Z", "consent.source": "signup form", "consent.wording": "I agree"},
        {"opt-out": "no"},
        {"Unsubscribed": "false", "OPTIN_TIME": "2019-05-01 09:00:00"},
        {"MEMBER_RATING": "5", "EUID": "a1b2", "CONFIRM_TIME": "2019-05-01 09:00:00"},
    ],
)
def test_without_a_word_on_consent_everybody_is_as_last_stated(cells: dict[str, str]) -> None:
    assert stated(**cells) is None


def test_an_opt_in_without_a_time_has_none() -> None:
    assert said(stated(consent="yes", OPTIN_TIME="")) == ("opted_in", None)


def test_a_time_of_opting_in_dates_the_opt_in_that_a_status_states() -> None:
    assert said(stated(consent="yes", OPTIN_TIME="2019-05-01T09:00:00+02:00")) == ("opted_in", utc(2019, 5, 1, 7))


def test_a_time_of_opting_in_does_not_date_an_opt_out() -> None:
    assert said(stated(consent="no", OPTIN_TIME="2019-05-01T09:00:00Z")) == ("opted_out", None)
    assert said(stated(consent="no", **{"consent.at": "2019-05-01T09:00:00Z"})) == ("opted_out", utc(2019, 5, 1, 9))


@pytest.mark.parametrize(
    ("cells", "consent"),
    [
        ({"UNSUB_TIME": "2020-01-01T00:00:00Z"}, ("opted_out", utc(2020, 1, 1))),
        ({"consent": "yes", "UNSUB_TIME": "2020-01-01T00:00:00Z"}, ("opted_out", utc(2020, 1, 1))),
        (
            {"consent": "yes", "OPTIN_TIME": "2019-12-31T23:00:00Z", "UNSUB_TIME": "2020-01-01T00:00:00Z"},
            ("opted_out", utc(2020, 1, 1)),
        ),
        (
            {"consent": "yes", "OPTIN_TIME": "2020-01-01T00:00:00Z", "UNSUB_TIME": "2020-01-01T00:00:00Z"},
            ("opted_out", utc(2020, 1, 1)),
        ),
        (
            {"consent": "yes", "OPTIN_TIME": "2021-01-01T00:00:00Z", "UNSUB_TIME": "2020-01-01T00:00:00Z"},
            ("opted_in", utc(2021, 1, 1)),
        ),
        ({"consent": "yes", "Unsubscribed": "x"}, ("opted_out", None)),
        ({"consent": "yes", "consent.at": "2020-01-01T00:00:00Z", "Unsubscribed": "x"}, ("opted_out", None)),
        ({"consent": "yes", "Unsubscribed": "no"}, ("opted_in", None)),
        ({"Unsubscribed": "yes", "UNSUB_TIME": "2020-01-01T00:00:00Z"}, ("opted_out", utc(2020, 1, 1))),
        ({"consent": "unknown", "UNSUB_TIME": "2020-01-01T00:00:00Z"}, ("opted_out", utc(2020, 1, 1))),
    ],
)
def test_who_unsubscribed_is_opted_out_until_they_opted_in_again(
    cells: dict[str, str], consent: tuple[str, datetime | None]
) -> None:
    assert said(stated(**cells)) == consent


@pytest.mark.parametrize(
    ("written", "opt_in", "opt_out"),
    [
        ("2024-05-01T09:00:00Z", utc(2024, 5, 1, 9), utc(2024, 5, 1, 9)),
        ("2024-05-01 09:00:00 UTC", utc(2024, 5, 1, 9), utc(2024, 5, 1, 9)),
        ("2024/05/01 9:00 +0200", utc(2024, 5, 1, 7), utc(2024, 5, 1, 7)),
        ("2024-05-01 09:00:00", utc(2024, 4, 30, 19), utc(2024, 5, 1, 21)),
        ("13/05/2024 09:00", utc(2024, 5, 12, 19), utc(2024, 5, 13, 21, 0, 59)),
        ("1.5.2024", utc(2024, 4, 30, 10), utc(2024, 5, 2, 11, 59, 59)),
        ("2026-03-01", utc(2026, 2, 28, 10), NOON),
    ],
)
def test_a_time_is_read_so_that_less_is_mailed(written: str, opt_in: datetime, opt_out: datetime) -> None:
    assert said(stated(consent="yes", **{"consent.at": written})) == ("opted_in", opt_in)
    assert said(stated(consent="no", **{"consent.at": written})) == ("opted_out", opt_out)


def test_who_signed_up_at_nine_in_paris_and_left_an_hour_later_stays_out() -> None:
    consent = stated(consent="yes", **{"consent.at": "2024-05-01 09:00"})

    assert consent is not None
    assert consent.at is not None
    assert consent.at < utc(2024, 5, 1, 8)  # ten in Paris


def test_the_proof_says_what_was_written_where_it_was_not_exact() -> None:
    exact = stated(consent="yes", **{"consent.at": "2024-05-01T09:00:00Z", "consent.source": "signup form"})
    vague = stated(consent="yes", **{"consent.at": "2024-05-01", "consent.wording": "I agree"})

    assert exact is not None
    assert vague is not None
    assert (exact.source, exact.wording) == ("signup form", "")
    assert (vague.source, vague.wording) == ("the alpine club (2024-05-01)", "I agree")


def test_a_day_that_may_be_two_dates_no_consent_save_in_french() -> None:
    found = line({"consent": "yes", "consent date": "03/04/2024"})

    assert isinstance(found, BadLine)
    assert [error.field for error in found.errors] == ["consent date"]
    assert "two days" in found.errors[0].message
    for clear in ("04/04/2024", "03.04.2024", "2024-04-03"):
        assert isinstance(line({"consent": "yes", "consent date": clear}), Upserted)
    french = stated(Consentement="oui", **{"Date de consentement": "03/04/2024"})
    assert said(french) == ("opted_in", utc(2024, 4, 2, 10))


@pytest.mark.parametrize("column", ["consent.at", "OPTIN_TIME", "UNSUB_TIME"])
@pytest.mark.parametrize(
    "written", ["2099-01-01T00:00:00Z", "2099-01-01", "in spring", "0001-01-01", "2024-05-01 25:00"]
)
def test_a_time_that_can_not_be_is_bad(column: str, written: str) -> None:
    found = line({"consent": "no" if column == "UNSUB_TIME" else "yes", column: written})

    assert isinstance(found, BadLine)
    assert [error.field for error in found.errors] == [column]


FIRST, LAST = datetime.fromisoformat("2000-01-01"), datetime.fromisoformat("2025-12-31")
MOMENTS = st.datetimes(FIRST, LAST).map(lambda moment: moment.replace(microsecond=0))
ZONES = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timedelta(minutes=minutes))
FORMS = st.sampled_from(["%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%Y/%m/%dT%H:%M", "%d.%m.%Y %H:%M", "%d.%m.%Y"])


@given(MOMENTS, ZONES, FORMS)
def test_wherever_it_was_written_an_opt_in_is_never_later_nor_an_opt_out_earlier(
    local: datetime, zone: timedelta, form: str
) -> None:
    truth = local.replace(tzinfo=UTC) - zone
    written = local.strftime(form)
    opt_in = stated(consent="yes", OPTIN_TIME=written)
    opt_out = stated(consent="no", UNSUB_TIME=written)

    assert opt_in is not None
    assert opt_out is not None
    assert opt_in.at is not None
    assert opt_out.at is not None
    assert opt_in.at <= truth
    assert opt_out.at >= truth


WORDS = st.sampled_from(["", "yes", "no", "unknown", "subscribed", "unsubscribed", "x", "maybe"])
TIMES = st.sampled_from(["", "2019-05-01 09:00:00", "2020-05-01T09:00:00Z", "2021-05-01", "03/04/2020"])


@given(WORDS, WORDS, TIMES, TIMES, TIMES)
def test_only_a_yes_that_nothing_contradicts_is_an_opt_in(
    status: str, opted_out: str, at: str, into: str, out: str
) -> None:
    found = line({"consent": status, "opt-out": opted_out, "consent.at": at, "OPTIN_TIME": into, "UNSUB_TIME": out})

    consent = found.member.consent if isinstance(found, Upserted) else None
    if consent is not None and consent.status == "opted_in":
        assert status in {"yes", "subscribed", "x"}
        assert opted_out in {"", "no", "unknown", "subscribed"}
        assert not out or (consent.at is not None and consent.at > moment_of(out, day_first=False).latest)
