"""The contract of the port `Recounts`, on the fake and on DynamoDB."""

import pytest

from accord.adapters.dynamodb.items import count_pk, item
from accord.adapters.dynamodb.recounts import DynamoDBRecounts
from accord.adapters.dynamodb.table import Table, put
from accord.domain.reasons import Status
from accord.ports import Ledger
from accord.ports.reconciling import Recounts
from tests.adapters.conftest import FreshTable
from tests.adapters.ledger_values import AUDIENCE, BARN, intent, record
from tests.fake_reconciling import FakeRecounts
from tests.fakes import FakeLedger


@pytest.fixture(params=["fake", "dynamodb"])
def both(request: pytest.FixtureRequest) -> tuple[Ledger, Recounts]:
    """Thirty goats of two statuses, of whom three were lost in the counts of the one, and five stand in another."""
    ledger: Ledger
    recounts: Recounts
    if request.param == "fake":
        ledger = fake = FakeLedger()
        recounts = FakeRecounts(fake)
    else:
        fresh: FreshTable = request.getfixturevalue("table")
        ledger, table = fresh.ledger(), Table(fresh.client, fresh.name, workers=1)
        recounts = DynamoDBRecounts(table)
    goats = [record(f"goat-{n}", status=Status.SYNCED if n % 3 else Status.FAILED) for n in range(30)]
    ledger.save_intents(AUDIENCE, [intent(goat) for goat in goats])
    if request.param == "fake":
        fake.counted[BARN] += {Status.SYNCED: -3, Status.BOUNCED: 5}
    else:
        for shard in range(4):
            table.write(put(item(pk=count_pk(BARN, shard), sk="synced", members=17 if shard == 2 else 0)))
        table.write(put(item(pk=count_pk(BARN, 1), sk="bounced", members=5)))
    return ledger, recounts


def test_totals_are_set_right_once(both: tuple[Ledger, Recounts]) -> None:
    ledger, recounts = both
    assert ledger.counts(BARN)[Status.SYNCED] == 17

    assert [recounts.recount(BARN), recounts.recount(BARN)] == [8, 0]
    assert {s: n for s, n in ledger.counts(BARN).items() if n} == {Status.SYNCED: 20, Status.FAILED: 10}


def test_of_a_connection_without_members_nothing_is_wrong(both: tuple[Ledger, Recounts]) -> None:
    assert both[1].recount("the-attic") == 0
