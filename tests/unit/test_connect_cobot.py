"""The admin of a space agrees at Cobot: a token is kept, and the space is linked; or nothing at all is changed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest

from accord.domain.cobot import Cobot
from accord.domain.connection import Application, Connection, ConnectionState
from accord.errors import AccordError, Misconfigured, Refusal, Rejected, Retryable
from accord.ports.applications import EVERYBODY, MembershipApplication
from accord.usecases.connect_cobot import ConnectCobot
from accord.usecases.connecting.ask_owner import AskOwner, Outcome
from accord.usecases.connecting.link_space import LinkSpace
from accord.usecases.recognise_caller import digest
from tests.builders import a_connection
from tests.fake_connecting import FakeAuthorisations, FakeSpaceOwner
from tests.fake_connections import FakeConnections, FakeConnectionSecrets
from tests.unit.hive import AWAY, Hive

BACK = "https://accord.test/cobot/oauth/callback"


def a_space(**given: Any) -> Connection:
    settings: dict[str, Any] = {"id": "hive", "application": Application.COBOT, "cobot": Cobot(space="beehive")}
    return a_connection(**settings | {"secret_arn": "arn:hive"} | given)


@dataclass
class Bees:
    """A hive whose admin is asked."""

    hive: Hive = field(default_factory=lambda: Hive(connection=a_space()))
    secrets: FakeConnectionSecrets = field(default_factory=FakeConnectionSecrets)
    authorisations: FakeAuthorisations = field(default_factory=FakeAuthorisations)
    owner: FakeSpaceOwner = field(default_factory=lambda: FakeSpaceOwner({"code-1": "token-1"}))
    reached_with: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.secrets.create("hive", {"signing_secrets": ["whsec_hum"]})
        connections = FakeConnections(self.hive.ledger)
        numbers: Iterator[int] = count(1)
        asking = AskOwner(
            service="cobot",
            connections=connections,
            secrets=self.secrets,
            authorisations=self.authorisations,
            clock=self.hive.clock,
            is_operators=lambda token_hash: token_hash == digest("drone"),
            new_state=lambda: "state-1",
        )
        self.connect = ConnectCobot(
            asking=asking,
            owner=self.owner,
            space_of=self._space_of,
            base_url_of=lambda cobot: f"http://here.test/{cobot.space}",
            link=LinkSpace(connections, self.hive.queue, lambda: f"secret-{next(numbers)}"),
        )

    def _space_of(self, cobot: Cobot, token: str) -> MembershipApplication:
        self.reached_with.append((cobot.url(is_local=True), token))
        return self.hive.application

    @property
    def connection(self) -> Connection:
        return self.hive.ledger.connections["hive"]

    def begin(self) -> str:
        return self.connect.start(self.connection, "drone", BACK)

    def finish(self, code: str = "code-1") -> Outcome:
        return self.connect.finish("state-1", code, BACK).outcome

    def assert_untouched(self) -> None:
        assert self.secrets.read("arn:hive") == {"signing_secrets": ["whsec_hum"]}
        assert (self.hive.application.told_to, self.hive.queue.messages) == (set(), [])
        assert self.connection.cobot == Cobot(space="beehive")


@pytest.fixture
def bees() -> Bees:
    return Bees()


def test_the_admin_agrees_and_the_space_is_linked_and_read_with_their_token(bees: Bees) -> None:
    assert bees.begin() == f"https://cobot.test/authorize?state=state-1&to={BACK}"

    assert bees.finish() is Outcome.CONNECTED

    assert bees.secrets.read("arn:hive") == {"signing_secrets": ["whsec_hum"], "cobot_access_token": "token-1"}
    assert bees.reached_with == [("http://here.test/beehive", "token-1")]
    assert bees.hive.application.calls == ["reach", "unsubscribe", "subscribe"]
    assert bees.hive.application.told_to == {"https://accord.test/cobot/webhooks/hive/secret-1"}
    assert [queued.reference for queued, _ in bees.hive.queue.messages] == [EVERYBODY]
    space = bees.connection.cobot
    assert space is not None
    assert space.base_url == "http://here.test/beehive"
    assert space.told_at == "https://accord.test/cobot/webhooks/hive/"


@pytest.mark.parametrize(
    ("given", "remedy"),
    [
        ({"cobot": None}, "cobot.space"),
        ({"application": Application.API}, "application cobot"),
        ({"state": ConnectionState.DISCONNECTED}, "reconnect"),
    ],
)
def test_a_connection_that_has_no_space_to_read_says_what_to_do(bees: Bees, given: dict[str, Any], remedy: str) -> None:
    bees.begin()
    bees.hive.ledger.connections["hive"] = bees.connection.model_copy(update=given)

    with pytest.raises(Misconfigured, match=remedy):
        bees.begin()
    with pytest.raises(Misconfigured, match=remedy):
        bees.finish()
    assert bees.hive.application.calls == []


def test_somebody_who_is_no_admin_of_the_space_changes_nothing(bees: Bees) -> None:
    bees.hive.application.broken = Misconfigured("Cobot refuses Accord this (403)")
    bees.begin()

    assert bees.finish() is Outcome.OTHER_ACCOUNT
    bees.assert_untouched()


@pytest.mark.parametrize(("code", "outcome"), [("", Outcome.DECLINED), ("guessed", Outcome.CODE_REFUSED)])
def test_an_admin_who_declines_or_a_code_that_is_not_good_changes_nothing(
    bees: Bees, code: str, outcome: Outcome
) -> None:
    bees.begin()

    assert bees.finish(code) is outcome
    assert bees.finish() is Outcome.NOT_VALID
    bees.assert_untouched()


def test_a_state_that_was_begun_for_mailchimp_is_foreign(bees: Bees) -> None:
    bees.begin()
    ((key, begun),) = bees.authorisations.begun.items()
    bees.authorisations.begun[key] = begun.model_copy(update={"service": "mailchimp"})

    assert bees.finish() is Outcome.NOT_VALID
    bees.assert_untouched()


@pytest.mark.parametrize(
    ("trouble", "raised"), [(AWAY, Retryable), (Rejected(Refusal.OTHER, "Cobot answers 422"), Misconfigured)]
)
def test_a_space_that_stumbles_is_no_consent_refused(bees: Bees, trouble: Exception, raised: type[AccordError]) -> None:
    bees.begin()
    bees.hive.application.broken = trouble

    with pytest.raises(raised):
        bees.finish()
    bees.assert_untouched()
