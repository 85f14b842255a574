"""Who may call: one token opens one connection, operators read all, and nobody learns which connections there are."""

import hashlib
from collections.abc import Sequence

import pytest

from accord.domain.connection import Connection
from accord.usecases.recognise_caller import RecogniseCaller, SignedRequest, UnrecognisedError
from tests.builders import a_connection
from tests.fakes import FakeLedger

SIGNED = SignedRequest("msg_1", "1772366400", "signed by the badger", b"{}")


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class Porch:
    """The use case with two connections; the badger's has no signing secret."""

    def __init__(self) -> None:
        self.ledger = FakeLedger()
        self.checked: list[Sequence[str]] = []
        webhook = (hashed("old url"), hashed("new url"))
        tokens = (hashed("old token"), hashed("new token"))
        self.burrow = a_connection(token_hashes=tokens, webhook_secret_hashes=webhook)
        self.sett = a_connection(
            id="sett", token_hashes=(hashed("badger's token"),), webhook_secret_hashes=(hashed("sett url"),)
        )
        for connection in (self.burrow, self.sett):
            self.ledger.save_connection(connection)
        self.recognise = RecogniseCaller(
            ledger=self.ledger,
            secrets=self,
            is_signed=self.is_signed,
            operator_tokens=lambda: ("operator", "next operator"),
        )

    def signing_secrets(self, connection: Connection) -> tuple[str, ...]:
        return ("the badger",) if connection.id == "burrow" else ()

    def webhook_signing_secrets(self, connection: Connection, *, fresh: bool = False) -> tuple[str, ...]:
        kept = ("the monkey", "the ape") if fresh else ("the monkey",)
        return kept if connection.id == "burrow" else ()

    def is_signed(self, request: SignedRequest, secrets: Sequence[str]) -> bool:
        self.checked.append(secrets)
        return any(request.signature == f"signed by {secret}" for secret in secrets)


@pytest.mark.parametrize("token", ["old token", "new token"])
def test_two_tokens_are_valid_while_one_is_rotated(token: str) -> None:
    porch = Porch()

    assert porch.recognise.upstream("burrow", token) == porch.burrow


@pytest.mark.parametrize("connection_id", ["burrow", "warren", "", "a#b", "x" * 200, "wombat@burrow.test"])
@pytest.mark.parametrize(
    "token", [None, "", "wrong", "operator", "badger's token", "nobody holds this token: its text is public", "é\ud83d"]
)
def test_no_other_token_opens_anything(connection_id: str, token: str | None) -> None:
    with pytest.raises(UnrecognisedError):
        Porch().recognise.upstream(connection_id, token)


def test_a_signature_opens_where_one_is_given() -> None:
    porch = Porch()

    assert porch.recognise.upstream("burrow", None, SIGNED) == porch.burrow
    assert porch.checked == [("the badger",)]


@pytest.mark.parametrize("connection_id", ["sett", "warren"])
def test_a_signature_opens_no_connection_without_a_secret_and_takes_as_long(connection_id: str) -> None:
    porch = Porch()

    with pytest.raises(UnrecognisedError):
        porch.recognise.upstream(connection_id, None, SIGNED)
    assert [len(secrets) for secrets in porch.checked] == [1]


def test_a_wrong_signature_is_not_mended_by_a_token() -> None:
    forged = SignedRequest("msg_1", "1772366400", "signed by the fox", b"{}")

    with pytest.raises(UnrecognisedError):
        Porch().recognise.upstream("burrow", "old token", forged)


@pytest.mark.parametrize("token", ["operator", "next operator", "old token"])
def test_a_member_may_be_read_by_both(token: str) -> None:
    porch = Porch()

    assert porch.recognise.upstream_or_operator("burrow", token) == porch.burrow


def test_an_operator_is_told_that_there_is_no_such_connection() -> None:
    porch = Porch()

    assert porch.recognise.upstream_or_operator("warren", "operator") is None
    assert porch.recognise.operator("warren", "operator") is None


@pytest.mark.parametrize("token", [None, "", "wrong", "badger's token"])
def test_only_operators_are_operators(token: str | None) -> None:
    porch = Porch()

    for connection_id in ("burrow", "warren"):
        with pytest.raises(UnrecognisedError):
            porch.recognise.operator(connection_id, token)
        with pytest.raises(UnrecognisedError):
            porch.recognise.upstream_or_operator(connection_id, token)


# Mailchimp


@pytest.mark.parametrize("secret", ["old url", "new url"])
def test_mailchimp_is_known_by_the_secret_in_the_url_and_by_its_signature(secret: str) -> None:
    porch = Porch()
    assert porch.recognise.mailchimp("burrow", secret, lambda secrets: secrets == ("the monkey",)) == porch.burrow


def test_a_wrong_signature_is_refused_where_mailchimp_signs() -> None:
    with pytest.raises(UnrecognisedError):
        Porch().recognise.mailchimp("burrow", "old url", lambda _secrets: False)


def test_s5_a_signature_of_a_webhook_that_was_registered_just_now_is_recognised() -> None:
    porch = Porch()

    assert porch.recognise.mailchimp("burrow", "old url", lambda secrets: "the ape" in secrets) == porch.burrow


def test_an_unsigned_webhook_is_known_by_its_url_alone() -> None:
    porch = Porch()
    assert porch.recognise.mailchimp("sett", "sett url", lambda _secrets: False) == porch.sett


def test_a_validation_is_never_signed() -> None:
    porch = Porch()
    assert porch.recognise.mailchimp("burrow", "old url") == porch.burrow


@pytest.mark.parametrize("connection_id", ["burrow", "warren", "", "a#b"])
@pytest.mark.parametrize("secret", ["", "sett url", "old token", "nobody holds this token: its text is public"])
def test_no_other_url_is_known(connection_id: str, secret: str) -> None:
    with pytest.raises(UnrecognisedError):
        Porch().recognise.mailchimp(connection_id, secret, lambda _secrets: True)
