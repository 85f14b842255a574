"""Hints on the queue: what goes in comes out, later where that is wanted; and what no webhook may do to the parser."""

from contextlib import suppress

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from accord.adapters.mailchimp.webhook import UndigestibleError, told
from accord.adapters.sqs.batches import letters
from accord.adapters.sqs.changes import UnreadableError, decode, encode
from accord.adapters.sqs.hints import SqsHintQueue, decode_hint, encode_hint
from accord.domain.audience_hint import AudienceHint, HintKind
from accord.errors import Misconfigured
from accord.ports import HintQueue, QueuedChanges, QueuedHint
from tests.builders import NOON

UPEMAIL = AudienceHint(
    kind=HintKind.UPEMAIL, received_at=NOON, fired_at=NOON, email="emu@plain.test", old_email="emu@bush.test"
)


def test_what_goes_in_comes_out_after_its_delay() -> None:
    with mock_aws():
        sqs = boto3.client("sqs", region_name="eu-west-3")
        url = sqs.create_queue(QueueName="audience-events")["QueueUrl"]
        queue: HintQueue = SqsHintQueue(sqs, url)

        queue.send(QueuedHint("burrow", UPEMAIL, attempt=2))
        queue.send(QueuedHint("burrow", UPEMAIL, attempt=3), delay=900)

        received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
        assert [decode_hint(message["Body"]) for message in received] == [QueuedHint("burrow", UPEMAIL, attempt=2)]


def test_a_queue_that_is_gone_is_named_as_the_trouble() -> None:
    with mock_aws():
        sqs = boto3.client("sqs", region_name="eu-west-3")
        with pytest.raises(Misconfigured):
            SqsHintQueue(sqs, "https://sqs.eu-west-3.amazonaws.com/123456789012/gone").send(
                QueuedHint("burrow", UPEMAIL)
            )


def test_hints_and_changes_are_not_taken_for_each_other() -> None:
    hint, changes = QueuedHint("burrow", UPEMAIL), QueuedChanges("burrow", due=("m-1",))
    with pytest.raises(UnreadableError):
        decode(encode_hint(hint))
    with pytest.raises(UnreadableError):
        decode_hint(encode(changes))
    records = [{"messageId": f"{n}", "body": body} for n, body in enumerate((encode_hint(hint), encode(changes), "{}"))]
    batch = letters({"Records": records})
    assert (batch.messages, batch.unreadable) == ((hint, changes), ("2",))


@given(st.binary() | st.text("typedaem[]=&%@.il_st0123 ").map(str.encode))
def test_no_body_makes_the_parser_stumble(body: bytes) -> None:
    with suppress(UndigestibleError):
        told(body, NOON)


def test_what_is_told_is_normalised_and_its_time_is_in_utc() -> None:
    audience_id, hint = told(
        b"type=cleaned&fired_at=2026-03-01+12%3A00%3A00&data%5Blist_id%5D=a1&data%5Breason%5D=hard"
        b"&data%5Bemail%5D=+Emu%40Bush.test",
        NOON,
    )
    assert (audience_id, hint.email, hint.fired_at) == ("a1", "emu@bush.test", NOON)
