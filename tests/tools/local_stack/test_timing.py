"""The short delays of a local stack: the template knows each of them, and they stand in the same order as its own."""

from tests.template.stack import STACK
from tools.local_stack import Timings

PARAMETERS = STACK["Parameters"]


def test_the_template_knows_every_one_of_them() -> None:
    assert Timings().parameters().keys() <= PARAMETERS.keys()


def test_none_is_below_what_the_template_allows() -> None:
    for name, value in Timings().parameters().items():
        if "MinValue" in PARAMETERS[name]:
            assert PARAMETERS[name]["MinValue"] <= float(value) <= PARAMETERS[name].get("MaxValue", 10**9), name


def test_they_are_short() -> None:
    for name, value in Timings().parameters().items():
        if name not in {"Stage", "AllowedEndpoints"}:
            assert float(value) < PARAMETERS[name]["Default"], name


def test_they_stand_in_the_order_that_production_has() -> None:
    timings = Timings()

    assert timings.mailchimp_timeout < timings.claim < timings.offered_again < timings.sync_timeout < timings.visibility
    assert timings.mailchimp_timeout + 15 < timings.sync_timeout
