"""S5, S6: every night each connection at work is looked at once; what was found is in a run, and in its state."""

import pytest

from accord.domain.connection import AudienceSetup, Connection, MarketingPermission
from accord.domain.lifecycle import reason_of
from accord.domain.run import Run, RunKind, RunState
from accord.errors import Refusal, Rejected, Retryable
from accord.usecases.recognise_caller import digest
from accord.usecases.tending.check_nightly import CheckNightly
from accord.usecases.tending.check_webhook import CheckWebhook
from tests.builders import NOON, SETUP, a_connection
from tests.fake_connections import FakeConnections, FakeConnectionSecrets
from tests.fake_keeping import FakeWebhook
from tests.fake_tending import FakeRuns
from tests.fakes import FakeAudience, FakeClock, FakeLedger, Trouble


class Night:
    """Connections of any states, all with the one audience of the fake."""

    def __init__(self, **given: object) -> None:
        self.ledger, self.clock, self.webhook = FakeLedger(), FakeClock(), FakeWebhook()
        self.runs, self.audience = FakeRuns(), FakeAudience(self.clock)
        self.connections, secrets = FakeConnections(self.ledger), FakeConnectionSecrets()
        arn = secrets.create("burrow", {})
        hashes = (digest("bat"),)
        self.connections.create(a_connection(secret_arn=arn, webhook_secret_hashes=hashes, **given))
        self.webhook.add(f"{self.webhook.url}bat")
        check_webhook = CheckWebhook(
            self.connections, secrets, lambda _connection: self.webhook, self.clock, lambda: "owl"
        )
        self.nightly = CheckNightly(
            self.ledger, self.runs, lambda _connection: self.audience, check_webhook, self.clock
        )

    @property
    def connection(self) -> Connection:
        return self.ledger.connections["burrow"]

    @property
    def stood(self) -> tuple[str, str]:
        return self.connection.state, reason_of(self.connection)

    def check(self) -> Run:
        """The run of one night."""
        at = self.clock.now()
        run = Run(id=at.isoformat(), connection_id="burrow", kind=RunKind.NIGHTLY_CHECK, at=at)
        self.runs.save(run)
        self.nightly(self.connection, run)
        ended = self.runs.run("burrow", run.id)
        assert ended is not None
        return ended


def test_a_quiet_night_leaves_a_run_without_counts_and_the_setup_of_the_audience() -> None:
    night = Night()
    night.ledger.save_audience_setup("burrow", AudienceSetup())

    run = night.check()

    assert (run.state, run.counts, run.done_at) == (RunState.DONE, {}, NOON)
    assert night.ledger.audience_setup("burrow") == SETUP
    assert night.stood == ("live", "in_operation")


def test_p21_the_night_learns_the_permissions_of_an_audience_that_was_empty() -> None:
    night = Night()
    night.audience.permissions = (MarketingPermission(id="p-1", text="Email"),)
    night.check()
    assert night.ledger.audience_setup("burrow").permissions == ()
    night.audience.add("bat@cave.test")
    night.clock.pass_(24 * 3600)
    night.check()
    assert night.ledger.audience_setup("burrow").permissions == night.audience.permissions


def test_s5_what_was_set_right_is_in_the_run() -> None:
    night = Night()
    night.webhook.kept = []

    assert night.check().counts == {"webhook_registered": 1}
    assert night.connection.webhook_checked_at == NOON


@pytest.mark.parametrize(
    ("trouble", "stood"),
    [("is_gone", ("paused", "audience_gone")), ("refuses_the_key", ("broken", "account_refused"))],
)
def test_s6_what_is_gone_stops_the_connection_and_its_return_lets_it_go_on(
    trouble: str, stood: tuple[str, str]
) -> None:
    night = Night()
    setattr(night.audience, trouble, True)

    run = night.check()

    assert (run.state, night.stood) == (RunState.FAILED, stood)
    assert run.detail == night.connection.state_reason
    night.clock.pass_(24 * 3600)
    night.check()
    assert night.stood == stood
    setattr(night.audience, trouble, False)
    night.clock.pass_(24 * 3600)
    assert night.check().state is RunState.DONE
    assert night.stood == ("live", "in_operation")


def test_a_connection_that_an_operator_paused_stays_paused() -> None:
    night = Night(state="paused")

    assert night.check().state is RunState.DONE
    assert night.stood == ("paused", "paused_by_operator")
    night.audience.is_gone = True
    night.clock.pass_(24 * 3600)
    assert night.check().state is RunState.FAILED
    assert night.stood == ("paused", "paused_by_operator")


def test_what_its_application_broke_is_not_mended_by_mailchimp() -> None:
    night = Night(state="broken", state_reason="The application does not let Accord read it: 401")

    night.check()

    assert night.connection.state == "broken"


def test_a_webhook_that_mailchimp_does_not_take_stops_nothing_and_says_what_to_look_at() -> None:
    night = Night()
    night.webhook.refuses = Rejected(Refusal.OTHER, "Invalid Resource")

    run = night.check()

    assert run.state is RunState.FAILED
    assert "answers from outside" in run.detail
    assert night.stood == ("live", "in_operation")


def test_an_outage_leaves_the_run_open_for_another_try() -> None:
    night = Night()
    night.audience.trouble = lambda _name: Trouble.ERROR

    with pytest.raises(Retryable):
        night.check()

    assert night.runs.page("burrow", None, 1).items[0].state is RunState.RUNNING


def test_a_connection_that_somebody_disconnected_meanwhile_is_not_looked_at() -> None:
    night = Night(state="disconnected")

    assert night.check().state is RunState.FAILED
    assert night.audience.calls == []
