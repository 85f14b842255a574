"""People who change their own address in Mailchimp (PAINS P10): it stands until upstream names another one."""

from collections.abc import Sequence

from accord.domain.audience_hint import AudienceHint, HintKind
from accord.domain.connection import ConnectionState
from accord.domain.contact import ContactStatus
from accord.domain.history import Cause, CauseKind
from accord.domain.reasons import ReasonCode, Status
from accord.ports import QueuedHint, Settlement
from tests.builders import NOON, a_connection, a_member, a_policy, erased, key_of, left, minutes, opted_out, upserted
from tests.fakes import Trouble
from tests.scene import Scene, calls_made

SUBSCRIBED, UNSUBSCRIBED = ContactStatus.SUBSCRIBED, ContactStatus.UNSUBSCRIBED
OLD, NEW = "otter@river.test", "otter@sea.test"


def known(scene: Scene) -> None:
    """The otter's contact is in the audience, and Accord knows its id, since it was read once."""
    scene.post(upserted(a_member(OLD, plan="Day", tags=("Clients",))))
    scene.post(upserted(a_member(OLD, plan="Night", tags=("Clients",)), at=NOON + minutes(1)))
    scene.clock.pass_(600)


def test_p10_a_changed_address_stands_while_upstream_names_the_old_one() -> None:
    scene = Scene()
    known(scene)
    scene.audience.move(OLD, NEW)
    scene.post(upserted(a_member(OLD, plan="Weekend", tags=("New",)), at=NOON + minutes(2)))
    scene.settle_all()
    contact = scene.audience.of(NEW)
    assert contact is not None
    assert (contact.status, contact.merge_fields["PLAN"], contact.tags) == (SUBSCRIBED, "Weekend", ("New",))
    assert scene.audience.of(OLD) is None
    assert scene.status() == (Status.SYNCED, ReasonCode.IN_AGREEMENT)
    assert "followed" in scene.kinds()


def test_p10_a_repeat_after_the_change_costs_no_call() -> None:
    scene = Scene()
    known(scene)
    scene.audience.move(OLD, NEW)
    scene.post(upserted(a_member(OLD, plan="Weekend"), at=NOON + minutes(2)))
    scene.settle_all()
    calls_made(scene)
    scene.post(upserted(a_member(OLD, plan="Weekend"), at=NOON + minutes(3)))
    assert calls_made(scene) == []


def test_p10_upstream_takes_the_new_address_over_and_nothing_is_moved() -> None:
    scene = Scene()
    known(scene)
    scene.audience.move(OLD, NEW)
    scene.post(upserted(a_member(OLD, plan="Weekend"), at=NOON + minutes(2)))
    scene.settle_all()
    scene.post(upserted(a_member(NEW, plan="Weekend"), at=NOON + minutes(3)))
    scene.settle_all()
    assert scene.status() == (Status.SYNCED, ReasonCode.IN_AGREEMENT)
    assert len(scene.audience.people) == 1
    assert "moved" not in scene.kinds()


def test_p10_a_third_address_from_upstream_takes_the_contact_along() -> None:
    scene = Scene()
    known(scene)
    scene.audience.move(OLD, NEW)
    scene.post(upserted(a_member(OLD, plan="Weekend"), at=NOON + minutes(2)))
    scene.settle_all()
    scene.post(upserted(a_member("otter@lake.test", plan="Weekend"), at=NOON + minutes(3)))
    scene.settle_all()
    assert scene.seen("otter@lake.test") is SUBSCRIBED
    assert len(scene.audience.people) == 1


def test_p10_the_opt_out_follows_to_an_address_that_the_person_chose() -> None:
    scene = Scene()
    known(scene)
    scene.audience.move(OLD, NEW)
    scene.post(upserted(a_member(OLD, consent=opted_out(NOON + minutes(2))), at=NOON + minutes(2)))
    scene.settle_all()
    assert scene.seen(NEW) is UNSUBSCRIBED


def test_an_opt_out_at_a_chosen_address_does_not_wait_for_a_pause() -> None:
    scene = Scene()
    known(scene)
    scene.audience.move(OLD, NEW)
    paused = scene.connection.model_copy(update={"state": ConnectionState.PAUSED})
    scene.ledger.save_connection(paused)
    scene.hear("upemail", NEW, OLD)
    scene.post(upserted(a_member(OLD, consent=opted_out(NOON + minutes(12))), at=NOON + minutes(12)))
    assert scene.seen(NEW) is UNSUBSCRIBED


def test_p05_who_leaves_is_archived_at_the_address_that_they_chose() -> None:
    scene = Scene()
    known(scene)
    scene.audience.move(OLD, NEW)
    scene.post(upserted(a_member(OLD, plan="Weekend"), at=NOON + minutes(2)))
    scene.settle_all()
    scene.post(left(at=NOON + minutes(3)))
    scene.settle_all()
    assert scene.seen(NEW) is ContactStatus.ARCHIVED


