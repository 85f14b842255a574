"""`/batches` of Mailchimp's Marketing API 3.0: operations that it carries out in the background (FACTS section 1.6)."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from accord.adapters.mailchimp.errors import Subject
from accord.adapters.mailchimp.http import MailchimpHttp, unreadable
from accord.errors import Refusal, Rejected


def member_path(audience_id: str, reference: str) -> str:
    """The path of a contact in an operation. Raises ValueError for what may be no name of one."""
    if not re.fullmatch(r"[\w-]+", reference):
        raise ValueError("a contact is referred to by its contact_id or its subscriber hash")
    return f"/lists/{audience_id}/members/{reference}"


def begin(http: MailchimpHttp, operations: Sequence[Mapping[str, Any]]) -> str:
    """The id of a batch of these operations: one POST. Raises ValueError where there is none."""
    if not operations:
        raise ValueError("a batch has at least one operation")
    answer = http.call("POST", "/batches", subject=Subject.BATCH, body={"operations": list(operations)})
    if not isinstance(batch_id := answer.get("id"), str) or not re.fullmatch(r"[\w-]+", batch_id):
        raise unreadable(reads=False)
    return batch_id


def end(http: MailchimpHttp, batch_id: str) -> None:
    """It does nothing more, and its results are deleted: one DELETE; harmless where there is none (any more)."""
    try:
        http.call("DELETE", f"/batches/{batch_id}", subject=Subject.BATCH)
    except Rejected as refused:
        if refused.refusal is not Refusal.NOT_FOUND:
            raise


def results_at(http: MailchimpHttp, batch_id: str) -> str | None:
    """Where the results of a batch are for ten minutes, or None before it is finished: one GET."""
    answer = http.call("GET", f"/batches/{batch_id}", subject=Subject.BATCH)
    return str(answer.get("response_body_url") or "") if answer.get("status") == "finished" else None
