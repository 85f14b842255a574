"""How an application tells Accord of its members: a signed POST, and patience when the answer is 503."""

import json
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import batched
from typing import Any

import requests
from standardwebhooks import Webhook

MAX_CHANGES = 500
"""Accord takes so many changes in one request."""
PATIENCE = 60.0
"""Seconds that a request is repeated for, unless told otherwise."""
LONGEST_PAUSE = 30.0

type Sleep = Callable[[float], object]


class PostError(Exception):
    """Accord did not take the changes; `status` is its answer's (0: there was none), the message says why."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Receipt:
    """What Accord answered: the ids that it took, and what it refused, each with its index and its errors."""

    accepted: tuple[str, ...]
    refused: tuple[dict[str, Any], ...] = ()


def signed_headers(signing_secret: str, body: str, request_id: str | None = None) -> dict[str, str]:
    """The headers that Standard Webhooks asks for. A request that is repeated keeps its id, and is signed anew."""
    now = datetime.now(UTC)
    request_id = request_id or f"msg_{uuid.uuid4().hex}"
    return {
        "content-type": "application/json",
        "webhook-id": request_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(signing_secret).sign(request_id, now, body),
    }


def post_changes(
    api_url: str,
    connection_id: str,
    signing_secret: str,
    changes: Sequence[dict[str, Any]],
    *,
    patience: float = PATIENCE,
    sleep: Sleep = time.sleep,
) -> Receipt:
    """Post the changes, 500 to a request. A 503, or no answer at all, is repeated under the same id for `patience`
    seconds: whatever was taken before is recognised, and counts once. Raises PostError.
    """
    url = f"{api_url.rstrip('/')}/v1/connections/{connection_id}/members"
    accepted: list[str] = []
    refused: list[dict[str, Any]] = []
    for start, some in enumerate(batched(changes, MAX_CHANGES, strict=False)):
        answer = _post(url, signing_secret, json.dumps({"changes": some}), patience, sleep)
        accepted += [each["id"] for each in answer["accepted"]]
        refused += [{**each, "index": each["index"] + start * MAX_CHANGES} for each in answer["refused"]]
    return Receipt(tuple(accepted), tuple(refused))


def _post(url: str, signing_secret: str, body: str, patience: float, sleep: Sleep) -> dict[str, Any]:
    request_id = f"msg_{uuid.uuid4().hex}"
    until = time.monotonic() + patience
    pause = 0.5
    while True:
        asked = pause
        try:
            headers = signed_headers(signing_secret, body, request_id)
            answer = requests.post(url, data=body.encode(), headers=headers, timeout=30)
        except requests.RequestException as error:
            failure = PostError(0, f"Accord gave no answer: {type(error).__name__}")
        else:
            if answer.status_code == 202:
                taken: dict[str, Any] = answer.json()
                return taken
            failure = PostError(answer.status_code, _problem(answer))
            if answer.status_code != 503:
                raise failure
            asked = _retry_after(answer, pause)
        if time.monotonic() + asked > until:
            raise failure
        sleep(asked)
        pause = min(pause * 2, LONGEST_PAUSE)


def _retry_after(answer: requests.Response, otherwise: float) -> float:
    """Seconds, as the answer asks, within reason; it may also name a date, which nobody here does."""
    asked = answer.headers.get("retry-after", "")
    return min(float(asked), LONGEST_PAUSE) if asked.isdigit() else otherwise


def _problem(answer: requests.Response) -> str:
    """What the problem document says; an answer of something in between may be anything."""
    try:
        problem = answer.json()
        said = f"{problem['title']}: {problem['detail']}"
        errors = [f"{each['field']} {each['message']}" for each in problem.get("errors", [])]
    except (ValueError, KeyError, TypeError):
        return f"HTTP {answer.status_code}"
    return " ".join([said, *errors])
