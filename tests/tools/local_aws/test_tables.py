"""DynamoDB: what a stack says of a table, and what the ledger relies on."""

from typing import Any

import pytest

from .conftest import Stack


@pytest.fixture
def table(stack: Stack) -> Any:
    return stack.client("dynamodb")


def key(pk: str, sk: str = "RECORD") -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def test_time_to_live_of_the_template_is_kept(stack: Stack, table: Any) -> None:
    described = table.describe_time_to_live(TableName=stack["Table"])["TimeToLiveDescription"]
    assert described == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}


def test_point_in_time_recovery_of_the_template_is_kept(stack: Stack, table: Any) -> None:
    described = table.describe_continuous_backups(TableName=stack["Table"])["ContinuousBackupsDescription"]
    assert described["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def test_a_sparse_index_holds_only_items_with_its_keys_and_is_read_in_pages(stack: Stack, table: Any) -> None:
    for number in range(7):
        due = {"due_shard": {"S": "sparse"}, "due_at": {"S": f"2026-11-{number:02}"}} if number % 2 else {}
        table.put_item(TableName=stack["Table"], Item=key(f"SPARSE#{number}") | due)
    pages = table.get_paginator("query").paginate(
        TableName=stack["Table"],
        IndexName="due",
        KeyConditionExpression="due_shard = :shard AND due_at < :now",
        ExpressionAttributeValues={":shard": {"S": "sparse"}, ":now": {"S": "2026-12"}},
        PaginationConfig={"PageSize": 2},
    )
    found = [[item["pk"]["S"] for item in page["Items"]] for page in pages]
    assert found == [["SPARSE#1", "SPARSE#3"], ["SPARSE#5"]]


def test_a_refused_write_shows_the_item_that_refused_it(stack: Stack, table: Any) -> None:
    table.put_item(TableName=stack["Table"], Item=key("CLAIM") | {"version": {"N": "5"}})
    with pytest.raises(table.exceptions.ConditionalCheckFailedException) as refused:
        table.update_item(
            TableName=stack["Table"],
            Key=key("CLAIM"),
            UpdateExpression="SET version = :new",
            ConditionExpression="version < :new",
            ExpressionAttributeValues={":new": {"N": "4"}},
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    assert refused.value.response["Item"]["version"] == {"N": "5"}


def test_a_transaction_says_which_of_its_conditions_failed_and_changes_nothing(stack: Stack, table: Any) -> None:
    table.put_item(TableName=stack["Table"], Item=key("TAKEN"))
    puts = [
        {"Put": {"TableName": stack["Table"], "Item": key("FREE")}},
        {
            "Put": {
                "TableName": stack["Table"],
                "Item": key("TAKEN"),
                "ConditionExpression": "attribute_not_exists(pk)",
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        },
    ]
    with pytest.raises(table.exceptions.TransactionCanceledException) as cancelled:
        table.transact_write_items(TransactItems=puts)
    reasons = cancelled.value.response["CancellationReasons"]
    assert [reason["Code"] for reason in reasons] == ["None", "ConditionalCheckFailed"]
    assert reasons[1]["Item"] == key("TAKEN")
    assert "Item" not in table.get_item(TableName=stack["Table"], Key=key("FREE"))


def test_a_batch_reads_a_hundred_items_and_not_one_more(stack: Stack, table: Any) -> None:
    keys = [key("MANY", str(number)) for number in range(101)]
    for start in range(0, 100, 25):
        puts = [{"PutRequest": {"Item": item}} for item in keys[start : start + 25]]
        table.batch_write_item(RequestItems={stack["Table"]: puts})
    found = table.batch_get_item(RequestItems={stack["Table"]: {"Keys": keys[:100]}})
    assert len(found["Responses"][stack["Table"]]) == 100
    with pytest.raises(table.exceptions.ClientError, match="100"):
        table.batch_get_item(RequestItems={stack["Table"]: {"Keys": keys}})


def test_capacity_is_counted(stack: Stack, table: Any) -> None:
    item = key("WEIGHED") | {"text": {"S": "x" * 3000}}
    written = table.put_item(TableName=stack["Table"], Item=item, ReturnConsumedCapacity="TOTAL")
    read = table.get_item(
        TableName=stack["Table"], Key=key("WEIGHED"), ConsistentRead=True, ReturnConsumedCapacity="TOTAL"
    )
    assert (written["ConsumedCapacity"]["CapacityUnits"], read["ConsumedCapacity"]["CapacityUnits"]) == (3.0, 1.0)


def test_capacity_of_a_batch_is_counted_as_well(stack: Stack, table: Any) -> None:
    table.put_item(TableName=stack["Table"], Item=key("HEAVY") | {"text": {"S": "x" * 5000}})
    keys = {"Keys": [key("HEAVY"), key("MISSING")], "ProjectionExpression": "pk"}
    read = table.batch_get_item(RequestItems={stack["Table"]: keys}, ReturnConsumedCapacity="TOTAL")
    assert read["ConsumedCapacity"] == [{"TableName": stack["Table"], "CapacityUnits": 1.5}]
