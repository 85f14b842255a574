"""The contract of the port `Runs`, on the fake and on DynamoDB."""

from datetime import timedelta

import pytest

from accord.adapters.dynamodb.runs import DynamoDBRuns
from accord.adapters.dynamodb.table import Table
from accord.domain.reasons import ReasonCode
from accord.domain.run import Run, RunKind, RunState
from accord.domain.summary import Deed, Summary
from accord.ports.tending import Runs
from tests.adapters.conftest import FreshTable
from tests.adapters.ledger_values import BARN, NOON
from tests.fake_tending import FakeRuns


@pytest.fixture(params=["fake", "dynamodb"])
def runs(request: pytest.FixtureRequest) -> Runs:
    if request.param == "fake":
        return FakeRuns()
    table: FreshTable = request.getfixturevalue("table")
    return DynamoDBRuns(Table(table.client, table.name))


def a_run(number: int, **given: object) -> Run:
    at = NOON + timedelta(minutes=number)
    values = {"id": at.isoformat(), "connection_id": BARN, "kind": RunKind.AUDIENCE_READING, "at": at}
    return Run.model_validate(values | given)


def test_a_run_is_kept_whole_and_written_over(runs: Runs) -> None:
    summed = Summary(id="s", at=NOON, would={Deed.CREATE: 3}, excluded={ReasonCode.NO_CONSENT: 1}, members=4)
    runs.save(a_run(1))
    ended = a_run(1, state=RunState.DONE, done=4, total=4, summary=summed, counts={"synced": 3})
    runs.save(ended)
    assert runs.run(BARN, ended.id) == ended
    assert runs.run(BARN, "never") is None
    assert runs.run("the-attic", ended.id) is None


def test_runs_are_listed_newest_first_page_by_page(runs: Runs) -> None:
    for number in range(5):
        runs.save(a_run(number))
    runs.save(a_run(9, connection_id="the-attic"))
    first = runs.page(BARN, None, 2)
    second = runs.page(BARN, first.next, 2)
    last = runs.page(BARN, second.next, 2)
    found = [*first.items, *second.items, *last.items]
    assert found == [a_run(number) for number in (4, 3, 2, 1, 0)]
    assert last.next is None


def test_what_somebody_stopped_meanwhile_goes_on_no_further(runs: Runs) -> None:
    runs.save(a_run(1))
    assert runs.advance(a_run(1, done=3))
    runs.save(a_run(1, done=3, state=RunState.STOPPED))

    assert not runs.advance(a_run(1, done=9, state=RunState.DONE))
    assert runs.run(BARN, a_run(1).id) == a_run(1, done=3, state=RunState.STOPPED)


def test_a_cursor_that_nobody_gave_is_refused(runs: Runs) -> None:
    with pytest.raises(ValueError, match="cursor"):
        runs.page(BARN, "goat", 2)
