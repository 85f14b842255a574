"""`state` opens once, for ten minutes, for an operator; whatever else comes back from Mailchimp changes nothing."""

from dataclasses import dataclass, field

import pytest

from accord.domain.authorisation import Authorisation
from accord.domain.connection import AuthorisedBy, ConnectionState
from accord.errors import Misconfigured, Retryable
from accord.ports.authorising import Grant
from accord.usecases.connect_mailchimp import ConnectMailchimp
from accord.usecases.connecting.ask_owner import AskOwner, Finished, Outcome
from accord.usecases.recognise_caller import digest
from tests.builders import a_connection, minutes
from tests.fake_connecting import FakeAccountOwner, FakeAuthorisations
from tests.fake_connections import FakeConnections, FakeConnectionSecrets
from tests.fakes import FakeClock, FakeLedger

BACK = "https://accord.test/back"
PLATYPUS = Grant("platypus-token", "https://us7.api.mailchimp.com/3.0")


@dataclass
class Burrow:
    """A connection that is broken, and an operator who mends it."""

    ledger: FakeLedger = field(default_factory=FakeLedger)
    clock: FakeClock = field(default_factory=FakeClock)
    secrets: FakeConnectionSecrets = field(default_factory=FakeConnectionSecrets)
    operators: set[str] = field(default_factory=lambda: {digest("platypus")})

    def __post_init__(self) -> None:
        arn = self.secrets.create("burrow", {"signing_secrets": ["whsec_dig"]})
        self.ledger.save_connection(a_connection(secret_arn=arn))
        self.ledger.break_connection("burrow", "The key was revoked.", self.clock.now())
        self.authorisations = FakeAuthorisations()
        self.owner = FakeAccountOwner({"code-1": PLATYPUS}, {"audience1"})
        states = iter(["state-1", "state-2"])
        connections = FakeConnections(self.ledger)
        asking = AskOwner(
            service="mailchimp",
            connections=connections,
            secrets=self.secrets,
            authorisations=self.authorisations,
            clock=self.clock,
            is_operators=lambda token_hash: token_hash in self.operators,
            new_state=lambda: next(states),
        )
        self.connect = ConnectMailchimp(asking, connections, self.owner, self.clock)

    def start(self) -> str:
        connection = self.ledger.connection("burrow")
        assert connection is not None
        return self.connect.start(connection, "platypus", BACK)

    def finish(self, state: str = "state-1", code: str = "code-1") -> Finished:
        return self.connect.finish(state, code, BACK)

    @property
    def token(self) -> object:
        """What stands in the connection's secret in the place of its key."""
        document = self.secrets.read("arn:burrow")
        assert document.pop("signing_secrets") == ["whsec_dig"]
        return document.get("mailchimp_api_key")

    def assert_untouched(self) -> None:
        connection = self.ledger.connection("burrow")
        assert connection is not None
        assert (connection.state, connection.authorised_by) == (ConnectionState.BROKEN, None)
        assert self.token is None


@pytest.fixture
def burrow() -> Burrow:
    return Burrow()


def test_the_owner_agrees_and_what_was_broken_is_live_with_a_token(burrow: Burrow) -> None:
    assert burrow.start() == f"https://mailchimp.test/authorize?state=state-1&to={BACK}"

    assert burrow.finish().outcome is Outcome.CONNECTED

    connection = burrow.ledger.connection("burrow")
    assert connection is not None
    assert (connection.state, connection.state_reason) == (ConnectionState.LIVE, "")
    assert (connection.api_base_url, connection.authorised_by) == (PLATYPUS.base_url, AuthorisedBy.OAUTH)
    assert burrow.token == "platypus-token"
    assert burrow.owner.asked == [("code-1", BACK)]


def test_a_pause_stays_one(burrow: Burrow) -> None:
    paused = a_connection(state=ConnectionState.PAUSED, state_reason="Holidays.", secret_arn="arn:burrow")
    burrow.ledger.save_connection(paused)
    burrow.start()

    burrow.finish()

    connection = burrow.ledger.connection("burrow")
    assert connection is not None
    assert connection.state is ConnectionState.PAUSED


