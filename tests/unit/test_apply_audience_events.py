"""Hints of Mailchimp: the contact is read again, and what it shows becomes the member's status."""

import pytest

from accord.domain.audience_hint import AudienceHint, HintKind
from accord.domain.connection import ConnectionState
from accord.domain.contact import ContactStatus
from accord.domain.reasons import ReasonCode, Status
from accord.ports import QueuedHint
from accord.usecases.apply_audience_events import Applied
from tests.builders import NOON, a_member, key_of, left, minutes, opted_in, upserted
from tests.fakes import Trouble
from tests.nights import read_whole
from tests.scene import Scene, calls_made

SUBSCRIBED, UNSUBSCRIBED = ContactStatus.SUBSCRIBED, ContactStatus.UNSUBSCRIBED
HEN, NEW = "hen@coop.test", "hen@meadow.test"


def a_scene(plan: str = "Day") -> Scene:
    """The hen is in the audience."""
    scene = Scene()
    scene.post(upserted(a_member(HEN, plan=plan)))
    scene.clock.pass_(600)
    return scene


def a_hint(scene: Scene, kind: HintKind = HintKind.UNSUBSCRIBE, email: str = HEN) -> QueuedHint:
    return QueuedHint("burrow", AudienceHint(kind=kind, received_at=scene.clock.now(), email=email))


@pytest.mark.parametrize(
    ("turned", "kind", "status"),
    [
        (UNSUBSCRIBED, "unsubscribe", (Status.UNSUBSCRIBED, ReasonCode.UNSUBSCRIBED_IN_MAILCHIMP)),
        (ContactStatus.CLEANED, "cleaned", (Status.BOUNCED, ReasonCode.HARD_BOUNCE)),
        (ContactStatus.ARCHIVED, "unsubscribe", (Status.ARCHIVED_IN_MAILCHIMP, ReasonCode.ARCHIVED_BY_STAFF)),
    ],
)
def test_p07_what_happens_in_mailchimp_becomes_the_members_status(
    turned: ContactStatus, kind: str, status: tuple[Status, ReasonCode]
) -> None:
    scene = a_scene()
    scene.audience.turn(HEN, turned)
    scene.hear(kind, HEN)
    assert scene.status() == status
    assert "heard" in scene.kinds()


def test_p04_a_contact_that_is_gone_was_permanently_deleted() -> None:
    scene = a_scene()
    scene.hear("profile", HEN)  # now its id is known
    scene.audience.people.clear()
    scene.hear("unsubscribe", HEN)
    assert scene.status() == (Status.DELETED_IN_MAILCHIMP, ReasonCode.PERMANENTLY_DELETED)


def test_p09_a_profile_webhook_changes_no_consent() -> None:
    scene = a_scene()
    scene.audience.turn(HEN, UNSUBSCRIBED)
    scene.hear("profile", HEN)
    scene.hear("subscribe", HEN)
    assert scene.seen(HEN) is UNSUBSCRIBED
    assert scene.status()[0] is Status.UNSUBSCRIBED


def test_who_subscribes_again_in_mailchimp_is_synchronised_again() -> None:
    scene = a_scene()
    scene.audience.turn(HEN, UNSUBSCRIBED)
    scene.hear("unsubscribe", HEN)
    scene.clock.pass_(600)
    scene.audience.turn(HEN, SUBSCRIBED)
    scene.hear("subscribe", HEN)
    assert scene.status() == (Status.SYNCED, ReasonCode.IN_AGREEMENT)


def test_a_hint_about_what_is_known_already_costs_one_reading_and_decides_nothing() -> None:
    scene = a_scene()
    calls_made(scene)
    scene.hear("profile", HEN)
    scene.hear("profile", HEN)
    assert calls_made(scene) == ["read", "read"]
    assert "heard" not in scene.kinds()


