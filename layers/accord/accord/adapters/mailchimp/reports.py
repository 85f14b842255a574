"""What became of campaigns, in Mailchimp's reports: the adapter of the port `CampaignReports`."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from accord.adapters.mailchimp.contacts import moment_of, objects
from accord.adapters.mailchimp.errors import Subject
from accord.adapters.mailchimp.http import MailchimpHttp, unreadable
from accord.adapters.mailchimp.listing import total_of
from accord.domain.activity import ActivityKind
from accord.domain.audience_hint import FORGOTTEN_DOMAIN
from accord.domain.campaign import Campaign, Link, Report, Totals
from accord.domain.pulling import A_PAGE, MOST_LINKS, Happened, Row
from accord.domain.report_batch import PageAsked
from accord.errors import Retryable
from accord.ports.activity import ListedCampaigns, ReportPage

LISTED = ",".join(
    ("total_items", *(
        f"reports.{name}"
        for name in (
            "id", "list_id", "subject_line", "campaign_title", "send_time", "emails_sent", "abuse_reports",
            "unsubscribed", "bounces.hard_bounces", "bounces.soft_bounces", "opens.opens_total", "opens.unique_opens",
            "clicks.clicks_total", "clicks.unique_subscriber_clicks",
        )
    ))
)  # fmt: skip
"""What is asked of each report: its first day hour by hour and the figures of the industry are ten times as large."""

COLLECTIONS: Mapping[Report, tuple[str, tuple[str, ...]]] = {
    Report.EMAIL_ACTIVITY: ("emails", ("email_address", "activity")),
    Report.SENT_TO: ("sent_to", ("email_address",)),
    Report.UNSUBSCRIBED: ("unsubscribes", ("email_address", "timestamp", "reason")),
    Report.ABUSE_REPORTS: ("abuse_reports", ("email_address", "date")),
}
"""The name of the rows in an answer, and what of each is needed."""


class MailchimpReports:
    """The campaigns to one audience."""

    def __init__(self, http: MailchimpHttp, audience_id: str) -> None:
        self._http = http
        self._audience_id = audience_id

    def sent(self, since: datetime, offset: int) -> ListedCampaigns:
        """Mailchimp lists those of all audiences; the others are left out."""
        params: dict[str, str | int] = {"since_send_time": _bound(since), "fields": LISTED}
        answer = self._http.call("GET", "/reports", subject=Subject.ACCOUNT, params=params | _place(offset))
        reports = objects(answer.get("reports"))
        own = [_campaign_of(each) for each in reports if each.get("list_id") == self._audience_id]
        return ListedCampaigns([each for each in own if each is not None], len(reports), total_of(answer))

    def page(self, campaign_id: str, report: Report, offset: int, since: datetime | None) -> ReportPage:
        """Raises Retryable for a page that is shorter than its own `total_items` promises."""
        params = page_wanted(report, offset, since)
        answer = self._http.call("GET", path_of(campaign_id, report), subject=Subject.REPORT, params=params)
        return page_in(answer, report, offset)

    def links(self, campaign_id: str) -> list[Link]:
        """One page, in the order of clicks."""
        path = path_of(campaign_id, Report.CLICK_DETAILS)
        return links_in(self._http.call("GET", path, subject=Subject.REPORT, params=links_wanted()))

    def has(self, _page: PageAsked) -> bool:
        """None: each takes a call."""
        return False


def page_wanted(report: Report, offset: int, since: datetime | None) -> dict[str, str | int]:
    """The parameters of a page."""
    name, fields = COLLECTIONS[report]
    asked = ",".join(("total_items", *(f"{name}.{field}" for field in fields)))
    params: dict[str, str | int] = {"fields": asked, **_place(offset)}
    return params if since is None else params | {"since": _bound(since)}


def page_in(answer: Mapping[str, Any], report: Report, offset: int) -> ReportPage:
    """The page in an answer. Raises Retryable for one that is shorter than its own `total_items` promises."""
    rows, total = objects(answer.get(COLLECTIONS[report][0])), total_of(answer)
    if len(rows) < (wanted := min(max(total - offset, 0), A_PAGE)):
        raise Retryable(f"Mailchimp gave {len(rows)} of {wanted} rows of a page", effect_unknown=False)
    read = _READ[report]
    return ReportPage([Row(_email(row), tuple(read(row))) for row in rows], total)


def links_wanted() -> dict[str, str | int]:
    """The parameters of the links, those that were clicked most first."""
    fields = "total_items,urls_clicked.url,urls_clicked.total_clicks,urls_clicked.unique_clicks"
    return {"fields": fields, "sort_field": "total_clicks", "sort_dir": "DESC", "count": MOST_LINKS}


def links_in(answer: Mapping[str, Any]) -> list[Link]:
    """The links in an answer."""
    return [_link(each) for each in objects(answer.get("urls_clicked"))[:MOST_LINKS]]


def _link(each: Mapping[str, Any]) -> Link:
    url = str(each.get("url") or "")
    return Link(url=url, clicks=_number(each, "total_clicks"), clickers=_number(each, "unique_clicks"))


def path_of(campaign_id: str, report: Report) -> str:
    """Where the report is. The id is one of Mailchimp's."""
    return f"/reports/{campaign_id}/{report.value}"


