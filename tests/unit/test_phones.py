"""A phone number in Mailchimp's US form, or not at all."""

import pytest

from accord.adapters.phones import us_phone


@pytest.mark.parametrize(
    "text",
    [
        "+1 404 555 0142",
        "+14045550142",
        "1-404-555-0142",
        "(404) 555-0142",
        "404.555.0142",
        "  4045550142 ",
        "404 555 0142 ext. 7",
    ],
)
def test_a_number_of_the_united_states_gets_the_us_form_however_it_is_written(text: str) -> None:
    assert us_phone(text) == "(404) 555-0142"


@pytest.mark.parametrize(
    "text",
    [
        "+33 6 12 34 56 78",
        "06 12 34 56 78",
        "+41 44 668 18 00",
        "+1 416 555 0142",  # Toronto
        "+1 242 322 1111",  # Nassau
        "404 555",
        "the red one in the kitchen",
        "+",
        "",
    ],
)
def test_any_other_number_and_any_other_text_has_no_us_form(text: str) -> None:
    assert us_phone(text) is None
