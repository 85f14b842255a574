"""DynamoDB: BatchGetItem tells the capacity it consumed, as every other call here does."""

import json
import math
from typing import Any

from ministack.services import dynamodb

READ_UNIT = 4096  # bytes


def mend() -> None:
    """Add `ConsumedCapacity` to the answer to a BatchGetItem that asks for it."""
    read = dynamodb._batch_get_item

    def read_and_count(request: dict[str, Any]) -> Any:
        status, headers, body = read(request)
        if status != 200 or request.get("ReturnConsumedCapacity", "NONE") == "NONE":
            return status, headers, body
        consumed = [
            {"TableName": table, "CapacityUnits": _units(table, asked)}
            for table, asked in request["RequestItems"].items()
        ]
        return dynamodb.json_response(json.loads(body) | {"ConsumedCapacity": consumed})

    dynamodb._batch_get_item = read_and_count


def _units(name: str, asked: dict[str, Any]) -> float:
    """A unit per item and 4 KB read consistently, half a unit otherwise; an item that is not there costs the least."""
    table = dynamodb._tables[dynamodb._normalize_table_name(name)]
    each = 1.0 if asked.get("ConsistentRead") else 0.5
    return sum(each * math.ceil(_weight(table, key) / READ_UNIT) for key in asked["Keys"])


def _weight(table: dict[str, Any], key: dict[str, Any]) -> int:
    hash_key, range_key, _error = dynamodb._resolve_table_key_values(table, key, allow_extra=False)
    item = table["items"].get(hash_key, {}).get(range_key)
    return int(dynamodb._item_size_bytes(item)) if item else 1
