"""The ports of the pull of activity in memory: campaigns as Mailchimp reports on them, and the ledger of activity."""

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from accord.domain.activity import Activity, ActivityKind, change_of_list
from accord.domain.campaign import Campaign, Link, Report, Totals
from accord.domain.pulling import A_PAGE, Happened, Row
from accord.domain.record import Presence
from accord.domain.report_batch import PageAsked
from accord.errors import Refusal, Rejected
from accord.ports import Page
from accord.ports.activity import ListedCampaigns, ReportPage, Wanted, by_newest
from tests.fakes import FakeLedger

KINDS = {
    Report.EMAIL_ACTIVITY: {ActivityKind.OPENED, ActivityKind.CLICKED, ActivityKind.BOUNCED},
    Report.UNSUBSCRIBED: {ActivityKind.UNSUBSCRIBED},
    Report.ABUSE_REPORTS: {ActivityKind.COMPLAINED},
}


@dataclass(slots=True)
class SentCampaign:
    """A campaign, to whom it went, and what they did."""

    id: str
    sent_at: datetime
    people: list[str]
    did: dict[str, list[Happened]] = field(default_factory=dict)

    def events(self, kind: ActivityKind) -> list[Happened]:
        return [each for person in self.people for each in self.did.get(person, ()) if each.kind is kind]

    def totals(self) -> Totals:
        kinds = {kind: self.events(kind) for kind in ActivityKind}
        return Totals(
            emails_sent=len(self.people),
            opens=len(kinds[ActivityKind.OPENED]),
            clicks=len(kinds[ActivityKind.CLICKED]),
            hard_bounces=sum(each.detail == "hard" for each in kinds[ActivityKind.BOUNCED]),
            soft_bounces=sum(each.detail == "soft" for each in kinds[ActivityKind.BOUNCED]),
            unsubscribed=len(kinds[ActivityKind.UNSUBSCRIBED]),
            abuse_reports=len(kinds[ActivityKind.COMPLAINED]),
        )


class FakeReports:
    """`CampaignReports` over campaigns. `before_call` may change them between two pages, or raise. `everybody`: whether
    the activity lists whoever did nothing as well; nobody knows what Mailchimp does in the end."""

    def __init__(self, audience_id: str = "audience1", *, everybody: bool = True, page: int = A_PAGE) -> None:
        self.sent_campaigns: dict[str, SentCampaign] = {}
        self.before_call: Callable[[str], None] = lambda _name: None
        self.everybody = everybody
        self.calls: list[str] = []
        self._audience_id = audience_id
        self._page = page

    def send(self, id_: str, at: datetime, people: Iterable[str]) -> SentCampaign:
        campaign = self.sent_campaigns[id_] = SentCampaign(id_, at, list(people))
        return campaign

    def sent(self, since: datetime, offset: int) -> ListedCampaigns:
        self._call("reports")
        found = [each for each in self.sent_campaigns.values() if each.sent_at >= since]
        listed = [
            Campaign(
                id=each.id,
                audience_id=self._audience_id,
                subject=f"About {each.id}",
                sent_at=each.sent_at,
                totals=each.totals(),
            )
            for each in found[offset : offset + self._page]
        ]
        return ListedCampaigns(listed, len(listed), len(found))

    def page(self, campaign_id: str, report: Report, offset: int, since: datetime | None) -> ReportPage:
        self._call(f"{report.value} {campaign_id} {offset}")
        campaign = self._campaign(campaign_id)
        rows = [row for person in campaign.people if (row := self._row(campaign, report, person, since)) is not None]
        return ReportPage(rows[offset : offset + self._page], len(rows))

    def _row(self, campaign: SentCampaign, report: Report, person: str, since: datetime | None) -> Row | None:
        kinds = KINDS.get(report, set())
        found = [each for each in campaign.did.get(person, ()) if each.kind in kinds]
        found = [each for each in found if since is None or each.at >= since]
        lists = report is Report.SENT_TO or (report is Report.EMAIL_ACTIVITY and self.everybody)
        return Row(person, tuple(found)) if found or lists else None

    def links(self, campaign_id: str) -> list[Link]:
        self._call(f"click-details {campaign_id}")
        clicks = [each.link for each in self._campaign(campaign_id).events(ActivityKind.CLICKED)]
        links = [Link(url=url, clicks=clicks.count(url)) for url in dict.fromkeys(clicks)]
        return sorted(links, key=lambda link: -link.clicks)[:100]

    def has(self, _page: PageAsked) -> bool:
        return False

    def _call(self, name: str) -> None:
        self.before_call(name)
        self.calls.append(name)

    def _campaign(self, campaign_id: str) -> SentCampaign:
        if campaign_id not in self.sent_campaigns:
            raise Rejected(Refusal.NOT_FOUND, "report")
        return self.sent_campaigns[campaign_id]


