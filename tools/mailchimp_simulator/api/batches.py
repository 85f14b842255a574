"""/batches: many requests in one, done later and in no fixed order through the same routes."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tools.mailchimp_simulator.api.router import MAX_COUNT, Call, Outside, Reply, Request, route
from tools.mailchimp_simulator.domain.account import Account
from tools.mailchimp_simulator.domain.batches import Batch, Operation
from tools.mailchimp_simulator.domain.clock import fired_at, iso
from tools.mailchimp_simulator.domain.webhooks import Announcement, Webhook

_BATCH = "/batches/{batch_id}"


def result_url(account: Account, outside: Outside, batch: Batch) -> str:
    """Where the results lie for the next ten minutes: beside the API, open to who knows the address."""
    if batch.completed is None:
        return ""
    base = outside.url.removesuffix("/3.0")
    return f"{base}/batch-results/{batch.id}/{batch.token(account.clock.now())}-response.tar.gz"


def _shown(call: Call, batch: Batch) -> dict[str, Any]:
    return {
        "id": batch.id,
        "status": batch.status,
        "total_operations": len(batch.operations),
        "finished_operations": batch.finished,
        "errored_operations": batch.errored,
        "submitted_at": iso(batch.submitted),
        "completed_at": iso(batch.completed),
        "response_body_url": result_url(call.account, call.outside, batch),
        "_links": [],
    }


@route("POST", "/batches")
def create_batch(call: Call) -> dict[str, Any]:
    return _shown(call, call.account.batches.create(call.body(), call.now))


@route("GET", "/batches")
def list_batches(call: Call) -> dict[str, Any]:
    found = call.account.batches.recent(call.now)
    return {"batches": [_shown(call, batch) for batch in call.cut(found)], "total_items": len(found), "_links": []}


@route("GET", _BATCH)
def get_batch(call: Call) -> dict[str, Any]:
    return _shown(call, call.account.batches.get(call.params["batch_id"], call.now))


@route("DELETE", _BATCH)
def delete_batch(call: Call) -> None:
    call.account.batches.delete(call.params["batch_id"], call.now)


async def run(batch: Batch, account: Account, outside: Outside) -> None:
    """Do all operations of a batch, shuffled, and tell the batch webhooks when they are done."""
    batch.status = "started"
    operations = batch.operations.copy()
    random.shuffle(operations)
    for operation in operations:
        if not batch.operations:  # deleted meanwhile
            return
        replies = [reply async for reply in _replies(operation, account, outside)]
        batch.results.append([_result(operation, reply) for reply in replies])
        batch.finished += 1
        batch.errored += any(reply.status >= 400 for reply in replies)
        await asyncio.sleep(0)  # others are answered meanwhile
    batch.status, batch.completed = "finished", account.clock.now()
    for webhook in account.batches.webhooks.values():
        if webhook.enabled:
            to = Webhook(webhook.id, webhook.url, {}, {}, webhook.secret)
            account.outbox.append(Announcement(to, _form(batch, result_url(account, outside, batch))))


async def _replies(operation: Operation, account: Account, outside: Outside) -> AsyncIterator[Reply]:
    """One reply; or all pages of a GET that names no count."""
    parts = urlsplit(operation.path)
    path = "/" + parts.path.removeprefix("/3.0").lstrip("/")
    query = dict(parse_qsl(parts.query)) | dict(operation.params)
    if operation.method != "GET" or "count" in query:
        yield await route.answer(account, outside, Request(operation.method, path, query, operation.body.encode()))
        return
    for offset in range(0, 10**9, MAX_COUNT):
        paged = query | {"count": str(MAX_COUNT), "offset": str(offset)}
        reply = await route.answer(account, outside, Request("GET", path, paged))
        yield reply
        if reply.status != 200 or not _is_full(reply.body, offset):
            return


def _is_full(body: dict[str, Any], offset: int) -> bool:
    """Whether another page may follow: not after a shorter one, nor after the last of `total_items` where it is told.

    A collection that is never paged comes whole, in one answer of whatever length.
    """
    longest = max((len(each) for name, each in body.items() if isinstance(each, list) and name != "_links"), default=0)
    return longest == MAX_COUNT and bool(body.get("total_items", offset + MAX_COUNT + 1) > offset + MAX_COUNT)


def _result(operation: Operation, reply: Reply) -> dict[str, Any]:
    response = "" if reply.body is None else json.dumps(reply.body)
    return {"status_code": reply.status, "operation_id": operation.operation_id, "response": response}


def _form(batch: Batch, url: str) -> list[tuple[str, str]]:
    completed = batch.completed or 0
    data = {
        "id": batch.id,
        "status": batch.status,
        "total_operations": str(len(batch.operations)),
        "finished_operations": str(batch.finished),
        "errored_operations": str(batch.errored),
        "submitted_at": iso(batch.submitted),
        "completed_at": iso(completed),
        "response_body_url": url,
    }
    form = [("type", "batch_operation_completed"), ("fired_at", fired_at(completed))]
    return form + [(f"data[{name}]", text) for name, text in data.items()]
