"""The contract of the port `Sweeps`, on the fake and on DynamoDB: what the pages of a run showed, and its progress."""

from typing import Any

import pytest

from accord.adapters.dynamodb.runs import DynamoDBRuns
from accord.adapters.dynamodb.sweeps import DynamoDBSweeps
from accord.adapters.dynamodb.table import Table
from accord.domain.run import Run, RunKind
from accord.domain.sweep import Found, PagePlace, PageRead
from accord.domain.values import address_key
from accord.ports.reconciling import Sweeps
from accord.ports.tending import Runs
from tests.adapters.conftest import FreshTable
from tests.adapters.ledger_values import BARN, NOON
from tests.fake_reconciling import FakeSweeps
from tests.fake_tending import FakeRuns

type Both = tuple[Runs, Sweeps]
RUN = Run(id="a-night", connection_id=BARN, kind=RunKind.RECONCILIATION, at=NOON)


@pytest.fixture(params=["fake", "dynamodb"])
def both(request: pytest.FixtureRequest) -> Both:
    """The runs, and the pages of each."""
    if request.param == "fake":
        fake = FakeRuns()
        return fake, FakeSweeps(fake)
    fresh: FreshTable = request.getfixturevalue("table")
    table = Table(fresh.client, fresh.name)
    return DynamoDBRuns(table), DynamoDBSweeps(table)


def page(offset: int = 0, read: int = 3, **given: Any) -> PageRead:
    keys = tuple(address_key(b"barn", f"{offset}-{number}") for number in range(read))
    place = PagePlace(offset=offset, **given)
    return PageRead(place=place, total=9, counts={Found.READ: read, Found.CALLS: 1}, keys=keys)


def beginnings(pages: Any) -> list[tuple[PagePlace, list[str]]]:
    return [(each.place, [key[:16] for key in each.keys]) for each in pages]


def test_what_a_page_showed_is_kept_with_the_beginnings_of_its_keys(both: Both) -> None:
    runs, sweeps = both
    runs.save(RUN)
    pages = [page(1000), page(), page(archived=True, since=NOON)]
    for each in pages:
        sweeps.save(RUN, each)

    assert beginnings(sweeps.pages(RUN)) == beginnings([pages[2], pages[1], pages[0]])
    assert [each.counts for each in sweeps.pages(RUN)] == [pages[0].counts] * 3
    kept = sweeps.page(RUN, PagePlace(offset=1000))
    assert kept is not None
    assert (kept.place, kept.total) == (pages[0].place, 9)


def test_a_page_that_was_not_read_is_not_there(both: Both) -> None:
    runs, sweeps = both
    runs.save(RUN)
    sweeps.save(RUN, page())

    assert sweeps.page(RUN, PagePlace(offset=1000)) is None
    assert list(sweeps.pages(RUN.model_copy(update={"id": "another-night"}))) == []


def test_the_progress_of_the_run_grows_with_each_page_once(both: Both) -> None:
    runs, sweeps = both
    runs.save(RUN)
    for each in (page(), page(1000, read=2), page(1000, read=2)):
        sweeps.save(RUN, each)

    known = runs.run(BARN, RUN.id)
    assert known is not None
    assert known.done == 5
    assert runs.page(BARN, None, 5).items == [known]


def test_a_page_without_keys_is_kept_as_well(both: Both) -> None:
    runs, sweeps = both
    runs.save(RUN)
    sweeps.save(RUN, page(read=0))

    assert [each.keys for each in sweeps.pages(RUN)] == [()]


def test_however_many_pages_there_are_all_of_them_are_there(both: Both) -> None:
    runs, sweeps = both
    runs.save(RUN)
    for number in range(120):
        sweeps.save(RUN, page(number * 1000, read=1))

    assert [each.place.offset for each in sweeps.pages(RUN)] == [number * 1000 for number in range(120)]
