"""Erasing a person, and the certificate of it: everywhere, verified, and nothing personal left behind (PAINS P6)."""

from datetime import timedelta

from accord.domain.erasure import erasure_id
from accord.domain.reasons import ReasonCode
from accord.usecases.receive_changes import ReceiveChanges
from accord.usecases.showing.show_erasure import ErasureCertificate, ShowErasure
from tests.builders import NOON, a_member, erased, minutes, opted_in, upserted
from tests.fakes import FakeQueue, Trouble
from tests.scene import Scene, calls_made

SHREW = "shrew@lane.test"
ASKED = NOON + minutes(5)


def certificate(scene: Scene) -> ErasureCertificate:
    found = ShowErasure(scene.ledger)(scene.connection, erasure_id("burrow", "m-1", ASKED))
    assert found is not None
    return found


def a_scene() -> Scene:
    """The shrew had an address before the one she has now."""
    scene = Scene()
    scene.post(upserted(a_member(SHREW, consent=opted_in(NOON, wording="I agree"))))
    scene.clock.pass_(600)
    scene.post(upserted(a_member("shrew@hill.test"), at=NOON + minutes(1)))
    return scene


def test_p06_a_contact_is_deleted_and_read_back_until_it_is_gone() -> None:
    scene = a_scene()
    calls_made(scene)
    scene.post(erased(at=ASKED))
    assert scene.audience.people == {}
    assert calls_made(scene, ("erase",)) == ["erase"]
    assert scene.audience.calls == []


def test_p06_the_certificate_says_what_was_done_and_until_when_backups_age_out() -> None:
    scene = a_scene()
    scene.post(erased(at=ASKED))
    shown = certificate(scene)
    assert shown.completed_at == scene.clock.now()
    assert len(shown.contacts_gone) == 2
    assert None not in shown.contacts_gone
    assert shown.backups_until == scene.clock.now() + timedelta(days=35)


def test_an_erasure_that_fails_is_in_progress_until_it_is_done() -> None:
    scene = a_scene()
    troubles = iter([None, Trouble.ERROR, Trouble.TIMEOUT_AFTER_EFFECT])
    scene.audience.trouble = lambda _name: next(troubles, None)
    scene.post(erased(at=ASKED))
    assert certificate(scene).completed_at is None
    scene.settle_all()
    assert certificate(scene).completed_at is not None
    assert scene.audience.people == {}


def test_nothing_personal_is_left_behind() -> None:
    scene = a_scene()
    scene.post(erased(at=ASKED))
    record = scene.record()
    assert (record.profile, record.consent, record.own_change) == (None, None, None)
    assert scene.kinds() == ["erased"]
    assert {each.consent.wording for each in scene.ledger.statements("burrow", "m-1")} == {""}


def test_every_request_for_the_same_person_has_its_certificate() -> None:
    scene = a_scene()
    scene.post(erased(at=ASKED))
    again = erased(at=ASKED + minutes(1))
    scene.post(again)
    second = ShowErasure(scene.ledger)(scene.connection, erasure_id("burrow", "m-1", again.received_at))
    assert second is not None
    assert second.completed_at is not None


def test_p06_a_wish_that_waits_in_the_queue_has_its_certificate_at_once() -> None:
    scene = a_scene()
    queue = FakeQueue()
    receive = ReceiveChanges(ledger=scene.ledger, queue=queue, clock=scene.clock)
    change = {"type": "member.erased", "id": "m-1", "occurred_at": ASKED.isoformat()}

    wish = receive(scene.connection, [change])

    found = ShowErasure(scene.ledger)(scene.connection, erasure_id("burrow", "m-1", wish.received_at))
    assert found is not None
    assert (found.reason.code, found.contacts_gone, found.completed_at) == (ReasonCode.QUEUED, (), None)
    scene.work(*queue.messages)
    found = ShowErasure(scene.ledger)(scene.connection, erasure_id("burrow", "m-1", wish.received_at))
    assert found is not None
    assert found.completed_at is not None


def test_of_an_erasure_that_nobody_asked_for_there_is_no_certificate() -> None:
    assert ShowErasure(Scene().ledger)(Scene().connection, "something") is None
