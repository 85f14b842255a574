"""What the pull of activity asks of the world, beside `ports`: Mailchimp's reports, and a memory of what they told."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from accord.domain.activity import Activity, ActivityKind
from accord.domain.campaign import Campaign, Link, Report
from accord.domain.pulling import Row
from accord.domain.report_batch import PageAsked
from accord.ports import Page


class ListedCampaigns(NamedTuple):
    """Campaigns of one audience on a page, and how many reports of all audiences there are on all pages."""

    campaigns: list[Campaign]
    rows: int
    """Reports on this page, whichever audience they are of."""
    total: int


class ReportPage(NamedTuple):
    """Rows of a report, and how many there are on all pages."""

    rows: list[Row]
    total: int


class CampaignReports(Protocol):
    """What became of the campaigns to one audience. Every method but `has` makes one call, and may raise Rejected where
    Mailchimp has no such report: not yet, or not any more."""

    def sent(self, since: datetime, offset: int) -> ListedCampaigns:
        """Campaigns that were sent then or later, with their totals."""

    def page(self, campaign_id: str, report: Report, offset: int, since: datetime | None) -> ReportPage:
        """A thousand rows at most; of `email-activity` with what happened at `since` or later. Not for
        `click-details`."""

    def links(self, campaign_id: str) -> list[Link]:
        """The hundred that were clicked most, these first."""

    def has(self, page: PageAsked) -> bool:
        """Whether the page is here already, and takes no call."""


class ReportBatches(Protocol):
    """Pages that Mailchimp reads in the background."""

    def ask(self, pages: Sequence[PageAsked]) -> str:
        """One call: the id of a batch that reads these pages."""

    def told(self, batch_id: str) -> CampaignReports | None:
        """One call: the reports with all that the batch read; a page that it could not read takes a call again. None
        while it goes on. Raises Rejected where there is no such batch (any more), or too much is in it."""

    def drop(self, batch_id: str) -> None:
        """One call: what the batch read is deleted. Harmless where there is no such batch."""


class Wanted(NamedTuple):
    """Which activity is asked for: of one campaign, of some kinds; all by itself."""

    campaign_id: str = ""
    kinds: frozenset[ActivityKind] = frozenset()

    def takes(self, event: Activity) -> bool:
        """Whether the event is asked for."""
        return self.campaign_id in {"", event.campaign_id} and (not self.kinds or event.kind in self.kinds)


class ActivityLedger(Protocol):
    """Campaigns and what members did with them. Everything expires by itself, so long after it happened as the stack
    is told."""

    def campaigns(self, connection_id: str) -> list[Campaign]:
        """All of a connection, the newest first."""

    def campaign(self, connection_id: str, campaign_id: str) -> Campaign | None: ...

    def save_campaign(self, connection_id: str, campaign: Campaign) -> None:
        """Whole, over what is there."""

    def add(self, connection_id: str, events: Iterable[Activity], read_at: datetime) -> None:
        """The same event, added twice, is there once. `read_at`: when the reading began that found them."""

    def known(self, connection_id: str, events: Collection[Activity], read_at: datetime) -> set[Activity]:
        """Those of the events that a reading found which began before that moment."""

    def of_campaign(
        self, connection_id: str, campaign: Campaign, member_ids: Iterable[str], limit: int
    ) -> dict[str, list[Activity]]:
        """What each of the members did with the campaign, newest first, so much of each at the most."""

    def erased(self, connection_id: str, member_ids: Collection[str]) -> set[str]:
        """Those of the members who were erased, as it is now."""

    def forget(self, connection_id: str, member_ids: Iterable[str]) -> None:
        """All that these members did. `Ledger.forget_member` does so as well."""

    def of_member(
        self, connection_id: str, member_id: str, wanted: Wanted, after: str | None, limit: int
    ) -> Page[Activity]:
        """Newest first; a page may be shorter than `limit` and still have a next one. Raises ValueError for a cursor
        that no page of this member gave."""

    def of_connection(
        self, connection_id: str, wanted: Wanted, after: str | None, until: datetime, limit: int
    ) -> Page[Activity]:
        """What all members did, and how the list changed, the newest first, from `until` back to where nothing is kept
        any more; without what was only sent, which `campaigns` tells. Pages as of one member. Raises ValueError for a
        cursor of another list."""


class Pulls(Protocol):
    """The state machine that carries out pulls of activity."""

    def start(self, connection_id: str, run_id: str) -> None:
        """Carry out the run; starting it again while it runs changes nothing."""


def by_newest(campaigns: Iterable[Campaign]) -> list[Campaign]:
    """The order in which people want to see them."""
    return sorted(campaigns, key=lambda campaign: (campaign.sent_at, campaign.id), reverse=True)
