"""What of the campaigns' reports is read, from where on, and what a page of it tells. Pure.

Mailchimp's list of reports gives the totals of a thousand campaigns in one call; of a campaign whose totals stayed as
they were nothing else is read.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from accord.domain.activity import Activity, ActivityKind, Held, receivers
from accord.domain.address import Address
from accord.domain.campaign import Campaign, Read, Reading, Report, Totals, counted
from accord.domain.contact import ContactStatus
from accord.domain.observation import CLOCKS_DIFFER
from accord.domain.values import Value, newest

A_PAGE = 1000
"""Rows in one page: the most that Mailchimp gives (FACTS section 4)."""
MOST_LINKS = 100


class Patience(Value):
    """How long is waited for what. The defaults are those of the template."""

    gathers: timedelta = timedelta(days=90)
    """So long after it was sent a campaign is still looked at: what comes later is next to nothing. Looking costs no
    call of its own, but changed totals do."""
    overlap: timedelta = timedelta(days=3)
    """By how much two readings overlap: an event may be told later than it happened, and totals before their events."""
    kept: timedelta = timedelta(days=365)
    """So long activity is kept; the first pull goes back as far."""


class Happened(NamedTuple):
    """Something in a row of a report, with a click's link, a bounce's kind or an unsubscribe's reason."""

    kind: ActivityKind
    at: datetime
    link: str = ""
    detail: str = ""


class Row(NamedTuple):
    """One recipient in a report; by the address that the campaign was sent to."""

    email: str
    happened: tuple[Happened, ...] = ()


# --- which campaigns, which reports ----------------------------------------------------------------------------------


def sent_since(last_pull: datetime | None, now: datetime, patience: Patience) -> datetime:
    """Campaigns that were sent then or later are listed: since the last pull, and all that still gather opens."""
    if last_pull is None:
        return now - patience.kept
    return max(min(last_pull - patience.overlap, now - patience.gathers), now - patience.kept)


def merged(listed: Campaign, known: Campaign | None) -> Campaign:
    """A campaign as Mailchimp lists it now, with what is known of its reports."""
    if known is None:
        return listed
    kept = {"read": known.read, "reading": known.reading, "links": known.links, "pulled_at": known.pulled_at}
    return listed.model_copy(update=kept)


LOOKED_AT = (Report.EMAIL_ACTIVITY, Report.UNSUBSCRIBED, Report.ABUSE_REPORTS, Report.CLICK_DETAILS)
"""`sent-to` is read beside them only where the activity does not list everybody who was sent the campaign."""


def to_read(campaign: Campaign, now: datetime, patience: Patience) -> tuple[Reading, ...]:
    """The readings of a pull that begins now; those that another pull left unfinished go on where they were."""
    begun = {reading.report: reading for reading in campaign.reading}
    return tuple(
        begun.get(report) or _reading(report, campaign, now, patience)
        for report in (*LOOKED_AT, *(each for each in begun if each not in LOOKED_AT))
        if report in begun or _has_news(report, campaign, patience)
    )


def _has_news(report: Report, campaign: Campaign, patience: Patience) -> bool:
    """Totals may run ahead of the events that they count: they are believed to be all told once the report was read
    again with the same totals, long enough after."""
    now, last = counted(report, campaign.totals), campaign.read.get(report)
    if last is None:
        return any(now)
    return last.counted != now or last.began_at - last.steady_since < patience.overlap


def _reading(report: Report, campaign: Campaign, now: datetime, patience: Patience) -> Reading:
    last = campaign.read.get(report)
    since = last.began_at - patience.overlap if last is not None and report is Report.EMAIL_ACTIVITY else None
    return Reading(report=report, began_at=now, counted=counted(report, campaign.totals), since=since)


def rows_of(report: Report, totals: Totals) -> int:
    """How many rows the totals promise: all recipients are listed with their activity, it seems."""
    match report:
        case Report.EMAIL_ACTIVITY | Report.SENT_TO:
            return totals.emails_sent
        case Report.UNSUBSCRIBED:
            return totals.unsubscribed
        case Report.ABUSE_REPORTS:
            return totals.abuse_reports
        case Report.CLICK_DETAILS:
            return 0


# --- a page ----------------------------------------------------------------------------------------------------------


