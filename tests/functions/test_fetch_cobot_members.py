"""`fetch_cobot_members`: what the handler makes of a batch, with Cobot as the simulator plays it."""

import json
from collections.abc import Iterator

import boto3
import pytest

from accord.adapters.sqs.fetches import decode_fetch
from accord.domain.changes import Upserted
from accord.domain.cobot import Cobot
from accord.domain.connection import ConnectionState
from tests.functions.conftest import MAILCHIMP_KEY, Stack, event
from tools.cobot_simulator import CobotSimulator

FUNCTION = "fetch_cobot_members"


@pytest.fixture
def cobot() -> Iterator[CobotSimulator]:
    with CobotSimulator() as running:
        yield running


@pytest.fixture
def hive(stack: Stack, cobot: CobotSimulator) -> Stack:
    """The stack, whose connection is to a space of the simulator."""
    opened = cobot.tell("spaces", space="beehive")
    space = Cobot(space="beehive", base_url=opened["url"], consent_field="Newsletter")
    stack.ledger.save_connection(stack.connection.model_copy(update={"cobot": space}))
    document = {"mailchimp_api_key": MAILCHIMP_KEY, "cobot_access_token": opened["token"]}
    boto3.client("secretsmanager").put_secret_value(
        SecretId=stack.secrets["connection"], SecretString=json.dumps(document)
    )
    return stack


def joins(cobot: CobotSimulator, name: str) -> str:
    member_id: str = cobot.tell(
        "spaces/beehive/members", name=name, email="queen@hive.test", custom_fields={"Newsletter": "yes"}
    )["id"]
    return member_id


def test_all_members_are_read_and_queued_behind_single_changes(hive: Stack, cobot: CobotSimulator) -> None:
    queen = joins(cobot, "Queen Bee")

    assert hive.invoke(FUNCTION, event(f"{FUNCTION}.everybody")) == {"batchItemFailures": []}

    ((message,), single) = hive.queued("bulk-changes"), hive.queued("member-changes")
    (change,) = [arrived.change for arrived in message.changes]
    assert isinstance(change, Upserted)
    assert (change.id, change.member.first_name, single) == (queen, "Queen", [])
    assert change.member.consent is not None
    assert change.member.consent.source == "Cobot: Newsletter"


def test_a_member_that_is_gone_has_left_and_what_nobody_can_read_fails_alone(
    hive: Stack, cobot: CobotSimulator
) -> None:
    batch = event(f"{FUNCTION}.batch")

    answer = hive.invoke(FUNCTION, batch)

    assert answer == {"batchItemFailures": [{"itemIdentifier": batch["Records"][1]["messageId"]}]}
    (message,) = hive.queued("member-changes")
    assert [(arrived.change.type, arrived.change.id) for arrived in message.changes] == [("member.left", "0a1b2c3d")]
    (line,) = [json.loads(line) for line in hive.logged.getvalue().splitlines() if '"fetched"' in line]
    assert line["outcomes"] == {"queued": 1}
    assert "queen" not in hive.logged.getvalue()


def test_a_space_that_lets_accord_in_no_longer_breaks_the_connection(hive: Stack, cobot: CobotSimulator) -> None:
    cobot.tell("spaces/beehive/revoke")

    hive.invoke(FUNCTION, event(f"{FUNCTION}.everybody"))

    connection = hive.ledger.connection("burrow")
    assert connection is not None
    assert connection.state is ConnectionState.BROKEN
    assert connection.state_reason.endswith("connect the space again")


def test_the_second_message_is_put_back_until_its_turn(hive: Stack, cobot: CobotSimulator) -> None:
    batch = event(f"{FUNCTION}.everybody")
    batch["Records"] += event(f"{FUNCTION}.batch")["Records"][:1]

    assert hive.invoke(FUNCTION, batch) == {"batchItemFailures": []}

    assert cobot.ask("calls")["total"] == 1
    (line,) = [json.loads(line) for line in hive.logged.getvalue().splitlines() if '"fetched"' in line]
    assert line["outcomes"] == {"queued": 1, "waiting": 1}


def test_a_fetch_goes_out_and_comes_in_as_it_was() -> None:
    assert decode_fetch(event(f"{FUNCTION}.batch")["Records"][0]["body"]).reference == "0a1b2c3d"
