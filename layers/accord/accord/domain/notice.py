"""What upstream must be told: that something happened to a member's contact, or that a member could not be sent.

A notice names a member and a reason, no address: who shows or sends it looks the address up then, so that nothing
personal is left behind when somebody is erased.
"""

import hashlib
import itertools
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from accord.domain.activity import Activity, ActivityKind
from accord.domain.address import Address
from accord.domain.reasons import ReasonCode, Status
from accord.domain.record import Reason, Record
from accord.domain.values import Moment, Value


class NoticeType(StrEnum):
    """What a notice tells."""

    UNSUBSCRIBED = "contact.unsubscribed"
    RESUBSCRIBED = "contact.resubscribed"
    BOUNCED = "contact.bounced"
    ARCHIVED = "contact.archived"
    DELETED = "contact.deleted"
    EMAIL_CHANGED = "contact.email_changed"
    PROFILE_CHANGED = "contact.profile_changed"
    FAILED = "member.failed"
    IMPORTED = "connection.imported"
    """The first import is done: of the connection as a whole, and of no member."""
    REPLIED = "contact.replied"
    """The member wrote: there is a conversation in Mailchimp's Inbox."""
    ANSWERED_SURVEY = "contact.answered_survey"
    ACTIVITY = "activity.digest"
    """Something new is known that these members did with a campaign."""


MOST_MEMBERS = 500
"""In one digest."""


class DeliveryState(StrEnum):
    """How far a notice came on its way to the application's endpoint. The feed holds it in any case."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"
    KEPT = "kept"
    """There is no endpoint, or it wants nothing any more."""


class Notice(Value):
    """One thing that upstream must be told. `at` is when Accord knew; `id` is the same however often it is told."""

    id: str
    type: NoticeType
    member_id: str = ""
    at: Moment
    reason: Reason | None = None
    counts: dict[str, int] = {}
    """Members by status, of an import."""
    fields: tuple[str, ...] = ()
    """The member's fields that were changed in Mailchimp, by name."""
    campaign_id: str = ""
    link: str = ""
    """Of a reply: where it is read."""
    members: tuple[str, ...] = ()
    """Of a digest: who did something with the campaign. What they did is looked up then, as an address is."""


_STANDING = {
    Status.BOUNCED: NoticeType.BOUNCED,
    Status.ARCHIVED_IN_MAILCHIMP: NoticeType.ARCHIVED,
    Status.DELETED_IN_MAILCHIMP: NoticeType.DELETED,
    Status.FAILED: NoticeType.FAILED,
}
_DECLINED = {ReasonCode.UNSUBSCRIBED_IN_MAILCHIMP, ReasonCode.COMPLAINED, ReasonCode.COMPLIANCE}


def noticed(record: Record, at: datetime) -> tuple[Record, tuple[Notice, ...]]:
    """What a record that was just concluded has to tell that upstream has not been told, and the record that knows
    it was. What upstream said itself is no news to it."""
    notices: list[Notice] = []
    told, kind = record.told, _standing(record)
    if kind is not None and (told.standing, told.reason) != (kind, record.reason):
        notices.append(_notice(record, kind, at, record.reason))
        told = told.model_copy(update={"standing": kind.value, "reason": record.reason})
    elif told.standing is not None and (record.status, record.reason.code) == (Status.SYNCED, ReasonCode.IN_AGREEMENT):
        if told.standing != NoticeType.FAILED:
            notices.append(_notice(record, NoticeType.RESUBSCRIBED, at))
        told = told.model_copy(update={"standing": None, "reason": None})
    own = record.own_change
    if own is not None and own.followed and told.own_change != own.key:
        notices.append(_notice(record, NoticeType.EMAIL_CHANGED, at))
        told = told.model_copy(update={"own_change": own.key})
    return record.model_copy(update={"told": told}), tuple(notices)


def profile_changed(record: Record, address: Address, fields: tuple[str, ...], at: datetime) -> Notice:
    """Somebody changed what Accord had written. It is named by what was seen at the address and when it was changed, so
    that it has one name however often a crash makes Accord see it anew."""
    seen = f"{address.key}#{address.edited_at}#{sorted(address.edited.items())}"
    return Notice(
        id=_id(record, NoticeType.PROFILE_CHANGED, seen),
        type=NoticeType.PROFILE_CHANGED,
        member_id=record.member_id,
        at=at,
        fields=fields,
    )


def imported(run_id: str, counts: dict[str, int], at: datetime) -> Notice:
    """The first import is done; the same however often it is told."""
    return Notice(id=_digest(run_id), type=NoticeType.IMPORTED, at=at, counts=counts)


_WRITTEN = {
    ActivityKind.INBOX_THREAD: NoticeType.REPLIED,
    ActivityKind.SURVEY_RESPONSE: NoticeType.ANSWERED_SURVEY,
}


def wrote(connection_id: str, event: Activity, at: datetime) -> Notice:
    """A member wrote; the same however often it is told."""
    about = f"{connection_id}#{event.member_id}#{event.kind}#{event.campaign_id}#{event.at}"
    return Notice(id=_digest(about), type=_WRITTEN[event.kind], member_id=event.member_id, at=at, link=event.link)


def digests(
    connection_id: str, campaign_id: str, page: str, member_ids: Iterable[str], at: datetime
) -> tuple[Notice, ...]:
    """Of the members of whom a page of a report tells something new, some at a time. `page` names it, so that a digest
    is the same one however often the page is read."""
    parts = enumerate(itertools.batched(sorted(set(member_ids)), MOST_MEMBERS, strict=False))
    return tuple(
        Notice(
            id=_digest(f"{connection_id}#{campaign_id}#{page}#{number}"),
            type=NoticeType.ACTIVITY,
            at=at,
            campaign_id=campaign_id,
            members=members,
        )
        for number, members in parts
    )


def _standing(record: Record) -> NoticeType | None:
    if record.reason.code in _DECLINED and record.status in {Status.UNSUBSCRIBED, Status.NEEDS_RECONFIRMATION}:
        return NoticeType.UNSUBSCRIBED
    return _STANDING.get(record.status)


def _notice(record: Record, kind: NoticeType, at: datetime, reason: Reason | None = None) -> Notice:
    id_ = _id(record, kind, str(record.revision))  # stored with the record, or not at all: one revision tells once
    return Notice(id=id_, type=kind, member_id=record.member_id, at=at, reason=reason)


def _id(record: Record, kind: NoticeType, about: str) -> str:
    return _digest(f"{record.connection_id}#{record.member_id}#{kind}#{about}")


def _digest(about: str) -> str:
    return "ntc_" + hashlib.sha256(about.encode()).hexdigest()[:24]
