"""One local stack for the run, and the applications that are connected to it; see application.py and watching.py."""

import os
from collections.abc import Iterator

import pytest

from accord.domain.connection import OnEmailChange, OptIn, Policy
from tests.system.application import Application, another_application, demo_application
from tools.local_aws.paths import REPOSITORY
from tools.local_stack import LocalStack, Timings

LAST = "test_nothing_personal_is_in_any_log_of_this_run"

TIMINGS = Timings(mailchimp_timeout=2, claim=8, retry_max=4)
"""Everything short, in the same order as in production."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The test that looks at what all others left behind comes last."""
    items.sort(key=lambda item: item.name == LAST)


@pytest.fixture(scope="session")
def stack() -> Iterator[LocalStack]:
    os.environ.setdefault("PYTHONPATH", str(REPOSITORY / "layers" / "accord"))  # for its parts, processes of their own
    with LocalStack(timings=TIMINGS) as running:
        yield running
        assert running.ticker.failures == 0, "offer_due_changes failed, seen by the one who calls it every second"


@pytest.fixture(scope="session")
def zoo(stack: LocalStack) -> Application:
    """The recommended policies: single opt-in; an address change moves the contact."""
    return demo_application(stack)


@pytest.fixture(scope="session")
def keepers(stack: LocalStack) -> Application:
    """Address changes keep the old contact; groups and a custom field are mapped."""
    policy = Policy(on_email_change=OnEmailChange.KEEP_OLD)
    groups, mapping = ("Gardening", "Yodelling"), {"fields.company": "COMPANY"}
    return another_application(stack, "keepers", policy, groups=groups, mapping=mapping)


@pytest.fixture(scope="session")
def askers(stack: LocalStack) -> Application:
    """Double opt-in."""
    return another_application(stack, "askers", Policy(opt_in=OptIn.DOUBLE))


@pytest.fixture
def healthy(stack: LocalStack) -> Iterator[None]:
    """Whatever the test does to Mailchimp ends with it."""
    yield
    stack.audience.end_faults()
