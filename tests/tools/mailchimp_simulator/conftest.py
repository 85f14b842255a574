"""A fresh simulator for each test, and someone who talks to it."""

from collections.abc import Iterator

import pytest

from tests.tools.mailchimp_simulator.zookeeper import Zookeeper
from tools.mailchimp_simulator import Simulator


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(latency=0, webhook_time_scale=0.0002, webhook_timeout=0.3, batch_delay=0.01) as running:
        yield running


@pytest.fixture
def keeper(simulator: Simulator) -> Iterator[Zookeeper]:
    with Zookeeper(simulator) as speaking:
        yield speaking
