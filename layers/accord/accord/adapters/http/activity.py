"""Activity and campaigns as answers show them, and what may be asked of them."""

from collections.abc import Iterable
from datetime import datetime

from accord.adapters.http.body import choice
from accord.adapters.http.members import shown_event
from accord.adapters.http.messages import Request
from accord.domain.activity import Activity, ActivityKind
from accord.domain.campaign import Campaign
from accord.domain.reason_texts import Language
from accord.ports.activity import Wanted
from accord.usecases.show_activity import ShownActivity
from accord.usecases.showing.tell_activity import OPENS, tell_activity


def wanted(request: Request) -> Wanted:
    """`?campaign=` and `?kind=`, or `?kind=opened,clicked`."""
    kinds = [choice(kind, "kind", ActivityKind) for kind in request.query.get("kind", "").split(",") if kind]
    return Wanted(request.query.get("campaign", ""), frozenset(kind for kind in kinds if kind is not None))


def shown_activity(shown: ShownActivity, language: Language, *, whose: bool) -> dict[str, object]:
    """A page of events; `whose`: each with its member. With the note on opens, where there are some."""
    events = [
        _shown_event(event, shown.campaigns.get(event.campaign_id), language, whose=whose) for event in shown.events
    ]
    opened = any(event.kind is ActivityKind.OPENED for event in shown.events)
    return {"activity": events, "next": shown.next, "note": OPENS[language] if opened else None}


def _shown_event(event: Activity, campaign: Campaign | None, language: Language, *, whose: bool) -> dict[str, object]:
    subject = campaign.subject if campaign is not None else ""
    return {
        **({"member": event.member_id} if whose else {}),
        "at": _moment(event.at),
        "kind": event.kind.value,
        "sentence": tell_activity(event, subject, language),
        "campaign": {"id": event.campaign_id, "subject": subject or None} if event.kind not in BY_THEMSELVES else None,
        "link": event.link or None,
        "detail": event.detail or None,
        **_told(event, language),
    }


BY_THEMSELVES = {ActivityKind.INBOX_THREAD, ActivityKind.SURVEY_RESPONSE, ActivityKind.LIST_CHANGED}
"""What belongs to no campaign."""


def _told(event: Activity, language: Language) -> dict[str, object]:
    """What else is told of a conversation, of a response to a survey, or of a change of the list."""
    if event.change is not None:
        return {"change": shown_event(event.change, language)}
    if event.kind is ActivityKind.INBOX_THREAD:
        return {"thread": {"id": event.campaign_id, "subject": event.subject or None, "author": event.author or None}}
    if event.kind is ActivityKind.SURVEY_RESPONSE:
        answers = [each.model_dump() for each in event.answers]
        return {"survey": {"id": event.campaign_id, "title": event.subject or None, "answers": answers}}
    return {}


def shown_events(events: Iterable[Activity]) -> list[dict[str, object]]:
    """What somebody did with one campaign, for programs."""
    return [
        {"at": _moment(each.at), "kind": each.kind.value, "link": each.link or None, "detail": each.detail or None}
        for each in events
    ]


def shown_campaign(campaign: Campaign, language: Language) -> dict[str, object]:
    """Its totals and rates, as of when they were pulled."""
    return {
        "id": campaign.id,
        "subject": campaign.subject,
        "title": campaign.title or None,
        "sent_at": _moment(campaign.sent_at),
        "totals": campaign.totals.model_dump(),
        "rates": campaign.totals.rates(),
        "pulled_at": _moment(campaign.pulled_at),
        "complete": not campaign.reading,
        "gone_at": _moment(campaign.gone_at),
        "note": OPENS[language],
    }


def shown_links(campaign: Campaign) -> list[dict[str, object]]:
    """Those that were clicked most, these first."""
    return [link.model_dump() for link in campaign.links]


def _moment(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at is not None else None
