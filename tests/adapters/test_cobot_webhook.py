"""What Cobot tells, and what others may tell instead: only the id of a membership of the space is taken."""

import json
from contextlib import suppress

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from accord.adapters.cobot.webhook import PassedOverError, pointed
from accord.adapters.sqs.batches import letters
from accord.adapters.sqs.changes import UnreadableError, decode
from accord.adapters.sqs.fetches import SqsFetchQueue, decode_fetch, encode_fetch
from accord.adapters.sqs.hints import decode_hint
from accord.ports.applications import EVERYBODY, FetchQueue, QueuedFetch
from tests.builders import NOON

SPACE = "https://beehive.cobot.me"
ONE = QueuedFetch("hive", "0a1b", "token", NOON, 3)
ALL = QueuedFetch("hive", EVERYBODY, "token")


@pytest.mark.parametrize(
    "told",
    [
        {"url": f"{SPACE}/api/memberships/0a1b"},
        {"url": f"{SPACE}/api/memberships/0a1b?x=1"},
        {"url": f"{SPACE}/api/memberships/0a1b/custom_fields"},
        {"url": "https://BEEHIVE.cobot.me/api/memberships/0a1b"},
        {"id": "0a1b", "name": "Queen Bee", "email": "queen@hive.test"},
    ],
)
def test_a_pointer_and_a_deleted_membership_lead_to_an_id(told: object) -> None:
    assert pointed(json.dumps(told).encode(), SPACE) == "0a1b"


@pytest.mark.parametrize(
    "url",
    [
        "https://anthill.cobot.me/api/memberships/0a1b",
        "http://beehive.cobot.me/api/memberships/0a1b",
        "https://beehive.cobot.me:8443/api/memberships/0a1b",
        "https://beehive.cobot.me@evil.test/api/memberships/0a1b",
        "https://queen@beehive.cobot.me/api/memberships/0a1b",
        "https://beehive.cobot.me.evil.test/api/memberships/0a1b",
        "https://beehive.cobot.me/api/memberships/",
        "https://beehive.cobot.me/api/memberships/..%2fsubscriptions",
        "https://beehive.cobot.me/api/invoices/0a1b",
        "https://beehive.cobot.me:port/api/memberships/0a1b",
        "https://[beehive/api/memberships/0a1b",
        "/api/memberships/0a1b",
        "",
    ],
)
def test_a_pointer_to_anything_else_is_passed_over(url: str) -> None:
    with pytest.raises(PassedOverError):
        pointed(json.dumps({"url": url}).encode(), SPACE)


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b'{"url": 7}', b'{"id": "queen@hive.test"}', b"\xff", b"[" * 99_999, b" " * 300_000],
)
def test_what_is_no_pointer_is_passed_over_and_not_repeated(body: bytes) -> None:
    with pytest.raises(PassedOverError) as raised:
        pointed(body, SPACE)

    assert "queen" not in str(raised.value)


@given(st.binary() | st.text('{"url:id}[]0a/').map(str.encode))
def test_no_body_makes_the_reader_stumble(body: bytes) -> None:
    with suppress(PassedOverError):
        pointed(body, SPACE)


def test_a_space_on_this_machine_is_a_path() -> None:
    body = json.dumps({"url": "http://127.0.0.1:9/beehive/api/memberships/0a1b"}).encode()

    assert pointed(body, "http://127.0.0.1:9/beehive") == "0a1b"
    with pytest.raises(PassedOverError):
        pointed(body, "http://127.0.0.1:9/anthill")


def test_what_goes_in_comes_out_after_its_delay() -> None:
    with mock_aws():
        sqs = boto3.client("sqs", region_name="eu-west-3")
        url = sqs.create_queue(QueueName="cobot-events")["QueueUrl"]
        queue: FetchQueue = SqsFetchQueue(sqs, url)

        queue.send(ONE)
        queue.send(ALL, delay=900)

        received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
        assert [decode_fetch(message["Body"]) for message in received] == [ONE]


def test_everybody_is_said_and_never_meant_by_silence() -> None:
    assert json.loads(encode_fetch(ALL))["fetch"] == {"all": True, "token": "token"}
    assert decode_fetch(encode_fetch(ALL)) == ALL
    for fetch in ({"token": "t"}, {"token": "t", "all": True, "reference": "0a1b"}, {"all": True}, {}):
        with pytest.raises(UnreadableError):
            decode_fetch(json.dumps({"v": 1, "connection": "hive", "fetch": fetch}))


def test_a_fetch_is_not_taken_for_anything_else() -> None:
    for other in (decode, decode_hint):
        with pytest.raises(UnreadableError):
            other(encode_fetch(ONE))
    assert letters({"Records": [{"messageId": "1", "body": encode_fetch(ONE)}]}).messages == (ONE,)
