"""A night that would do more than one run may is held back until somebody approves it (P2, P23); opt-outs are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.domain.caps import Caps, beyond, may_wait
from accord.domain.contact import ContactStatus
from accord.domain.plan import PlanLine, Planned, PlanSum, summed, together
from accord.domain.reasons import Status
from accord.domain.run import WAITS, Run, RunKind, RunState
from accord.domain.sweep import Found
from accord.domain.values import subscriber_hash
from accord.usecases.connecting.reach_account import NotNowError
from accord.usecases.reconciling import hold_drift
from accord.usecases.reconciling.approve_reconciliation import ApproveReconciliation
from tests.builders import a_member, erased, left, upserted
from tests.nights import Nights
from tests.scene import Scene, calls_made

BATS = [f"bat-{number}@belfry.test" for number in range(40)]
STAYS, LEAVES = "owl@belfry.test", "mouse@belfry.test"


class Belfry(Nights):
    """Forty members who left and were archived, and two who stayed."""

    def __init__(self) -> None:
        super().__init__(Scene())
        scene = self.scene
        scene.post(*(upserted(a_member(email), f"m-{number}") for number, email in enumerate(BATS)))
        scene.post(upserted(a_member(STAYS), "stays"), upserted(a_member(LEAVES), "leaves"))
        self.night()
        scene.clock.pass_(60)
        scene.post(*(left(f"m-{number}", at=scene.clock.now()) for number in range(len(BATS))))
        self.night()
        self.approve = ApproveReconciliation(self.runs, self, scene.clock)

    def bring_back(self, count: int = len(BATS)) -> None:
        """The staff takes archived contacts into the audience again."""
        for email in BATS[:count]:
            self.scene.audience.turn(email, ContactStatus.SUBSCRIBED)

    def back(self) -> int:
        return sum(self.scene.seen(email) is ContactStatus.SUBSCRIBED for email in BATS)

    def approved(self, run: Run) -> Run:
        assert self.approve(self.scene.connection, run.id) is not None
        self.carry_out()
        return self.runs.kept[run.connection_id, run.id]


@pytest.fixture
def belfry() -> Belfry:
    belfry = Belfry()
    calls_made(belfry.scene)
    return belfry


def test_p2_a_night_that_would_archive_more_than_a_run_may_stops_and_asks(belfry: Belfry) -> None:
    belfry.bring_back()

    run = belfry.night()

    assert (run.state, belfry.back()) == (RunState.PROPOSED, 40)
    assert [(cap.what, cap.count, cap.allowed) for cap in run.asks] == [("archived", 40, 20)]
    assert run.counts[Found.MISSED] == 40
    assert calls_made(belfry.scene) == ["page", "page"]


def test_p2_p23_it_goes_on_with_an_operators_yes_and_reads_nothing_anew(belfry: Belfry) -> None:
    belfry.bring_back()
    run = belfry.night()
    calls_made(belfry.scene)

    ended = belfry.approved(run)

    assert (ended.state, belfry.back()) == (RunState.DONE, 0)
    assert set(calls_made(belfry.scene)) == {"read", "archive"}  # each contact, for its image; no page
    with pytest.raises(NotNowError, match="nothing to approve: the run is done"):
        belfry.approve(belfry.scene.connection, run.id)
    assert belfry.approve(belfry.scene.connection, "never") is None


def test_within_the_caps_a_night_asks_nobody(belfry: Belfry) -> None:
    belfry.bring_back(20)
    run = belfry.night()
    assert (run.state, run.asks, belfry.back()) == (RunState.DONE, (), 0)


def test_p9_opt_outs_erasures_and_small_repairs_do_not_wait_for_it(belfry: Belfry) -> None:
    scene = belfry.scene
    belfry.bring_back()
    scene.audience.turn(LEAVES, ContactStatus.UNSUBSCRIBED)
    person = scene.audience.people[subscriber_hash(STAYS)]
    edited = {"merge_fields": {"FNAME": "Strix"}, "last_changed": scene.clock.now()}
    person.contact = person.contact.model_copy(update=edited)
    scene.clock.pass_(60)
    scene.post(erased("m-7", at=scene.clock.now()))

    run = belfry.night()

    assert run.state is RunState.PROPOSED
    assert scene.status("leaves")[0] is Status.UNSUBSCRIBED
    assert person.contact.merge_fields["FNAME"] == "Wilma"
    assert subscriber_hash(BATS[7]) not in scene.audience.people


def test_what_nobody_approved_is_found_and_asked_again_and_the_newest_run_answers_for_all(belfry: Belfry) -> None:
    belfry.bring_back()
    first = belfry.night()
    second = belfry.night()

    assert belfry.runs.kept["burrow", first.id].state is RunState.FAILED
    assert [cap.count for cap in second.asks] == [40]
    assert Found.MISSED not in second.counts
    assert belfry.approved(second).state is RunState.DONE
    assert belfry.back() == 0
    assert belfry.night().state is RunState.DONE


def test_p2_an_approval_comes_too_late_after_three_days(belfry: Belfry) -> None:
    belfry.bring_back()
    run = belfry.night()
    belfry.scene.clock.pass_(WAITS.total_seconds() + 1)

    with pytest.raises(NotNowError, match="failed"):
        belfry.approve(belfry.scene.connection, run.id)

    assert belfry.back() == 40


def test_whoever_was_heard_of_by_a_webhook_meanwhile_is_not_told_again(belfry: Belfry) -> None:
    belfry.bring_back()
    run = belfry.night()
    scene = belfry.scene
    scene.clock.pass_(60)
    scene.post(upserted(a_member(BATS[0]), "m-0", scene.clock.now()))

    belfry.approved(run)

    assert (scene.seen(BATS[0]), belfry.back()) == (ContactStatus.SUBSCRIBED, 1)


def test_p14_it_is_told_page_by_page_in_as_many_invocations_as_it_takes(
    belfry: Belfry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accord.domain.sweep.A_PAGE", 10)
    monkeypatch.setattr("tests.fake_reconciling.A_PAGE", 10)
    belfry.bring_back(20)
    belfry.scene.clock.pass_(60)
    run = belfry.begin()
    belfry.pages(run, belfry.reconcile.begin(run.connection_id, run.id))
    cursors, cursor = [], None
    while True:
        cursor = belfry.reconcile.close(run.connection_id, run.id, cursor, belfry.scene.clock.now())
        if cursor is None:
            break
        cursors.append(cursor)
    belfry.carry_out()

    assert len([each for each in cursors if each.startswith("held:")]) >= 2
    ended = belfry.runs.kept["burrow", run.id]
    assert (ended.state, ended.counts[Found.MISSED], belfry.back()) == (RunState.DONE, 20, 0)


@pytest.mark.parametrize("kind", [RunKind.PLAN, RunKind.IMPORT, RunKind.RECONFIRMATION])
def test_other_runs_are_approved_in_their_own_place(belfry: Belfry, kind: RunKind) -> None:
    told = {"id": "other", "connection_id": "burrow", "kind": kind, "state": "proposed", "at": belfry.scene.clock.now()}
    belfry.runs.save(Run.model_validate(told))
    with pytest.raises(NotNowError, match="Only reconciliations"):
        belfry.approve(belfry.scene.connection, "other")


def test_an_unchanged_audience_costs_the_caps_nothing(belfry: Belfry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hold_drift, "DecideSeen", None)  # whoever decides fails
    assert belfry.night().state is RunState.DONE


# --- the pure decision ------------------------------------------------------------------------------------------------

URGENT = {Planned.UNSUBSCRIBE, Planned.ERASE, Planned.LOOK, Planned.FOLLOW, Planned.HOLD}
LINES = st.builds(
    PlanLine,
    member_id=st.sampled_from(["m-1", "m-2", "m-3"]),
    planned=st.sampled_from(Planned),
    status=st.just(Status.SYNCED),
    billed=st.integers(-1, 1),
    revision=st.just(1),
)


@given(st.lists(LINES))
def test_p9_nothing_waits_beside_an_opt_out_or_an_erasure(lines: list[PlanLine]) -> None:
    if any(line.planned in URGENT for line in lines):
        assert not may_wait(lines)


@given(st.lists(LINES), st.integers(0, 200))
def test_p2_whatever_is_told_at_once_goes_beyond_no_cap_save_by_what_never_waits(
    lines: list[PlanLine], members: int
) -> None:
    at_once = summed(line for line in lines if not may_wait([line]) and line.planned not in URGENT)
    assert beyond(at_once, members, Caps(few=0)) == ()


@given(st.lists(st.lists(LINES, max_size=5), max_size=5))
def test_the_sums_of_pages_are_the_sum_of_all(pages: list[list[PlanLine]]) -> None:
    whole = summed(line for page in pages for line in page)
    parts = together(summed(page) for page in pages)
    assert (parts.lines, parts.billed) == (whole.lines, whole.billed)
    assert {deed: n for deed, n in parts.by_deed.items() if n} == {d: n for d, n in whole.by_deed.items() if n}
    assert beyond(parts, 100, Caps()) == beyond(whole, 100, Caps())
    assert parts.calls >= whole.calls


@given(
    st.builds(
        PlanSum, by_deed=st.dictionaries(st.sampled_from(Planned), st.integers(0, 99)), billed=st.integers(-99, 99)
    )
)
def test_more_of_anything_never_asks_less(would: PlanSum) -> None:
    asked = {cap.what for cap in beyond(would, 100, Caps())}
    more = would.model_copy(update={"by_deed": {deed: n + 1 for deed, n in would.by_deed.items()}})
    assert asked <= {cap.what for cap in beyond(more, 100, Caps())}
