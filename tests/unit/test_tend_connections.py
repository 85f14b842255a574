"""The way to the first approval, and the import: read, sum up, wait for a person, import, watch."""

from datetime import timedelta
from itertools import count

import pytest

from accord.domain.connection import Connection, ConnectionState
from accord.domain.contact import ContactStatus
from accord.domain.lifecycle import Step as LifecycleStep
from accord.domain.lifecycle import stepped
from accord.domain.reasons import ReasonCode, Status
from accord.domain.run import Run, RunKind, RunState
from accord.domain.summary import Deed
from accord.ports.tending import Step
from accord.usecases.reconciling.adopt_contacts import AdoptContacts
from accord.usecases.reconciling.apply_plan import ApplyPlan
from accord.usecases.reconciling.order_undo import OrderUndo
from accord.usecases.tend_connections import TendConnections
from accord.usecases.tending.begin_run import BeginRun
from accord.usecases.tending.call_up_members import CallUpMembers
from accord.usecases.tending.hold_addresses import HoldAddresses
from accord.usecases.tending.sum_up_members import SumUpMembers
from accord.usecases.tending.take_along import TakeAlong
from tests.builders import NOON, a_connection, a_member, a_policy, minutes, no_us_phone, opted_in, opted_out, upserted
from tests.fake_audiences import FakeAudienceMemory
from tests.fake_connections import FakeConnections
from tests.fake_outbox import FakeOutbox
from tests.fake_tending import FakeMail, FakeRuns, FakeStepQueue
from tests.fakes import FakeQueue, Trouble
from tests.nights import Nights
from tests.scene import Scene, calls_made

UNKNOWN = {"status": "unknown"}


class Tending:
    """A scene whose connection has passed its checks, and its tending."""

    def __init__(self, **given: object) -> None:
        settings = {"audience_read_at": None, "state": ConnectionState.CHECKED, "email": "keeper@burrow.test"}
        self.scene = Scene(a_connection(**settings | given))
        self.runs, self.steps, self.mail, self.bulk = FakeRuns(), FakeStepQueue(), FakeMail(), FakeQueue()
        self.outbox = FakeOutbox()
        self.connections = FakeConnections(self.scene.ledger)
        scene, self.tokens = self.scene, count()
        self.nights = Nights(scene, self.runs, self.steps)
        self.tend = TendConnections(
            ledger=scene.ledger,
            connections=self.connections,
            runs=self.runs,
            reconciliations=self.nights,
            clock=scene.clock,
            take_along=TakeAlong(scene.ledger, FakeAudienceMemory(scene.ledger), scene.clock),
            hold=HoldAddresses(scene.ledger, scene.clock),
            sum_up=SumUpMembers(scene.ledger, scene.members, scene.clock, no_us_phone),
            call_up=CallUpMembers(scene.ledger, self.runs, self.steps, self.bulk, scene.clock, timedelta(minutes=5)),
            apply_plan=ApplyPlan(
                scene.ledger,
                self.nights.plans,
                self.runs,
                self.steps,
                AdoptContacts(scene.ledger, self.bulk, scene.clock),
                OrderUndo(scene.ledger, self.bulk, scene.clock, timedelta(minutes=5)),
                self.bulk,
                scene.clock,
            ),
            steps=self.steps,
            bulk_queue=self.bulk,
            outbox=self.outbox,
            mail=self.mail,
            offered_again=timedelta(minutes=5),
        )

    @property
    def state(self) -> ConnectionState:
        return self.scene.ledger.connections["burrow"].state

    def begin(self, kind: RunKind = RunKind.AUDIENCE_READING) -> Run:
        connection = self.scene.ledger.connections["burrow"]
        return BeginRun(self.runs, self.steps, self.scene.clock, lambda: f"{next(self.tokens):08d}")(connection, kind)

    def go_on(self, seconds: float = 300) -> list[Step]:
        """Take the steps that wait, until none does but those that only watch; which they were."""
        taken: list[Step] = []
        while self.steps.messages:
            messages, self.steps.messages = [queued for queued, _ in self.steps.messages], []
            _, failed = self.tend(messages, self.scene.clock.now() + timedelta(seconds=seconds))
            assert failed == []
            taken += [queued.step for queued in messages]
            if {queued.step for queued, _ in self.steps.messages} == {Step.WATCH}:
                break
        return taken

    def approve(self) -> Run:
        connection = self.scene.ledger.connections["burrow"]
        live = stepped(connection, LifecycleStep.APPROVE, self.scene.clock.now())
        assert isinstance(live, Connection)
        assert self.connections.replace(live)
        self.scene.connection = self.scene.ledger.connections["burrow"]
        return self.begin(RunKind.FIRST_IMPORT)

    def newest(self) -> Run:
        return self.runs.page("burrow", None, 1).items[0]


