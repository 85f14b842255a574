"""`ApproveConnection`: with the approval fields are made, the webhook is registered, and the import begins."""

from datetime import timedelta
from itertools import count

import pytest

from accord.domain.binding import Fit
from accord.domain.connection import Connection, ConnectionState, FieldType, MergeField
from accord.domain.run import Run, RunKind, RunState
from accord.domain.summary import Summary
from accord.errors import Refusal, Rejected
from accord.ports.tending import Step
from accord.usecases.connecting.approve_connection import ApproveConnection
from accord.usecases.connecting.reach_account import NotNowError, ReachAccount
from accord.usecases.tending.begin_run import BeginRun
from tests.builders import NOON, SETUP, a_connection
from tests.fake_connections import FakeAccount, FakeConnections, FakeConnectionSecrets
from tests.fake_tending import FakeRuns, FakeStepQueue
from tests.fakes import FakeClock, FakeLedger

ORIGIN = "https://accord.test"


class Registration:
    """Mailchimp, calling the webhook at once."""

    def __init__(self, desk: "Desk") -> None:
        self.desk = desk

    def register(self, secret: str) -> tuple[str, ...]:
        if self.desk.refuses:
            raise Rejected(Refusal.OTHER, "Invalid Resource")
        assert self.desk.connection.webhook_secret_hashes, "the secret must be known by then"
        self.desk.registered.append(secret)
        return ("signs-with-this",)


class Desk:
    """An operator's desk, with a connection that waits for the approval of its second summary."""

    def __init__(self, **given: object) -> None:
        self.ledger, self.clock, self.account = FakeLedger(), FakeClock(), FakeAccount()
        self.connections, self.secrets = FakeConnections(self.ledger), FakeConnectionSecrets()
        self.runs, self.steps = FakeRuns(), FakeStepQueue()
        self.registered: list[str] = []
        self.refuses = False
        arn = self.secrets.create("burrow", {"mailchimp_api_key": "key-us1"})
        waiting = {"state": ConnectionState.AWAITING_APPROVAL, "secret_arn": arn}
        self.connections.create(a_connection(**waiting | given))
        for number in (1, 2):
            at = NOON + timedelta(minutes=number)
            summary = Summary(id=f"run-{number}", at=at, members=number)
            run = Run(id=f"run-{number}", connection_id="burrow", kind=RunKind.AUDIENCE_READING, at=at, summary=summary)
            self.runs.save(run.model_copy(update={"state": RunState.DONE, "done_at": at}))
        tokens = count(1)
        self.approve = ApproveConnection(
            connections=self.connections,
            secrets=self.secrets,
            ledger=self.ledger,
            runs=self.runs,
            reach=ReachAccount(self.secrets, lambda _url, _key: self.account),
            registration_of=lambda _connection, _origin: Registration(self),
            begin=BeginRun(self.runs, self.steps, self.clock, lambda: f"{next(tokens):08d}"),
            new_secret=lambda: "a-secret-way-in",
            clock=self.clock,
        )

    @property
    def connection(self) -> Connection:
        return self.ledger.connections["burrow"]

    def say_yes(self, summary: str = "run-2") -> Connection:
        return self.approve(self.connection, summary, ORIGIN)[0]


def test_a3_with_the_approval_the_connection_is_live_and_the_import_begins() -> None:
    desk = Desk()
    live, run = desk.approve(desk.connection, "run-2", ORIGIN)
    assert (live.state, desk.connection.state) == (ConnectionState.LIVE, ConnectionState.LIVE)
    assert (run.kind, run.state) == (RunKind.FIRST_IMPORT, RunState.RUNNING)
    assert [queued.step for queued, _ in desk.steps.messages] == [Step.IMPORT]


def test_s5_the_webhook_is_registered_and_its_secrets_are_kept_apart() -> None:
    desk = Desk()
    live = desk.say_yes()
    assert desk.registered == ["a-secret-way-in"]
    assert desk.secrets.read("arn:burrow")["webhook_signing_secrets"] == ["signs-with-this"]
    assert (live.webhook_signed, live.webhook_checked_at) == (True, NOON)
    assert "a-secret-way-in" not in live.model_dump_json()


def test_s1_fields_that_are_missing_are_made_and_those_that_are_there_are_bound() -> None:
    tariff = MergeField(tag="MMERGE7", type=FieldType.TEXT, name="Plan")
    without_plan = tuple(field for field in SETUP.merge_fields if field.tag not in {"PLAN", "JOINED"})
    desk = Desk()
    desk.account.fields = SETUP.model_copy(update={"merge_fields": (*without_plan, tariff)})
    live = desk.say_yes()
    assert (live.mapping["plan"], live.mapping["joined_on"]) == ("MMERGE7", "JOINED")
    assert [field.tag for field in desk.account.fields.merge_fields].count("JOINED") == 1
    assert desk.ledger.audience_setup("burrow").merge_fields == desk.account.fields.merge_fields


def test_only_the_newest_summary_can_be_approved() -> None:
    desk = Desk()
    for stale in ("run-1", "never"):
        with pytest.raises(NotNowError, match="summary"):
            desk.say_yes(stale)
    assert desk.connection.state is ConnectionState.AWAITING_APPROVAL
    assert desk.registered == []


@pytest.mark.parametrize("state", [s for s in ConnectionState if s is not ConnectionState.AWAITING_APPROVAL])
def test_a_connection_in_another_state_is_not_approved(state: ConnectionState) -> None:
    desk = Desk(state=state)
    with pytest.raises(NotNowError, match="awaiting_approval"):
        desk.say_yes()
    assert (desk.connection.state, desk.steps.messages) == (state, [])


def test_what_mailchimp_refuses_leaves_it_waiting_and_it_can_be_approved_again() -> None:
    desk = Desk()
    desk.refuses = True
    with pytest.raises(NotNowError, match="webhook"):
        desk.say_yes()
    assert desk.connection.state is ConnectionState.AWAITING_APPROVAL
    desk.refuses = False
    assert desk.say_yes().state is ConnectionState.LIVE


def test_a_mapping_that_fits_no_more_is_refused() -> None:
    desk = Desk(mapping={"address": "PLAN"})
    with pytest.raises(NotNowError, match="mapping"):
        desk.say_yes()


def test_fields_are_shown_as_they_would_be_bound() -> None:
    desk = Desk(mapping={"first_name": "FNAME", "fields.company": "COMPANY", "address": "PLAN"})
    fits = {each.source: each.fit for each in desk.approve.fields(desk.connection).fields}
    assert (fits["first_name"], fits["fields.company"], fits["address"]) == (Fit.BOUND, Fit.TO_CREATE, Fit.CLASH)
    with pytest.raises(NotNowError, match="audience"):
        desk.approve.fields(desk.connection.model_copy(update={"audience_id": ""}))


def test_a_run_that_is_under_way_is_not_begun_a_second_time() -> None:
    desk = Desk()
    first = desk.approve.begin.reading(desk.connection)
    assert desk.approve.begin.reading(desk.connection) == first
    assert len(desk.steps.messages) == 1
