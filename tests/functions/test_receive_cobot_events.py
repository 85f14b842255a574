"""`receive_cobot_events`: Cobot's pointers are queued, and strangers learn nothing."""

import base64
import hashlib
import json
from typing import Any

import pytest

from accord.adapters.sqs.fetches import decode_fetch
from accord.domain.cobot import Cobot
from accord.ports.applications import QueuedFetch
from tests.functions.conftest import WEBHOOK_SECRET, Stack, event

FUNCTION = "receive_cobot_events"
POINTER = event(f"{FUNCTION}.post_pointer")


@pytest.fixture
def hive(stack: Stack) -> Stack:
    """The stack, whose connection is to a space."""
    hashes = tuple(hashlib.sha256(secret.encode()).hexdigest() for secret in ("an older one", "cobot-secret"))
    space = Cobot(space="beehive", webhook_secret_hashes=hashes)
    stack.ledger.save_connection(stack.connection.model_copy(update={"cobot": space}))
    return stack


def queued(stack: Stack) -> list[QueuedFetch]:
    return [decode_fetch(body) for body in stack.bodies("cobot-events")]


def pointing(url: str) -> dict[str, Any]:
    return POINTER | {"body": json.dumps({"url": url})}


@pytest.mark.parametrize("name", ["post_pointer", "post_deletion"])
def test_a_pointer_is_queued_and_nothing_else_of_it(hive: Stack, name: str) -> None:
    assert hive.call(FUNCTION, event(f"{FUNCTION}.{name}")) == (200, {})

    (fetch,) = queued(hive)
    assert (fetch.connection_id, fetch.reference, fetch.slot, fetch.attempt) == ("burrow", "0a1b2c3d", None, 0)


def test_every_message_has_a_name_of_its_own(hive: Stack) -> None:
    for _ in range(2):
        hive.call(FUNCTION, POINTER)

    assert len({fetch.token for fetch in queued(hive)}) == 2


def test_a_body_that_the_gateway_encoded_is_read(hive: Stack) -> None:
    body = base64.b64encode(POINTER["body"].encode()).decode()

    assert hive.call(FUNCTION, POINTER | {"body": body, "isBase64Encoded": True})[0] == 200
    assert len(queued(hive)) == 1


@pytest.mark.parametrize(
    "path", [{"secret": "guessed"}, {"connection_id": "warren"}, {"secret": ""}, {"secret": WEBHOOK_SECRET}]
)
def test_a_wrong_url_answers_404_and_says_nothing(hive: Stack, path: dict[str, str]) -> None:
    called = POINTER | {"pathParameters": POINTER["pathParameters"] | path}

    assert hive.call(FUNCTION, called) == (404, {})
    assert queued(hive) == []


def test_a_connection_without_a_space_answers_404(stack: Stack) -> None:
    for secret in ("cobot-secret", WEBHOOK_SECRET):
        called = POINTER | {"pathParameters": {"connection_id": "burrow", "secret": secret}}
        assert stack.call(FUNCTION, called) == (404, {})


@pytest.mark.parametrize("url", ["https://anthill.cobot.me/api/memberships/0a1b", "http://169.254.169.254/", ""])
def test_a_pointer_to_another_host_is_taken_and_passed_over(hive: Stack, url: str) -> None:
    assert hive.call(FUNCTION, pointing(url)) == (200, {})

    assert queued(hive) == []
    assert "passed over" in hive.logged.getvalue()


def test_cobot_is_asked_to_come_again_while_the_queue_is_away(hive: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COBOT_EVENTS_QUEUE_URL", hive.queues["cobot-events"] + "-gone")

    assert hive.call(FUNCTION, POINTER)[0] == 503


def test_where_a_space_is_on_this_machine_counts_on_the_local_stack_only(
    hive: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = Cobot(
        space="beehive",
        base_url="http://127.0.0.1:9/beehive",
        webhook_secret_hashes=(hashlib.sha256(b"cobot-secret").hexdigest(),),
    )
    hive.ledger.save_connection(hive.connection.model_copy(update={"cobot": space}))
    local = pointing("http://127.0.0.1:9/beehive/api/memberships/0a1b")

    hive.call(FUNCTION, local)
    assert len(queued(hive)) == 1

    hive.start_anew(STAGE="prod")
    hive.call(FUNCTION, local)
    assert queued(hive) == []


def test_neither_secret_nor_person_is_logged(hive: Stack) -> None:
    hive.call(FUNCTION, event(f"{FUNCTION}.post_deletion"))
    hive.call(FUNCTION, pointing("https://queen:bee@hive.test/"))

    assert "queen" not in hive.logged.getvalue().lower()
    assert "cobot-secret" not in hive.logged.getvalue()