def test_a3_p23_nothing_is_written_before_the_approval_and_everything_after() -> None:
    tending = Tending()
    tending.scene.audience.add("mole@hill.test", ContactStatus.SUBSCRIBED)
    tending.scene.post(
        upserted(a_member("wombat@burrow.test"), "m-1"),
        upserted(a_member("mole@hill.test"), "m-2"),
        upserted(a_member("badger@sett.test", consent=None), "m-3"),
    )
    assert tending.scene.status() == (Status.PENDING, ReasonCode.AWAITING_APPROVAL)
    calls_made(tending.scene)

    tending.begin()
    assert tending.go_on() == [Step.TAKE_ALONG, Step.HOLD, Step.SUM_UP]

    assert tending.state is ConnectionState.AWAITING_APPROVAL
    summary = tending.newest().summary
    assert summary is not None
    assert (summary.contacts, summary.members, summary.billed_contacts_change) == (1, 3, 1)
    assert summary.would == {Deed.CREATE: 1, Deed.UPDATE: 1}
    assert summary.excluded == {ReasonCode.NO_CONSENT: 1}
    assert not set(calls_made(tending.scene)) & {"create", "change", "archive", "erase"}

    tending.approve()
    assert tending.go_on() == [Step.IMPORT]
    tending.scene.work(*tending.bulk.messages)
    assert tending.scene.seen("wombat@burrow.test") is ContactStatus.SUBSCRIBED


def test_a3_s2_a_notice_and_an_email_say_when_the_import_is_done() -> None:
    tending = Tending(state=ConnectionState.LIVE, audience_read_at=NOON, language="fr", name="Le terrier")
    tending.scene.post(upserted(a_member("wombat@burrow.test")))
    tending.begin(RunKind.FIRST_IMPORT)
    tending.go_on()
    tending.go_on()
    assert (tending.newest().state, tending.newest().counts) == (RunState.DONE, {"synced": 1})
    (told,) = tending.outbox.lying.values()
    assert (told.notice.type, told.notice.counts) == ("connection.imported", {"synced": 1})
    ((to, subject, text),) = tending.mail.sent
    assert (to, subject) == ("keeper@burrow.test", "Accord : la première importation de Le terrier est terminée")
    assert "wombat" not in text


def test_an_import_is_watched_until_nobody_waits_any_more() -> None:
    tending = Tending(state=ConnectionState.LIVE, audience_read_at=NOON)
    tending.scene.audience.trouble = lambda _name: Trouble.ERROR
    tending.scene.post(upserted(a_member("wombat@burrow.test")))
    tending.begin(RunKind.FIRST_IMPORT)
    tending.go_on()
    tending.go_on()
    assert (tending.newest().state, tending.newest().done, tending.newest().total) == (RunState.RUNNING, 0, 1)
    tending.scene.audience.trouble = lambda _name: None
    tending.scene.settle_all()
    tending.go_on()
    assert (tending.newest().state, tending.newest().done) == (RunState.DONE, 1)