def with_first_page(campaign: Campaign, rows: Sequence[Row], total: int) -> Campaign:
    """The campaign once the first page of its activity is there. A row without activity shows that it lists everybody
    who was sent the campaign; where it lists the others only, `sent-to` is to be read as well. Neither, where nobody
    was sent it since."""
    reading, *others = campaign.reading
    if reading.report is not Report.EMAIL_ACTIVITY or reading.offset or reading.total is not None:
        return campaign
    sent = counted(Report.SENT_TO, campaign.totals)
    known = campaign.read.get(Report.SENT_TO)
    if known is not None and known.counted == sent:
        return campaign
    if total >= campaign.totals.emails_sent or any(not row.happened for row in rows):
        return campaign.model_copy(update={"reading": (reading.model_copy(update={"everybody": True}), *others)})
    if any(each.report is Report.SENT_TO for each in others):
        return campaign
    beside = Reading(report=Report.SENT_TO, began_at=reading.began_at, counted=sent, everybody=True)
    return campaign.model_copy(update={"reading": (reading, beside, *others)})


def turned(campaign: Campaign, rows: int, total: int, now: datetime) -> Campaign:
    """The campaign after a page of the report that is read first. Where rows vanished since the page before, those
    behind moved up, and as many are read again."""
    reading, *others = campaign.reading
    vanished = max((reading.total or 0) - total, 0)
    following = max(reading.offset - vanished, 0) if vanished else reading.offset + rows
    if following < total and (rows or vanished):
        gone_on = reading.model_copy(update={"offset": following, "total": total})
        return campaign.model_copy(update={"reading": (gone_on, *others)})
    read = campaign.read | {reading.report: _read(reading, campaign.read.get(reading.report))}
    if reading.report is Report.EMAIL_ACTIVITY and reading.everybody:
        sent = counted(Report.SENT_TO, campaign.totals)
        read[Report.SENT_TO] = Read(began_at=reading.began_at, counted=sent, steady_since=reading.began_at)
    pulled_at = campaign.pulled_at if others else now
    return campaign.model_copy(update={"read": read, "reading": tuple(others), "pulled_at": pulled_at})


def _read(reading: Reading, before: Read | None) -> Read:
    steady = before is not None and before.counted == reading.counted
    since = before.steady_since if before is not None and steady else reading.began_at
    return Read(began_at=reading.began_at, counted=reading.counted, steady_since=since)


def calls_at_least(rows: int) -> int:
    """Pages that hold so many rows."""
    return max(-(-rows // A_PAGE), 1)


# --- what it tells ---------------------------------------------------------------------------------------------------


def told(
    campaign: Campaign, reading: Reading, rows: Iterable[Row], holders: Mapping[str, Sequence[Held]]
) -> Iterator[Activity]:
    """The events of a page, by the holders of each row's address. Of those who were erased nothing is told."""
    for row in rows:
        for holder in receivers(holders.get(row.email, ()), campaign.sent_at):
            if holder.erased_at is not None:
                continue
            for each in _of(row, reading, campaign):
                yield Activity(
                    member_id=holder.member_id,
                    campaign_id=campaign.id,
                    kind=each.kind,
                    at=each.at,
                    link=each.link,
                    detail=each.detail,
                )


def _of(row: Row, reading: Reading, campaign: Campaign) -> Iterator[Happened]:
    if reading.everybody:
        yield Happened(ActivityKind.SENT, campaign.sent_at)
    yield from row.happened


def erased(rows: Iterable[Row], holders: Mapping[str, Sequence[Held]]) -> set[str]:
    """Whose activity may have been stored in the moment in which they were erased, and is to be forgotten again."""
    found = (holder for row in rows for holder in holders.get(row.email, ()))
    return {holder.member_id for holder in found if holder.erased_at is not None}


def may_be_known(event: Activity, campaign: Campaign, report: Report) -> bool:
    """Whether an event may be in the ledger by a reading before this one; else it need not be looked for."""
    last = campaign.read.get(report)
    return last is not None and (event.kind is ActivityKind.SENT or event.at < last.began_at)


_STANDS = {
    ActivityKind.UNSUBSCRIBED: ("unsubscribed_at", "complained_at", "compliance_at", "forgotten_at"),
    ActivityKind.COMPLAINED: ("complained_at", "forgotten_at"),
    ActivityKind.BOUNCED: ("bounced_at", "forgotten_at"),
}


def is_missed(address: Address, happened: Happened) -> bool:
    """Whether the contact still counts as one that may be mailed, though it opted out, complained or bounced for good
    since it was last seen, and later than anything of the kind that is known: the webhook got lost, and the contact
    must be read again."""
    if happened.kind not in _STANDS or (happened.kind is ActivityKind.BOUNCED and happened.detail != "hard"):
        return False
    if address.seen not in {ContactStatus.SUBSCRIBED, ContactStatus.PENDING} or not address.holders:
        return False
    seen = newest(*(getattr(address, name) for name in _STANDS[happened.kind]), address.confirmed_at, address.seen_at)
    return seen is None or happened.at + CLOCKS_DIFFER > seen