def _place(offset: int) -> dict[str, str | int]:
    return {"count": A_PAGE, "offset": offset}


def _bound(moment: datetime) -> str:
    """Whether Mailchimp counts the bound itself is not said: a second before it leaves nothing out."""
    return (moment.astimezone(UTC).replace(microsecond=0) - timedelta(seconds=1)).isoformat()


def _campaign_of(report: Mapping[str, Any]) -> Campaign | None:
    """None for one that was not sent: it has no time."""
    sent_at, id_ = moment_of(report.get("send_time")), str(report.get("id") or "")
    if sent_at is None or not id_:
        return None
    bounces, opens, clicks = (_part(report, name) for name in ("bounces", "opens", "clicks"))
    return Campaign(
        id=id_,
        audience_id=str(report.get("list_id") or ""),
        subject=str(report.get("subject_line") or ""),
        title=str(report.get("campaign_title") or ""),
        sent_at=sent_at,
        totals=Totals(
            emails_sent=_number(report, "emails_sent"),
            opens=_number(opens, "opens_total"),
            unique_opens=_number(opens, "unique_opens"),
            clicks=_number(clicks, "clicks_total"),
            clickers=_number(clicks, "unique_subscriber_clicks"),
            hard_bounces=_number(bounces, "hard_bounces"),
            soft_bounces=_number(bounces, "soft_bounces"),
            unsubscribed=_number(report, "unsubscribed"),
            abuse_reports=_number(report, "abuse_reports"),
        ),
    )


def _part(report: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = report.get(name)
    return part if isinstance(part, dict) else {}


def _number(part: Mapping[str, Any], name: str) -> int:
    number = part.get(name)
    return number if isinstance(number, int) else 0


def _email(row: Mapping[str, Any]) -> str:
    """Empty for who was permanently deleted: Mailchimp puts another address in their place (FACTS 5.5)."""
    email = row.get("email_address")
    if not isinstance(email, str):
        raise unreadable(reads=True)
    return "" if email.endswith(FORGOTTEN_DOMAIN) else email


_ACTIONS = {"open": ActivityKind.OPENED, "click": ActivityKind.CLICKED, "bounce": ActivityKind.BOUNCED}


def _activity(row: Mapping[str, Any]) -> Iterator[Happened]:
    """Actions that are not known, and such without a time, tell nothing. IP addresses are not looked at."""
    for each in objects(row.get("activity")):
        kind, at = _ACTIONS.get(str(each.get("action"))), moment_of(each.get("timestamp"))
        if kind is None or at is None:
            continue
        link = str(each.get("url") or "") if kind is ActivityKind.CLICKED else ""
        yield Happened(kind, at, link, str(each.get("type") or "") if kind is ActivityKind.BOUNCED else "")


def _unsubscribe(row: Mapping[str, Any]) -> Iterator[Happened]:
    at = moment_of(row.get("timestamp"))
    if at is not None:
        yield Happened(ActivityKind.UNSUBSCRIBED, at, detail=str(row.get("reason") or ""))


def _complaint(row: Mapping[str, Any]) -> Iterator[Happened]:
    at = moment_of(row.get("date"))
    if at is not None:
        yield Happened(ActivityKind.COMPLAINED, at)


_READ: Mapping[Report, Callable[[Mapping[str, Any]], Iterator[Happened]]] = {
    Report.EMAIL_ACTIVITY: _activity,
    Report.SENT_TO: lambda _row: iter(()),
    Report.UNSUBSCRIBED: _unsubscribe,
    Report.ABUSE_REPORTS: _complaint,
}
