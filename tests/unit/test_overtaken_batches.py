"""Opt-outs and erasures never wait: they overtake a batch, and what it does later changes nothing of them."""

import pytest

from accord.domain.contact import ContactStatus
from accord.domain.reasons import ReasonCode, Status
from accord.usecases.showing.show_erasure import ShowErasure
from tests.builders import a_member, erased, key_of, left, minutes, opted_in, opted_out, upserted
from tests.fakes import Trouble
from tests.scene import Scene, calls_made
from tests.unit.cave import IN_BATCH, SYNCED, a_cave, bat, change_plans, statuses

UNSUBSCRIBED = (Status.UNSUBSCRIBED, ReasonCode.UNSUBSCRIBED_UPSTREAM)
LATE = ["before", "after"]
"""Whether the batch gets to somebody before the overtaking, or after it."""


def a_night_out(when: str) -> Scene:
    """Everybody's change is in a batch, which is done already or not begun; nobody fetched anything."""
    scene = a_cave()
    change_plans(scene)
    if when == "before":
        scene.batches.work_off()
    scene.audience.calls.clear()
    return scene


def over(scene: Scene) -> None:
    scene.batches.work_off()
    scene.collect()
    scene.offer()


def declines(scene: Scene, number: int = 3) -> None:
    now = scene.clock.now()
    scene.post(upserted(a_member(bat(number), plan="Night", consent=opted_out(now)), f"m-{number}", at=now))
    scene.clock.pass_(1)


@pytest.mark.parametrize("when", LATE)
def test_an_opt_out_overtakes_a_batch(when: str) -> None:
    scene = a_night_out(when)
    declines(scene)
    assert scene.status("m-3") == UNSUBSCRIBED
    assert scene.seen(bat(3)) is ContactStatus.UNSUBSCRIBED
    assert calls_made(scene) == ["change"]
    over(scene)
    assert scene.seen(bat(3)) is ContactStatus.UNSUBSCRIBED
    assert scene.status("m-3") == UNSUBSCRIBED
    assert statuses(scene) == {SYNCED, UNSUBSCRIBED}
    scene.settle_all()


@pytest.mark.parametrize("when", LATE)
def test_what_a_batch_tells_of_who_overtook_it_is_dropped(when: str) -> None:
    """It shows the contact as subscribed, which would pass for an opt-in of their own."""
    scene = a_night_out(when)
    declines(scene)
    over(scene)
    address = scene.ledger.addresses("audience1", [key_of(bat(3))])[key_of(bat(3))]
    assert address.seen is ContactStatus.UNSUBSCRIBED
    assert address.confirmed_at is None


@pytest.mark.parametrize("when", LATE)
def test_after_an_opt_out_newer_values_wait_for_the_batch_all_the_same(when: str) -> None:
    scene = a_night_out(when)
    declines(scene)
    now = scene.clock.now()
    scene.post(upserted(a_member(bat(3), plan="Weekend", consent=opted_in(now)), "m-3", at=now))
    assert scene.status("m-3") == IN_BATCH
    over(scene)
    assert scene.status("m-3") == SYNCED
    contact = scene.audience.of(bat(3))
    assert contact is not None
    assert contact.merge_fields["PLAN"] == "Weekend"


@pytest.mark.parametrize("trouble", list(Trouble))
@pytest.mark.parametrize("when", LATE)
def test_an_opt_out_whose_answer_is_lost_overtakes_again(when: str, trouble: Trouble) -> None:
    scene = a_night_out(when)
    scene.audience.trouble = lambda _name: trouble
    declines(scene)
    scene.audience.trouble = lambda _name: None
    for _ in range(20):
        scene.pass_(60)
        scene.offer()
    assert scene.status("m-3") == UNSUBSCRIBED
    assert scene.seen(bat(3)) is ContactStatus.UNSUBSCRIBED
    assert scene.status("m-2") == IN_BATCH
    now = scene.clock.now()
    scene.post(upserted(a_member(bat(3), plan="Weekend", consent=opted_in(now)), "m-3", at=now))
    assert scene.status("m-3") == IN_BATCH
    over(scene)
    scene.settle_all()
    assert scene.status("m-3") == SYNCED


@pytest.mark.parametrize("when", LATE)
def test_an_erasure_overtakes_a_batch_and_is_certified_once_the_batch_is_over(when: str) -> None:
    scene = a_night_out(when)
    scene.post(erased("m-3", scene.clock.now()))
    assert scene.audience.of(bat(3)) is None
    assert scene.status("m-3") == IN_BATCH
    assert certified(scene) is False
    for _ in range(3):
        scene.clock.pass_(900)
        scene.offer()
    assert calls_made(scene).count("erase") == 1
    over(scene)
    assert scene.status("m-3") == (Status.ERASED, ReasonCode.ERASURE)
    assert certified(scene) is True
    assert scene.audience.of(bat(3)) is None
    address = scene.ledger.addresses("audience1", [key_of(bat(3))])[key_of(bat(3))]
    assert (address.written, address.contact_id, address.subscriber_hash) == ({}, None, "")
    assert scene.batches.known == {}, "its results hold what was written of everybody"


