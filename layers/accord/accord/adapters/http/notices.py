"""Notices as upstream gets them, in the feed and at its own endpoint: the form that Standard Webhooks recommends."""

import json

from accord.adapters.http.activity import shown_events
from accord.adapters.http.members import reason_in_words
from accord.domain.connection import Connection
from accord.domain.notice import Notice, NoticeType
from accord.domain.reason_texts import Language
from accord.usecases.showing.show_notices import Told


def shown_notice(told: Told, language: Language) -> dict[str, object]:
    """`{"type", "timestamp", "data": {"id", "email", ...}}`. The address is upstream's own, as it last was; of who was
    erased there is none."""
    notice, record = told.notice, told.record
    if notice.members:
        return {**_shown(notice), "data": _shown_digest(told)}
    if not notice.member_id:
        return {**_shown(notice), "data": {"counts": notice.counts}}
    profile = record.profile if record is not None else None
    data: dict[str, object] = {"id": notice.member_id, "email": profile.email if profile is not None else None}
    if notice.type is NoticeType.EMAIL_CHANGED:
        own = record.own_change if record is not None else None
        data["new_email"] = own.email or None if own is not None else None
    if notice.reason is not None:
        data["reason"] = reason_in_words(notice.reason.code, notice.reason.detail, language)
    if notice.link:
        data["link"] = notice.link
    if notice.fields:
        data["fields"] = list(notice.fields)
    return {**_shown(notice), "data": data}


def _shown_digest(told: Told) -> dict[str, object]:
    """Where it is sent, with all that these members did with the campaign; in the feed it names them alone."""
    if told.digest is None:
        return {"campaign": {"id": told.notice.campaign_id}, "members": [{"id": each} for each in told.notice.members]}
    campaign = told.digest.campaign
    sent_at = campaign.sent_at.isoformat().replace("+00:00", "Z")
    return {
        "campaign": {"id": campaign.id, "subject": campaign.subject, "sent_at": sent_at},
        "members": [{"id": each, "activity": shown_events(did)} for each, did in told.digest.did.items()],
    }


def _shown(notice: Notice) -> dict[str, object]:
    at = notice.at.isoformat().replace("+00:00", "Z")
    return {"id": notice.id, "type": notice.type.value, "timestamp": at}


def written_notice(told: Told, connection: Connection) -> bytes:
    """The body of a notice that is sent, in the connection's language. Its id goes with it as `webhook-id`."""
    document = shown_notice(told, connection.language)
    del document["id"]
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
