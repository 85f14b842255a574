"""Pages of reports that Mailchimp reads in one batch: the adapter of the port `ReportBatches`."""

import json
import shutil
import tempfile
import weakref
import zlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from accord.adapters.mailchimp import batch_calls
from accord.adapters.mailchimp.batch_results import Limits, download
from accord.adapters.mailchimp.http import MailchimpHttp
from accord.adapters.mailchimp.reports import MailchimpReports, links_in, links_wanted, page_in, page_wanted, path_of
from accord.domain.campaign import Link, Report
from accord.domain.report_batch import PageAsked
from accord.errors import Refusal, Rejected
from accord.ports.activity import ListedCampaigns, ReportPage

MB = 1024 * 1024
LIMITS = Limits(packed=256 * MB, unpacked=4096 * MB, one=16 * MB)
"""Bytes. A page of a thousand recipients has some three hundred thousand, and a batch two thousand pages; the disk of a
function has 512 MB, and a page that is kept is packed less well than in the archive."""


class MailchimpReportBatches:
    """The batches of one account, about the reports of one audience. `timeout` is in seconds, for each piece of the
    results."""

    def __init__(
        self, http: MailchimpHttp, audience_id: str, *, timeout: float = 60.0, allow_any_host: bool = False
    ) -> None:
        self._http = http
        self._audience_id = audience_id
        self._timeout = timeout
        self._allow_any_host = allow_any_host

    def ask(self, pages: Sequence[PageAsked]) -> str:
        """One POST. Raises ValueError where nothing is asked."""
        return batch_calls.begin(self._http, [_operation(page) for page in pages])

    def told(self, batch_id: str) -> "ReadReports | None":
        """One GET; the results are read from elsewhere, without the key. Raises Rejected where the disk is full."""
        url = batch_calls.results_at(self._http, batch_id)
        if url is None:
            return None
        read = ReadReports(MailchimpReports(self._http, self._audience_id))
        try:
            for entry in download(url, self._timeout, allow_any_host=self._allow_any_host, limits=LIMITS):
                read.keep(entry)
        except OSError as error:
            raise Rejected(Refusal.OTHER, f"the results can not be kept ({type(error).__name__})") from None
        return read

    def drop(self, batch_id: str) -> None:
        batch_calls.end(self._http, batch_id)


class ReadReports:
    """Reports whose pages lie packed on the disk, as long as this object lives; the others are called for."""

    def __init__(self, others: MailchimpReports) -> None:
        self._others = others
        self.folder = Path(tempfile.mkdtemp(prefix="accord-reports-"))
        self._kept: dict[str, Path] = {}
        weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)

    def keep(self, entry: dict[str, Any]) -> None:
        """A result of the batch; one that is none is left to a call, which says why."""
        name, response = str(entry.get("operation_id") or ""), entry.get("response")
        if entry.get("status_code") != 200 or not isinstance(response, str):
            return
        path = self.folder / str(len(self._kept))
        path.write_bytes(zlib.compress(response.encode(), 1))
        self._kept[name] = path

    def has(self, page: PageAsked) -> bool:
        return _name(page) in self._kept

    def sent(self, since: datetime, offset: int) -> ListedCampaigns:
        return self._others.sent(since, offset)

    def page(self, campaign_id: str, report: Report, offset: int, since: datetime | None) -> ReportPage:
        answer = self._answer(PageAsked(campaign_id, report, offset, since))
        if answer is None:
            return self._others.page(campaign_id, report, offset, since)
        return page_in(answer, report, offset)

    def links(self, campaign_id: str) -> list[Link]:
        answer = self._answer(PageAsked(campaign_id, Report.CLICK_DETAILS))
        return self._others.links(campaign_id) if answer is None else links_in(answer)

    def _answer(self, page: PageAsked) -> dict[str, Any] | None:
        """None for a page that is not there, or is no JSON object: it is called for."""
        path = self._kept.get(_name(page))
        if path is None:
            return None
        try:
            answer = json.loads(zlib.decompress(path.read_bytes()))
        except ValueError:
            return None
        return answer if isinstance(answer, dict) else None


def _operation(page: PageAsked) -> dict[str, Any]:
    wanted = (
        links_wanted() if page.report is Report.CLICK_DETAILS else page_wanted(page.report, page.offset, page.since)
    )
    params = {name: str(value) for name, value in wanted.items()}
    path = path_of(page.campaign_id, page.report)
    return {"method": "GET", "path": path, "operation_id": _name(page), "params": params}


def _name(page: PageAsked) -> str:
    """How the operation is named, and its result; the same in another process."""
    since = f"{page.since.timestamp():.0f}" if page.since is not None else ""
    return f"{page.campaign_id}.{page.report.value}.{page.offset}.{since}"
