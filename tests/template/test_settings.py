"""What a function is told is what its settings ask for: nothing is missing, nothing is told that nobody reads."""

import re

import pytest

from accord import settings
from accord.settings import Settings
from tests.template.stack import PARAMETERS, functions

FUNCTIONS = functions()
READ_BY_LIBRARIES = {"LOG_LEVEL", "PYDANTIC_DISABLE_PLUGINS"}


def settings_of(verb: str) -> type[Settings]:
    model: type[Settings] = getattr(settings, "".join(word.capitalize() for word in verb.split("_")) + "Settings")
    return model


@pytest.mark.parametrize("verb", FUNCTIONS)
def test_a_function_is_told_what_its_settings_ask_for_and_no_more(verb: str) -> None:
    told = FUNCTIONS[verb]["Environment"].keys() - READ_BY_LIBRARIES

    assert told == {name.upper() for name in settings_of(verb).model_fields}


@pytest.mark.parametrize("verb", FUNCTIONS)
def test_the_template_and_the_settings_have_the_same_defaults(verb: str) -> None:
    told = FUNCTIONS[verb]["Environment"]

    for name, field in settings_of(verb).model_fields.items():
        if not field.is_required():
            assert PARAMETERS[told[name.upper()]]["Default"] == field.default, name


@pytest.mark.parametrize("verb", FUNCTIONS)
def test_a_delay_or_an_address_is_told_under_its_own_name(verb: str) -> None:
    for variable, parameter in FUNCTIONS[verb]["Environment"].items():
        if variable.endswith(("_SECONDS", "_DAYS", "_LEVEL")) or variable == "STAGE":
            assert re.sub(r"(?<!^)(?=[A-Z])", "_", parameter).upper() == variable
