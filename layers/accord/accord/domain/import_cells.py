"""The text of one cell of an imported file -> what it says of a member, or what is wrong with it."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import NamedTuple

from accord.domain.consent import ConsentStatus
from accord.domain.import_columns import folded

PARTS = ("line1", "line2", "city", "state", "postal_code", "country")
"""Of an address, in the order in which Mailchimp exports them."""

_YES = ["yes", "y", "oui", "o", "true", "vrai", "1", "x"]
_NO = ["no", "n", "non", "false", "faux", "0"]
_OPTED_IN = ["optedin", "optin", "subscribed", "inscrit", "inscrite", "abonne", "abonnee"]
_OPTED_OUT = ["optedout", "optout", "unsubscribed", "desinscrit", "desinscrite", "desabonne", "desabonnee"]
_UNKNOWN = ["unknown", "inconnu", "pending", "enattente", "nonsubscribed", "cleaned", "transactional", "archived"]
_STATUSES = (
    dict.fromkeys(_YES + _OPTED_IN, ConsentStatus.OPTED_IN)
    | dict.fromkeys(_NO + _OPTED_OUT, ConsentStatus.OPTED_OUT)
    | dict.fromkeys(_UNKNOWN, ConsentStatus.UNKNOWN)
)
_STATES = dict.fromkeys(("active", "actif"), "active") | dict.fromkeys(
    ["cancelled", "canceled", "inactive", "annule", "annulee", "resilie", "resiliee", "inactif"], "cancelled"
)
_NO_STATE = "-"  # what domain/payload puts into an address without a state, and Mailchimp's export shows

_A_DAY = "must be a date, such as 1990-03-12 or 12/03/1990, the day first"
_A_MOMENT = "must be a date and time, such as 2024-05-01T09:00:00Z, or a date"
_TWO_DAYS = "can be read as two days, the month first or the day; write the year first, such as 2024-05-01"
_NO_YEAR = "has no year, and only whole dates are kept; add the year, or remove the column from the file"
_A_STATUS = "must be yes, no, opted_in, opted_out, unknown or empty"
_A_STATE = "must be active, cancelled or empty"

_YEAR_FIRST = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})")
_DAY_FIRST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})")
_WITHOUT_YEAR = re.compile(r"[0-9]{1,2}[-/.][0-9]{1,2}")
_MOMENT = re.compile(
    r"([0-9./-]+)(?:[T ] *([0-9]{1,2})(:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?)"
    r" ?(Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})?)?",
    re.IGNORECASE,
)
_LISTED = re.compile(r'\s*(?:"((?:[^"]|"")*)"|((?:\\[,;]|[^,;])*?))\s*(?:[,;]|$)')
_FIRST_ON_EARTH = timezone(timedelta(hours=14))
_LAST_ON_EARTH = timezone(timedelta(hours=-12))


class WrongCellError(Exception):
    """What is wrong with a cell and how to mend it, without what stands in it."""


class Span(NamedTuple):
    """The earliest and the latest moment that a written time can be."""

    earliest: datetime
    latest: datetime
    written: str

    @property
    def is_exact(self) -> bool:
        """Whether it was written with its zone."""
        return self.earliest == self.latest

    def last(self, now: datetime) -> datetime:
        """The latest moment that is not after now; where all of them are, the earliest."""
        return min(self.latest, max(self.earliest, now))


def day_of(text: str) -> date:
    """A whole date: the year first, or the day first, with any time behind it left out."""
    text = re.split("[T ]", text, maxsplit=1)[0]
    try:
        if found := _YEAR_FIRST.fullmatch(text):
            return date(*(int(part) for part in found.groups()))
        if found := _DAY_FIRST.fullmatch(text):
            return date(int(found[4]), int(found[3]), int(found[1]))
    except ValueError:
        pass
    raise WrongCellError(_A_DAY)


def birthday_of(text: str) -> date:
    """A whole date. Mailchimp's own birthdays have no year, and no member has a birthday without one."""
    if _WITHOUT_YEAR.fullmatch(text):
        raise WrongCellError(_NO_YEAR)
    return day_of(text)


def moment_of(text: str, *, day_first: bool) -> Span:
    """When it was. Without a zone it was anywhere on earth, and at any second of that minute or of that day.

    `day_first`: 03/04/2024 is known to be a day in April; if not, it is wrong here, and 13/04/2024 is not.
    """
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise WrongCellError(_A_MOMENT)
    day = day_of(found[1])
    hours, rest, zone = found[2], found[3], found[4]
    unclear = _DAY_FIRST.fullmatch(found[1])
    if unclear and unclear[2] != "." and day.month != day.day <= 12 and not day_first:
        raise WrongCellError(_TWO_DAYS)
    try:
        start = datetime.fromisoformat(f"{day} {hours or '00':0>2}{rest or ':00'}{_offset(zone)}")
    except ValueError:
        raise WrongCellError(_A_MOMENT) from None
    if not 1900 <= day.year < 9999:
        raise WrongCellError(_A_MOMENT)
    if start.tzinfo is not None:
        return Span(start.astimezone(UTC), start.astimezone(UTC), text)
    seconds = 1 if rest and rest.count(":") > 1 else 60 if rest else 24 * 60 * 60  # as exactly as it was written
    end = start + timedelta(seconds=seconds - 1)
    first, last = start.replace(tzinfo=_FIRST_ON_EARTH), end.replace(tzinfo=_LAST_ON_EARTH)
    return Span(first.astimezone(UTC), last.astimezone(UTC), text)


def _offset(zone: str | None) -> str:
    return "" if zone is None else zone if zone[0] in "+-" else "+00:00"


def status_of(text: str) -> ConsentStatus:
    """What a cell says about consent. No guesses: a word that is not known is wrong."""
    if found := _STATUSES.get(folded(text)):
        return found
    raise WrongCellError(_A_STATUS)


def is_opt_out(text: str) -> bool:
    """What a cell says below a header that means the opt-out. `no` there is no opt-in, and says nothing."""
    if (word := folded(text)) in _YES:
        return True
    return word not in _NO and status_of(text) is ConsentStatus.OPTED_OUT


def state_of(text: str) -> str:
    """`active` or `cancelled`."""
    if found := _STATES.get(folded(text)):
        return found
    raise WrongCellError(_A_STATE)


def names_in(text: str) -> list[str]:
    """The names of tags or groups, between commas or semicolons. Mailchimp exports tags in quotes, and groups with a
    backslash before a comma that is part of the name."""
    found = (quoted.replace('""', '"') or re.sub(r"\\([,;])", r"\1", bare) for quoted, bare in _LISTED.findall(text))
    return [name.strip() for name in found if name.strip()]


def first_and_last(name: str) -> tuple[str, str]:
    """A name in two: at the comma where there is one, else the first word and the rest."""
    last, comma, first = name.partition(",")
    if not comma:
        first, _, last = name.partition(" ")
    return first.strip(), last.strip()


def parts_of(address: str) -> dict[str, str]:
    """An address as Mailchimp exports it, two spaces between its parts; empty where it is not clear which is which."""
    found = [part.strip() for part in address.split("  ")]
    if len(found) == len(PARTS) - 1:
        found.insert(1, "")
    if len(found) != len(PARTS) or not re.search("[0-9]", found[4]) or re.search("[0-9]", found[5]):
        return {}
    parts = dict(zip(PARTS, found, strict=True))
    return parts | {"state": parts["state"].removeprefix(_NO_STATE)}
