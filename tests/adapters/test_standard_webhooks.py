"""Signatures as Standard Webhooks prescribes them: one of several, by one of two secrets, within five minutes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook

from accord.adapters.standard_webhooks import is_signed
from accord.errors import Misconfigured
from accord.usecases.recognise_caller import SignedRequest

OLD, NEW, FOREIGN = "whsec_b2xkIG90dGVy", "whsec_bmV3IG5ld3Q=", "whsec_Zm9yZWlnbiBmb3g="
BODY = '{"name": "Zoë"}'


def signed(secret: str = OLD, *, age: float = 0, body: bytes = BODY.encode(), prefix: str = "") -> SignedRequest:
    moment = datetime.now(UTC) - timedelta(seconds=age)
    signature = Webhook(secret).sign("msg_1", moment, BODY)
    return SignedRequest("msg_1", str(int(moment.timestamp())), prefix + signature, body)


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_either_secret_signs(secret: str) -> None:
    assert is_signed(signed(secret), (OLD, NEW))


def test_one_signature_among_several_is_enough() -> None:
    assert is_signed(signed(prefix="v1,AAAA v1a,BBBB "), (OLD, NEW))


@pytest.mark.parametrize("age", [290, -299])
def test_a_clock_may_be_off_by_five_minutes(age: float) -> None:
    assert is_signed(signed(age=age), (OLD,))


@pytest.mark.parametrize(
    "make",
    [
        lambda: signed(FOREIGN),
        lambda: signed(age=302),
        lambda: signed(age=-310),
        lambda: signed(body=b"{}"),
        lambda: signed(body=b"\xff"),
        lambda: replace(signed(), id="msg_2"),
        lambda: replace(signed(), id=""),
        lambda: replace(signed(), timestamp="soon"),
        lambda: replace(signed(), timestamp="inf"),
        lambda: replace(signed(), signature=""),
        lambda: replace(signed(), signature="v1"),
        lambda: replace(signed(), signature="v1,ü"),
        lambda: replace(signed(), signature=signed().signature.replace("v1", "v2")),
    ],
)
def test_anything_else_is_not_signed(make: Callable[[], SignedRequest]) -> None:
    assert not is_signed(make(), (OLD, NEW))


@pytest.mark.parametrize("secret", ["whsec_", "whsec_a", ""])
def test_a_secret_that_is_none_wakes_a_person(secret: str) -> None:
    with pytest.raises(Misconfigured):
        is_signed(signed(), (secret,))
