"""What DynamoDB answers when it does not do as asked, in the words of errors.py; translated here and nowhere else.

No message repeats an item: only the operation and the code of the error are named.
"""

from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004 (botocore's own, not the built-in)
    HTTPClientError,
)

from accord.errors import AccordError, Misconfigured, Retryable

CONFLICTS = frozenset({"TransactionConflict", "TransactionConflictException", "ReplicatedWriteConflictException"})
"""Another write to the same item was under way: the same again, a moment later, may pass."""

BUSY = frozenset(
    {
        "InternalServerError",
        "LimitExceededException",
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingError",
        "ThrottlingException",
        "TransactionInProgressException",
    }
)

FORBIDDEN = frozenset(
    {
        "AccessDeniedException",
        "ExpiredTokenException",
        "InvalidSignatureException",
        "MissingAuthenticationTokenException",
        "ResourceNotFoundException",
        "UnrecognizedClientException",
    }
)


class ConditionFailed(Exception):
    """The condition of a write did not hold. `found`: the item as it stands, where it was asked for."""

    def __init__(self, found: dict[str, Any]) -> None:
        super().__init__("condition failed")
        self.found = found


class Contended(Retryable):
    """Others wrote to the item, time and again. Where that means that another worker was faster, the ledger says so
    instead of raising it."""


def translated(operation: str, error: ClientError | BotoCoreError) -> Exception:
    """The error to raise instead, `from` the one given."""
    if not isinstance(error, ClientError):
        if isinstance(error, HTTPClientError | ConnectionError):
            return Retryable(f"DynamoDB did not answer {operation}", effect_unknown=False)
        return Misconfigured(f"DynamoDB can not be called for {operation}: {type(error).__name__}")
    response: dict[str, Any] = dict(error.response)
    code = response["Error"].get("Code", "")
    codes = {reason.get("Code", "None") for reason in response.get("CancellationReasons", ())} or {code}
    if codes & {"ConditionalCheckFailed", "ConditionalCheckFailedException"}:
        return ConditionFailed(response.get("Item", {}))
    if codes & CONFLICTS:
        return Contended(f"DynamoDB is busy: others write what {operation} writes", effect_unknown=False)
    if codes & BUSY or response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400) >= 500:
        return Retryable(f"DynamoDB is busy: {operation} got {code}", effect_unknown=False)
    if codes & FORBIDDEN:
        return Misconfigured(f"DynamoDB refuses {operation}: {code}; see the function's policy and the table's name")
    return AccordError(f"DynamoDB does not understand {operation}: {code}")
