"""Addresses that people chose in Mailchimp and gave up again: who comes there has them alone."""

from accord.domain.audience_hint import AudienceHint, HintKind
from accord.domain.contact import ContactStatus
from accord.domain.reasons import ReasonCode, Status
from accord.domain.values import subscriber_hash
from accord.ports import QueuedHint
from tests.builders import NOON, a_member, erased, left, minutes, opted_out, upserted
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


def gone_to_sea() -> Scene:
    """The otter, whom upstream still has at the river, took the contact to the sea; a beaver has the river as well."""
    scene = known()
    scene.post(upserted(a_member(OLD, first_name="Castor"), "m-beaver", NOON + minutes(10)))
    assert scene.status("m-beaver") == (Status.SHARED, ReasonCode.SHARED_WITH)
    scene.audience.move(OLD, NEW)
    scene.hear("upemail", NEW, OLD)
    scene.settle_all()
    return scene


def test_who_stays_at_an_address_is_shown_once_the_contact_of_who_shared_it_is_elsewhere() -> None:
    scene = gone_to_sea()
    contacts = [scene.audience.of(email) for email in (OLD, NEW)]
    assert [contact and contact.merge_fields["FNAME"] for contact in contacts] == ["Castor", "Wilma"]
    for who in ("m-1", "m-beaver"):
        assert scene.status(who) == (Status.SYNCED, ReasonCode.IN_AGREEMENT)


def test_an_opt_out_of_whose_contact_is_elsewhere_still_closes_the_address_that_upstream_names() -> None:
    scene = gone_to_sea()
    scene.post(upserted(a_member(OLD, consent=opted_out(NOON + minutes(30))), at=NOON + minutes(30)))
    scene.settle_all()
    assert [scene.seen(email) for email in (OLD, NEW)] == [ContactStatus.UNSUBSCRIBED] * 2
    assert scene.status("m-beaver") == (Status.SHARED, ReasonCode.OPTED_OUT_BY_OTHER_HOLDER)


def test_p06_an_erasure_reaches_the_contact_at_an_address_that_only_somebody_elsewhere_agrees_at() -> None:
    scene = gone_to_sea()
    scene.post(erased("m-beaver", NOON + minutes(30)))
    scene.settle_all()
    assert [scene.seen(email) for email in (OLD, NEW)] == [None, SUBSCRIBED]


def test_who_leaves_is_archived_though_somebody_elsewhere_agrees_at_the_address() -> None:
    scene = gone_to_sea()
    scene.post(left("m-beaver", NOON + minutes(30)))
    scene.settle_all()
    assert [scene.seen(email) for email in (OLD, NEW)] == [ContactStatus.ARCHIVED, SUBSCRIBED]


def test_who_takes_the_contact_back_shares_the_address_again() -> None:
    scene = gone_to_sea()
    scene.post(left("m-beaver", NOON + minutes(30)))
    scene.audience.people.pop(subscriber_hash(OLD))
    scene.audience.move(NEW, OLD)
    scene.hear("upemail", OLD, NEW)
    scene.settle_all()
    scene.post(upserted(a_member(OLD, first_name="Castor"), "m-beaver", NOON + minutes(120)))
    assert scene.status("m-beaver") == (Status.SHARED, ReasonCode.SHARED_WITH)
