"""`LinkSpace` over the fakes: told from now on under a secret, read whole once, and all of it ended again."""

import hashlib
from itertools import count

import pytest

from accord.domain.changes import OrderBy
from accord.domain.connection import Connection
from accord.errors import Misconfigured, Retryable
from accord.ports.applications import EVERYBODY
from accord.usecases.link_space import LinkSpace
from tests.builders import a_connection
from tests.unit.hive import Hive

BASE = "https://accord.test/cobot/webhooks"


def linking(hive: Hive) -> LinkSpace:
    numbers = count(1)
    return LinkSpace(hive.ledger, lambda _: hive.application, hive.queue, BASE, lambda: f"secret-{next(numbers)}")


def hashes(connection: Connection) -> tuple[str, ...]:
    assert connection.cobot is not None
    return connection.cobot.webhook_secret_hashes


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def test_c1_a_space_that_is_linked_tells_everything_and_is_read_whole() -> None:
    hive = Hive()

    linked = linking(hive).link(hive.connection)

    assert hive.application.told_to == {f"{BASE}/hive/secret-1"}
    assert hashes(linked) == (digest("secret-1"),)
    assert linked.order_by is OrderBy.RECEIVED
    assert hive.ledger.connections["hive"] == linked
    assert [(queued.connection_id, queued.reference) for queued, _ in hive.queue.messages] == [("hive", EVERYBODY)]


def test_a_space_that_is_linked_again_is_told_under_the_new_secret_alone() -> None:
    hive = Hive()
    hive.application.subscribe("https://elsewhere.test/hook")
    linking_ = linking(hive)

    linked = linking_.link(linking_.link(hive.connection))

    assert hive.application.told_to == {f"{BASE}/hive/secret-3", "https://elsewhere.test/hook"}
    assert hashes(linked) == (digest("secret-3"),)


def test_a_link_that_fails_in_the_middle_is_made_by_the_next_try() -> None:
    hive = Hive()
    linking_ = linking(hive)
    hive.queue.broken = Retryable("away", effect_unknown=False)
    with pytest.raises(Retryable):
        linking_.link(hive.connection)

    hive.queue.broken = None
    linking_.link(hive.ledger.connections["hive"])

    assert hive.application.told_to == {f"{BASE}/hive/secret-3"}
    assert len(hive.queue.messages) == 1


def test_a_space_that_is_unlinked_tells_nothing_and_nobody_gets_in_under_its_secret() -> None:
    hive = Hive()
    linking_ = linking(hive)

    unlinked = linking_.unlink(linking_.link(hive.connection))

    assert hive.application.told_to == set()
    assert hashes(unlinked) == ()
    assert hive.ledger.connections["hive"] == unlinked


def test_a_space_that_lets_accord_in_no_longer_is_unlinked_all_the_same() -> None:
    hive = Hive()
    linked = linking(hive).link(hive.connection)
    hive.application.broken = Misconfigured("locked out")

    with pytest.raises(Misconfigured):
        linking(hive).unlink(linked)

    assert hashes(hive.ledger.connections["hive"]) == ()


def test_where_no_space_is_chosen_there_is_nothing_to_link() -> None:
    hive = Hive(connection=a_connection(id="posting"))

    with pytest.raises(Misconfigured, match="choose one"):
        linking(hive).link(hive.connection)
    assert linking(hive).unlink(hive.connection) == hive.connection
    assert hive.application.calls == []
