"""One DynamoDB table as the ledger uses it: conditional writes, transactions, reads in bulk, several at a time."""

import itertools
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from botocore.exceptions import BotoCoreError, ClientError

from accord.adapters.dynamodb.errors import ConditionFailed, Contended, translated
from accord.adapters.dynamodb.items import Item
from accord.errors import AccordError, Retryable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

type OnConsumed = Callable[[str, float, float], None]
"""Told after every call: the operation, and the read and write units that it consumed."""

SHARED = 50
"""Writes of several members in one transaction; DynamoDB takes 100, but the more there are, the more fail together."""
READS = frozenset({"get_item", "batch_get_item", "query"})

_ATTEMPTS = 6
_FIRST_PAUSE = 0.03


@dataclass(frozen=True, slots=True)
class Write:
    """One put or update, alone or within a transaction; what it may find is said by its condition."""

    verb: Literal["put", "update"]
    arguments: dict[str, Any]

    @property
    def key(self) -> tuple[str, str]:
        """Which item it writes."""
        item = self.arguments.get("Key") or self.arguments["Item"]
        return item["pk"]["S"], item["sk"]["S"]


type Values = Mapping[str, str | int]
"""What the `:names` of an expression stand for."""

NOTHING: Mapping[str, str] = MappingProxyType({})


def put(item: Item, condition: str = "", values: Values = NOTHING) -> Write:
    """Store the item over what is there, if the condition holds."""
    return Write("put", {"Item": item} | _expressions({"ConditionExpression": condition}, {}, values))


def update(
    key: Item, change: str, condition: str = "", values: Values = NOTHING, names: Mapping[str, str] = NOTHING
) -> Write:
    """Change attributes of one item, if the condition holds; without a condition it is created when missing."""
    texts = {"UpdateExpression": change, "ConditionExpression": condition}
    return Write("update", {"Key": key} | _expressions(texts, names, values))


def _expressions(texts: Mapping[str, str], names: Mapping[str, str], values: Values) -> dict[str, Any]:
    typed = {f":{name}": {"N": str(v)} if isinstance(v, int) else {"S": v} for name, v in values.items()}
    named = {"ExpressionAttributeNames": dict(names), "ExpressionAttributeValues": typed}
    return {name: given for name, given in {**texts, **named}.items() if given}


