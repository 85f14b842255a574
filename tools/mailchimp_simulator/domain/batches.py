"""Batch operations: what was asked, how far it is, and the archive of results (FACTS 1.6)."""

import io
import json
import secrets
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tools.mailchimp_simulator.domain.body import Body, one_of, read, required
from tools.mailchimp_simulator.domain.ids import short_id
from tools.mailchimp_simulator.domain.problems import bad_request, not_found, too_many_batches, unfit

PENDING_LIMIT = 500
BATCH_WEBHOOK_LIMIT = 20
URL_LIFE = 600
RESULT_LIFE = 7 * 24 * 3600
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True)
class Operation:
    method: str
    path: str
    params: Mapping[str, str]
    body: str
    operation_id: str


@dataclass(slots=True)
class Batch:
    """`results` holds one `{status_code, operation_id, response}` per operation, or per page of a paged one."""

    id: str
    operations: list[Operation]
    submitted: int
    status: str = "pending"
    finished: int = 0
    errored: int = 0
    completed: int | None = None
    results: list[list[dict[str, Any]]] = field(default_factory=list)
    tokens: dict[str, int] = field(default_factory=dict)

    def token(self, now: int) -> str:
        """A fresh key to the results, good for ten minutes."""
        made = secrets.token_urlsafe(12)
        self.tokens = {token: until for token, until in self.tokens.items() if until > now} | {made: now + URL_LIFE}
        return made

    def archive(self) -> bytes:
        """The results as tar.gz, with the `./` entry that the real one has."""
        stream = io.BytesIO()
        with tarfile.open(fileobj=stream, mode="w:gz") as tar:
            folder = tarfile.TarInfo("./")
            folder.type, folder.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(folder)
            for number, entries in enumerate(self.results):
                content = json.dumps(entries).encode()
                info = tarfile.TarInfo(f"./{self.id}_{number}.json")
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
        return stream.getvalue()


@dataclass(slots=True)
class BatchWebhook:
    id: str
    url: str
    secret: str | None
    enabled: bool = True


class Batches:
    """All batches of the account, those that wait to be done, and the webhooks told of their end."""

    def __init__(self) -> None:
        self._batches: dict[str, Batch] = {}
        self.waiting: list[Batch] = []
        self.webhooks: dict[str, BatchWebhook] = {}

    def create(self, body: Body, now: int) -> Batch:
        """Raises Problem 400, or 429 with 500 pending."""
        if sum(batch.status != "finished" for batch in self._batches.values()) >= PENDING_LIMIT:
            raise too_many_batches()
        given: list[Any] = read(body, "operations", list, [])
        if not given:
            raise unfit(("operations", "This value should not be blank."))
        batch = Batch(short_id(), [_operation(number, each) for number, each in enumerate(given)], now)
        self._batches[batch.id] = batch
        self.waiting.append(batch)
        return batch

    def forget(self) -> None:
        """No batch was ever there; the webhooks stay."""
        for batch in self._batches.values():
            batch.operations.clear()
        self._batches.clear()
        self.waiting.clear()

    def take_waiting(self) -> list[Batch]:
        taken, self.waiting = self.waiting, []
        return taken

    def get(self, batch_id: str, now: int) -> Batch:
        """Results are kept for seven days."""
        batch = self._batches.get(batch_id)
        if batch is None or now - batch.submitted > RESULT_LIFE:
            raise not_found()
        return batch

    def recent(self, now: int) -> list[Batch]:
        return [batch for batch in self._batches.values() if now - batch.submitted <= RESULT_LIFE]

    def delete(self, batch_id: str, now: int) -> None:
        """Stops what was not begun and forgets the batch."""
        batch = self.get(batch_id, now)
        batch.operations.clear()
        del self._batches[batch_id]

    def webhook(self, webhook_id: str) -> BatchWebhook:
        if webhook_id not in self.webhooks:
            raise not_found()
        return self.webhooks[webhook_id]

    def check_webhook(self, body: Body) -> str:
        """The URL of one more batch webhook. Raises Problem 400, also when there are twenty."""
        if len(self.webhooks) >= BATCH_WEBHOOK_LIMIT:
            raise bad_request(f"You may only have {BATCH_WEBHOOK_LIMIT} batch webhooks.")
        return required(body, "url")


def _operation(number: int, given: Any) -> Operation:
    if not isinstance(given, Mapping):
        raise unfit((f"operations.item:{number}", "Schema describes object, another type found instead"))
    params: dict[str, Any] = read(given, "params", dict, {})
    return Operation(
        one_of(given, "method", _METHODS),
        required(given, "path"),
        {name: str(value) for name, value in params.items()},
        read(given, "body", str, ""),
        read(given, "operation_id", str, ""),
    )
