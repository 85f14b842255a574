"""SQS -> Lambda: batching window, size and weight of a batch, and what an answer with failures means, as on AWS.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html and .../with-sqs.html
"""

import threading
import time
from typing import Any

from ministack.services import lambda_svc, sqs

from .provisioning import Properties, before, is_true

MOST_BYTES = 6_000_000  # of one invocation's messages; AWS says 6 MB for the whole event
BACKOFF = 1.0  # seconds without an invocation after one that failed

type Message = dict[str, Any]

_alarms: set[str] = set()  # queues with an open window, at whose end the poller is woken


def mend() -> None:
    """Take batches, and read their answers, as AWS does."""
    before("AWS::Lambda::EventSourceMapping", _read)
    sqs._receive_messages_for_esm = _receive
    lambda_svc._run_sqs_batch = _run


def _read(properties: Properties) -> Properties:
    """Numbers and booleans are words when they came through a parameter."""
    read = {**properties, "Enabled": is_true(properties.get("Enabled", True))}
    if limit := properties.get("ScalingConfig", {}).get("MaximumConcurrency"):
        read["ScalingConfig"] = {"MaximumConcurrency": int(limit)}
    return read


def _receive(queue_url: str, batch_size: int) -> list[Message]:
    """The next batch of a mapping's queue; none while its window is open and the batch could still grow."""
    with sqs._queues_lock:
        queue = sqs._get_q(queue_url)
        sqs._expire_retained(queue)
        sqs._dlq_sweep(queue)
        now = time.time()
        waiting = [message for message in queue["messages"] if message["visible_at"] <= now]
        count = _fitting(waiting, batch_size)
        if 0 < count == len(waiting) < batch_size:
            opened = min(message["visible_at"] for message in waiting)
            still_open = opened + _window(queue["attributes"]["QueueArn"]) - now
            if still_open > 0:
                _look_again(queue_url, still_open)
                return []
        visibility = int(queue["attributes"].get("VisibilityTimeout", "30"))
        batch: list[Message] = sqs._collect_msgs(queue, count, visibility)
        return batch


def _fitting(waiting: list[Message], batch_size: int) -> int:
    """How many of the first messages go into one invocation: at least one, however heavy."""
    weight = 0
    for count, message in enumerate(waiting[:batch_size]):
        weight += len(message["body"].encode())
        if count and weight > MOST_BYTES:
            return count
    return min(len(waiting), batch_size)


def _window(queue_arn: str) -> int:
    mappings = (mapping for _account, _region, mapping in lambda_svc._iter_all_esms())
    windows = (each["MaximumBatchingWindowInSeconds"] for each in mappings if each["EventSourceArn"] == queue_arn)
    return int(next(windows, 0))


def _look_again(queue_url: str, seconds: float) -> None:
    if queue_url in _alarms:
        return

    def ring() -> None:
        _alarms.discard(queue_url)
        lambda_svc._esm_wake.set()

    _alarms.add(queue_url)
    alarm = threading.Timer(seconds, ring)
    alarm.daemon = True
    alarm.start()


def _run(mapping: dict[str, Any], function: Any, event: Any, batch: list[Message], queue_url: str, *_: Any) -> None:
    outcome = lambda_svc._execute_function(function, event)
    answer = outcome.get("body")
    if outcome.get("error"):
        lambda_svc.logger.warning("%s failed on a batch of %s: %s", mapping["FunctionName"], queue_url, answer)
        lambda_svc._esm_backoff_until[mapping["UUID"]] = time.time() + BACKOFF
        return
    reports = "ReportBatchItemFailures" in mapping.get("FunctionResponseTypes", [])
    failed = _failed(answer, {message["id"] for message in batch}) if reports else set()
    done = {message["receipt_handle"] for message in batch if message["id"] not in failed}
    sqs._delete_messages_for_esm(queue_url, done)


def _failed(answer: Any, sent: set[str]) -> set[str]:
    """The failed messages that an answer names; all of them when it names one that was not sent, or makes no sense."""
    if not answer:
        return set()
    try:
        named = {failure["itemIdentifier"] for failure in answer.get("batchItemFailures") or []}
    except (AttributeError, TypeError, KeyError):
        return sent
    return named if named <= sent else sent
