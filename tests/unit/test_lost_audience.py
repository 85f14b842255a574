"""S6: the audience is gone, and comes back. The connection pauses itself, loses nothing, and goes on by itself."""

import pytest

from accord.domain.connection import ConnectionState
from accord.domain.contact import ContactStatus
from accord.domain.lifecycle import reason_of
from accord.domain.reasons import ReasonCode, Status
from tests.builders import a_member, opted_out, upserted
from tests.scene import Scene


def stood(scene: Scene) -> tuple[str, str]:
    connection = scene.ledger.connections["burrow"]
    return connection.state, reason_of(connection)


def test_s6_a_lost_audience_pauses_the_connection_and_its_return_lets_it_go_on_where_it_was() -> None:
    scene = Scene()
    scene.audience.is_gone = True
    scene.post(upserted(a_member("axolotl@lake.test"), "m-1"))

    assert stood(scene) == ("paused", "audience_gone")
    assert scene.status("m-1")[0] is Status.PENDING

    scene.post(upserted(a_member("olm@cave.test"), "m-2"))
    assert scene.status("m-2")[0] is Status.PENDING
    scene.audience.is_gone = False
    scene.settle_all()

    assert stood(scene) == ("live", "in_operation")
    assert scene.seen("axolotl@lake.test") is scene.seen("olm@cave.test") is ContactStatus.SUBSCRIBED


def test_an_opt_out_that_was_said_while_the_audience_was_gone_is_carried_when_it_is_back() -> None:
    scene = Scene()
    scene.post(upserted(a_member("axolotl@lake.test")))
    scene.audience.is_gone = True
    scene.post(upserted(a_member("axolotl@lake.test", consent=opted_out(scene.clock.now())), at=scene.clock.now()))
    assert stood(scene) == ("paused", "audience_gone")

    scene.audience.is_gone = False
    scene.settle_all()

    assert scene.seen("axolotl@lake.test") is ContactStatus.UNSUBSCRIBED
    assert stood(scene)[0] == "live"


def test_a_refused_key_has_another_reason_than_a_lost_audience() -> None:
    scene = Scene()
    scene.audience.refuses_the_key = True

    scene.post(upserted(a_member("axolotl@lake.test")))

    assert stood(scene) == ("broken", "account_refused")


@pytest.mark.parametrize("trouble", ["is_gone", "refuses_the_key"])
def test_what_an_operator_paused_stays_paused_when_mailchimp_answers_again(trouble: str) -> None:
    scene = Scene()
    scene.post(upserted(a_member("axolotl@lake.test")))
    paused = scene.ledger.connections["burrow"].model_copy(update={"state": ConnectionState.PAUSED})
    scene.ledger.save_connection(paused)
    setattr(scene.audience, trouble, True)
    declined = a_member("axolotl@lake.test", consent=opted_out(scene.clock.now()))
    scene.post(upserted(declined, at=scene.clock.now()))

    assert stood(scene) == ("paused", "paused_by_operator")
    setattr(scene.audience, trouble, False)
    scene.settle_all()

    assert stood(scene) == ("paused", "paused_by_operator")
    assert scene.seen("axolotl@lake.test") is ContactStatus.UNSUBSCRIBED
    assert scene.status() != (Status.PENDING, ReasonCode.CONNECTION_PAUSED)
