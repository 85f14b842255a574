"""A space: its members, who subscribed to what of them, and who may read it. State and rules, without HTTP."""

import secrets
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

EVENTS = frozenset(
    {
        "created_membership",
        "confirmed_membership",
        "connected_user",
        "updated_connected_user",
        "changed_membership_plan",
        "membership_plan_change_date_reached",
        "updated_membership_details",
        "canceled_membership",
        "uncanceled_membership",
        "membership_cancellation_date_reached",
        "reactivated_membership",
        "deleted_membership",
        "updated_custom_field",
    }
)
SCOPES = frozenset({"read_memberships", "read_subscriptions", "write_subscriptions"})
A_MINUTE = 60.0
PER_MINUTE = 6

type Membership = dict[str, Any]


class ImpossibleError(Exception):
    """What was asked for makes no sense; the message says why."""


@dataclass(slots=True)
class Clock:
    """The machine's time, and how far it was moved."""

    moved: float = 0.0

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.moved)


@dataclass(slots=True)
class Subscription:
    """One event of one space, and where it is told."""

    id: str
    event: str
    callback_url: str
    active: bool = True

    def shown(self, space_url: str) -> dict[str, Any]:
        return {
            "id": self.id,
            "event": self.event,
            "url": f"{space_url}/api/subscriptions/{self.id}",
            "active": self.active,
            "callback_url": self.callback_url,
        }


@dataclass(slots=True)
class Pace:
    """How many readings a minute a space answers; None: as many as there are."""

    per_minute: int | None = PER_MINUTE


@dataclass(slots=True)
class Space:
    """One coworking space."""

    name: str
    clock: Clock
    pace: Pace
    members: dict[str, Membership] = field(default_factory=dict)
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    tokens: dict[str, frozenset[str]] = field(default_factory=dict)
    """The scopes of each token of an admin."""
    _answered: deque[float] = field(default_factory=deque)

    def new_token(self, scopes: frozenset[str] = SCOPES) -> str:
        token = secrets.token_hex(20)
        self.tokens[token] = scopes
        return token

    def takes_reading(self) -> bool:
        """Whether this reading of memberships is within the limit of any sixty seconds."""
        now = self.clock.now().timestamp()
        while self._answered and self._answered[0] <= now - A_MINUTE:
            self._answered.popleft()
        if self.pace.per_minute is not None and len(self._answered) >= self.pace.per_minute:
            return False
        self._answered.append(now)
        return True

    def current_members(self) -> list[Membership]:
        """Those whose membership has not ended."""
        today = self.clock.now().strftime("%Y/%m/%d")
        return [m for m in self.members.values() if not m["canceled_to"] or m["canceled_to"] > today]

    def subscribe(self, event: object, callback_url: object) -> Subscription | None:
        """None: there is such a subscription. Raises ImpossibleError."""
        if event not in EVENTS or not isinstance(event, str):
            raise ImpossibleError("event: there is no such event")
        if not isinstance(callback_url, str) or not callback_url.startswith(("https://", "http://127.0.0.1:")):
            raise ImpossibleError("callback_url: is not an https URL")
        if any((s.event, s.callback_url) == (event, callback_url) for s in self.subscriptions.values()):
            return None
        made = Subscription(secrets.token_hex(16), event, callback_url)
        self.subscriptions[made.id] = made
        return made

    def join(self, given: Mapping[str, Any]) -> Membership:
        """A new member, not confirmed, and without a user."""
        now = self.clock.now()
        member: Membership = {
            "id": secrets.token_hex(16),
            "name": given.get("name", ""),
            "email": given.get("email"),
            "phone": given.get("phone"),
            "user": None,
            "address": given.get("address") or {"company": None, "name": None, "full_address": None, "country": None},
            "billing_emails": [],
            "customer_number": str(1000 + len(self.members)),
            "plan": {"name": given.get("plan", "Flex desk")},
            "upcoming_plan": None,
            "confirmed_at": None,
            "starts_at": now.strftime("%Y/%m/%d"),
            "canceled_to": None,
            "custom_fields": [],
        }
        _set_fields(member, given.get("custom_fields", {}))
        self.members[member["id"]] = member
        return member

    def do(self, member_id: str, deed: str, given: Mapping[str, Any]) -> tuple[str, Membership]:
        """The event that follows, and the membership as it then is. Raises ImpossibleError."""
        member = self.members.get(member_id)
        if member is None:
            raise ImpossibleError("there is no such member")
        now = self.clock.now()
        change: Membership = {}
        match deed:
            case "confirm":
                event, change = "confirmed_membership", {"confirmed_at": now.strftime("%Y/%m/%d %H:%M:%S +0000")}
            case "connect_user" | "update_user":
                event = "connected_user" if deed == "connect_user" else "updated_connected_user"
                change = {"user": {"id": secrets.token_hex(8), "email": given["email"]}, "email": given["email"]}
            case "change_plan":
                event, change = "changed_membership_plan", {"plan": {"name": given["plan"]}}
            case "update":
                event = "updated_membership_details"
                change = {name: given[name] for name in ("name", "email", "phone", "address") if name in given}
            case "set_fields":
                event = "updated_custom_field"
                _set_fields(member, given["fields"])
            case "cancel":
                event, change = "canceled_membership", {"canceled_to": given["canceled_to"]}
            case "uncancel":
                event, change = "uncanceled_membership", {"canceled_to": None}
            case "end":
                event, change = "membership_cancellation_date_reached", {"canceled_to": now.strftime("%Y/%m/%d")}
            case "delete":
                event = "deleted_membership"
                del self.members[member_id]
            case _:
                raise ImpossibleError("there is no such deed")
        member.update(change)
        return event, member


def _set_fields(member: Membership, fields: Mapping[str, Any]) -> None:
    kept = {each["label"]: each for each in member["custom_fields"]}
    for label, value in fields.items():
        kept[label] = {"id": kept.get(label, {}).get("id", secrets.token_hex(4)), "label": label, "value": value}
    member["custom_fields"] = list(kept.values())
