"""What a member did with the newsletter, event by event; and to whom an event belongs. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from accord.domain.address import Holder
from accord.domain.history import Event
from accord.domain.values import Moment, Value


class ActivityKind(StrEnum):
    """What happened."""

    SENT = "sent"
    OPENED = "opened"
    """Somebody did, or their mail program: Apple's Mail Privacy Protection opens mails by itself (FACTS 1.7)."""
    CLICKED = "clicked"
    BOUNCED = "bounced"
    UNSUBSCRIBED = "unsubscribed"
    COMPLAINED = "reported_as_abuse"
    INBOX_THREAD = "inbox_thread"
    """A conversation in Mailchimp's Inbox, of which the API shows the outside only (FACTS 1.8)."""
    SURVEY_RESPONSE = "survey_response"
    LIST_CHANGED = "list_changed"
    """A line of the member's history that the list itself tells: told of all members together, and kept there."""


class Answer(Value):
    """A question of a survey, and what the member answered."""

    question: str
    answer: str


class Activity(Value):
    """One event. It is the same event wherever member, campaign, kind, time and link are the same: Mailchimp gives
    none an id, and tells times in whole seconds."""

    member_id: str
    campaign_id: str
    """Of a conversation the id of its thread, of a response that of its survey."""
    kind: ActivityKind
    at: Moment
    link: str = ""
    """What was clicked; of a conversation, where it is read."""
    detail: str = ""
    """Of a bounce `hard` or `soft`; of an unsubscribe the reason that the person chose or wrote; of a conversation
    `inbound` or `outbound`; of a change of the list its kind."""
    subject: str = ""
    """Of a conversation; of a response the title of its survey."""
    author: str = ""
    """Who wrote in the conversation, as Mailchimp names them."""
    answers: tuple[Answer, ...] = ()
    change: Event | None = None
    """Of a change of the list: what happened."""

    @property
    def name(self) -> tuple[str, datetime, str, str, str]:
        """What makes it the same event."""
        return self.member_id, self.at, self.campaign_id, self.kind.value, self.link


def change_of_list(event: Event) -> Activity:
    """A line of a history, as part of what happened to the list."""
    kind = ActivityKind.LIST_CHANGED
    return Activity(member_id=event.member_id, campaign_id="", kind=kind, at=event.at, detail=event.kind, change=event)


class Held(NamedTuple):
    """A member who has, or had, an address: as much of `Holder` as it takes to say whose a campaign was."""

    member_id: str
    since: datetime
    until: datetime | None = None
    erased_at: datetime | None = None


def held(holders: Iterable[Holder], connection_id: str) -> tuple[Held, ...]:
    """Those of one connection."""
    own = (each for each in holders if each.connection_id == connection_id)
    return tuple(Held(each.member_id, each.since, each.until, each.erased_at) for each in own)


def receivers(holders: Sequence[Held], sent_at: datetime) -> list[Held]:
    """To whom a campaign went that was sent to their address then, and whose everything is that was done with it there:
    whoever held the address. Where nobody did, whoever had left it last, for their contact was still there; where
    nobody had, whoever took it first, for an audience is older than its connection. Several may share an address."""
    then = [each for each in holders if each.since <= sent_at and (each.until is None or each.until > sent_at)]
    if then or not holders:
        return then
    left = [each for each in holders if each.until is not None and each.until <= sent_at]
    if left:
        last = max(each.until for each in left if each.until is not None)
        return [each for each in left if each.until == last]
    first = min(each.since for each in holders)
    return [each for each in holders if each.since == first]
