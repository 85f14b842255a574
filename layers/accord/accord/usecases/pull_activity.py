"""Mailchimp's reports -> ledger: what became of the campaigns, page by page, with the members whom it concerns.

One call at a time, and no call for a single contact. How far each report was read lies with its campaign, so that a run
that was interrupted, or another one, goes on there; an event that comes again is the same event.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from accord.domain.campaign import Campaign, Report
from accord.domain.connection import Connection, ConnectionState
from accord.domain.folding import KeyOf
from accord.domain.pulling import (
    Patience,
    calls_at_least,
    merged,
    rows_of,
    sent_since,
    to_read,
    turned,
    with_first_page,
)
from accord.domain.report_batch import PageAsked, pages_of
from accord.domain.run import Run, RunState
from accord.domain.values import newest
from accord.errors import Misconfigured, Refusal, Rejected
from accord.ports import Clock, HintQueue, Ledger, Outbox
from accord.ports.activity import ActivityLedger, CampaignReports
from accord.ports.connections import Connections
from accord.ports.tending import Runs
from accord.usecases.connecting.stop_connection import stop_connection
from accord.usecases.pulling.ask_inbox import AskInbox
from accord.usecases.pulling.ask_reports import AskReports
from accord.usecases.pulling.store_activity import StoreActivity


class Phase(StrEnum):
    """How a pull stands at the end of an invocation."""

    ENDED = "ended"
    GOES_ON = "goes_on"
    WAITS = "waits"
    """For what Mailchimp reads in the background."""


CAMPAIGNS = "campaigns"
"""Campaigns of whose reports something was read to its end."""
LEFT_OUT = "campaigns_left_out"
"""Campaigns whose reports Mailchimp did not have: deleted, or not ready."""


@dataclass(frozen=True, slots=True)
class PullActivity:
    """One run in several invocations: its beginning, and its pages until all are read. Each may be done again. A run
    that somebody stopped goes on no further; what it read stands."""

    connections: Connections
    ledger: Ledger
    activity: ActivityLedger
    runs: Runs
    reports_of: Callable[[Connection], CampaignReports]
    ask: AskReports
    inbox: AskInbox
    outbox: Outbox
    hints: HintQueue
    clock: Clock
    key_of: KeyOf
    patience: Patience

    def begin(self, connection_id: str, run_id: str) -> None:
        """Note of every campaign what is to be read of it. Raises Retryable."""
        under_way = self._under_way(connection_id, run_id)
        if under_way is None:
            return
        connection, run = under_way
        known = {campaign.id: campaign for campaign in self.activity.campaigns(connection.id)}
        since = sent_since(_last(connection, known.values()), run.at, self.patience)
        try:
            listed, calls, least = self._listed(connection, since)
        except Misconfigured as error:
            self._stopped_by(connection, run, error)
            return
        self._note_gone(connection, since, listed, known)
        rows = 0
        for campaign in listed.values():
            now = merged(campaign, known.get(campaign.id))
            now = now.model_copy(update={"reading": to_read(now, run.at, self.patience)})
            rows += sum(max(rows_of(each.report, now.totals) - each.offset, 0) for each in now.reading)
            if now != known.get(campaign.id):
                self.activity.save_campaign(connection.id, now)
        self.runs.advance(run.model_copy(update={"total": run.done + rows, "calls": run.calls + calls, "least": least}))

    def _note_gone(
        self, connection: Connection, since: datetime, listed: dict[str, Campaign], known: dict[str, Campaign]
    ) -> None:
        """Campaigns that Mailchimp would list, and does not any more: what was read of them stays."""
        for campaign in known.values():
            here = campaign.audience_id == connection.audience_id and campaign.sent_at >= since
            if here and campaign.id not in listed and campaign.gone_at is None:
                gone = campaign.model_copy(update={"reading": (), "gone_at": self.clock.now()})
                self.activity.save_campaign(connection.id, gone)

    def _listed(self, connection: Connection, since: datetime) -> tuple[dict[str, Campaign], int, int]:
        """The campaigns of which something may be new, by id; the calls that it took, and that it had to take."""
        reports = self.reports_of(connection)
        found: dict[str, Campaign] = {}
        calls = offset = 0
        while True:
            page = reports.sent(since, offset)
            calls, offset = calls + 1, offset + page.rows
            found |= {campaign.id: campaign for campaign in page.campaigns}
            if offset >= page.total or not page.rows:
                return found, calls, calls_at_least(page.total)

    def pull(self, connection_id: str, run_id: str, deadline: datetime) -> Phase:
        """Read on until the deadline: reports first, and then what people wrote. Raises Retryable."""
        under_way = self._under_way(connection_id, run_id)
        if under_way is None:
            return Phase.ENDED
        connection, run = under_way
        try:
            return self._pull(connection, run, deadline)
        except Misconfigured as error:
            self._stopped_by(connection, self.runs.run(connection.id, run.id) or run, error)
            return Phase.ENDED

    def _pull(self, connection: Connection, run: Run, deadline: datetime) -> Phase:
        if to_come := self._waiting(connection)[::-1]:
            run, reports = self.ask(connection, run, to_come)
            if not self.runs.advance(run):
                return Phase.ENDED
            if reports is None:
                return Phase.WAITS
            store = StoreActivity(self.ledger, self.activity, self.outbox, self.hints, self.clock, self.key_of)
            for waiting in to_come:
                campaign: Campaign = waiting
                while campaign.reading:
                    if self.clock.now() >= deadline:
                        return Phase.GOES_ON
                    campaign, run = self._page(connection, run, campaign, reports, store)
                    self.activity.save_campaign(connection.id, campaign)
                    if not self.runs.advance(run):
                        return Phase.ENDED
        run = self.inbox(connection, self.ask.end(connection, run))
        if run.inbox is None or not run.inbox.over:
            waits = run.inbox is not None and bool(run.inbox.batch_id)
            return (Phase.WAITS if waits else Phase.GOES_ON) if self.runs.advance(run) else Phase.ENDED
        self._end(run, RunState.DONE, "")
        return Phase.ENDED

    def _waiting(self, connection: Connection) -> list[Campaign]:
        """Of whose reports something is still to be read, the newest first."""
        known = self.activity.campaigns(connection.id)
        return [each for each in known if each.reading and each.audience_id == connection.audience_id]

    def fail(self, connection_id: str, run_id: str, why: str) -> None:
        """The run ends; what it read stands, and the next one goes on where it was."""
        run = self.runs.run(connection_id, run_id)
        if run is not None and run.state is RunState.RUNNING:
            self._end(run, RunState.FAILED, why)

    # --- a page -----------------------------------------------------------------------------------------------------

    def _page(
        self, connection: Connection, run: Run, campaign: Campaign, reports: CampaignReports, store: StoreActivity
    ) -> tuple[Campaign, Run]:
        """The campaign and the run once a page more was read."""
        report = campaign.reading[0].report
        found: Counter[str] = Counter(run.counts)
        rows, least = 0, 0
        called = not reports.has(PageAsked(campaign.id, report, campaign.reading[0].offset, campaign.reading[0].since))
        try:
            if report is Report.CLICK_DETAILS:
                links = tuple(reports.links(campaign.id))
                following = turned(campaign.model_copy(update={"links": links}), 0, 0, self.clock.now())
                least = int(called)
            else:
                following, rows, least = self._rows(connection, campaign, reports, store, found)
        except Rejected as rejected:
            following = self._left_out(campaign, rejected)
            found[LEFT_OUT] += 1
        else:
            found[CAMPAIGNS] += not following.reading
        progress = {
            "calls": run.calls + called,
            "least": run.least + least,
            "done": run.done + rows,
            "counts": dict(found),
        }
        return following, run.model_copy(update=progress)

    def _rows(
        self,
        connection: Connection,
        campaign: Campaign,
        reports: CampaignReports,
        store: StoreActivity,
        found: Counter[str],
    ) -> tuple[Campaign, int, int]:
        reading = campaign.reading[0]
        page = reports.page(campaign.id, reading.report, reading.offset, reading.since)
        campaign = with_first_page(campaign, page.rows, page.total)
        oldest = self.clock.now() - self.patience.kept
        found.update(store(connection, campaign, campaign.reading[0], page.rows, oldest))
        following = turned(campaign, len(page.rows), page.total, self.clock.now())
        if following.read.get(reading.report) == campaign.read.get(reading.report):
            return following, len(page.rows), 0
        spared = sum(map(reports.has, pages_of(campaign, reading.model_copy(update={"offset": 0}), page.total)))
        return following, len(page.rows), calls_at_least(page.total) - spared

    def _left_out(self, campaign: Campaign, rejected: Rejected) -> Campaign:
        """Nothing more is read of it in this pull; the next one looks again, if Mailchimp still lists it."""
        gone_at = self.clock.now() if rejected.refusal is Refusal.NOT_FOUND else None
        return campaign.model_copy(update={"reading": (), "gone_at": gone_at})

    # --- the run ----------------------------------------------------------------------------------------------------

    def _under_way(self, connection_id: str, run_id: str) -> tuple[Connection, Run] | None:
        """None where the run has ended, or ends here since the connection was led elsewhere."""
        connection = self.connections.connection(connection_id)
        run = self.runs.run(connection_id, run_id)
        if connection is None or run is None or run.state is not RunState.RUNNING:
            return None
        if not run.is_of(connection) or connection.state not in {ConnectionState.LIVE, ConnectionState.PAUSED}:
            self._end(run, RunState.FAILED, "the connection was changed meanwhile")
            return None
        return connection, run

    def _stopped_by(self, connection: Connection, run: Run, error: Misconfigured) -> None:
        stop_connection(self.ledger, connection.id, error, self.clock.now())
        self._end(run, RunState.FAILED, str(error))

    def _end(self, run: Run, state: RunState, detail: str) -> None:
        self.runs.advance(run.model_copy(update={"state": state, "done_at": self.clock.now(), "detail": detail}))


def _last(connection: Connection, known: Iterable[Campaign]) -> datetime | None:
    """When the reports of this audience were last read to their ends."""
    return newest(*(each.pulled_at for each in known if each.audience_id == connection.audience_id))
