"""The contract of the port `Plans`, on the fake and on DynamoDB."""

from typing import Any

import pytest

from accord.adapters.dynamodb.ledger import DynamoDBLedger
from accord.adapters.dynamodb.plans import DynamoDBPlans
from accord.adapters.dynamodb.table import Table
from accord.domain.address import Address
from accord.domain.contact import ContactStatus
from accord.domain.plan import FieldChange, PlanLine, Planned
from accord.domain.reasons import ReasonCode, Status
from accord.domain.run import Run, RunKind
from accord.ports.planning import Plans
from tests.adapters.conftest import FreshTable
from tests.adapters.ledger_values import BARN, NOON
from tests.adapters.test_ledger_contract_lists import all_of
from tests.fake_planning import FakePlans

PLAN = Run(id="a-plan", connection_id=BARN, kind=RunKind.PLAN, at=NOON)


@pytest.fixture(params=["fake", "dynamodb"])
def plans(request: pytest.FixtureRequest) -> Plans:
    if request.param == "fake":
        return FakePlans()
    table: FreshTable = request.getfixturevalue("table")
    return DynamoDBPlans(Table(table.client, table.name))


def line(member_id: str, planned: Planned = Planned.UPDATE, **given: Any) -> PlanLine:
    return PlanLine(member_id=member_id, planned=planned, status=Status.SYNCED, revision=3, **given)


def test_a_line_is_kept_whole_and_written_over(plans: Plans) -> None:
    address = Address(key="cafe", revision=7, seen=ContactStatus.SUBSCRIBED, tags=("Goats",))
    changes = (FieldChange(field="ADDRESS", before={"city": "Paris"}, after={"city": "Lyon"}),)
    whole = line("gustave", changes=changes, add_tags=("Goats",), address=address, billed=1)
    plans.save(PLAN, [line("gustave", Planned.HOLD, reason=ReasonCode.NO_CONSENT)])
    plans.save(PLAN, [whole])

    assert plans.lines(PLAN, None, None, 10).items == [whole]


def test_lines_are_listed_by_member_page_by_page_of_this_plan_alone(plans: Plans) -> None:
    plans.save(PLAN, [line(f"goat-{number:03d}") for number in range(57)])
    plans.save(PLAN.model_copy(update={"id": "another"}), [line("stranger")])

    found = all_of(lambda after: plans.lines(PLAN, None, after, 10))

    assert [each.member_id for each in found] == [f"goat-{number:03d}" for number in range(57)]


def test_one_kind_of_lines_can_be_asked_for(plans: Plans) -> None:
    deeds = [Planned.CREATE, Planned.UPDATE, Planned.ARCHIVE]
    plans.save(PLAN, [line(f"goat-{number:02d}", deeds[number % 3]) for number in range(30)])

    found = all_of(lambda after: plans.lines(PLAN, Planned.ARCHIVE, after, 7))

    assert [each.member_id for each in found] == [f"goat-{number:02d}" for number in range(2, 30, 3)]


def test_a_cursor_that_nobody_gave_is_refused(plans: Plans) -> None:
    with pytest.raises(ValueError, match="cursor"):
        plans.lines(PLAN, None, "goat", 2)


def test_what_a_line_says_of_a_person_is_forgotten_and_the_line_stays(plans: Plans) -> None:
    change = FieldChange(field="FNAME", before="Gus", after="Gustave")
    lines = [line(name, changes=(change,), add_tags=("Goats",), remove_tags=("Kids",)) for name in ("gustave", "odile")]
    plans.save(PLAN, lines)

    for _ in range(2):
        plans.forget(PLAN, ["gustave", "nobody"])

    assert plans.lines(PLAN, None, None, 10).items == [line("gustave"), lines[1]]


def test_who_is_forgotten_is_forgotten_in_every_plan(table: FreshTable) -> None:
    plans, ledger = DynamoDBPlans(Table(table.client, table.name)), DynamoDBLedger(table.client, table.name)
    change = FieldChange(field="FNAME", before="Gus", after="Gustave")
    others = PLAN.model_copy(update={"id": "another"})
    for run in (PLAN, others):
        plans.save(run, [line("gustave", changes=(change,)), line("odile", changes=(change,))])

    ledger.forget_member(BARN, "gustave")

    for run in (PLAN, others):
        assert [each.changes for each in plans.lines(run, None, None, 10).items] == [(), (change,)]