class FakeReportBatches:
    """`ReportBatches` over fake reports: a batch is over after `looks` looks at it, and tells what the pages held when
    it was asked for. What can not be read then is left out."""

    def __init__(self, reports: FakeReports, looks: int = 0) -> None:
        self.looks = looks
        self.calls: list[str] = []
        self.batches: dict[str, dict[PageAsked, ReportPage | list[Link]]] = {}
        self._reports = reports

    def ask(self, pages: Sequence[PageAsked]) -> str:
        self._call("ask")
        name = f"batch-{len(self.calls)}"
        self.batches[name] = {}
        background = copy(self._reports)
        background.before_call = lambda _name: None
        background.calls = []
        for page in pages:
            with suppress(Rejected):
                is_links = page.report is Report.CLICK_DETAILS
                self.batches[name][page] = background.links(page.campaign_id) if is_links else background.page(*page)
        return name

    def told(self, batch_id: str) -> "FakeReadReports | None":
        self._call("look")
        if batch_id not in self.batches:
            raise Rejected(Refusal.NOT_FOUND, "batch")
        if self.looks:
            self.looks -= 1
            return None
        return FakeReadReports(self._reports, self.batches[batch_id])

    def drop(self, batch_id: str) -> None:
        self._call("drop")
        self.batches.pop(batch_id, None)

    def _call(self, name: str) -> None:
        self._reports.before_call(name)
        self.calls.append(name)


class FakeReadReports:
    """Pages that were read, before the reports themselves."""

    def __init__(self, others: FakeReports, read: dict[PageAsked, ReportPage | list[Link]]) -> None:
        self._others = others
        self._read = read

    def has(self, page: PageAsked) -> bool:
        return page in self._read

    def sent(self, since: datetime, offset: int) -> ListedCampaigns:
        return self._others.sent(since, offset)

    def page(self, campaign_id: str, report: Report, offset: int, since: datetime | None) -> ReportPage:
        found = self._read.get(PageAsked(campaign_id, report, offset, since))
        return found if isinstance(found, ReportPage) else self._others.page(campaign_id, report, offset, since)

    def links(self, campaign_id: str) -> list[Link]:
        found = self._read.get(PageAsked(campaign_id, Report.CLICK_DETAILS))
        return found if isinstance(found, list) else self._others.links(campaign_id)


class FakeActivity:
    """`ActivityLedger` in dictionaries, beside a fake ledger."""

    def __init__(self, ledger: FakeLedger, kept: timedelta = timedelta(days=365)) -> None:
        self._ledger = ledger
        self._kept = kept
        self.stored_campaigns: dict[tuple[str, str], Campaign] = {}
        self.before_write: Callable[[], None] = lambda: None
        self.written = 0
        self.read_at: dict[object, datetime] = {}

    @property
    def events(self) -> set[Activity]:
        """All that is there, of all members."""
        return {event for kept in self._ledger.activity.values() for event in kept.values()}

    def campaigns(self, connection_id: str) -> list[Campaign]:
        return by_newest(each for (known, _), each in self.stored_campaigns.items() if known == connection_id)

    def campaign(self, connection_id: str, campaign_id: str) -> Campaign | None:
        return self.stored_campaigns.get((connection_id, campaign_id))

    def save_campaign(self, connection_id: str, campaign: Campaign) -> None:
        self.before_write()
        self.stored_campaigns[connection_id, campaign.id] = campaign

    def add(self, connection_id: str, events: Iterable[Activity], read_at: datetime) -> None:
        for event in events:
            self.before_write()
            self.read_at[event.name] = read_at
            self._ledger.activity.setdefault((connection_id, event.member_id), {})[event.name] = event
            self.written += 1

    def known(self, connection_id: str, events: Collection[Activity], read_at: datetime) -> set[Activity]:
        kept = self._ledger.activity
        there = {each for each in events if each.name in kept.get((connection_id, each.member_id), {})}
        return {each for each in there if self.read_at[each.name] < read_at}

    def of_campaign(
        self, connection_id: str, campaign: Campaign, member_ids: Iterable[str], limit: int
    ) -> dict[str, list[Activity]]:
        wanted = Wanted(campaign.id)
        return {
            member_id: self.of_member(connection_id, member_id, wanted, None, 100_000).items[:limit]
            for member_id in member_ids
        }

    def erased(self, connection_id: str, member_ids: Collection[str]) -> set[str]:
        records = self._ledger.records(connection_id, member_ids).values()
        return {record.member_id for record in records if record.presence is Presence.ERASED}

    def forget(self, connection_id: str, member_ids: Iterable[str]) -> None:
        for member_id in member_ids:
            self._ledger.activity.pop((connection_id, member_id), None)

    def of_member(
        self, connection_id: str, member_id: str, wanted: Wanted, after: str | None, limit: int
    ) -> Page[Activity]:
        kept = self._ledger.activity.get((connection_id, member_id), {}).values()
        return _page(sorted(kept, key=lambda each: each.name, reverse=True), wanted, after, limit)

    def of_connection(
        self, connection_id: str, wanted: Wanted, after: str | None, until: datetime, limit: int
    ) -> Page[Activity]:
        kept = [
            each
            for (known, _), events in self._ledger.activity.items()
            if known == connection_id
            for each in events.values()
        ]
        histories = (lines for (known, _), lines in self._ledger.events.items() if known == connection_id)
        kept += [change_of_list(line) for lines in histories for line in lines.values() if line.changes_list]
        told = [each for each in kept if each.kind is not ActivityKind.SENT and until - self._kept <= each.at <= until]
        return _page(
            sorted(told, key=lambda each: (*each.name[1:], each.member_id), reverse=True), wanted, after, limit
        )


def _page(events: list[Activity], wanted: Wanted, after: str | None, limit: int) -> Page[Activity]:
    if after is not None and not after.startswith("after "):
        raise ValueError("this is no cursor of the ledger")
    start = int(after.removeprefix("after ")) if after is not None else 0
    shown = events[start : start + limit]
    following = f"after {start + limit}" if len(events) > start + limit else None
    return Page([event for event in shown if wanted.takes(event)], following)
