"""One local stack for each process of the run, and the applications connected to it; see application.py."""

import os
from collections.abc import Iterator

import pytest

from accord.domain.connection import OnEmailChange, OptIn, Policy
from tests.system.application import Application, another_application, demo_application
from tests.system.discretion import indiscretions, secrets_of
from tools.local_aws.paths import REPOSITORY
from tools.local_stack import LocalStack, Timings

TIMINGS = Timings(
    sync_timeout=120, visibility=125, mailchimp_timeout=1, claim=6, batch=300, retry_max=4, offered_again=40
)
"""Short where Mailchimp is waited for, and time enough for the work itself on a machine that is busy."""


@pytest.fixture(scope="session")
def stack() -> Iterator[LocalStack]:
    os.environ.setdefault("PYTHONPATH", str(REPOSITORY / "layers" / "accord"))  # for its parts, processes of their own
    with LocalStack(timings=TIMINGS, cobot=True, max_audiences=50) as running:  # every story may make its own
        _open_no_window(running)
        yield running
        assert running.ticker.failures == 0, "a function that is called every second failed"
        assert indiscretions(running.emulator.logs(), secrets_of(running)) == set(), "found in the functions' logs"


def _open_no_window(stack: LocalStack) -> None:
    """A story has many steps, and each would wait for a second that only a crowd needs."""
    functions = stack.emulator.client("lambda")
    name = stack.outputs["SyncMembersFunctionName"]
    for mapping in functions.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]:
        functions.update_event_source_mapping(UUID=mapping["UUID"], MaximumBatchingWindowInSeconds=0)


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