def test_p06_an_erasure_reaches_the_address_that_the_person_chose() -> None:
    scene = Scene()
    known(scene)
    scene.audience.move(OLD, NEW)
    scene.post(upserted(a_member(OLD, plan="Weekend"), at=NOON + minutes(2)))
    scene.settle_all()
    scene.post(erased(at=NOON + minutes(3)))
    scene.settle_all()
    assert scene.audience.people == {}


def test_p06_an_erasure_finds_the_contact_though_nobody_had_noticed_the_change() -> None:
    scene = Scene()
    known(scene)
    scene.audience.move(OLD, NEW)
    scene.post(erased(at=NOON + minutes(2)))
    scene.settle_all()
    assert scene.audience.people == {}
    assert scene.ledger.stored_addresses[scene.connection.audience_id, key_of(NEW)].erased_at is not None


def test_an_unsubscribe_made_with_the_change_of_address_is_the_persons_own() -> None:
    scene = Scene()
    known(scene)
    scene.audience.move(OLD, NEW)
    scene.audience.turn(NEW, UNSUBSCRIBED)
    scene.post(upserted(a_member(OLD, plan="Weekend"), at=NOON + minutes(2)))
    scene.settle_all()
    assert scene.seen(NEW) is UNSUBSCRIBED
    assert scene.status() == (Status.UNSUBSCRIBED, ReasonCode.UNSUBSCRIBED_IN_MAILCHIMP)


def test_p10_a_contact_is_followed_through_two_changes_and_back() -> None:
    scene = Scene()
    known(scene)
    for before, after in ((OLD, NEW), (NEW, "otter@lake.test"), ("otter@lake.test", OLD)):
        scene.audience.move(before, after)
        scene.hear("upemail", after, before)
        scene.settle_all()
        assert scene.seen(after) is SUBSCRIBED
        assert scene.status() == (Status.SYNCED, ReasonCode.IN_AGREEMENT)
        scene.clock.pass_(600)


def test_p10_a_change_in_two_steps_is_followed_at_once() -> None:
    scene = Scene()
    known(scene)
    scene.audience.move(OLD, NEW)
    hint = AudienceHint(kind=HintKind.UPEMAIL, received_at=scene.clock.now(), email=NEW, old_email=OLD)
    scene.apply([QueuedHint("burrow", hint)], scene.clock.now() + minutes(5))
    scene.audience.move(NEW, "otter@lake.test")
    scene.hear("upemail", "otter@lake.test", NEW)
    scene.settle_all()
    assert scene.seen("otter@lake.test") is SUBSCRIBED
    assert scene.status() == (Status.SYNCED, ReasonCode.IN_AGREEMENT)


def test_a_contact_that_is_followed_twice_stays_what_accord_made() -> None:
    scene = Scene(a_connection(policy=a_policy(existing_contacts="leave")))
    known(scene)
    scene.audience.move(OLD, NEW)
    settle, touched = scene.ledger.settle, iter([True])

    def overtaken(audience_id: str, settlements: Sequence[Settlement]) -> dict[str, bool]:
        if any(event.kind == "followed" for each in settlements for event in each.events) and next(touched, False):
            scene.ledger.touch("burrow", ["m-1"], scene.clock.now(), Cause(kind=CauseKind.OPERATOR, at=NOON))
        return settle(audience_id, settlements)

    scene.ledger.settle = overtaken  # type: ignore[method-assign]
    scene.hear("upemail", NEW, OLD)
    scene.post(upserted(a_member(OLD, plan="Weekend"), at=NOON + minutes(20)))
    scene.settle_all()
    contact = scene.audience.of(NEW)
    assert contact is not None
    assert contact.merge_fields["PLAN"] == "Weekend"


def test_p22_who_is_back_in_the_audience_under_another_address_is_not_archived_any_more() -> None:
    scene = Scene()
    known(scene)
    scene.audience.turn(OLD, ContactStatus.ARCHIVED, by_person=False)
    scene.hear("unsubscribe", OLD)
    assert scene.status() == (Status.ARCHIVED_IN_MAILCHIMP, ReasonCode.ARCHIVED_BY_STAFF)
    scene.audience.turn(OLD, SUBSCRIBED, by_person=False)
    scene.audience.move(OLD, NEW)
    scene.hear("upemail", NEW, OLD)
    scene.settle_all()
    assert scene.status() == (Status.SYNCED, ReasonCode.IN_AGREEMENT)


def test_following_survives_a_call_that_fails_in_the_middle() -> None:
    scene = Scene()
    known(scene)
    scene.audience.move(OLD, NEW)
    troubles = iter([None, Trouble.TIMEOUT, Trouble.ERROR])
    scene.audience.trouble = lambda _name: next(troubles, None)
    scene.post(upserted(a_member(OLD, plan="Weekend"), at=NOON + minutes(2)))
    scene.settle_all()
    contact = scene.audience.of(NEW)
    assert contact is not None
    assert contact.merge_fields["PLAN"] == "Weekend"
    assert scene.status() == (Status.SYNCED, ReasonCode.IN_AGREEMENT)
