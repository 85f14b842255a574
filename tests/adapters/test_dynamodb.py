"""What the ledger leaves in its table, and what it asks of DynamoDB: items, expiry, calls."""

from collections import Counter

import pytest

from accord.adapters.dynamodb.items import INDEX_SHARDS
from accord.adapters.dynamodb.ledger import DynamoDBLedger
from accord.domain.address import MAX_HOLDERS, Address
from accord.domain.consent import Statement
from accord.domain.reasons import Status
from accord.ports import Claim, Settlement
from tests.adapters.conftest import FreshTable
from tests.adapters.ledger_values import (
    AUDIENCE,
    BARN,
    NOON,
    claimed,
    connection,
    event,
    holder,
    intent,
    latecomer,
    later,
    opted_out_at,
    record,
    settled,
    statement,
)


class Meter:
    """Counts the calls to DynamoDB, by operation."""

    def __init__(self, table: FreshTable) -> None:
        self.calls: Counter[str] = Counter()
        self.units = 0.0
        self.ledger = table.ledger(on_consumed=self)

    def __call__(self, operation: str, read: float, written: float) -> None:
        self.calls[operation] += 1
        self.units += read + written

    def taken(self) -> dict[str, int]:
        """The calls since last asked."""
        calls, self.calls = dict(self.calls), Counter()
        return calls


def test_items_are_where_the_design_says(dynamodb_ledger: DynamoDBLedger, table: FreshTable) -> None:
    late, said = latecomer("m-17", NOON), statement("Yes to otters")
    dynamodb_ledger.save_connection(connection())
    dynamodb_ledger.remember_request(BARN, "msg_1", NOON)
    wanted = intent(record("m-17"), ("k-otter", holder("m-17")), statements=(said,), superseded=(late,))
    dynamodb_ledger.save_intents(AUDIENCE, [wanted])

    found = sorted(
        (item["pk"].rstrip("0123") if item["pk"].startswith("COUNT") else item["pk"], item["sk"].split("#")[0])
        for item in table.items()
    )

    assert found == [
        ("ADDRESS#a0b1c2d3e4#k-otter", "HOLDER"),
        ("ADDRESS#a0b1c2d3e4#k-otter", "SUMMARY"),
        ("CONNECTION#the-barn", "SETTINGS"),
        ("CONNECTIONS", "the-barn"),
        ("COUNT#the-barn#", "pending"),
        ("MEMBER#the-barn#m-17", "CONSENT"),
        ("MEMBER#the-barn#m-17", "EVENT"),
        ("MEMBER#the-barn#m-17", "RECORD"),
        ("REQUEST#the-barn#msg_1", "REQUEST"),
    ]


def test_requests_and_history_expire_and_consent_never_does(table: FreshTable) -> None:
    ledger = table.ledger(history_days=30)
    ledger.remember_request(BARN, "msg_1", NOON)
    ledger.add_events(BARN, [event("otter", 1)])
    ledger.save_intents(AUDIENCE, [intent(record("otter"), statements=(statement("Yes to otters"),))])

    expires = {item["sk"].split("#")[0]: item.get("expires_at") for item in table.items()}

    assert expires == {
        "REQUEST": str(int(later(days=14).timestamp())),
        "EVENT": str(int(later(days=30, minutes=1).timestamp())),
        "CONSENT": None,
        "RECORD": None,
        "pending": None,
    }


def test_every_statement_is_kept_once_however_often_it_is_delivered(
    dynamodb_ledger: DynamoDBLedger, table: FreshTable
) -> None:
    said = [statement(words) for words in ("Yes to otters", "Yes to otters", "Yes to beavers")]
    known = record("otter")
    for _ in range(2):
        dynamodb_ledger.save_intents(AUDIENCE, [intent(known, statements=tuple(said))])
        known = known.stored

    kept = [item["body"] for item in table.items() if item["sk"].startswith("CONSENT#")]

    assert sorted(map(Statement.model_validate_json, kept), key=str) == sorted(said[1:], key=str)


def test_an_intent_larger_than_a_transaction_is_stored_whole(
    dynamodb_ledger: DynamoDBLedger, table: FreshTable
) -> None:
    said = tuple(statement(f"Wording {number}", later(seconds=number)) for number in range(70))
    late = tuple(latecomer("nomad", NOON, number) for number in range(40))
    places = tuple((f"k-{number:03d}", holder("nomad")) for number in range(120))

    assert (
        dynamodb_ledger.save_intents(AUDIENCE, [intent(record("nomad"), *places, statements=said, superseded=late)])
        == set()
    )

    kinds = Counter(item["sk"].split("#")[0] for item in table.items())
    assert kinds == {"RECORD": 1, "CONSENT": 70, "EVENT": 40, "HOLDER": 120, "SUMMARY": 120, "pending": 1}


def test_an_opt_out_of_one_who_left_is_found_behind_a_crowd_of_others(dynamodb_ledger: DynamoDBLedger) -> None:
    crowd = [holder(f"m-{number:03d}", until=later(days=1)) for number in range(120)]
    grumpy = holder("000", until=later(days=1), memory=opted_out_at(later(days=1)))
    dynamodb_ledger.save_intents(
        AUDIENCE, [intent(record(one.member_id), ("k-office", one)) for one in (grumpy, *crowd)]
    )

    assert grumpy in dynamodb_ledger.addresses(AUDIENCE, ["k-office"])["k-office"].holders


