"""All that happened to one contact, gathered from campaigns, notes, conversations, surveys and the Inbox."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tools.mailchimp_simulator.domain.audience import Audience
from tools.mailchimp_simulator.domain.campaigns import Campaign
from tools.mailchimp_simulator.domain.contact import BY_ADMIN, Contact, Note


@dataclass(frozen=True, slots=True)
class Item:
    """`kind` is the specification's `activity_type` (or abuse); `details` are under the API's own names."""

    moment: int
    kind: str
    campaign: Campaign | None = None
    details: dict[str, Any] = field(default_factory=dict)


def feed_of(audience: Audience, contact: Contact) -> list[Item]:
    """The newest first. Items of a campaign that was deleted are gone."""
    items = [Item(contact.created, "generic_signup", None, {"signup_category": contact.get("source", "API - Generic")})]
    items += [*_of_campaigns(audience, contact), *_of_conversations(audience, contact), *contact.get("feed", [])]
    items += [_of_note(note) for note in contact.get("notes", [])]
    left: int | None = contact.get("unsubscribed_at")
    if left is not None and not any(item.kind == "unsub" and item.moment == left for item in items):
        items.append(_of_unsubscribe(left, str(contact.get("unsubscribe_reason", "")), None))
    items.reverse()
    items.sort(key=lambda item: item.moment, reverse=True)
    return items


def _of_campaigns(audience: Audience, contact: Contact) -> Iterator[Item]:
    for campaign in audience.campaigns.values():
        row, mailing = campaign.row_of(contact), campaign.mailing
        if row is None:
            continue
        yield Item(campaign.sent, "sent", campaign)
        for event in mailing.shown(row):
            details: dict[str, Any] = {}
            if event.action == "click":
                details["link_clicked"] = mailing.links[event.link].url
            elif event.action == "bounce":
                details |= {"bounce_type": event.bounce, "bounce_has_open_activity": mailing.has_opened(row)}
            yield Item(event.moment, event.action, campaign, details)
        if row in mailing.unsubscribes:
            left = mailing.unsubscribes[row]
            yield _of_unsubscribe(left.moment, left.reason, campaign)
        if row in mailing.complaints:
            yield Item(mailing.complaints[row], "abuse", campaign)


def _of_conversations(audience: Audience, contact: Contact) -> Iterator[Item]:
    for conversation in audience.conversations.values():
        if conversation.web_id != contact.web_id:
            continue
        campaign = audience.campaigns.get(conversation.campaign_id)
        for message in conversation.messages:
            details = {
                "thread_id": conversation.id,
                "message_text": message.text,
                "from_email": message.from_email,
                "created_by": message.from_label,
                "has_read": message.read,
                "is_user": message.is_user,
                "avatar_url": "",
            }
            yield Item(message.moment, "conversation", campaign, details)


def _of_note(note: Note) -> Item:
    details = {"note_id": str(note.id), "note_text": note.text, "created_by": note.created_by, "avatar_url": ""}
    return Item(note.created, "note", None, details | {"updated_at_timestamp": note.updated})


def _of_unsubscribe(moment: int, reason: str, campaign: Campaign | None) -> Item:
    details = {"unsubscribe_reason": reason, "is_admin_unsubscribed": reason == BY_ADMIN}
    return Item(moment, "unsub", campaign, details)
