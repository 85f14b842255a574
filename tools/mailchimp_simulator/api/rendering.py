"""How a contact looks in an answer: only what is wanted is computed."""

from collections.abc import Callable, Collection
from typing import Any

from tools.mailchimp_simulator.api.projection import Projection
from tools.mailchimp_simulator.domain.addresses import unique_email_id
from tools.mailchimp_simulator.domain.audience import PERMISSIONS, Audience
from tools.mailchimp_simulator.domain.clock import iso
from tools.mailchimp_simulator.domain.contact import Contact, Note, Status

TAGS_SHOWN = 50
# What the answers to `POST /lists/{id}` and `POST /segments/{id}`, and the members of a segment, do not have.
LEFT_OUT_IN_BULK = frozenset(
    (
        "contact_id",
        "web_id",
        "full_name",
        "consents_to_one_to_one_messaging",
        "marketing_permissions",
        "source",
        "unsubscribe_reason",
    )
)
LEFT_OUT_IN_SEGMENTS = LEFT_OUT_IN_BULK - {"full_name"} | {"tags", "tags_count"}
type Part = Callable[[Audience, Contact], Any]


def links(url: str, *parts: tuple[str, str]) -> list[dict[str, str]]:
    """`_links`, shorter than the real ones: `self` and `parent`."""
    return [{"rel": rel, "href": f"{url}{path}", "method": "GET"} for rel, path in parts]


class MemberView:
    """Renders contacts of one audience for one request, without what the form of the answer leaves out."""

    def __init__(
        self,
        audience: Audience,
        url: str,
        projection: Projection,
        collection: str,
        left_out: Collection[str] = (),
    ) -> None:
        self._audience = audience
        self._url = url
        self._parts = [
            (name, part) for name, part in _PARTS.items() if name not in left_out and projection.wants(collection, name)
        ]
        self._tags = {segment.id: segment.name for segment in audience.segments}
        self._with_tags = "tags" not in left_out and projection.wants(collection, "tags")
        self._with_note = projection.wants(collection, "last_note")
        self._with_links = projection.wants(collection, "_links")
        self._interests = audience.interests.all_ids() if projection.wants(collection, "interests") else None

    def __call__(self, contact: Contact) -> dict[str, Any]:
        audience = self._audience
        shown = {name: part(audience, contact) for name, part in self._parts}
        if self._interests is not None:
            shown["interests"] = {each: each in contact.interests for each in self._interests}
        if self._with_tags:
            shown["tags"] = [{"id": tag, "name": self._tags[tag]} for tag, _ in contact.tags[:TAGS_SHOWN]]
        if self._with_note and contact.get("notes"):
            shown["last_note"] = _last_note(contact.get("notes")[-1])
        if self._with_links:
            path = f"/lists/{audience.id}/members"
            shown["_links"] = links(self._url, ("self", f"{path}/{contact.id}"), ("parent", path))
        return shown


def one_member(audience: Audience, url: str, contact: Contact, left_out: Collection[str] = ()) -> dict[str, Any]:
    """The whole of one contact."""
    return MemberView(audience, url, Projection({}), "", left_out)(contact)


def merge_fields(audience: Audience, contact: Contact) -> dict[str, Any]:
    return {field.tag: contact.value(field.merge_id) for field in audience.fields}


def full_name(audience: Audience, contact: Contact) -> str:
    names = (contact.value(field.merge_id) for field in audience.fields if field.tag in ("FNAME", "LNAME"))
    return " ".join(name for name in names if name)


def _location(audience: Audience, contact: Contact) -> dict[str, Any]:
    place = contact.get("location") or {"latitude": 0, "longitude": 0}
    return {**place, "gmtoff": 0, "dstoff": 0, "country_code": "", "timezone": ""}


def _permissions(audience: Audience, contact: Contact) -> list[dict[str, Any]]:
    if not audience.settings["marketing_permissions"]:
        return []
    enabled = contact.get("marketing_permissions", frozenset())
    return [
        {"marketing_permission_id": permission_id, "text": text, "enabled": permission_id in enabled}
        for permission_id, text in zip(audience.permission_ids, PERMISSIONS, strict=True)
    ]


def _last_note(note: Note) -> dict[str, Any]:
    shown = {"note_id": note.id, "created_at": iso(note.created), "created_by": note.created_by}
    return shown | {"note": note.text}


def _unsubscribe_reason(audience: Audience, contact: Contact) -> str:
    return str(contact.get("unsubscribe_reason", "")) if contact.status is Status.UNSUBSCRIBED else ""


def _stats(audience: Audience, contact: Contact) -> dict[str, float]:
    """Of the campaigns that the contact received, the shares that were opened and clicked."""
    received = opened = clicked = 0
    for campaign in audience.campaigns.values():
        row = campaign.row_of(contact)
        if row is not None:
            received += 1
            if not campaign.mailing.is_untouched(row):
                opened += campaign.mailing.has_opened(row)
                clicked += campaign.mailing.has_clicked(row)
    return {"avg_open_rate": opened / (received or 1), "avg_click_rate": clicked / (received or 1)}


def _rare(name: str, default: Any) -> Part:
    return lambda audience, contact: contact.get(name, default)


_PARTS: dict[str, Part] = {
    "id": lambda audience, contact: contact.id,
    "email_address": lambda audience, contact: contact.email,
    "unique_email_id": lambda audience, contact: unique_email_id(contact.digest),
    "contact_id": lambda audience, contact: audience.contact_id(contact),
    "full_name": full_name,
    "web_id": lambda audience, contact: contact.web_id,
    "email_type": _rare("email_type", "html"),
    "status": lambda audience, contact: contact.status,
    "unsubscribe_reason": _unsubscribe_reason,
    "consents_to_one_to_one_messaging": _rare("consents_to_one_to_one_messaging", True),
    "merge_fields": merge_fields,
    "stats": _stats,
    "ip_signup": _rare("ip_signup", ""),
    "timestamp_signup": _rare("timestamp_signup", ""),
    "ip_opt": _rare("ip_opt", ""),
    "timestamp_opt": lambda audience, contact: iso(contact.opted_in),
    "member_rating": lambda audience, contact: 2,
    "last_changed": lambda audience, contact: iso(contact.last_changed),
    "language": _rare("language", ""),
    "vip": _rare("vip", False),
    "email_client": _rare("email_client", ""),
    "location": _location,
    "marketing_permissions": _permissions,
    "source": _rare("source", "API - Generic"),
    "tags_count": lambda audience, contact: len(contact.tags),
    "list_id": lambda audience, contact: audience.id,
}
