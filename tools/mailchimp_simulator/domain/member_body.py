"""The body of a member: read and checked whole, before anything of it is written."""

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tools.mailchimp_simulator.domain.audience import Audience
from tools.mailchimp_simulator.domain.body import Body, one_of, read
from tools.mailchimp_simulator.domain.clock import iso, parse_time
from tools.mailchimp_simulator.domain.contact import Contact
from tools.mailchimp_simulator.domain.merge_values import merged
from tools.mailchimp_simulator.domain.problems import bad_request, invalid_resource, unfit


@dataclass(slots=True)
class Draft:
    """What a contact will hold once the body is written to it, status and address apart."""

    values: tuple[Any, ...]
    interests: frozenset[str]
    rare: dict[str, Any]
    opted_in: int | None

    def write(self, contact: Contact) -> bool:
        """Write it all; False when the contact held all of it before."""
        rare = {name: value for name, value in self.rare.items() if contact.get(name) != value}
        same = contact.values == self.values and contact.interests == self.interests
        if same and not rare and contact.opted_in == self.opted_in:
            return False
        contact.values, contact.interests, contact.opted_in = self.values, self.interests, self.opted_in
        for name, value in rare.items():
            contact.put(name, value)
        return True


def draft(audience: Audience, contact: Contact | None, body: Body, *, skip_required: bool) -> Draft:
    """Everything of a member's body save its status and address. Raises Problem 400 for whatever does not fit."""
    stored = contact.values if contact else ()
    opted_in = _moment(body, "timestamp_opt")
    rare = {name: _RARE[name](body, name) for name in _RARE if name in body}
    if permissions := read(body, "marketing_permissions", list, []):
        rare["marketing_permissions"] = _permissions(audience, contact, permissions)
    return Draft(
        merged(audience.fields, stored, body.get("merge_fields", {}), skip_required=skip_required),
        _interests(audience, contact.interests if contact else frozenset(), body),
        rare,
        opted_in if opted_in is not None else (contact.opted_in if contact else None),
    )


def _interests(audience: Audience, held: frozenset[str], body: Body) -> frozenset[str]:
    given: dict[str, Any] = read(body, "interests", dict, {})
    known = audience.interests.all_ids() if given else []
    for interest_id, chosen in given.items():
        if interest_id not in known:
            raise invalid_resource(f"Invalid interest ID: '{interest_id}'.")
        if not isinstance(chosen, bool):
            raise unfit((f"interests.{interest_id}", "Schema describes boolean, another type found instead"))
    return (held | {each for each in given if given[each]}) - {each for each in given if not given[each]}


def _permissions(audience: Audience, contact: Contact | None, given: list[Any]) -> frozenset[str]:
    enabled: set[str] = set(contact.get("marketing_permissions", ())) if contact else set()
    for each in given:
        if not isinstance(each, Mapping) or each.get("marketing_permission_id") not in audience.permission_ids:
            raise invalid_resource("Invalid marketing permission ID.")
        change = enabled.add if each.get("enabled") is True else enabled.discard
        change(each["marketing_permission_id"])
    return frozenset(enabled)


def _moment(body: Body, name: str) -> int | None:
    text = read(body, name, str, "")
    if not text:
        return None
    try:
        return parse_time(text)
    except ValueError as error:
        raise bad_request(f"{name} is not a valid date and time.") from error


def _ip(body: Body, name: str) -> str:
    text = read(body, name, str, "")
    try:
        return text and str(ipaddress.ip_address(text))
    except ValueError as error:
        raise unfit((name, "Please enter a valid IP address.")) from error


def _location(body: Body, name: str) -> dict[str, float]:
    given: dict[str, Any] = read(body, name, dict, {})
    for part in ("latitude", "longitude"):
        if not isinstance(given.get(part, 0), int | float):
            raise unfit((f"{name}.{part}", "Schema describes number, another type found instead"))
    return {part: float(given.get(part, 0)) for part in ("latitude", "longitude")}


_RARE: dict[str, Callable[[Body, str], Any]] = {
    "language": lambda body, name: read(body, name, str, ""),
    "vip": lambda body, name: read(body, name, bool, False),
    "email_type": lambda body, name: one_of(body, name, ("html", "text")),
    "ip_signup": _ip,
    "ip_opt": _ip,
    "timestamp_signup": lambda body, name: iso(_moment(body, name)),
    "location": _location,
}
