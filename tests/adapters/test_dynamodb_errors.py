"""What the ledger makes of DynamoDB's refusals, of answers that got lost, and of batches left unfinished."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, ReadTimeoutError

from accord.adapters.dynamodb import table as dynamodb_table
from accord.adapters.dynamodb.items import address_item, record_item
from accord.adapters.dynamodb.ledger import DynamoDBLedger
from accord.domain.address import Address
from accord.domain.reasons import Status
from accord.errors import AccordError, Misconfigured, Retryable
from accord.ports import Claim, Settlement
from tests.adapters.ledger_values import (
    AUDIENCE,
    BARN,
    NEIGHBOUR,
    NOON,
    claimed,
    event,
    holder,
    intent,
    later,
    record,
    settled,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SECRET = "ottoline@otters.test"


class ScriptedClient:
    """Answers each call by the next line of its script, the last line for ever."""

    def __init__(self, *script: Exception | dict[str, Any] | Callable[[str, dict[str, Any]], dict[str, Any]]) -> None:
        self.script = list(script)
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, operation: str) -> Callable[..., dict[str, Any]]:
        def call(**arguments: Any) -> dict[str, Any]:
            self.calls.append((operation, arguments))
            line = self.script.pop(0) if len(self.script) > 1 else self.script[0]
            if isinstance(line, Exception):
                raise line
            return line(operation, arguments) if callable(line) else line

        return call


def ledger_on(client: ScriptedClient) -> DynamoDBLedger:
    return DynamoDBLedger(cast("DynamoDBClient", client), "the-table", workers=1)


def error(code: str, status: int = 400, **further: Any) -> ClientError:
    response: Any = {
        "Error": {"Code": code, "Message": f"about {SECRET}"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(response | further, "Anything")


def cancelled(*codes: str) -> ClientError:
    return error("TransactionCanceledException", CancellationReasons=[{"Code": code} for code in codes])


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dynamodb_table, "_FIRST_PAUSE", 0.0)


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (error("ProvisionedThroughputExceededException"), Retryable),
        (error("ThrottlingException"), Retryable),
        (error("RequestLimitExceeded"), Retryable),
        (error("InternalServerError", 500), Retryable),
        (error("SomethingNew", 503), Retryable),
        (ReadTimeoutError(endpoint_url="https://dynamodb.test"), Retryable),
        (EndpointConnectionError(endpoint_url="https://dynamodb.test"), Retryable),
        (error("AccessDeniedException"), Misconfigured),
        (error("ResourceNotFoundException"), Misconfigured),
        (error("UnrecognizedClientException"), Misconfigured),
        (NoCredentialsError(), Misconfigured),
        (error("ValidationException"), AccordError),
    ],
    ids=str,
)
def test_errors_are_named_for_their_remedy_and_keep_their_cause(raised: Exception, expected: type[AccordError]) -> None:
    with pytest.raises(AccordError) as caught:
        ledger_on(ScriptedClient(raised)).connection(BARN)

    assert type(caught.value) is expected
    assert caught.value.__cause__ is raised
    assert SECRET not in str(caught.value)
    assert getattr(caught.value, "effect_unknown", False) is False


def test_a_write_that_meets_another_is_tried_again() -> None:
    client = ScriptedClient(cancelled("None", "TransactionConflict", "None"), error("TransactionConflictException"), {})

    assert ledger_on(client).save_intents(AUDIENCE, [intent(record("otter"), ("k-otter", holder("otter")))]) == set()
    assert [operation for operation, _ in client.calls] == ["transact_write_items"] * 3 + ["update_item"]


def test_who_meets_other_writes_all_the_time_has_lost() -> None:
    client = ScriptedClient(cancelled("TransactionConflict", "None"))

    assert ledger_on(client).save_intents(AUDIENCE, [intent(record("otter"), ("k-otter", holder("otter")))]) == {
        "otter"
    }
    assert ledger_on(client).claim(AUDIENCE, [Claim(claimed(Address(key="k-otter"), "tick"), 0)]) == {"k-otter"}


def test_a_touch_that_could_not_be_made_is_not_passed_over() -> None:
    with pytest.raises(Retryable):
        ledger_on(ScriptedClient(error("TransactionConflictException"))).touch(BARN, ["otter"], NOON, NEIGHBOUR)


def test_a_failed_condition_is_a_loss_whatever_else_was_in_the_way() -> None:
    client = ScriptedClient(cancelled("TransactionConflict", "ConditionalCheckFailed"))

    assert ledger_on(client).settle(AUDIENCE, [Settlement(record("otter"), events=(event("otter", 1),))]) == {
        "otter": False
    }
    assert len(client.calls) == 1


def test_a_throttled_transaction_is_for_later() -> None:
    with pytest.raises(Retryable):
        ledger_on(ScriptedClient(cancelled("None", "ThrottlingError"))).settle(
            AUDIENCE, [Settlement(record("otter"), events=(event("otter", 1),))]
        )


def test_a_claim_whose_answer_got_lost_is_known_again() -> None:
    wanted = claimed(Address(key="k-otter", revision=4), "tick")
    other = claimed(Address(key="k-otter", revision=4), "tock")
    claim = Claim(wanted, 4)

    mine = error("ConditionalCheckFailedException", Item=address_item(AUDIENCE, wanted, 5))
    theirs = error("ConditionalCheckFailedException", Item=address_item(AUDIENCE, other, 5))

    assert ledger_on(ScriptedClient(mine)).claim(AUDIENCE, [claim]) == set()
    assert ledger_on(ScriptedClient(theirs)).claim(AUDIENCE, [claim]) == {"k-otter"}


def test_keys_left_unread_are_read_in_the_next_turn() -> None:
    otter, beaver = record("otter"), record("beaver")

    def one_at_a_time(_operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        first, *rest = arguments["RequestItems"]["the-table"]["Keys"]
        answer = {"Responses": {"the-table": [record_item(otter if "otter" in first["pk"]["S"] else beaver)]}}
        return answer | ({"UnprocessedKeys": {"the-table": {"Keys": rest}}} if rest else {})

    found = ledger_on(ScriptedClient(one_at_a_time)).records(BARN, ["otter", "beaver"])

    assert found == {"otter": otter.stored, "beaver": beaver.stored}


def test_items_left_unwritten_are_written_in_the_next_turn() -> None:
    written: list[str] = []

    def one_at_a_time(_operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        first, *rest = arguments["RequestItems"]["the-table"]
        written.append(first["PutRequest"]["Item"]["sk"]["S"])
        return {"UnprocessedItems": {"the-table": rest} if rest else {}}

    ledger_on(ScriptedClient(one_at_a_time)).add_events(BARN, [event("otter", number) for number in (1, 2, 3)])

    assert written == [f"EVENT#{event('otter', number).id}" for number in (1, 2, 3)]


def test_a_batch_that_never_gets_through_is_for_later() -> None:
    def nothing(_operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        left = arguments["RequestItems"]
        return {"Responses": {}, "UnprocessedKeys": left, "UnprocessedItems": left}

    with pytest.raises(Retryable):
        ledger_on(ScriptedClient(nothing)).records(BARN, ["otter"])
    with pytest.raises(Retryable):
        ledger_on(ScriptedClient(nothing)).add_events(BARN, [event("otter", 1)])


def test_what_was_settled_is_counted_before_the_failure_of_another_is_raised() -> None:
    def all_but_the_beaver(operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        if operation == "put_item" and "beaver" in arguments["Item"]["pk"]["S"]:
            raise error("ThrottlingException")
        return {}

    client = ScriptedClient(all_but_the_beaver)

    with pytest.raises(Retryable):
        ledger_on(client).settle(AUDIENCE, [Settlement(settled(record(name))) for name in ("beaver", "otter")])

    operation, arguments = client.calls[-1]
    assert operation == "update_item"
    assert arguments["Key"]["sk"] == {"S": Status.SYNCED.value}
    assert arguments["ExpressionAttributeValues"] == {":change": {"N": "1"}}


def test_a_count_that_fails_does_not_undo_what_it_counts() -> None:
    def no_counts(operation: str, _arguments: dict[str, Any]) -> dict[str, Any]:
        if operation == "update_item":
            raise error("ThrottlingException")
        return {}

    outcome = ledger_on(ScriptedClient(no_counts)).settle(AUDIENCE, [Settlement(settled(record("otter")))])

    assert outcome == {"otter": True}


def test_a_list_goes_on_where_dynamodb_cut_it() -> None:
    lines = [event("otter", number) for number in (3, 2, 1)]

    def one_at_a_time(_operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        start = arguments.get("ExclusiveStartKey", {}).get("sk", {"S": ""})["S"]
        index = next((n + 1 for n, line in enumerate(lines) if start == f"EVENT#{line.id}"), 0)
        pk, sk = {"S": f"MEMBER#{BARN}#otter"}, {"S": f"EVENT#{lines[index].id}"}
        answer = {"Items": [{"pk": pk, "sk": sk, "body": {"S": lines[index].model_dump_json()}}]}
        return answer | ({"LastEvaluatedKey": {"pk": pk, "sk": sk}} if index < 2 else {})

    page = ledger_on(ScriptedClient(one_at_a_time)).history(BARN, "otter", None, 10)

    assert (page.items, page.next) == (lines, None)
    assert lines[0].at == later(minutes=3)
