"""A contact of an audience, small enough that a million of them fit on one machine."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tools.mailchimp_simulator.domain.addresses import digest


class Status(StrEnum):
    """What `status` says (FACTS 6). `archived` can be read and filtered by, never written."""

    SUBSCRIBED = "subscribed"
    UNSUBSCRIBED = "unsubscribed"
    CLEANED = "cleaned"
    PENDING = "pending"
    TRANSACTIONAL = "transactional"
    ARCHIVED = "archived"


BY_ADMIN = "N/A (Unsubscribed by an admin)"
"""The reason of whoever did not leave by themselves."""
WRITABLE = frozenset(Status) - {Status.ARCHIVED}


class Standing(StrEnum):
    """Whether the API may subscribe the contact: what `status` alone does not tell (FACTS 6 and 7)."""

    FREE = "free"
    LEFT = "left"  # unsubscribed by the person
    BOUNCED = "bounced"
    COMPLAINED = "complained"


class Source(StrEnum):
    """Who did it, as a webhook's `sources` tell them apart."""

    USER = "user"
    ADMIN = "admin"
    API = "api"


@dataclass(slots=True)
class Note:
    """What staff wrote beside a contact."""

    id: int
    text: str
    created: int
    updated: int
    created_by: str = "Simulator"


class Contact:
    """One address in one audience.

    `values` holds merge values by `merge_id - 1` and may be shorter than the audience has fields; `tags` holds pairs
    of segment id and time; `rare` what few contacts have (language, vip, notes...), under the API's own names.
    """

    __slots__ = (
        "change_place",
        "created",
        "digest",
        "email",
        "interests",
        "last_changed",
        "opted_in",
        "rare",
        "standing",
        "status",
        "tags",
        "values",
        "web_id",
    )

    def __init__(self, email: str, status: Status, web_id: int, now: int) -> None:
        self.email = email
        self.digest = digest(email)
        self.status = status
        self.web_id = web_id
        self.created = now
        self.last_changed = now
        self.change_place = 0
        self.opted_in: int | None = None
        self.standing = Standing.FREE
        self.values: tuple[Any, ...] = ()
        self.tags: tuple[tuple[int, int], ...] = ()
        self.interests: frozenset[str] = frozenset()
        self.rare: dict[str, Any] | None = None

    @property
    def id(self) -> str:
        """The subscriber hash."""
        return self.digest.hex()

    @property
    def status_since(self) -> int:
        since: int | None = self.opted_in if self.status is Status.SUBSCRIBED else self.get("status_since")
        return self.created if since is None else since

    def get(self, name: str, default: Any = None) -> Any:
        """One of the rare properties."""
        return self.rare.get(name, default) if self.rare else default

    def put(self, name: str, value: Any) -> None:
        if self.rare is None:
            self.rare = {}
        self.rare[name] = value

    def value(self, merge_id: int) -> Any:
        """The merge value of a field, empty where none was ever set."""
        return self.values[merge_id - 1] if merge_id <= len(self.values) else ""


def contact_id(list_id: str, web_id: int) -> str:
    """32 hex digits that survive archiving and a change of address (FACTS 2); `web_id` can be read back from them."""
    seal = hashlib.md5(f"{list_id}:{web_id}".encode(), usedforsecurity=False).hexdigest()
    return f"{web_id:08x}{seal[:24]}"