def test_a_webhook_that_came_twice_or_late_changes_nothing_more() -> None:
    scene = a_scene()
    scene.audience.turn(HEN, UNSUBSCRIBED)
    scene.hear("unsubscribe", HEN)
    before = scene.record()
    scene.hear("unsubscribe", HEN)
    scene.hear("subscribe", HEN)
    assert scene.record() == before


# Addresses


def test_p10_an_address_that_the_person_changed_stands_and_the_contact_is_followed() -> None:
    scene = a_scene()
    scene.audience.move(HEN, NEW)
    scene.hear("upemail", NEW, HEN)
    scene.post(upserted(a_member(HEN, plan="Night"), at=NOON + minutes(20)))
    contact = scene.audience.of(NEW)
    assert contact is not None
    assert contact.merge_fields["PLAN"] == "Night"
    assert scene.status() == (Status.SYNCED, ReasonCode.IN_AGREEMENT)
    assert len(scene.audience.people) == 1


def test_p11_a_profile_that_comes_before_its_upemail_waits_for_it() -> None:
    scene = a_scene()
    scene.audience.move(HEN, NEW)
    hints = [
        AudienceHint(kind=HintKind.PROFILE, received_at=scene.clock.now(), email=NEW),
        AudienceHint(kind=HintKind.UNSUBSCRIBE, received_at=scene.clock.now(), email=HEN),
        AudienceHint(kind=HintKind.UPEMAIL, received_at=scene.clock.now(), email=NEW, old_email=HEN),
    ]
    scene.listen(*hints)
    scene.settle_all()
    assert scene.status() == (Status.SYNCED, ReasonCode.IN_AGREEMENT)
    assert scene.ledger.stored_addresses["audience1", key_of(HEN)].forgotten_at is None


def test_a_contact_thought_to_be_deleted_is_found_under_its_new_address() -> None:
    scene = a_scene()
    scene.audience.move(HEN, NEW)
    scene.hear("unsubscribe", HEN)
    assert scene.status()[0] is Status.DELETED_IN_MAILCHIMP
    scene.hear("upemail", NEW, HEN)
    scene.settle_all()
    assert scene.status() == (Status.SYNCED, ReasonCode.IN_AGREEMENT)


def test_p10_who_changed_their_address_and_unsubscribed_stays_unsubscribed() -> None:
    scene = a_scene()
    scene.audience.move(HEN, NEW)
    scene.audience.turn(NEW, UNSUBSCRIBED)
    scene.hear("upemail", NEW, HEN)
    scene.post(upserted(a_member(NEW), at=NOON + minutes(20)))
    scene.settle_all()
    assert scene.seen(NEW) is UNSUBSCRIBED
    assert scene.status() == (Status.UNSUBSCRIBED, ReasonCode.UNSUBSCRIBED_IN_MAILCHIMP)


def test_an_upemail_that_is_not_so_changes_nothing() -> None:
    scene = a_scene()
    before = scene.record()
    scene.hear("upemail", NEW, HEN)
    scene.settle_all()
    assert scene.status() == (Status.SYNCED, ReasonCode.IN_AGREEMENT)
    assert scene.record().addresses == before.addresses


# Strangers


def test_an_address_that_nobody_knows_is_remembered_after_some_patience() -> None:
    scene = a_scene()
    scene.audience.add("fox@wood.test", UNSUBSCRIBED)
    scene.hear("unsubscribe", "fox@wood.test")
    assert scene.ledger.stored_addresses["audience1", key_of("fox@wood.test")].unsubscribed_at is not None
    scene.post(upserted(a_member("fox@wood.test", consent=opted_in(NOON)), "m-2", at=NOON + minutes(30)))
    assert scene.seen("fox@wood.test") is UNSUBSCRIBED


def test_an_address_that_neither_side_knows_leaves_nothing_behind() -> None:
    scene = a_scene()
    scene.hear("unsubscribe", "ghost@attic.test")
    assert ("audience1", key_of("ghost@attic.test")) not in scene.ledger.stored_addresses


