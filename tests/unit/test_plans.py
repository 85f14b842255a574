"""A plan says what a reconciliation would do, and does nothing; applied, it does that and nothing else (P2, P23)."""

from collections.abc import Sequence

import pytest

from accord.domain.caps import Caps
from accord.domain.connection import ConnectionState
from accord.domain.contact import ContactStatus
from accord.domain.plan import FieldChange, PlanLine, Planned
from accord.domain.reasons import ReasonCode, Status
from accord.domain.run import Run, RunKind, RunState
from accord.domain.values import subscriber_hash
from accord.ports.tending import QueuedStep, Step
from accord.usecases.connecting.reach_account import NotNowError
from accord.usecases.manage_plans import BeyondCapsError
from accord.usecases.reconciling.apply_plan import CHANGED
from tests.builders import a_full_member, a_member, erased, minutes, opted_out, upserted
from tests.planning import EMAIL, OTHER, Planning
from tests.scene import calls_made


@pytest.fixture
def planning() -> Planning:
    return Planning()


def test_p23_a_plan_says_field_by_field_what_would_be_done_and_does_nothing(planning: Planning) -> None:
    planning.edit(FNAME="Owlbert")
    planning.scene.audience.turn(OTHER, ContactStatus.UNSUBSCRIBED)
    ledger = planning.scene.ledger
    before = dict(ledger.stored_records), dict(ledger.stored_addresses), dict(ledger.events)

    plan = planning.plan()

    assert (dict(ledger.stored_records), dict(ledger.stored_addresses), dict(ledger.events)) == before
    assert planning.nights.bulk.messages == []
    assert set(calls_made(planning.scene)) == {"page"}
    lines = planning.lines(plan)
    assert lines["m-1"].planned is Planned.UPDATE
    assert lines["m-1"].changes == (FieldChange(field="FNAME", before="Owlbert", after="Wilma"),)
    assert (lines["m-2"].planned, lines["m-2"].reason) == (Planned.HOLD, ReasonCode.UNSUBSCRIBED_IN_MAILCHIMP)
    assert plan.plan is not None
    assert plan.plan.by_deed == {Planned.UPDATE: 1, Planned.HOLD: 1}
    assert (plan.state, plan.plan.calls, plan.plan.billed) == (RunState.DONE, 1, 0)


def test_p23_applied_it_does_exactly_that(planning: Planning) -> None:
    planning.edit(FNAME="Owlbert")
    planning.scene.audience.turn(OTHER, ContactStatus.UNSUBSCRIBED)
    plan = planning.plan()
    planning.edit(OTHER, FNAME="Later")  # after the plan: not its business
    calls_made(planning.scene)

    run = planning.applied(plan)

    contact = planning.scene.audience.of(EMAIL)
    assert contact is not None
    assert contact.merge_fields["FNAME"] == "Wilma"
    assert planning.scene.status("m-2") == (Status.UNSUBSCRIBED, ReasonCode.UNSUBSCRIBED_IN_MAILCHIMP)
    assert (run.state, run.counts, run.done, run.total) == (RunState.DONE, {"applied": 2, "left_out": 0}, 2, 2)
    assert "change" in calls_made(planning.scene)


def test_what_changed_since_is_left_out_and_said(planning: Planning) -> None:
    planning.edit(FNAME="Owlbert")
    planning.edit(OTHER, FNAME="Owlga")
    plan = planning.plan()
    planning.scene.post(upserted(a_full_member(EMAIL, consent=opted_out()), "m-1", planning.scene.clock.now()))
    calls_made(planning.scene)

    run = planning.applied(plan)

    assert run.counts == {"applied": 1, "left_out": 1}
    lines = planning.lines(plan)
    assert (lines["m-1"].left_out, lines["m-2"].left_out) == (CHANGED, "")
    assert planning.scene.seen(EMAIL) is ContactStatus.UNSUBSCRIBED


def test_who_is_gone_is_in_the_plan_and_known_to_be_gone_once_it_is_applied(planning: Planning) -> None:
    del planning.scene.audience.people[subscriber_hash(OTHER)]

    plan = planning.plan()

    assert planning.scene.status("m-2")[0] is Status.SYNCED
    assert planning.lines(plan)["m-2"].reason is ReasonCode.PERMANENTLY_DELETED
    planning.applied(plan)
    assert planning.scene.status("m-2") == (Status.DELETED_IN_MAILCHIMP, ReasonCode.PERMANENTLY_DELETED)


def test_whoever_waits_anyway_is_in_the_plan_with_what_would_be_billed(planning: Planning) -> None:
    paused = planning.scene.connection.model_copy(update={"state": "paused"})
    planning.scene.ledger.save_connection(paused)
    new = a_member("snowy-owl@belfry.test", tags=("Clients",))
    planning.scene.post(upserted(new, "m-3", planning.scene.clock.now()))

    plan = planning.plan()

    line = planning.lines(plan)["m-3"]
    assert (line.planned, line.billed, line.add_tags) == (Planned.CREATE, 1, ("Clients",))
    assert FieldChange(field="FNAME", after="Wilma") in line.changes
    assert plan.plan is not None
    assert (plan.plan.billed, plan.plan.calls) == (1, 2)


