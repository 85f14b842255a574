"""The port `Batches` on Mailchimp's Marketing API 3.0: `/batches`, and the archives of results."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from accord.adapters.mailchimp import batch_calls
from accord.adapters.mailchimp.batch_results import download
from accord.adapters.mailchimp.contacts import contact_of, patch_json
from accord.adapters.mailchimp.errors import Subject, error_of, problem_of
from accord.adapters.mailchimp.http import MailchimpHttp, unreadable
from accord.domain.contact import Contact
from accord.errors import AccordError, Refusal, Rejected
from accord.ports.batches import BatchedChange, BatchResult, BatchSeen


class MailchimpBatches:
    """The batches of one account, whose operations concern one audience. `with_permissions`: see MailchimpAudience."""

    def __init__(
        self,
        http: MailchimpHttp,
        audience_id: str,
        *,
        timeout: float = 60.0,
        with_permissions: bool = False,
        allow_any_host: bool = False,
    ) -> None:
        self._http = http
        self._audience_id = audience_id
        self._timeout = timeout
        self._with_permissions = with_permissions
        self._allow_any_host = allow_any_host

    def begin(self, changes: Sequence[BatchedChange]) -> str:
        """One POST. Raises ValueError for no change, or one that does not belong into a batch."""
        return batch_calls.begin(self._http, [self._operation(change) for change in changes])

    def look(self, batch_id: str) -> BatchSeen | None:
        try:
            url = batch_calls.results_at(self._http, batch_id)
        except Rejected as refused:
            if refused.refusal is Refusal.NOT_FOUND:
                return None
            raise
        return BatchSeen(url is not None, url or "")

    def results(self, seen: BatchSeen) -> Iterator[BatchResult]:
        for entry in download(seen.results_at, self._timeout, allow_any_host=self._allow_any_host):
            yield BatchResult(str(entry.get("operation_id") or ""), self._answer(entry))

    def end(self, batch_id: str) -> None:
        batch_calls.end(self._http, batch_id)

    def _operation(self, change: BatchedChange) -> dict[str, Any]:
        path = batch_calls.member_path(self._audience_id, change.reference)
        if change.patch.status is not None or not change.patch.merge_fields:
            raise ValueError("a batch takes fields, and no status")
        body = json.dumps(patch_json(change.patch))
        return {"method": "PATCH", "path": path, "operation_id": change.name, "body": body}

    def _answer(self, entry: Mapping[str, Any]) -> Contact | AccordError:
        """What the answer to a single call would have been."""
        status, content = entry.get("status_code"), str(entry.get("response") or "").encode()
        if not isinstance(status, int) or 200 <= status < 300:
            try:
                contact = contact_of(json.loads(content))
            except (ValueError, AttributeError):
                return unreadable(reads=False)
            return contact if self._with_permissions else contact.model_copy(update={"permissions": {}})
        return error_of(status, problem_of(content), subject=Subject.CONTACT, reads=False)