class Table:
    """The calls to one table. All of them raise `Retryable` or `Misconfigured` (errors.py).

    Botocore repeats what was throttled or got no answer; what is repeated here is only what it does not know of:
    items left over by a batch, and writes that met another write.
    """

    def __init__(
        self, client: "DynamoDBClient", name: str, workers: int = 4, on_consumed: OnConsumed | None = None
    ) -> None:
        self._client = client
        self._name = name
        self._pool = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="ledger")
        self._on_consumed = on_consumed

    def each[T, R](self, function: Callable[[T], R], values: Iterable[T]) -> list[R]:
        """The function of every value, several at a time. All have ended before the first error is raised.

        Not to be called within such a function: it would wait for its own thread.
        """
        futures = [self._pool.submit(function, value) for value in values]
        wait(futures)
        return [future.result() for future in futures]

    def get(self, key: Item) -> Item | None:
        """The item, read consistently."""
        response = self._call("get_item", TableName=self._name, Key=key, ConsistentRead=True)
        found: Item | None = response.get("Item")
        return found

    def get_many(self, keys: Iterable[Item], *, consistent: bool, only: Sequence[str] = ()) -> list[Item]:
        """The items there are, in no order, whole or only these attributes; the keys must differ."""
        projection = {"ProjectionExpression": ", ".join(only)} if only else {}

        def get_chunk(chunk: Sequence[Item]) -> list[Item]:
            found: list[Item] = []
            for _ in _turns():
                request = {self._name: {"Keys": list(chunk), "ConsistentRead": consistent, **projection}}
                response = self._call("batch_get_item", RequestItems=request)
                found += response["Responses"].get(self._name, [])
                chunk = response.get("UnprocessedKeys", {}).get(self._name, {}).get("Keys", [])
                if not chunk:
                    return found
            raise Retryable("DynamoDB is busy: batch_get_item left keys unread", effect_unknown=False)

        chunks = itertools.batched(keys, 100, strict=False)  # the most that one BatchGetItem takes
        return list(itertools.chain.from_iterable(self.each(get_chunk, chunks)))

    def put_many(self, items: Iterable[Item]) -> None:
        """Store the items without any condition; the same key given twice is written once."""
        different = {(item["pk"]["S"], item["sk"]["S"]): item for item in items}
        self._write_many([{"PutRequest": {"Item": item}} for item in different.values()])

    def delete_many(self, keys: Iterable[Item]) -> None:
        """Delete the items, if they are there."""
        self._write_many([{"DeleteRequest": {"Key": key}} for key in keys])

    def _write_many(self, requests: Sequence[dict[str, Any]]) -> None:
        def write_chunk(chunk: Sequence[dict[str, Any]]) -> None:
            left = list(chunk)
            for _ in _turns():
                response = self._call("batch_write_item", RequestItems={self._name: left})
                left = response.get("UnprocessedItems", {}).get(self._name, [])
                if not left:
                    return
            raise Retryable("DynamoDB is busy: batch_write_item left items unwritten", effect_unknown=False)

        self.each(write_chunk, itertools.batched(requests, 25, strict=False))  # the most that one call takes

    def query(
        self,
        condition: str,
        values: Values,
        *,
        limit: int,
        index: str | None = None,
        descending: bool = False,
        start: Item | None = None,
    ) -> tuple[list[Item], Item | None]:
        """One page of the items under a key condition, and where the next page starts. Consistent, save on an index."""
        arguments: dict[str, Any] = {
            "TableName": self._name,
            "KeyConditionExpression": condition,
            "Limit": limit,
            "ScanIndexForward": not descending,
        } | _expressions({}, {}, values)
        if index is None:
            arguments["ConsistentRead"] = True
        else:
            arguments["IndexName"] = index
        if start is not None:
            arguments["ExclusiveStartKey"] = start
        response = self._call("query", **arguments)
        return response["Items"], response.get("LastEvaluatedKey")

    def all(
        self,
        condition: str,
        values: Values,
        *,
        a_page: int,
        index: str | None = None,
        descending: bool = False,
        start: Item | None = None,
    ) -> Iterator[Item]:
        """All items under a key condition, from `start` on; so many with each call, made when they are needed."""
        while True:
            page, start = self.query(condition, values, limit=a_page, index=index, descending=descending, start=start)
            yield from page
            if start is None:
                return

    def count(self, condition: str, values: Values, *, index: str) -> int:
        """How many items an index has under a key condition."""
        arguments: dict[str, Any] = {"TableName": self._name, "IndexName": index, "Select": "COUNT"}
        arguments |= {"KeyConditionExpression": condition} | _expressions({}, {}, values)
        total = 0
        while True:
            response = self._call("query", **arguments)
            total += int(response["Count"])
            if "LastEvaluatedKey" not in response:
                return total
            arguments["ExclusiveStartKey"] = response["LastEvaluatedKey"]

    def write(self, write: Write) -> bool:
        """Whether the write was done; not, when its condition failed."""
        return self._attempt(f"{write.verb}_item", TableName=self._name, **write.arguments) is None

    def put_or_find(self, write: Write) -> Item | None:
        """Nothing when the item was put; else the one that stands there and made the condition fail."""
        returning = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
        return self._attempt("put_item", TableName=self._name, **returning, **write.arguments)

    def take(self, key: Item) -> Item | None:
        """Delete the item, and what it was; None where there is none. Of several who take it, one gets it."""
        arguments = {"Key": key, "ConditionExpression": "attribute_exists(pk)", "ReturnValues": "ALL_OLD"}
        try:
            taken: Item | None = self._call("delete_item", TableName=self._name, **arguments).get("Attributes")
        except ConditionFailed:
            return None
        return taken

    def transact(self, writes: Sequence[Write]) -> bool:
        """Whether all of the writes were done, 100 at most; else none of them was: a condition failed, or other
        workers kept writing the same items. A single one needs no transaction, at half the price."""
        items = [{write.verb.capitalize(): {"TableName": self._name} | write.arguments} for write in writes]
        try:
            if len(writes) == 1:
                return self.write(writes[0])
            return self._attempt("transact_write_items", TransactItems=items) is None
        except Contended:
            return False

    def transact_all(self, wanted: Sequence[Sequence[Write]]) -> list[bool | AccordError]:
        """For each list of writes: whether all of it was done, or the error met. Several lists share a transaction,
        since a call costs more time than a write; where that fails, each is tried alone."""

        def together(indexes: Sequence[int]) -> list[tuple[int, bool | AccordError]]:
            if len(indexes) > 1 and self._done([write for index in indexes for write in wanted[index]]) is True:
                return [(index, True) for index in indexes]
            return [(index, self._done(wanted[index])) for index in indexes]

        outcomes = dict(itertools.chain.from_iterable(self.each(together, _shared(wanted))))
        return [outcomes[index] for index in range(len(wanted))]

    def _done(self, writes: Sequence[Write]) -> bool | AccordError:
        try:
            return self.transact(writes)
        except AccordError as error:
            return error

    def _attempt(self, operation: str, **arguments: Any) -> Item | None:
        """Nothing when it was done; else what a condition that failed found. What meets another write is repeated:
        DynamoDB refuses a write to an item that a transaction is about to change."""
        for is_last in _turns():
            try:
                self._call(operation, **arguments)
            except ConditionFailed as failed:
                return failed.found
            except Contended:
                if is_last:
                    raise
            else:
                break
        return None

    def _call(self, operation: str, **arguments: Any) -> dict[str, Any]:
        if self._on_consumed is not None:
            arguments["ReturnConsumedCapacity"] = "TOTAL"
        try:
            response: dict[str, Any] = getattr(self._client, operation)(**arguments)
        except (ClientError, BotoCoreError) as error:
            raise translated(operation, error) from error
        if self._on_consumed is not None:
            consumed = response.get("ConsumedCapacity", [])
            parts = [consumed] if isinstance(consumed, dict) else consumed
            units = sum(float(part["CapacityUnits"]) for part in parts)
            self._on_consumed(operation, *((units, 0.0) if operation in READS else (0.0, units)))
        return response


def _shared(wanted: Sequence[Sequence[Write]]) -> Iterator[list[int]]:
    """Which lists of writes go into one transaction: no item may be in it twice. A single write stays alone, since
    it needs no transaction at twice the price."""
    group: list[int] = []
    taken: set[tuple[str, str]] = set()
    for index, writes in enumerate(wanted):
        if len(writes) == 1:
            yield [index]
            continue
        items = {write.key for write in writes}
        if group and (taken & items or len(taken) + len(items) > SHARED):
            yield group
            group, taken = [], set()
        group.append(index)
        taken |= items
    if group:
        yield group


def _turns() -> Iterator[bool]:
    """Six turns, with growing, jittered pauses between them, about a second in all: whether it is the last one."""
    for turn in range(_ATTEMPTS):
        if turn:
            time.sleep(random.uniform(0.0, _FIRST_PAUSE * 2**turn))
        yield turn == _ATTEMPTS - 1
