"""A member as Mailchimp shows it, and what is written to it."""

import hashlib
import marshal
from collections.abc import Collection, Mapping
from datetime import datetime
from enum import StrEnum

from accord.domain.values import Moment, Value


class ContactStatus(StrEnum):
    """Mailchimp's statuses. `archived` can be read and filtered by, never written (FACTS section 6)."""

    SUBSCRIBED = "subscribed"
    UNSUBSCRIBED = "unsubscribed"
    CLEANED = "cleaned"
    PENDING = "pending"
    TRANSACTIONAL = "transactional"
    ARCHIVED = "archived"


MAILED = frozenset({ContactStatus.SUBSCRIBED, ContactStatus.PENDING})
"""The statuses under which Mailchimp sends something: the newsletter, or the question for confirmation."""


ENDED = frozenset({ContactStatus.UNSUBSCRIBED, ContactStatus.CLEANED})
"""The statuses that end by the person's own doing only: they opted out, or their address does not exist."""


class Contact(Value):
    """One contact of an audience, as far as Accord looks at it.

    `subscriber_hash` is Mailchimp's `id`; `contact_id` survives a change of address and archiving, and is not in the
    answer to a bulk creation. `tags` holds names as Mailchimp shows them, at most 50 (FACTS section 1.3).
    """

    email: str
    status: ContactStatus
    subscriber_hash: str
    contact_id: str | None = None
    merge_fields: dict[str, str | int | float | dict[str, str]] = {}
    interests: dict[str, bool] = {}
    tags: tuple[str, ...] = ()
    language: str = ""
    last_changed: Moment | None = None
    opted_in_at: Moment | None = None
    """When the person opted in, as Mailchimp knows it (`timestamp_opt`)."""
    complained: bool = False
    permissions: dict[str, bool] = {}
    """Marketing permissions by id, where they were asked for."""
    one_to_one: bool | None = None
    """Whether the person may be written to one to one: a preference of its own, which is none about the newsletter."""

    @property
    def mark(self) -> str:
        """A digest of all that is compared: the same as last time means that there is nothing to look at."""
        return mark_of(
            self.status.value,
            self.contact_id,
            self.merge_fields,
            [interest for interest, on in self.interests.items() if on],
            self.tags,
            self.language,
            self.permissions,
            self.last_changed if self.status in ENDED else None,
            complained=self.complained,
            one_to_one=self.one_to_one,
        )


def mark_of(
    status: str,
    contact_id: str | None,
    merge_fields: Mapping[str, str | int | float | dict[str, str]],
    chosen: Collection[str],
    tags: Collection[str],
    language: str,
    permissions: Mapping[str, bool],
    ended_at: datetime | None,
    *,
    complained: bool,
    one_to_one: bool | None,
) -> str:
    """The mark of a contact, out of its parts: of those of a page few are worth a `Contact`, and each night looks at a
    million. `chosen` are the interests that are on; `ended_at` is when one that has ended was last changed: it may have
    come back and gone again. Other marks than the night before cost a write a contact."""
    fields: list[tuple[str, object]] = sorted(merge_fields.items())
    if dict in set(map(type, merge_fields.values())):
        fields = [(tag, sorted(value.items()) if isinstance(value, dict) else value) for tag, value in fields]
    shown = (
        (status, contact_id, fields, language, complained, one_to_one is False),
        sorted(chosen) if chosen else _NONE,
        sorted(tags) if tags else _NONE,
        sorted(permissions.items()) if permissions else _NONE,
        str(ended_at) if ended_at is not None else "",
    )
    # A tenth of the time that JSON takes. Format 0 knows no references: what is equal has the same bytes.
    return hashlib.blake2b(marshal.dumps(shown, 0), digest_size=8).hexdigest()


_NONE: list[str] = []


class ContactPatch(Value):
    """What a PATCH writes. `status` only where the consent table allows it; `email` only in a move."""

    status: ContactStatus | None = None
    email: str | None = None
    merge_fields: dict[str, str | int | float | dict[str, str]] = {}
    interests: dict[str, bool] = {}
    language: str = ""
    permissions: dict[str, bool] = {}
    """Marketing permissions by id, switched on or off; the others stay as they are."""


class NewContact(Value):
    """One line of a bulk creation: `POST /lists/{id}`."""

    email: str
    status: ContactStatus
    merge_fields: dict[str, str | int | float | dict[str, str]] = {}
    interests: dict[str, bool] = {}
    language: str = ""


class TagChange(Value):
    """The difference to make within our own tags of one contact."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.add or self.remove)
