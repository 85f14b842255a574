"""One job over one audience, in a process of its own, so that its memory is its own: prints seconds, calls, memory.

Usage: python -m tests.benchmarks.reconcile_worker JOB URL API_KEY AUDIENCE FOLDER
"""

import itertools
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from accord.adapters.mailchimp.audience import MailchimpAudience
from accord.adapters.mailchimp.http import MailchimpHttp
from accord.adapters.mailchimp.listing import MailchimpListing, fields_of
from accord.domain.run import Run, RunKind
from accord.domain.sweep import A_PAGE, PagePlace
from tests.benchmarks.disk_memory import DiskMemory, DiskSweeps
from tests.benchmarks.processes import peak_memory
from tests.builders import a_connection, key_of
from tests.fakes import FakeLedger
from tests.nights import Nights
from tests.scene import Scene

A_BATCH = 500
LATER = timedelta(days=2)
"""By how much the benchmark puts Mailchimp's clock forward before it changes anybody."""


class Worker:
    """The audience, and the clients of one job."""

    def __init__(self, url: str, api_key: str, audience_id: str, folder: Path) -> None:
        self.url, self.api_key, self.audience_id, self.folder = url, api_key, audience_id, folder
        self.session = requests.Session()
        self.session.auth = ("any", api_key)
        self.calls = 0

    def call(self, method: str, path: str, **given: Any) -> Any:
        """One of the audience's."""
        return self.call_account(method, f"/lists/{self.audience_id}{path}", **given)

    def call_account(self, method: str, path: str, **given: Any) -> Any:
        self.calls += 1
        answer = self.session.request(method, self.url + path, timeout=120, **given)
        assert answer.ok, answer.text[:300]
        return answer.json() if answer.content else {}

    def pages(self) -> Iterator[list[dict[str, Any]]]:
        """A plain loop over all pages, asked for as a reconciliation asks; the archived are one page here."""
        params = {"count": A_PAGE, "sort_field": "last_changed", "sort_dir": "ASC"}
        params |= {"fields": f"total_items,{fields_of('members.')}"}
        yield self.call("GET", "/members", params={**params, "offset": 0, "status": "archived"})["members"]
        offset, total = 0, 1
        while offset < total:
            answer = self.call("GET", "/members", params={**params, "offset": offset})
            total, offset = answer["total_items"], offset + A_PAGE
            yield answer["members"]

    def plain(self) -> dict[str, int]:
        return {"contacts": sum(len(page) for page in self.pages())}

    def prepare(self) -> dict[str, int]:
        """The ledger as the night before left it."""
        http = MailchimpHttp(base_url=self.url, api_key=self.api_key, allow_any_host=True)
        listing, memory = MailchimpListing(http, self.audience_id), DiskMemory(self.folder / "ledger")
        total, offset = 1, 0
        while offset < total:
            page = listing.page(PagePlace(offset=offset))
            memory.fill((key_of(contact.email), contact.mark) for contact in page.contacts)
            total, offset = page.total, offset + A_PAGE
        return {"contacts": total}

    def reconcile(self, since: datetime | None = None) -> dict[str, int]:
        connection = a_connection(id="bench", audience_id=self.audience_id)
        scene = Scene(connection)
        nights = Nights(scene)
        http = MailchimpHttp(base_url=self.url, api_key=self.api_key, allow_any_host=True)
        audience = MailchimpAudience(
            base_url=self.url, api_key=self.api_key, audience_id=self.audience_id, allow_any_host=True
        )
        reconcile = nights.with_parts(
            memory=DiskMemory(self.folder / "ledger"),
            sweeps=DiskSweeps(self.folder / "pages"),
            listing=MailchimpListing(http, self.audience_id),
            audience=audience,
        )
        kind, now = RunKind.RECONCILIATION, datetime.now(UTC)
        name = f"run-{now.timestamp():.0f}"
        run = Run(id=name, connection_id="bench", kind=kind, audience_id=self.audience_id, at=now, since=since)
        nights.runs.save(run)
        for place in reconcile.begin("bench", run.id):
            reconcile.page("bench", run.id, place)
        assert reconcile.close("bench", run.id, None, now + timedelta(hours=1)) is None
        ended = nights.runs.kept["bench", run.id]
        self.calls = ended.calls
        assert isinstance(scene.ledger, FakeLedger)
        return {
            "contacts": ended.counts.get("contacts", 0),
            "least": ended.least,
            "ledger_writes": len(scene.ledger.stored_addresses),
        }

    def incremental(self) -> dict[str, int]:
        """What changed in the last hour, as Mailchimp's clock shows it after `LATER`."""
        return self.reconcile(datetime.now(UTC) + LATER - timedelta(hours=1))

    def in_memory(self) -> dict[str, int]:
        """Everything read and kept, then compared with everything kept: as peers do it."""
        theirs = {member["id"]: member for page in self.pages() for member in page}
        ours = {member_id: dict(member) for member_id, member in theirs.items()}
        return {"contacts": len(theirs), "differ": sum(theirs[each] != ours[each] for each in ours)}

    def one_by_one(self) -> dict[str, int]:
        """One PUT and one tag call for each contact, every night: as peers do it."""
        page = next(filter(None, self.pages()))[:200]
        for member in page:
            body = {"email_address": member["email_address"], "status_if_new": "subscribed", "merge_fields": {}}
            self.call("PUT", f"/members/{member['id']}", json=body)
            self.call("POST", f"/members/{member['id']}/tags", json={"tags": [{"name": "A", "status": "active"}]})
        return {"contacts": len(page)}

    def in_batches(self) -> dict[str, int]:
        """One operation of a batch for each contact, and one for its tags, every night: as other peers do it. A batch
        is looked at every second until it is done."""
        page = next(filter(None, self.pages()))
        for some in itertools.batched(page, A_BATCH, strict=False):
            operations = [operation for member in some for operation in self._operations(member)]
            batch = self.call_account("POST", "/batches", json={"operations": operations})["id"]
            while self.call_account("GET", f"/batches/{batch}")["status"] != "finished":
                time.sleep(1)
        return {"contacts": len(page)}

    def _operations(self, member: dict[str, Any]) -> Iterator[dict[str, Any]]:
        path = f"/lists/{self.audience_id}/members/{member['id']}"
        body = {"email_address": member["email_address"], "status_if_new": "subscribed", "merge_fields": {}}
        tags = {"tags": [{"name": "A", "status": "active"}]}
        yield {"method": "PUT", "path": path, "operation_id": member["id"], "body": json.dumps(body)}
        yield {"method": "POST", "path": f"{path}/tags", "operation_id": member["id"], "body": json.dumps(tags)}


def main(job: str, url: str, api_key: str, audience_id: str, folder: str) -> None:
    worker = Worker(url, api_key, audience_id, Path(folder))
    work: Callable[[], dict[str, int]] = getattr(worker, job)
    begun = time.perf_counter()
    found = work()
    seconds = time.perf_counter() - begun
    memory = round(peak_memory(os.getpid()))
    sys.stdout.write(json.dumps({"seconds": seconds, "calls": worker.calls, "peak_mb": memory, **found}) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
