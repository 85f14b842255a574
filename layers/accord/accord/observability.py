"""Logs and metrics, the same for every function. They carry ids of messages and counts, never what was sent.

powertools reads LOG_LEVEL by itself.
"""

import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

NAMESPACE = "Accord"

type Handler[Answer] = Callable[[dict[str, Any], LambdaContext], Answer]


class UnexpectedError(RuntimeError):
    """An error of Accord's own, said again without its text, which may repeat what was sent."""


def logger_of(function: str) -> Logger:
    """The structured log of a function."""
    return Logger(service=function)


def metrics_of(function: str) -> Metrics:
    """The metrics of a function, written into its log."""
    return Metrics(namespace=NAMESPACE, service=function)


def count(metrics: Metrics, name: str, value: int) -> None:
    """One business metric."""
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)


def deadline(context: "LambdaContext", margin: timedelta) -> datetime:
    """When to stop taking work: `margin` before Lambda ends the invocation, but no sooner than after half of its
    time, so that a timeout that was set too short makes it slow, not idle."""
    remaining = timedelta(milliseconds=context.get_remaining_time_in_millis())
    return datetime.now(UTC) + max(remaining - margin, remaining / 2)


def discreet[Answer](logger: Logger, metrics: Metrics) -> Callable[[Handler[Answer]], Handler[Answer]]:
    """Lambda prints the text of an error that leaves a handler. This one logs its kind and place instead, counts
    it, and ends the invocation with an error that says no more."""

    def around(handler: Handler[Answer]) -> Handler[Answer]:
        @wraps(handler)
        def wrapped(event: dict[str, Any], context: "LambdaContext") -> Answer:
            try:
                return handler(event, context)
            except Exception as error:  # noqa: BLE001 - the edge
                logger.error("failed", extra=described(error))  # noqa: TRY400 - the traceback ends in the error's text
                count(metrics, "InvocationsFailed", 1)
                raise UnexpectedError(type(error).__name__) from None

        return wrapped

    return around


def described(error: BaseException) -> dict[str, object]:
    """An error for the log: its kind, and where it came from, innermost last; no values."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    return {
        "error": type(error).__name__,
        "at": [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames],
    }
