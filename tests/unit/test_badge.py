"""A badge: which colour a member has, and what opens it for a time."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.domain.badge import Badge, Colour, colour_of
from accord.domain.badge_token import MOST_HOURS, badge_token, expiry, opens
from accord.domain.reasons import ReasonCode, Status
from accord.domain.record import Reason, Record
from tests.builders import NOON
from tests.unit.house import REPOSITORY

SECRET, OTHER_SECRET = "whsec_bmFrZWQgbW9sZSByYXQ=", "whsec_YmxpbmQgbW9sZSByYXQ="
TOMORROW = NOON + timedelta(hours=25)
DATES = st.datetimes(datetime(2026, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  with the zone

# colours


@pytest.mark.parametrize("status", list(Status))
def test_a5_every_status_has_a_colour(status: Status) -> None:
    assert colour_of(status) in Colour


def test_a5_green_is_synchronised_and_nothing_else() -> None:
    assert [status for status in Status if colour_of(status) is Colour.GREEN] == [Status.SYNCED]


def test_a5_amber_waits_and_red_wants_to_be_mended() -> None:
    found = {colour: {status.value for status in Status if colour_of(status) is colour} for colour in Colour}

    assert found[Colour.AMBER] == {"pending", "awaiting_confirmation", "needs_reconfirmation"}
    assert found[Colour.RED] == {"failed", "bounced"}


def test_who_has_no_record_is_grey_and_not_known() -> None:
    badge = Badge.of("m-yeti", None)

    assert (badge.status, badge.colour, badge.reason.code) == (None, Colour.GREY, ReasonCode.NOT_KNOWN)


def test_a_badge_has_the_status_and_the_reason_of_the_record() -> None:
    reason = Reason(code=ReasonCode.FIELD_INVALID, detail="plan")
    record = Record(connection_id="burrow", member_id="m-1", since=NOON, status=Status.FAILED, reason=reason)

    assert Badge.of("m-1", record) == Badge("m-1", Status.FAILED, reason)


# tokens


def a_token(secret: str = SECRET, connection: str = "burrow", member: str = "m-1", until: datetime = TOMORROW) -> str:
    return badge_token(secret, connection, member, until)


def test_a_token_opens_the_badge_of_its_member() -> None:
    assert opens(a_token(), [SECRET], "burrow", "m-1", NOON)


def test_a_token_is_what_applications_are_told_that_it_is() -> None:
    assert a_token(until=datetime.fromtimestamp(1800000000, UTC)) == "1800000000.ff0a124e6c966800f3c04462b97c3d51"


def test_either_of_two_secrets_opens_while_one_is_rotated() -> None:
    assert opens(a_token(OTHER_SECRET), [SECRET, OTHER_SECRET], "burrow", "m-1", NOON)
    assert not opens(a_token(OTHER_SECRET), [SECRET], "burrow", "m-1", NOON)


@pytest.mark.parametrize(
    "token",
    [
        a_token(member="m-2"),
        a_token(connection="sett"),
        a_token(OTHER_SECRET),
        "",
        "banana",
        a_token().upper(),
        a_token() + "\n",
        " " + a_token(),
        a_token().replace(".", ".."),
        a_token()[:-1],
        a_token() + "0",
        "0" + a_token(),
        a_token().replace("1", "१", 1),
        f"{int(TOMORROW.timestamp()) + 3600}.{a_token().partition('.')[2]}",
    ],
)
def test_no_other_token_opens_it(token: str) -> None:
    assert not opens(token, [SECRET], "burrow", "m-1", NOON)


def test_a_token_ends_on_the_second() -> None:
    assert opens(a_token(), [SECRET], "burrow", "m-1", TOMORROW - timedelta(microseconds=1))
    assert not opens(a_token(), [SECRET], "burrow", "m-1", TOMORROW)


def test_a_token_that_would_last_for_months_opens_nothing() -> None:
    assert not opens(a_token(until=NOON + timedelta(days=60)), [SECRET], "burrow", "m-1", NOON)


IDS = st.text("mM-.:|~+=1", min_size=1, max_size=6)


@given(st.tuples(IDS, IDS), st.tuples(IDS, IDS))
def test_a_token_of_one_member_opens_no_other(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert opens(a_token(SECRET, *one), [SECRET], *other, NOON) is (one == other)


@given(DATES, st.integers(1, MOST_HOURS))
def test_a_token_is_good_for_the_hours_that_were_asked_for_and_up_to_one_more(now: datetime, hours: int) -> None:
    until = expiry(now, hours)

    assert timedelta(hours=hours) < until - now <= timedelta(hours=hours + 1)
    assert opens(a_token(until=until), [SECRET], "burrow", "m-1", now)


@given(DATES, st.integers(1, MOST_HOURS))
def test_all_tokens_of_an_hour_are_one_so_that_a_browser_knows_the_image_again(now: datetime, hours: int) -> None:
    hour = now.replace(minute=0, second=0, microsecond=0)

    assert expiry(now, hours) == expiry(hour, hours)


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_whatever_is_sent_is_answered(token: str, connection: str, member: str) -> None:
    assert opens(token, [SECRET], connection, member, NOON) is False


def test_what_the_readme_has_applications_do_makes_such_a_token() -> None:
    readme = (REPOSITORY / "README.md").read_text()
    (example,) = re.findall(r"```python\n(import hashlib, hmac, time\n.*?)```", readme, re.DOTALL)
    known: dict[str, object] = {"SIGNING_SECRET": SECRET, "CONNECTION": "zoo"}
    known |= {"URL": "https://accord.test/v1/connections/zoo/members"}

    exec(example, known)  # noqa: S102  it is the project's own

    url = eval('badge_url("m-17")', known)  # noqa: S307  likewise
    assert url.startswith("https://accord.test/v1/connections/zoo/members/m-17/badge.svg?token=")
    assert opens(url.partition("token=")[2], [SECRET], "zoo", "m-17", datetime.now(UTC))