def certified(scene: Scene, id_: str = "m-3") -> bool:
    (erasure,) = (e for e in scene.ledger.erasures.values() if e.member_id == id_)
    certificate = ShowErasure(scene.ledger)(scene.connection, erasure.id)
    assert certificate is not None
    return certificate.completed_at is not None


def test_an_erased_contact_that_is_there_again_when_the_batch_is_over_is_erased_again() -> None:
    scene = a_night_out("before")
    scene.post(erased("m-3", scene.clock.now()))
    scene.audience.forgotten.clear()
    scene.audience.add(bat(3))  # should Mailchimp ever bring one back
    over(scene)
    scene.settle_all()
    assert scene.audience.of(bat(3)) is None
    assert certified(scene) is True


@pytest.mark.parametrize("trouble", list(Trouble))
@pytest.mark.parametrize("when", LATE)
def test_an_erasure_whose_answer_is_lost_overtakes_again(when: str, trouble: Trouble) -> None:
    scene = a_night_out(when)
    scene.audience.trouble = lambda name: trouble if name == "erase" else None
    scene.post(erased("m-3", scene.clock.now()))
    scene.audience.trouble = lambda _name: None
    for _ in range(20):
        scene.pass_(60)
        scene.offer()
    assert scene.audience.of(bat(3)) is None
    assert certified(scene) is False
    over(scene)
    scene.settle_all()
    assert scene.status("m-3") == (Status.ERASED, ReasonCode.ERASURE)


def test_an_erasure_is_certified_though_the_batch_is_lost() -> None:
    scene = a_night_out("after")
    scene.post(erased("m-3", scene.clock.now()))
    scene.batches.known.clear()
    scene.settle_all()
    assert certified(scene) is True
    assert statuses(scene) == {SYNCED, (Status.ERASED, ReasonCode.ERASURE)}


def test_the_opt_out_of_one_holder_reaches_an_address_whose_owner_is_in_a_batch() -> None:
    scene = a_cave()
    now = scene.clock.now()
    scene.post(upserted(a_member(bat(3)), "twin", at=now))
    scene.clock.pass_(1)
    change_plans(scene)
    now = scene.clock.now()
    scene.post(upserted(a_member(bat(3), consent=opted_out(now)), "twin", at=now))
    assert scene.seen(bat(3)) is ContactStatus.UNSUBSCRIBED
    over(scene)
    scene.settle_all()
    assert scene.seen(bat(3)) is ContactStatus.UNSUBSCRIBED
    assert scene.status("m-3") == (Status.SHARED, ReasonCode.OPTED_OUT_BY_OTHER_HOLDER)


def test_an_unsubscribe_in_mailchimp_is_heard_while_the_batch_is_open() -> None:
    scene = a_night_out("before")
    scene.audience.turn(bat(3), ContactStatus.UNSUBSCRIBED)
    begun = scene.clock.now()
    scene.hear("unsubscribe", bat(3))
    assert scene.clock.now() == begun, "the hint was put back"
    address = scene.ledger.addresses("audience1", [key_of(bat(3))])[key_of(bat(3))]
    assert address.unsubscribed_at is not None
    over(scene)
    scene.settle_all()
    assert scene.status("m-3") == (Status.UNSUBSCRIBED, ReasonCode.UNSUBSCRIBED_IN_MAILCHIMP)


def test_who_leaves_waits_for_the_batch() -> None:
    scene = a_night_out("after")
    scene.post(left("m-3", scene.clock.now()))
    assert scene.status("m-3") == IN_BATCH
    over(scene)
    assert scene.seen(bat(3)) is ContactStatus.ARCHIVED


def test_an_archived_contact_is_not_brought_back_by_a_batch() -> None:
    scene = a_night_out("after")
    scene.audience.turn(bat(3), ContactStatus.ARCHIVED, by_person=False)
    over(scene)
    scene.settle_all()
    assert scene.seen(bat(3)) is ContactStatus.ARCHIVED
    assert scene.status("m-3")[0] is Status.ARCHIVED_IN_MAILCHIMP


def test_the_collector_lets_who_overtakes_finish_first() -> None:
    scene = a_night_out("before")

    def meanwhile(name: str) -> None:
        if name == "change":
            scene.audience.trouble = lambda _name: None
            assert scene.collect().open == 1

    scene.audience.trouble = meanwhile
    declines(scene)
    assert scene.status("m-3") == UNSUBSCRIBED
    assert scene.collect().closed == 1
    assert statuses(scene) == {SYNCED, UNSUBSCRIBED}
    now = scene.clock.now() + minutes(1)
    scene.post(upserted(a_member(bat(3), plan="Weekend", consent=opted_in(now)), "m-3", at=now))
    assert scene.status("m-3") == SYNCED


def test_an_opt_out_reaches_a_former_audience_whose_batch_is_open() -> None:
    scene = a_night_out("after")
    elsewhere = {"audience_id": "audience2", "former_audiences": ("audience1",)}
    scene.connection = scene.connection.model_copy(update=elsewhere)
    scene.ledger.save_connection(scene.connection)
    declines(scene)
    assert scene.seen(bat(3)) is ContactStatus.UNSUBSCRIBED
    scene.settle_all()
    assert scene.seen(bat(3)) is ContactStatus.UNSUBSCRIBED