def test_s3_p13_the_first_import_of_a_nightly_connection_is_done_though_others_wait_for_their_night(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("accord.usecases.tend_connections.A_HINT", 2)
    nightly = a_policy(sync_mode="nightly")
    tending = Tending(state=ConnectionState.LIVE, audience_read_at=NOON, approved_at=NOON, policy=nightly)
    tending.scene.audience.trouble = lambda _name: Trouble.ERROR
    tending.scene.post(upserted(a_member("wombat@burrow.test")))
    tending.begin(RunKind.FIRST_IMPORT)
    tending.scene.clock.pass_(60)
    later = [upserted(a_member(f"vole{n}@bank.test"), f"m-{n}", tending.scene.clock.now()) for n in range(2, 8)]
    tending.scene.post(*later)
    tending.go_on()
    tending.go_on()
    assert tending.newest().state is RunState.RUNNING

    tending.scene.audience.trouble = lambda _name: None
    tending.scene.pass_(900)
    tending.scene.offer()
    tending.go_on()

    assert tending.scene.status("m-7") == (Status.PENDING, ReasonCode.WAITING_FOR_NIGHT)
    ended = tending.newest()
    assert (ended.state, ended.done, ended.total, ended.counts) == (RunState.DONE, 1, 1, {"synced": 1})


def test_a10_consent_is_filled_from_the_audience_where_upstream_knows_nothing() -> None:
    tending = Tending()
    long_ago = NOON - timedelta(days=900)
    tending.scene.audience.add("mole@hill.test", ContactStatus.SUBSCRIBED, opted_in_at=long_ago)
    tending.scene.audience.add("vole@bank.test", ContactStatus.SUBSCRIBED, opted_in_at=long_ago)
    tending.scene.audience.add("hare@field.test", ContactStatus.UNSUBSCRIBED)
    tending.scene.post(
        upserted(a_member("mole@hill.test", consent=UNKNOWN), "m-mole"),
        upserted(a_member("vole@bank.test", consent=opted_out()), "m-vole"),
        upserted(a_member("hare@field.test", consent=UNKNOWN), "m-hare"),
    )
    tending.begin()
    tending.go_on()

    (statement,) = [s for s in tending.scene.ledger.statements("burrow", "m-mole") if s.consent.source == "audience"]
    assert (statement.consent.status, statement.consent.at) == ("opted_in", long_ago)
    assert tending.scene.record("m-vole").memory.opted_in_at is None
    assert tending.scene.record("m-hare").memory.opted_in_at is None
    summary = tending.newest().summary
    assert summary is not None
    assert (summary.would, summary.unsubscribed_found) == ({Deed.UPDATE: 1, Deed.UNSUBSCRIBE: 1}, 1)
    tending.scene.work(*tending.scene.members.messages)  # the vole's opt-out does not wait
    assert tending.scene.seen("vole@bank.test") is ContactStatus.UNSUBSCRIBED


def test_an_opt_out_and_an_erasure_do_not_wait_for_the_approval() -> None:
    tending = Tending()
    tending.scene.audience.add("mole@hill.test", ContactStatus.SUBSCRIBED)
    tending.begin()
    tending.go_on()
    tending.scene.post(upserted(a_member("mole@hill.test", consent=opted_out()), at=NOON + minutes(1)))
    assert tending.scene.seen("mole@hill.test") is ContactStatus.UNSUBSCRIBED


def test_a_refused_account_ends_the_run_and_leads_back_to_the_draft() -> None:
    tending = Tending()
    run = tending.begin()
    tending.scene.audience.refuses_the_key = True
    tending.go_on()
    assert (tending.newest().id, tending.newest().state) == (run.id, RunState.FAILED)
    assert tending.newest().detail
    assert tending.state is ConnectionState.DRAFT


def test_a_connection_that_somebody_led_elsewhere_is_not_read() -> None:
    tending = Tending()
    tending.begin()
    connection = tending.scene.ledger.connections["burrow"]
    gone = stepped(connection, LifecycleStep.DISCONNECT, NOON)
    assert isinstance(gone, Connection)
    tending.connections.replace(gone)
    tending.go_on()
    assert tending.state is ConnectionState.DISCONNECTED
    assert tending.newest().state is RunState.FAILED


def test_a_step_for_which_there_is_no_time_or_no_queue_is_handed_back() -> None:
    tending = Tending()
    tending.begin()
    messages = [queued for queued, _ in tending.steps.messages]
    assert tending.tend(messages, tending.scene.clock.now())[1] == [0]


@pytest.mark.parametrize("consent", [opted_in(), opted_out(), None])
def test_what_upstream_said_is_never_overruled_by_the_audience(consent: object) -> None:
    tending = Tending()
    tending.scene.audience.add("mole@hill.test", ContactStatus.SUBSCRIBED, opted_in_at=NOON)
    tending.scene.post(upserted(a_member("mole@hill.test", consent=consent)))
    before = tending.scene.record().memory
    tending.begin()
    tending.go_on()
    filled = tending.scene.record().memory
    assert (filled == before) is (consent is not None)


def test_s6_an_import_that_is_under_way_ends_where_another_audience_is_chosen_and_is_begun_there() -> None:
    tending = Tending(state="live", audience_read_at=NOON)
    first = tending.begin(RunKind.FIRST_IMPORT)
    moved = tending.scene.connection.model_copy(update={"audience_id": "audience2"})
    tending.scene.ledger.save_connection(moved)

    second = tending.begin(RunKind.FIRST_IMPORT)
    tending.go_on()

    assert second.id != first.id
    states = [run.state for run in (tending.runs.run("burrow", each.id) for each in (first, second)) if run is not None]
    assert states == [RunState.FAILED, RunState.RUNNING]
