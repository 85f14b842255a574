"""The report of the run, and the one local stack that it measures."""

import os
from collections.abc import Iterator

import pytest

from tests.benchmarks.report import Report
from tests.benchmarks.running_stack import PRODUCTION, RunningStack
from tools.local_aws.paths import REPOSITORY
from tools.local_stack import LocalStack


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--members", type=int, default=10_000, help="members of the burst (make bench ARGS='--members N')")


@pytest.fixture(scope="session")
def members(request: pytest.FixtureRequest) -> int:
    """How many are posted at once."""
    count: int = request.config.getoption("--members", default=10_000)
    return count


@pytest.fixture(scope="session")
def report() -> Iterator[Report]:
    """Collects all tables; prints the block to be pasted when the last benchmark is done."""
    collected = Report()
    yield collected
    print("\n\n<!-- make bench -->\n" + collected.markdown())


@pytest.fixture(scope="session")
def running(report: Report) -> Iterator[RunningStack]:
    """With the delays of production. What is due is offered by the schedule, once a minute, as on AWS."""
    os.environ.setdefault("PYTHONPATH", str(REPOSITORY / "layers" / "accord"))  # for its parts, processes of their own
    with LocalStack(timings=PRODUCTION) as stack:
        stack.ticker.stop()
        yield RunningStack(stack)
