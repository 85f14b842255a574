"""A membership as Cobot shows it -> the change that would have been posted (cobot/FACTS, Memberships).

Total: whatever the document holds, it gives a change that is accepted, or none where it names no member.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from pydantic.networks import validate_email

from accord.domain.cobot import Cobot
from accord.domain.seen_member import SeenMember

LONGEST = 255
"""Characters of any text; Mailchimp's fields hold no more, and so a change stays far below its limit."""
FIRST_MIDNIGHT = timedelta(hours=14)
"""How far the earliest time zone is ahead of UTC. Cobot's dates have no zone, and nothing tells that a day is over
elsewhere: a cancelled membership ends with the first midnight on earth, not with the last."""

_ID = re.compile(r"[A-Za-z0-9._:|~+=-]{1,128}")
_YEAR_FIRST = re.compile(r"([0-9]{4})[/-]([0-9]{1,2})[/-]([0-9]{1,2})(?![0-9])")
_DAY_FIRST = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})(?![0-9])")
_CODE_THEN_CITY = re.compile(
    r"(?P<postal_code>(?:[A-Z]{1,2}-)?[0-9]{4,5}(?:[ -]?[A-Z]{2})?|[0-9]{3} [0-9]{2}) (?P<city>\D+)"
)
_CITY_THEN_CODE = re.compile(r"(?P<city>[^\d,]+),? (?P<state>[A-Z]{2}) (?P<postal_code>[0-9]{5}(?:-[0-9]{4})?)")


def seen_member(document: object, cobot: Cobot, at: datetime) -> SeenMember | None:
    """The member as seen at that moment. Consent is not in the change but beside it, as long as a field for it is
    chosen; without one it is `unknown`, and nobody is added."""
    if not isinstance(document, Mapping) or not _ID.fullmatch(_text(document.get("id"))):
        return None
    member = _member(document, cobot, at)
    if not cobot.consent_field:
        member["consent"] = {"status": "unknown", "source": "Cobot: no consent field is chosen"}
    change = {
        "type": "member.upserted",
        "id": _text(document["id"]),
        "occurred_at": at.isoformat(),
        "member": member,
    }
    if not cobot.consent_field:
        return SeenMember(change=change)
    return SeenMember(change=change, ticked=_is_ticked(document, cobot), source=f"Cobot: {cobot.consent_field}")


def gone_member(reference: str, at: datetime) -> SeenMember:
    """A member whose membership was deleted."""
    return SeenMember(change={"type": "member.left", "id": reference, "occurred_at": at.isoformat()})


def _member(document: Mapping[str, Any], cobot: Cobot, at: datetime) -> dict[str, Any]:
    user, address, plan = (_object(document.get(name)) for name in ("user", "address", "plan"))
    first_name, last_name = _names(_text(document.get("name")) or _text(address.get("name")))
    postal = _postal_address(address)
    joined_on = _date(document.get("confirmed_at")) or _date(document.get("starts_at"))
    ends_on = _date(document.get("canceled_to"))
    birthday = next((found for text in _custom(document, cobot.birthday_field) if (found := _date(text))), None)
    extra = {"company": _text(address.get("company")), "full_address": _text(address.get("full_address"))}
    return {
        "email": _email(document.get("email")) or _email(user.get("email")),
        "first_name": first_name,
        "last_name": last_name,
        "phone": _text(document.get("phone")),
        "birthday": birthday and birthday.isoformat(),
        "address": postal and postal._asdict(),
        "plan": _text(plan.get("name")),
        "joined_on": joined_on and joined_on.isoformat(),
        "state": "cancelled" if ends_on and ends_on <= (at + FIRST_MIDNIGHT).date() else "active",
        "fields": {name: text for name, text in extra.items() if text},
    }


class _PostalAddress(NamedTuple):
    line1: str
    line2: str
    city: str
    state: str
    postal_code: str
    country: str


def _postal_address(address: Mapping[str, Any]) -> _PostalAddress | None:
    """Cobot has the address as lines. They are told apart only where the last one is a postal code and a city, or a
    city, a state and a code, as most countries write them: Mailchimp takes an address whole or not at all. All of it
    is in `fields.full_address` in any case, which may be mapped to a text."""
    whole, country = address.get("full_address"), _text(address.get("country"))
    lines = [text for line in (whole.splitlines() if isinstance(whole, str) else []) if (text := _text(line))]
    known = {country.casefold(), *(_text(address.get(name)).casefold() for name in ("company", "name"))}
    lines = [line for line in lines if line.casefold() not in known][:10]
    last = lines.pop() if len(lines) > 1 else ""
    found = _CODE_THEN_CITY.fullmatch(last) or _CITY_THEN_CODE.fullmatch(last)
    if found is None:
        return None
    parts = found.groupdict("")
    line2 = ", ".join(lines[1:])[:LONGEST]
    city, state = parts["city"].strip(), parts.get("state", "")
    return _PostalAddress(lines[0], line2, city, state, parts["postal_code"], country)


def _is_ticked(document: Mapping[str, Any], cobot: Cobot) -> bool:
    """A field that is not there is not ticked, nor is one that is there twice and says both."""
    yes = {value.strip().casefold() for value in (*cobot.ticked_values, cobot.consent_field)}
    values = list(_custom(document, cobot.consent_field))
    return bool(values) and all(_text(value).casefold() in yes for value in values)


def _custom(document: Mapping[str, Any], label: str) -> Iterator[object]:
    """The values of the custom field of that label, which is compared without regard to case. Cobot's reference does
    not show how they are written: pairs of label and value, alone or under `fields`, and a mapping are read."""
    fields = document.get("custom_fields")
    if isinstance(fields, Mapping) and isinstance(fields.get("fields"), list):
        fields = fields["fields"]
    pairs: list[tuple[object, object]] = []
    if isinstance(fields, Mapping):
        pairs = list(fields.items())
    elif isinstance(fields, list):
        objects = [each for each in fields if isinstance(each, Mapping)]
        pairs = [(each.get("label", each.get("name")), each.get("value")) for each in objects]
    for name, value in pairs:
        if label and _text(name).casefold() == label.casefold():
            yield from value if isinstance(value, list) and value else [value]


def _names(name: str) -> tuple[str, str]:
    """First and last name: at the comma where there is one, else the first word and the rest."""
    last, comma, first = name.partition(", ")
    if comma and first and last:
        return first, last
    first, _, last = name.partition(" ")
    return first, last


def _email(value: object) -> str | None:
    text = _text(value)
    try:
        return validate_email(text)[1] if text else None
    except ValueError:
        return None  # the status says that there is no address, and the space mends it in Cobot


def _date(value: object) -> date | None:
    """The day of `2010/01/01 12:00:00 +0000`, `2010-01-01` or `1.1.2010`. Of `3/4/2010` nobody knows the month."""
    text = _text(value)
    try:
        if found := _YEAR_FIRST.match(text):
            return date(*(int(part) for part in found.groups()))
        if found := _DAY_FIRST.match(text):
            return date(*(int(part) for part in reversed(found.groups())))
    except ValueError:
        return None
    return None


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str:
    """One line of what can be printed; empty for what is no text, true as its word."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)[:LONGEST] if -(10**18) < value < 10**18 else ""
    if not isinstance(value, str):
        return ""
    return " ".join("".join(c if c.isprintable() else " " for c in value[: 4 * LONGEST]).split())[:LONGEST].strip()