def test_a_member_who_left_hears_of_it_too() -> None:
    scene = a_scene()
    scene.post(left(at=NOON + minutes(11)))
    scene.audience.turn(HEN, UNSUBSCRIBED)
    scene.hear("unsubscribe", HEN)
    scene.clock.pass_(600)
    back = a_member(HEN, consent=opted_in(NOON + minutes(5)))
    scene.post(upserted(back, at=NOON + minutes(25)))
    scene.settle_all()
    assert scene.seen(HEN) is UNSUBSCRIBED


# Troubles


def test_an_address_in_somebodys_hands_is_looked_at_soon() -> None:
    scene = Scene()
    troubles = iter([Trouble.TIMEOUT])
    scene.audience.trouble = lambda _name: next(troubles, None)
    scene.post(upserted(a_member(HEN)))
    applied, failed = scene.apply([a_hint(scene)], scene.clock.now() + minutes(5))
    assert (applied, failed) == ({Applied.BUSY: 1}, [])
    ((queued, delay),) = scene.hints.messages
    assert (queued.attempt, delay) == (0, 20)


def test_an_outage_puts_a_hint_back_for_as_long_as_it_lasts() -> None:
    scene = a_scene()
    scene.audience.turn(HEN, UNSUBSCRIBED)
    troubles = iter([Trouble.THROTTLED] * 10)
    scene.audience.trouble = lambda _name: next(troubles, None)
    scene.hear("unsubscribe", HEN)
    assert scene.status()[0] is Status.UNSUBSCRIBED


def test_a_key_that_is_refused_breaks_the_connection_and_loses_no_hint() -> None:
    scene = a_scene()
    scene.audience.refuses_the_key = True
    applied, _ = scene.apply([a_hint(scene)], scene.clock.now() + minutes(5))
    assert applied == {Applied.FAILED: 1}
    assert len(scene.hints.messages) == 1
    connection = scene.ledger.connection("burrow")
    assert connection is not None
    assert connection.state is ConnectionState.BROKEN


def test_what_there_is_no_time_for_comes_again() -> None:
    scene = a_scene()
    applied, failed = scene.apply([a_hint(scene), a_hint(scene)], scene.clock.now())
    assert (applied, failed) == ({}, [0, 1])


def test_a_hint_for_a_connection_that_is_disconnected_by_now_is_over() -> None:
    scene = a_scene()
    scene.ledger.save_connection(scene.connection.model_copy(update={"state": ConnectionState.DISCONNECTED}))
    calls = list(scene.audience.calls)
    applied = scene.apply([a_hint(scene)], scene.clock.now() + minutes(5))
    assert applied == ({Applied.UNKNOWN_CONNECTION: 1}, [])
    assert scene.audience.calls == calls


def test_a_hint_for_a_connection_that_is_gone_is_over() -> None:
    scene = a_scene()
    gone = QueuedHint("warren", a_hint(scene).hint)
    assert scene.apply([gone], scene.clock.now() + minutes(5)) == ({Applied.UNKNOWN_CONNECTION: 1}, [])
    assert scene.hints.messages == []


@pytest.mark.parametrize("repaired_by", ["the hint again", "a reading"])
def test_p07_a_crash_between_what_was_seen_and_who_is_told_loses_nothing(
    repaired_by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = a_scene()
    scene.audience.turn(HEN, UNSUBSCRIBED)
    with monkeypatch.context() as crash:
        crash.setattr(scene.ledger, "touch", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            scene.apply([a_hint(scene)], scene.clock.now() + minutes(5))
    assert scene.status()[0] is Status.SYNCED
    scene.clock.pass_(60)
    if repaired_by == "a reading":
        read_whole(scene)
        scene.settle_all()
    else:
        scene.hear("unsubscribe", HEN)
    assert scene.status() == (Status.UNSUBSCRIBED, ReasonCode.UNSUBSCRIBED_IN_MAILCHIMP)
    assert not scene.ledger.stored_addresses["audience1", key_of(HEN)].untold
