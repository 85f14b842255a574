"""Email to operators: from the sender that SES has verified, or not at all; no address in any error."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from accord.adapters.ses import SesMail
from accord.errors import Retryable

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client


@pytest.fixture
def client() -> Iterator["SESV2Client"]:
    with mock_aws():
        yield boto3.client("sesv2", region_name="eu-west-3")


def sent(client: "SESV2Client") -> int:
    ses = boto3.client("ses", region_name="eu-west-3")
    return int(ses.get_send_quota()["SentLast24Hours"])


def test_an_email_goes_out(client: "SESV2Client") -> None:
    client.create_email_identity(EmailIdentity="accord@burrow.test")
    SesMail(client, "accord@burrow.test").send("keeper@burrow.test", "Done", "All is dug.")
    assert sent(client) == 1


def test_without_a_sender_nothing_is_sent(client: "SESV2Client") -> None:
    SesMail(client, "").send("keeper@burrow.test", "Done", "All is dug.")
    assert sent(client) == 0


def test_a_sender_that_is_not_verified_is_an_error_without_an_address(client: "SESV2Client") -> None:
    with pytest.raises(Retryable) as raised:
        SesMail(client, "mole@hill.test").send("keeper@burrow.test", "Done", "All is dug.")
    assert "@" not in str(raised.value)
