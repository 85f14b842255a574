"""The certificate of consent: what was said, what was done in Mailchimp, what was written, and what follows."""

from accord.domain.contact import ContactStatus
from accord.usecases.showing.show_consent import Certificate, Deed, ShowConsent
from tests.builders import NOON, a_member, minutes, opted_in, opted_out, upserted
from tests.scene import Scene

STOAT = "stoat@hedge.test"


def certificate(scene: Scene) -> Certificate:
    found = ShowConsent(scene.ledger)(scene.connection, "m-1")
    assert found is not None
    return found


def test_an_opt_in_and_the_creation_that_followed_from_it() -> None:
    scene = Scene()
    scene.post(upserted(a_member(STOAT, consent=opted_in(NOON, wording="I agree"))))
    shown = certificate(scene)
    assert shown.may_be_mailed
    assert [(each.consent.wording, each.consent.at) for each in shown.statements] == [("I agree", NOON)]
    assert [event.kind for event in shown.writes] == ["created"]
    assert shown.seen == ()


def test_an_opt_out_and_all_that_was_said_before_it() -> None:
    scene = Scene()
    scene.post(upserted(a_member(STOAT)))
    scene.clock.pass_(600)
    scene.post(upserted(a_member(STOAT, consent=opted_out(NOON + minutes(9))), at=NOON + minutes(9)))
    shown = certificate(scene)
    assert not shown.may_be_mailed
    assert [each.consent.status.value for each in shown.statements] == ["opted_in", "opted_out"]
    assert [event.kind for event in shown.writes] == ["created", "unsubscribed"]


def test_what_a_person_did_in_mailchimp_is_in_it_wherever_they_did_it() -> None:
    scene = Scene()
    scene.post(upserted(a_member(STOAT)))
    scene.clock.pass_(600)
    scene.audience.turn(STOAT, ContactStatus.UNSUBSCRIBED)
    scene.hear("unsubscribe", STOAT)
    scene.post(upserted(a_member("stoat@field.test"), at=NOON + minutes(30)))
    shown = certificate(scene)
    assert [deed for _, deed in shown.seen] == [Deed.OPTED_OUT]
    assert not shown.may_be_mailed


def test_of_a_member_nobody_has_heard_of_there_is_none() -> None:
    assert ShowConsent(Scene().ledger)(Scene().connection, "m-1") is None
