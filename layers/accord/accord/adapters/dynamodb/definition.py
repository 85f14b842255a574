"""The ledger's table: its keys and its indexes, as `create_table` takes them."""

from typing import Any

BY_ACTIVITY = "by_activity"
BY_AUDIENCE = "by_audience"
BY_DUE = "by_due"
BY_STATUS = "by_status"
TTL_ATTRIBUTE = "expires_at"

TABLE: dict[str, Any] = {
    "AttributeDefinitions": [
        {"AttributeName": "pk", "AttributeType": "S"},
        {"AttributeName": "sk", "AttributeType": "S"},
        {"AttributeName": "due_shard", "AttributeType": "S"},
        {"AttributeName": "due_at", "AttributeType": "S"},
        {"AttributeName": "status_shard", "AttributeType": "S"},
        {"AttributeName": "status_since", "AttributeType": "S"},
        {"AttributeName": "audience_shard", "AttributeType": "S"},
        {"AttributeName": "address_key", "AttributeType": "S"},
        {"AttributeName": "activity_shard", "AttributeType": "S"},
        {"AttributeName": "activity_at", "AttributeType": "S"},
    ],
    "KeySchema": [
        {"AttributeName": "pk", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"},
    ],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": BY_DUE,
            "KeySchema": [
                {"AttributeName": "due_shard", "KeyType": "HASH"},
                {"AttributeName": "due_at", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["connection_id", "member_id"]},
        },
        {
            "IndexName": BY_STATUS,
            "KeySchema": [
                {"AttributeName": "status_shard", "KeyType": "HASH"},
                {"AttributeName": "status_since", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        },
        {
            "IndexName": BY_AUDIENCE,
            "KeySchema": [
                {"AttributeName": "audience_shard", "KeyType": "HASH"},
                {"AttributeName": "address_key", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["seen"]},
        },
        {
            "IndexName": BY_ACTIVITY,
            "KeySchema": [
                {"AttributeName": "activity_shard", "KeyType": "HASH"},
                {"AttributeName": "activity_at", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        },
    ],
    "BillingMode": "PAY_PER_REQUEST",
}
"""The table as `create_table` takes it; template.yaml says the same, and a template test compares them."""
