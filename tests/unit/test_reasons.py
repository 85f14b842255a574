"""Every reason is said in words that a person can read, in both languages."""

from typing import get_args

import pytest

from accord.domain.reason_texts import Language, explain
from accord.domain.reasons import ReasonCode

WITH_DETAIL = {ReasonCode.FIELD_INVALID, ReasonCode.REFUSED_BY_MAILCHIMP, ReasonCode.SHARED_WITH}


@pytest.mark.parametrize("code", list(ReasonCode))
@pytest.mark.parametrize("language", get_args(Language))
def test_a_reason_says_why_and_what_to_do(code: ReasonCode, language: Language) -> None:
    for sentence in explain(code, language, "fields.shoe_size"):
        assert sentence.endswith(".")
        assert sentence[0].isupper()
        assert "{" not in sentence
        assert "  " not in sentence


@pytest.mark.parametrize("code", list(ReasonCode))
def test_the_two_languages_are_not_one(code: ReasonCode) -> None:
    assert explain(code, "en", "x").message != explain(code, "fr", "x").message
    assert explain(code, "en", "x").next_step != explain(code, "fr", "x").next_step


@pytest.mark.parametrize("code", list(ReasonCode))
@pytest.mark.parametrize("language", ["en", "fr"])
def test_only_a_reason_that_names_something_shows_the_name(code: ReasonCode, language: Language) -> None:
    assert ("fields.shoe_size" in explain(code, language, "fields.shoe_size").message) is (code in WITH_DETAIL)


def test_a_name_with_braces_is_shown_as_it_is() -> None:
    assert "fields.{detail}" in explain(ReasonCode.FIELD_INVALID, "en", "fields.{detail}").message


def test_codes_are_words_for_programs() -> None:
    for code in ReasonCode:
        assert code.value == code.name.lower()
        assert code.value.replace("_", "").isalpha()
