"""Pages of reports that Mailchimp reads in the background, all in one batch: which, and how far that is. Pure."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from accord.domain.campaign import Campaign, Reading, Report
from accord.domain.pulling import A_PAGE, rows_of
from accord.domain.values import Moment, Value

SINGLY = 20
"""Up to so many pages are read one call after the other: it takes seconds, where a batch may take minutes."""
MOST = 2000
"""Pages in one batch: what they hold lies on the disk of the function while it is stored, some hundred KB each before
they are packed."""
PATIENCE = timedelta(hours=6)
"""So long a batch is waited for; then its pages are read one call after the other."""


class PageAsked(NamedTuple):
    """One page of a report: from which row on, and with what happened at `since` or later."""

    campaign_id: str
    report: Report
    offset: int = 0
    since: datetime | None = None


class PagesAsked(Value):
    """How far that is, in a run."""

    batch_id: str = ""
    asked_at: Moment
    over: bool = False
    """No batch is waited for or read any more, or none was worth it."""


def pages_to_come(campaigns: Iterable[Campaign]) -> Iterator[PageAsked]:
    """What is still to be read of them, as far as their totals tell; in the order in which it will be."""
    for campaign in campaigns:
        for reading in campaign.reading:
            yield from pages_of(campaign, reading, rows_of(reading.report, campaign.totals))


def pages_of(campaign: Campaign, reading: Reading, rows: int) -> Iterator[PageAsked]:
    """The pages of a report that has so many rows, from where its reading goes on; one at least."""
    for offset in range(reading.offset, max(rows, reading.offset + 1), A_PAGE):
        yield PageAsked(campaign.id, reading.report, offset, reading.since)