@pytest.mark.parametrize("times", [2, 3])
def test_a_plan_is_applied_once(planning: Planning, times: int) -> None:
    planning.edit(FNAME="Owlbert")
    plan = planning.plan()
    planning.applied(plan)

    for _ in range(times - 1):
        again = planning.nights.runs.kept["burrow", plan.id]
        with pytest.raises(NotNowError, match="already"):
            planning.make.apply(planning.scene.connection, again, beyond_caps=True)


def test_the_same_step_again_applies_nobody_twice(planning: Planning) -> None:
    planning.edit(FNAME="Owlbert")
    plan = planning.plan()
    run = planning.applied(plan)
    calls_made(planning.scene)

    planning.steps.send(QueuedStep("burrow", Step.APPLY, run.id))
    nights, clock = planning.nights, planning.scene.clock
    planning.apply(planning.scene.connection, run, planning.steps.messages[0][0], clock.now() + minutes(5))
    nights.carry_out()

    assert calls_made(planning.scene) == []


def test_a_plan_grows_old_and_is_refused(planning: Planning) -> None:
    planning.edit(FNAME="Owlbert")
    plan = planning.plan()
    planning.scene.clock.pass_(86_401)

    with pytest.raises(NotNowError, match="older than a day"):
        planning.make.apply(planning.scene.connection, plan, beyond_caps=False)


def test_a_plan_of_another_audience_is_refused(planning: Planning) -> None:
    plan = planning.plan()

    with pytest.raises(NotNowError, match="another audience"):
        planning.make.apply(
            planning.scene.connection.model_copy(update={"audience_id": "audience2"}), plan, beyond_caps=False
        )


def test_p2_beyond_a_cap_somebody_is_asked_first() -> None:
    planning = Planning(Caps(few=0, subscribed=0.1))
    paused = planning.scene.connection.model_copy(update={"state": "paused"})
    planning.scene.ledger.save_connection(paused)
    planning.scene.post(upserted(a_member("snowy-owl@belfry.test"), "m-3", planning.scene.clock.now()))
    plan = planning.plan()
    planning.scene.ledger.save_connection(planning.scene.connection)

    with pytest.raises(BeyondCapsError) as asked:
        planning.make.apply(planning.scene.connection, plan, beyond_caps=False)
    assert {cap.what: (cap.count, cap.allowed) for cap in asked.value.caps} == {"subscribed": (1, 0), "billed": (1, 0)}

    planning.applied(plan, beyond_caps=True)
    assert planning.scene.seen("snowy-owl@belfry.test") is ContactStatus.SUBSCRIBED


def test_a_draft_is_not_planned_for(planning: Planning) -> None:
    with pytest.raises(NotNowError, match="summary"):
        planning.make.make(planning.scene.connection.model_copy(update={"state": ConnectionState.DRAFT}))


def test_p14_however_many_wait_the_plan_goes_on_where_time_cut_it_short(planning: Planning) -> None:
    paused = planning.scene.connection.model_copy(update={"state": "paused"})
    planning.scene.ledger.save_connection(paused)
    at = planning.scene.clock.now()
    planning.scene.post(*(upserted(a_member(f"owlet-{n}@belfry.test"), f"o-{n}", at, index=n) for n in range(1200)))
    run = planning.nights.begin().model_copy(update={"kind": RunKind.PLAN})
    planning.nights.runs.save(run)
    planning.nights.pages(run, planning.nights.reconcile.begin("burrow", run.id))

    cursors: list[str | None] = [None]
    while cursor := planning.nights.reconcile.close("burrow", run.id, cursors[-1], planning.scene.clock.now()):
        cursors.append(cursor)

    assert len(cursors) > 3
    made = planning.nights.runs.kept["burrow", run.id]
    assert made.plan is not None
    assert made.plan.by_deed == {Planned.CREATE: 1200}


def test_whoever_was_erased_while_a_plan_was_made_leaves_no_value_in_it(
    planning: Planning, monkeypatch: pytest.MonkeyPatch
) -> None:
    planning.edit(FNAME="Owlbert")
    save = planning.nights.plans.save

    def erased_meanwhile(run: Run, lines: Sequence[PlanLine]) -> None:
        save(run, lines)
        planning.scene.clock.pass_(60)
        planning.scene.post(erased("m-1", at=planning.scene.clock.now()))

    monkeypatch.setattr(planning.nights.plans, "save", erased_meanwhile)

    lines = planning.lines(planning.plan())

    assert (lines["m-1"].planned, lines["m-1"].changes) == (Planned.UPDATE, ())
