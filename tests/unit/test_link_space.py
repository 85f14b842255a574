"""`LinkSpace` and `LeaveSpace` over the fakes: told under a secret and read whole once, and all of it ended again."""

import hashlib
from collections.abc import Iterator
from itertools import count

import pytest

from accord.domain.changes import OrderBy
from accord.domain.cobot import Cobot
from accord.domain.connection import Application, Connection, ConnectionState
from accord.domain.connection_reasons import ConnectionReason
from accord.domain.lifecycle import reason_of
from accord.errors import Misconfigured, Retryable
from accord.ports.applications import EVERYBODY
from accord.usecases.connecting.leave_space import LeaveSpace
from accord.usecases.connecting.link_space import LinkSpace
from accord.usecases.connecting.reach_space import ReachSpace
from tests.builders import a_connection
from tests.fake_connections import FakeConnections, FakeConnectionSecrets
from tests.unit.hive import AWAY, Hive

BASE = "https://accord.test/cobot/webhooks"
LOCKED = Misconfigured("locked out")


class Linked:
    """A hive that is linked, again and again, and left."""

    def __init__(self, hive: Hive) -> None:
        self.hive = hive
        self.secrets = FakeConnectionSecrets()
        self.numbers: Iterator[int] = count(1)
        connections = FakeConnections(hive.ledger)
        self.linking = LinkSpace(connections, hive.queue, lambda: f"secret-{next(self.numbers)}")
        self.leaving = LeaveSpace(connections, ReachSpace(self.secrets, lambda _space, _token: hive.application))

    @property
    def connection(self) -> Connection:
        return self.hive.ledger.connections[self.hive.connection.id]

    def link(self) -> Connection:
        return self.linking(self.connection, self.hive.application, BASE)

    def leave(self, token: str = "admin") -> Connection:  # noqa: S107 - of a fake
        """As after an operator's step."""
        arn = self.secrets.create("hive", {"cobot_access_token": token})
        update = {"state": ConnectionState.DISCONNECTED, "secret_arn": arn}
        self.hive.ledger.save_connection(self.connection.model_copy(update=update))
        return self.leaving(self.connection)


def hashes(connection: Connection) -> tuple[str, ...]:
    assert connection.cobot is not None
    return connection.cobot.webhook_secret_hashes


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def test_c1_a_space_that_is_linked_tells_everything_and_is_read_whole() -> None:
    hive = Hive()

    linked = Linked(hive).link()

    assert hive.application.told_to == {f"{BASE}/hive/secret-1"}
    assert hashes(linked) == (digest("secret-1"),)
    assert linked.order_by is OrderBy.RECEIVED
    assert hive.ledger.connections["hive"] == linked.model_copy(update={"revision": 1})
    assert [(queued.connection_id, queued.reference) for queued, _ in hive.queue.messages] == [("hive", EVERYBODY)]


def test_a_space_that_is_linked_again_is_told_under_the_new_secret_alone() -> None:
    hive = Hive()
    hive.application.subscribe("https://elsewhere.test/hook")
    linked = Linked(hive)

    linked.link()
    linked.link()

    assert hive.application.told_to == {f"{BASE}/hive/secret-3", "https://elsewhere.test/hook"}
    assert hashes(linked.connection) == (digest("secret-3"),)


def test_a_link_that_fails_in_the_middle_is_made_by_the_next_try() -> None:
    hive = Hive()
    linked = Linked(hive)
    hive.queue.broken = Retryable("away", effect_unknown=False)
    with pytest.raises(Retryable):
        linked.link()

    hive.queue.broken = None
    linked.link()

    assert hive.application.told_to == {f"{BASE}/hive/secret-3"}
    assert len(hive.queue.messages) == 1


def test_what_an_operator_changed_meanwhile_stays() -> None:
    hive = Hive()
    old = hive.connection
    hive.ledger.connections["hive"] = old.model_copy(update={"name": "The Hive", "revision": 7})

    linked = Linked(hive).linking(old, hive.application, BASE)

    assert (linked.name, hive.ledger.connections["hive"].name) == ("The Hive", "The Hive")


def test_a_space_that_was_chosen_meanwhile_is_not_the_one_that_agreed() -> None:
    hive = Hive()
    old = hive.connection
    other = old.model_copy(update={"cobot": Cobot(space="anthill"), "revision": 7})
    hive.ledger.connections["hive"] = other

    with pytest.raises(Misconfigured, match="another space"):
        Linked(hive).linking(old, hive.application, BASE)

    assert hive.ledger.connections["hive"] == other
    assert hive.application.told_to == set()


def test_a_draft_that_is_linked_lacks_less() -> None:
    hive = Hive(
        connection=a_connection(
            id="hive",
            cobot=Cobot(space="beehive"),
            application=Application.COBOT,
            state="draft",
            state_code="cobot_not_authorised",
            authorised_by="api_key",
            audience_id="",
        )
    )

    assert Linked(hive).link().state_code is ConnectionReason.AUDIENCE_MISSING


def test_a_space_that_is_left_tells_nothing_and_nobody_gets_in_under_its_secret() -> None:
    hive = Hive()
    hive.application.subscribe("https://elsewhere.test/hook")
    linked = Linked(hive)
    linked.link()

    left = linked.leave()

    assert hive.application.told_to == {"https://elsewhere.test/hook"}
    assert hashes(linked.connection) == hashes(left) == ()
    assert reason_of(linked.connection) is ConnectionReason.DISCONNECTED_BY_OPERATOR


@pytest.mark.parametrize("trouble", [LOCKED, AWAY])
def test_a_space_that_does_not_take_it_is_left_all_the_same_and_that_is_said(trouble: Exception) -> None:
    hive = Hive()
    linked = Linked(hive)
    linked.link()
    hive.application.broken = trouble

    linked.leave()

    assert hashes(linked.connection) == ()
    assert reason_of(linked.connection) is ConnectionReason.DISCONNECTED_STILL_TOLD


def test_without_a_token_nothing_can_be_ended_and_that_is_said() -> None:
    linked = Linked(Hive())
    linked.link()

    linked.leave(token="")

    assert reason_of(linked.connection) is ConnectionReason.DISCONNECTED_STILL_TOLD


def test_where_no_space_is_linked_there_is_nothing_to_leave() -> None:
    for connection in (a_connection(id="posting"), a_connection(id="hive", cobot=Cobot(space="beehive"))):
        hive = Hive(connection=connection)

        linked = Linked(hive)
        assert linked.leave() == linked.connection
        assert hive.application.calls == []


def test_whoever_reconnects_meanwhile_is_left_in_peace() -> None:
    hive = Hive()
    linked = Linked(hive)
    old = linked.link()

    assert linked.leaving(old.model_copy(update={"state": ConnectionState.DISCONNECTED})) == linked.connection

    assert hashes(linked.connection) == hashes(old)