def test_an_address_of_thousands_is_not_read_to_its_end(table: FreshTable) -> None:
    meter = Meter(table)
    crowd = [record(f"m-{number:03d}") for number in range(120)]
    meter.ledger.save_intents(AUDIENCE, [intent(one, ("k-noreply", holder(one.member_id))) for one in crowd])
    meter.taken()

    seen = meter.ledger.addresses(AUDIENCE, ["k-noreply"])["k-noreply"]

    assert len(seen.current_holders) == MAX_HOLDERS + 1
    assert seen.revision == 120
    assert meter.taken() == {"query": 1}


def test_calls_are_as_few_as_can_be(table: FreshTable) -> None:
    meter = Meter(table)
    choir = [record(f"singer-{number}", due_at=NOON) for number in range(100)]

    meter.ledger.save_intents(AUDIENCE, [intent(one) for one in choir])
    assert meter.taken() == {"put_item": 100, "update_item": 1}

    found = meter.ledger.records(BARN, [one.member_id for one in choir])
    assert meter.taken() == {"batch_get_item": 1}

    meter.ledger.save_intents(AUDIENCE, [intent(found["singer-7"], ("k-otter", holder("singer-7")))])
    assert meter.taken() == {"transact_write_items": 1}

    free = meter.ledger.addresses(AUDIENCE, ["k-otter"])["k-otter"]
    meter.ledger.claim(AUDIENCE, [Claim(claimed(free, "tick"), free.revision)])
    assert meter.taken() == {"query": 1, "put_item": 1}

    settlements = [Settlement(settled(one)) for one in found.values() if one.member_id != "singer-7"]
    own = Settlement(settled(found["singer-7"].stored), (free,), "tick", (event("singer-7", 1),))
    assert all(meter.ledger.settle(AUDIENCE, [*settlements, own]).values())
    assert meter.taken() == {"put_item": 99, "transact_write_items": 1, "update_item": 2}

    meter.ledger.add_events(BARN, [event("otter", number) for number in range(30)])
    assert meter.taken() == {"batch_write_item": 2}

    meter.ledger.history(BARN, "otter", None, 20)
    assert meter.taken() == {"query": 1}

    meter.ledger.due(NOON, 100, urgent=False)
    assert meter.taken() == {"query": 16}

    assert len(meter.ledger.members(BARN, Status.SYNCED, None, 20).items) == 20
    assert meter.taken() == {"query": 16, "batch_get_item": 1}

    assert meter.ledger.counts(BARN) == {Status.SYNCED: 100}
    assert meter.taken() == {"query": 4}
    assert meter.units > 0


def test_a_member_who_changed_since_the_index_was_written_is_not_in_the_list_of_the_former_status(
    dynamodb_ledger: DynamoDBLedger, table: FreshTable
) -> None:
    dynamodb_ledger.save_intents(AUDIENCE, [intent(record("otter"))])
    table.client.update_item(
        TableName=table.name,
        Key={"pk": {"S": f"MEMBER#{BARN}#otter"}, "sk": {"S": "RECORD"}},
        UpdateExpression="SET status_shard = :lagging",
        ExpressionAttributeValues={":lagging": {"S": f"STATUS#{BARN}#failed#0"}},
    )

    assert dynamodb_ledger.members(BARN, Status.FAILED, None, 10).items == []
    assert [found.member_id for found in dynamodb_ledger.members(BARN, None, None, 10).items] == ["otter"]


def test_a_member_whose_status_changes_between_two_queries_of_a_list_is_in_it_once(table: FreshTable) -> None:
    otter = record("otter")
    ledger = table.ledger(on_consumed=lambda operation, *_: change() if operation == "query" else None)
    ledger.save_intents(AUDIENCE, [intent(otter)])
    queries = iter(range(1000))

    def change() -> None:
        if next(queries) == INDEX_SHARDS - 1:  # those who are pending were listed; those who are synced come next
            table.ledger().settle(AUDIENCE, [Settlement(settled(otter.stored))])

    assert [found.status for found in ledger.members(BARN, None, None, 10).items] == [Status.SYNCED]


def test_a_cursor_opens_only_the_list_that_gave_it(dynamodb_ledger: DynamoDBLedger) -> None:
    dynamodb_ledger.save_intents(AUDIENCE, [intent(record(f"otter-{number}")) for number in range(3)])
    dynamodb_ledger.add_events(BARN, [event("otter", 1), event("otter", 2)])
    members = dynamodb_ledger.members(BARN, Status.PENDING, None, 1).next
    history = dynamodb_ledger.history(BARN, "otter", None, 1).next

    for status, cursor in ((Status.FAILED, members), (None, members), (Status.PENDING, history)):
        with pytest.raises(ValueError, match="cursor"):
            dynamodb_ledger.members(BARN, status, cursor, 1)
    for member_id, cursor in (("otter", members), ("beaver", history)):
        with pytest.raises(ValueError, match="cursor"):
            dynamodb_ledger.history(BARN, member_id, cursor, 1)


def test_an_address_is_not_settled_without_a_token(dynamodb_ledger: DynamoDBLedger) -> None:
    with pytest.raises(ValueError, match="token"):
        dynamodb_ledger.settle(AUDIENCE, [Settlement(record("otter"), (Address(key="k-otter"),))])
