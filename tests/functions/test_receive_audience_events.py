"""`receive_audience_events`: Mailchimp's webhooks become hints on a queue, and strangers learn nothing."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlencode

import boto3
import pytest

from accord.adapters.sqs.hints import decode_hint
from accord.domain.audience_hint import HintKind
from accord.domain.connection import ConnectionState
from accord.ports import QueuedHint
from tests.functions.conftest import MAILCHIMP_KEY, Stack, event

FUNCTION = "receive_audience_events"
KEY = "the secret with which Mailchimp signs"


def hints(stack: Stack) -> list[QueuedHint]:
    return [decode_hint(body) for body in stack.bodies("audience-events")]


def posted(**form: str) -> dict[str, Any]:
    """A webhook with these fields over a profile's usual ones; an empty value leaves its field out."""
    usual = {"type": "profile", "data[list_id]": "audience1", "data[email]": "wombat@burrow.test"}
    fields = {name: value for name, value in (usual | form).items() if value}
    return event(f"{FUNCTION}.post_unsubscribe") | {"body": urlencode(fields)}


def signed(sent: dict[str, Any], key: str = KEY, at: float | None = None) -> dict[str, Any]:
    moment = int(at if at is not None else time.time())
    body = base64.b64decode(sent["body"]) if sent["isBase64Encoded"] else sent["body"].encode()
    v1 = hmac.new(key.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return sent | {"headers": sent["headers"] | {"x-mailchimp-signature": f"t={moment},v1={v1}"}}


@pytest.fixture
def signing(stack: Stack) -> Stack:
    """The stack, whose webhook is signed."""
    document = {"mailchimp_api_key": MAILCHIMP_KEY, "webhook_signing_secrets": ["an older one", KEY]}
    boto3.client("secretsmanager").put_secret_value(
        SecretId=stack.secrets["connection"], SecretString=json.dumps(document)
    )
    return stack


def test_mailchimp_may_validate_the_url(stack: Stack) -> None:
    assert stack.call(FUNCTION, event(f"{FUNCTION}.get_webhook")) == (200, {})


def test_an_unsubscribe_is_queued_as_a_hint_and_nothing_else_of_it(stack: Stack) -> None:
    assert stack.call(FUNCTION, event(f"{FUNCTION}.post_unsubscribe")) == (200, {})

    (queued,) = hints(stack)
    assert (queued.connection_id, queued.attempt) == ("burrow", 0)
    assert (queued.hint.kind, queued.hint.email) == (HintKind.UNSUBSCRIBE, "wombat@burrow.test")


def test_a_body_that_the_gateway_encoded_is_read(stack: Stack) -> None:
    assert stack.call(FUNCTION, event(f"{FUNCTION}.post_upemail_base64"))[0] == 200

    (queued,) = hints(stack)
    assert (queued.hint.old_email, queued.hint.email) == ("wombat@burrow.test", "wombat@hill.test")


@pytest.mark.parametrize("name", ["get_webhook", "post_unsubscribe"])
@pytest.mark.parametrize("path", [{"secret": "guessed"}, {"connection_id": "warren"}, {"secret": ""}])
def test_a_wrong_url_answers_404_and_says_nothing(stack: Stack, name: str, path: dict[str, str]) -> None:
    called = event(f"{FUNCTION}.{name}")
    called["pathParameters"] |= path

    assert stack.call(FUNCTION, called) == (404, {})
    assert hints(stack) == []


def test_a_signed_webhook_is_taken_in_both_encodings(signing: Stack) -> None:
    for name in ("post_unsubscribe", "post_upemail_base64"):
        assert signing.call(FUNCTION, signed(event(f"{FUNCTION}.{name}")))[0] == 200
    assert len(hints(signing)) == 2


@pytest.mark.parametrize(
    "header",
    [None, "", "t=1,v1=abc", f"t={'9' * 14},v1={'0' * 64}", f"v1={'0' * 64}", "t={now},v1=" + "0" * 64],
    ids=["missing", "empty", "short", "of another age", "without a time", "wrong"],
)
def test_a_forged_webhook_answers_404_and_says_nothing(signing: Stack, header: str | None) -> None:
    called = event(f"{FUNCTION}.post_unsubscribe")
    if header is not None:
        called["headers"]["x-mailchimp-signature"] = header.replace("{now}", str(int(time.time())))

    assert signing.call(FUNCTION, called) == (404, {})
    assert hints(signing) == []


def test_a_webhook_that_mailchimp_repeats_for_75_minutes_is_taken_and_a_replay_of_yesterday_is_not(
    signing: Stack,
) -> None:
    called = event(f"{FUNCTION}.post_unsubscribe")

    assert signing.call(FUNCTION, signed(called, at=time.time() - 75 * 60))[0] == 200
    assert signing.call(FUNCTION, signed(called, at=time.time() - 24 * 3600))[0] == 404
    assert signing.call(FUNCTION, signed(called | {"body": called["body"] + "&x=1"}, key="guessed"))[0] == 404


def test_what_is_disconnected_hears_nothing(stack: Stack) -> None:
    stack.ledger.save_connection(stack.connection.model_copy(update={"state": ConnectionState.DISCONNECTED}))

    assert stack.call(FUNCTION, event(f"{FUNCTION}.post_unsubscribe")) == (200, {})
    assert hints(stack) == []


@pytest.mark.parametrize(
    "form",
    [
        {"data[list_id]": "somebody-elses"},
        {"type": "campaign", "data[email]": ""},
        {"data[email]": "3f2a@forgotten.mailchimp.com"},
        {"type": "sms_subscribe"},
        {"type": ""},
        {"data[list_id]": ""},
        {"data[email]": ""},
        {"data[email]": "no address"},
        {"data[email]": "x" * 400 + "@burrow.test"},
        {"type": "upemail", "data[new_email]": "wombat@hill.test"},
        {"data[merges][BIO]": "x" * 300_000},
    ],
)
def test_what_is_of_no_use_is_taken_so_that_mailchimp_does_not_give_the_webhook_up(
    stack: Stack, form: dict[str, str]
) -> None:
    assert stack.call(FUNCTION, posted(**form)) == (200, {})
    assert hints(stack) == []


@pytest.mark.parametrize("body", ["", "%ff=%fe&type=profile", "&".join("a=b" for _ in range(3000)), "{}", "\ud83d"])
def test_what_is_no_form_is_taken_and_told_in_the_log(stack: Stack, body: str) -> None:
    called = event(f"{FUNCTION}.post_unsubscribe") | {"body": body}

    assert stack.call(FUNCTION, called)[0] == 200
    assert "undigestible" in stack.logged.getvalue()


def test_mailchimp_is_asked_to_come_again_while_the_queue_is_away(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUDIENCE_EVENTS_QUEUE_URL", stack.queues["audience-events"] + "-gone")

    assert stack.call(FUNCTION, event(f"{FUNCTION}.post_unsubscribe"))[0] == 503


def test_neither_secret_nor_address_is_logged(stack: Stack) -> None:
    stack.call(FUNCTION, event(f"{FUNCTION}.post_unsubscribe"))
    stack.call(FUNCTION, posted(**{"data[email]": "no address of wombat"}))

    assert "wombat" not in stack.logged.getvalue().lower()
    assert "webhook-secret" not in stack.logged.getvalue()
