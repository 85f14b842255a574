"""Addresses that people chose in Mailchimp and gave up again: who comes there has them alone."""

from accord.domain.audience_hint import AudienceHint, HintKind
from accord.domain.contact import ContactStatus
from accord.domain.reasons import ReasonCode, Status
from accord.ports import QueuedHint
from tests.builders import NOON, a_member, left, minutes, upserted
from tests.fakes import Trouble
from tests.scene import Scene

SUBSCRIBED = ContactStatus.SUBSCRIBED
OLD, NEW, LAKE = "otter@river.test", "otter@sea.test", "otter@lake.test"


def known() -> Scene:
    """The otter's contact is in the audience, and Accord knows its id, since it was read once."""
    scene = Scene()
    for number, plan in enumerate(("Day", "Night")):
        scene.post(upserted(a_member(OLD, plan=plan), at=NOON + minutes(number)))
    scene.clock.pass_(600)
    return scene


def told_only(scene: Scene, email: str, old_email: str) -> None:
    """The webhook is applied; no worker has come to the member yet."""
    hint = AudienceHint(kind=HintKind.UPEMAIL, received_at=scene.clock.now(), email=email, old_email=old_email)
    scene.apply([QueuedHint("burrow", hint)], scene.clock.now() + minutes(5))


def test_who_comes_to_an_address_that_was_only_passed_through_is_shown_there() -> None:
    scene = known()
    for before, after in ((OLD, NEW), (NEW, LAKE)):
        scene.audience.move(before, after)
        scene.hear("upemail", after, before)
        scene.settle_all()
    scene.post(upserted(a_member(NEW, first_name="Dory"), "m-fish", NOON + minutes(30)))
    assert scene.status("m-fish") == (Status.SYNCED, ReasonCode.IN_AGREEMENT)
    assert scene.seen(NEW) is SUBSCRIBED


def test_who_comes_to_an_address_that_the_contact_never_reached_is_shown_there() -> None:
    scene = known()
    scene.audience.move(OLD, NEW)
    told_only(scene, NEW, OLD)
    scene.audience.move(NEW, OLD)
    scene.settle_all()
    scene.post(upserted(a_member(NEW, first_name="Dory"), "m-fish", NOON + minutes(30)))
    assert scene.status("m-fish") == (Status.SYNCED, ReasonCode.IN_AGREEMENT)


def test_who_waited_at_an_address_is_shown_there_once_it_is_given_up() -> None:
    scene = known()
    scene.audience.move(OLD, NEW)
    scene.hear("upemail", NEW, OLD)
    scene.post(upserted(a_member(NEW, first_name="Dory"), "m-fish", NOON + minutes(30)))
    assert scene.status("m-fish") == (Status.SHARED, ReasonCode.SHARED_WITH)
    scene.audience.move(NEW, LAKE)
    scene.hear("upemail", LAKE, NEW)
    scene.settle_all()
    contacts = [scene.audience.of(email) for email in (NEW, LAKE)]
    assert [contact and contact.merge_fields["FNAME"] for contact in contacts] == ["Dory", "Wilma"]


def test_who_has_left_holds_no_address_that_their_contact_is_found_at() -> None:
    scene = known()
    scene.audience.move(OLD, NEW)
    troubles = iter([Trouble.TIMEOUT])
    scene.audience.trouble = lambda _name: next(troubles, None)
    scene.post(left(at=NOON + minutes(20)))
    scene.settle_all()
    assert scene.seen(NEW) is ContactStatus.ARCHIVED
    scene.post(upserted(a_member(NEW, first_name="Dory"), "m-fish", NOON + minutes(60)))
    assert scene.status("m-fish") == (Status.SYNCED, ReasonCode.IN_AGREEMENT)
