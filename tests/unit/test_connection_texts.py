"""Every reason of a connection is said in words that a person can read, in both languages."""

from typing import get_args

import pytest

from accord.domain.connection_reasons import ConnectionReason
from accord.domain.connection_texts import explain_connection
from accord.domain.reason_texts import Language


@pytest.mark.parametrize("code", list(ConnectionReason))
@pytest.mark.parametrize("language", get_args(Language))
@pytest.mark.parametrize("detail", ["", "The yak ate the key."])
def test_a_reason_says_why_and_what_to_do(code: ConnectionReason, language: Language, detail: str) -> None:
    for sentence in explain_connection(code, language, detail):
        assert sentence.endswith(".")
        assert not sentence.endswith("..")
        assert sentence[0].isupper()
        assert "{" not in sentence
        assert "  " not in sentence


@pytest.mark.parametrize("code", list(ConnectionReason))
def test_the_two_languages_are_not_one(code: ConnectionReason) -> None:
    assert explain_connection(code, "en").message != explain_connection(code, "fr").message
    assert explain_connection(code, "en").next_step != explain_connection(code, "fr").next_step


def test_what_an_operator_said_is_shown_behind_a_colon() -> None:
    code = ConnectionReason.PAUSED_BY_OPERATOR

    assert (
        "paused the connection: The yak is on holiday. Changes"
        in explain_connection(code, "en", "The yak is on holiday.").message
    )
    assert "paused the connection. Changes" in explain_connection(code, "en").message


def test_codes_are_words_for_programs() -> None:
    for code in ConnectionReason:
        assert code.value == code.name.lower()
        assert code.value.replace("_", "").isalpha()