def test_state_is_kept_as_a_hash_with_the_hash_of_the_operators_token(burrow: Burrow) -> None:
    burrow.start()

    [(key, begun)] = burrow.authorisations.begun.items()
    assert key == digest("state-1")
    assert (begun.connection_id, begun.operator) == ("burrow", digest("platypus"))
    assert begun.expires_at == burrow.clock.now() + minutes(10)


@pytest.mark.parametrize("state", ["", "state-2", "state-1 ", digest("state-1"), "s" * 10_000])
def test_a_state_that_nobody_began_changes_nothing(burrow: Burrow, state: str) -> None:
    burrow.start()

    assert burrow.finish(state) == Finished(Outcome.NOT_VALID)
    assert burrow.owner.asked == []
    burrow.assert_untouched()


def test_a_state_is_old_after_ten_minutes(burrow: Burrow) -> None:
    burrow.start()
    burrow.clock.pass_(600)

    assert burrow.finish().outcome is Outcome.NOT_VALID
    burrow.assert_untouched()


@pytest.mark.parametrize("code", ["code-1", "", "made-up"])
def test_a_state_is_used_up_whatever_comes_of_it(burrow: Burrow, code: str) -> None:
    burrow.start()
    burrow.finish(code=code)
    burrow.owner.codes["code-2"] = Grant("another", "https://us8.api.mailchimp.com/3.0")

    assert burrow.finish(code="code-2").outcome is Outcome.NOT_VALID
    assert burrow.token != "another"


def test_a_state_of_one_who_is_no_operator_any_more_is_foreign(burrow: Burrow) -> None:
    burrow.start()
    burrow.operators.clear()

    assert burrow.finish().outcome is Outcome.NOT_VALID
    burrow.assert_untouched()


def test_a_state_that_was_begun_for_another_service_is_foreign(burrow: Burrow) -> None:
    begun = Authorisation(
        service="cobot",
        connection_id="burrow",
        operator=digest("platypus"),
        expires_at=burrow.clock.now() + minutes(10),
    )
    burrow.authorisations.begin(digest("state-1"), begun)

    assert burrow.finish().outcome is Outcome.NOT_VALID
    burrow.assert_untouched()


@pytest.mark.parametrize(
    ("code", "outcome"),
    [("", Outcome.DECLINED), ("made-up", Outcome.CODE_REFUSED), ("c" * 10_000, Outcome.CODE_REFUSED)],
)
def test_without_a_good_code_nothing_is_changed(burrow: Burrow, code: str, outcome: Outcome) -> None:
    burrow.start()

    assert burrow.finish(code=code).outcome is outcome
    burrow.assert_untouched()


def test_an_account_without_the_audience_of_the_connection_is_refused(burrow: Burrow) -> None:
    burrow.owner.audiences = {"somebody-elses"}
    burrow.start()

    assert burrow.finish().outcome is Outcome.OTHER_ACCOUNT
    burrow.assert_untouched()


def test_a_connection_that_has_no_audience_yet_takes_any_account(burrow: Burrow) -> None:
    burrow.ledger.save_connection(a_connection(audience_id="", secret_arn="arn:burrow"))
    burrow.owner.audiences = set()
    burrow.start()

    assert burrow.finish().outcome is Outcome.CONNECTED


def test_a_connection_that_is_gone_is_not_made_again(burrow: Burrow) -> None:
    burrow.start()
    burrow.ledger.connections.clear()

    assert burrow.finish() == Finished(Outcome.NOT_VALID)
    assert burrow.ledger.connections == {}


def test_an_outage_ends_it_and_it_can_be_begun_anew(burrow: Burrow) -> None:
    burrow.start()
    burrow.owner.broken = Retryable("Mailchimp did not answer", effect_unknown=False)
    with pytest.raises(Retryable):
        burrow.finish()
    burrow.assert_untouched()

    burrow.owner.broken = None
    burrow.start()
    assert burrow.finish("state-2").outcome is Outcome.CONNECTED


def test_nothing_is_begun_where_accord_is_not_registered(burrow: Burrow) -> None:
    burrow.owner.broken = Misconfigured("Register Accord with Mailchimp first")

    with pytest.raises(Misconfigured):
        burrow.start()
    assert burrow.authorisations.begun == {}
