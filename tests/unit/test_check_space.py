"""`CheckSpace` over the fakes: one call when it is nobody else's turn, and what is found in any case."""

from typing import Any

import pytest

from accord.domain.checks import Finding
from accord.domain.cobot import Cobot
from accord.errors import Misconfigured, Refusal, Rejected
from accord.usecases.connecting.check_space import CheckSpace
from accord.usecases.connecting.reach_space import ReachSpace
from tests.builders import a_connection
from tests.fake_connections import FakeConnectionSecrets
from tests.unit.hive import AWAY, GAP, Hive

LINKED = Cobot(space="beehive", webhook_secret_hashes=("hash",))


def found(hive: Hive, token: str | None = "admin", **given: Any) -> list[tuple[Finding, str]]:  # noqa: S107
    secrets = FakeConnectionSecrets()
    arn = secrets.create("hive", {"cobot_access_token": token} if token else {})
    connection = a_connection(id="hive", **{"application": "cobot", "cobot": LINKED, "secret_arn": arn} | given)
    reach = ReachSpace(secrets, lambda _space, _token: hive.application)
    checks = CheckSpace(reach, hive.turns, hive.clock, GAP)(connection)
    return [(each.finding, each.detail) for each in checks]


def test_a_space_that_lets_accord_in_is_asked_once_in_its_turn() -> None:
    hive = Hive()

    assert found(hive) == [(Finding.SPACE_ANSWERS, "beehive")]
    assert found(hive) == [(Finding.SPACE_BUSY, "beehive")]

    assert hive.application.calls == ["reach"]
    hive.clock.pass_(GAP)
    assert found(hive) == [(Finding.SPACE_ANSWERS, "beehive")]


def test_a_test_delays_a_reading_by_one_turn_and_never_more() -> None:
    hive = Hive()
    for _ in range(3):
        found(hive)

    hive.work(hive.pointed("queen"))

    ((_, delay),) = hive.put_back()
    assert delay == GAP


@pytest.mark.parametrize(
    ("given", "finding"),
    [
        ({"cobot": None}, Finding.SPACE_MISSING),
        ({"cobot": Cobot(space="beehive")}, Finding.SPACE_NOT_AUTHORISED),
        ({"secret_arn": ""}, Finding.SPACE_REFUSED),
        ({"token": None}, Finding.SPACE_REFUSED),
    ],
)
def test_what_is_missing_is_found_without_a_call(given: dict[str, Any], finding: Finding) -> None:
    hive = Hive()

    ((seen, _),) = found(hive, **given)

    assert seen is finding
    assert (hive.application.calls, hive.turns.next_slot) == ([], {})


@pytest.mark.parametrize(
    ("trouble", "finding"),
    [
        (Misconfigured("Cobot no longer lets Accord in (401): connect the space again"), Finding.SPACE_REFUSED),
        (AWAY, Finding.SPACE_AWAY),
        (Rejected(Refusal.OTHER, "Cobot answers 422"), Finding.SPACE_AWAY),
    ],
)
def test_what_the_space_answers_is_found(trouble: Exception, finding: Finding) -> None:
    hive = Hive()
    hive.application.broken = trouble

    ((seen, detail),) = found(hive)

    assert seen is finding
    assert "connect the space again" not in detail


def test_an_application_that_posts_has_no_space_to_look_at() -> None:
    assert found(Hive(), application="api") == []
