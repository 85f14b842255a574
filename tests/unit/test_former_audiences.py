"""A connection joined to another audience: opt-outs go along, and reach people where they were before (S6, P04)."""

from dataclasses import replace

import pytest

from accord.domain.connection import Connection
from accord.domain.contact import ContactStatus
from accord.domain.reasons import ReasonCode, Status
from accord.domain.values import subscriber_hash
from accord.ports import Audience
from accord.usecases.tending.hold_addresses import HoldAddresses
from accord.usecases.tending.take_along import TakeAlong
from tests.builders import NOON, a_member, erased, left, minutes, opted_in, opted_out, upserted
from tests.fake_audiences import FakeAudienceMemory
from tests.fakes import FakeAudience, Trouble
from tests.scene import Scene, calls_made

EMAIL, OTHER = "stork@chimney.test", "stork@marsh.test"
SUBSCRIBED, UNSUBSCRIBED = ContactStatus.SUBSCRIBED, ContactStatus.UNSUBSCRIBED


class Moving:
    """A scene whose connection leaves its audience for another one when it is told to."""

    def __init__(self) -> None:
        self.scene = Scene()
        self.before = self.scene.audience

    def move(self) -> None:
        """The other audience is chosen, prepared, read and approved."""
        scene = self.scene
        joined = {"audience_id": "audience2", "former_audiences": ("audience1",)}
        scene.connection = scene.connection.model_copy(update=joined)
        scene.ledger.save_connection(scene.connection)
        scene.audience = FakeAudience(scene.clock)
        scene.sync = replace(scene.sync, audience_of=self._audience)
        memory = FakeAudienceMemory(scene.ledger)
        take = TakeAlong(scene.ledger, memory, scene.clock)
        assert take(scene.connection, "audience1", None) is None
        HoldAddresses(scene.ledger, scene.clock)(scene.connection)

    def _audience(self, connection: Connection) -> Audience:
        return self.before if connection.audience_id == "audience1" else self.scene.audience

    def seen_before(self, email: str = EMAIL) -> ContactStatus | None:
        contact = self.before.of(email)
        return contact.status if contact is not None else None

    def later(self, hours: float = 1) -> "Moving":
        self.scene.clock.pass_(hours * 3600)
        return self


@pytest.fixture
def moving() -> Moving:
    return Moving()


def test_p04_an_opt_out_of_somebody_nobody_holds_goes_along(moving: Moving) -> None:
    scene = moving.scene
    scene.post(upserted(a_member(EMAIL)), upserted(a_member(OTHER), "m-2"))
    scene.audience.turn(EMAIL, UNSUBSCRIBED)
    scene.hear("unsubscribe", EMAIL)
    scene.post(erased(at=NOON + minutes(1)), erased("m-2", at=NOON + minutes(1)))
    scene.settle_all()
    moving.later().move()

    at = scene.clock.now()
    scene.post(upserted(a_member(EMAIL), "m-3", at), upserted(a_member(OTHER), "m-4", at))

    assert scene.status("m-3") == (Status.UNSUBSCRIBED, ReasonCode.UNSUBSCRIBED_IN_MAILCHIMP)
    assert scene.status("m-4") == (Status.EXCLUDED, ReasonCode.ADDRESS_ERASED)
    assert scene.audience.people == {}


def test_an_unsubscribe_of_before_wants_a_newer_opt_in_and_then_the_persons_own_word(moving: Moving) -> None:
    scene = moving.scene
    scene.post(upserted(a_member(EMAIL)))
    scene.audience.turn(EMAIL, UNSUBSCRIBED)
    scene.hear("unsubscribe", EMAIL)
    moving.later().move()
    scene.post(left(at=scene.clock.now()))
    moving.later()

    scene.post(upserted(a_member(EMAIL), "m-2", scene.clock.now()))
    assert scene.status("m-2") == (Status.UNSUBSCRIBED, ReasonCode.UNSUBSCRIBED_IN_MAILCHIMP)
    fresh = a_member(EMAIL, consent=opted_in(scene.clock.now()))
    moving.later()
    scene.post(upserted(fresh, "m-2", scene.clock.now()))

    assert scene.seen(EMAIL) is ContactStatus.PENDING


def test_what_the_person_took_back_there_holds_nobody_back_here(moving: Moving) -> None:
    scene = moving.scene
    scene.post(upserted(a_member(EMAIL)))
    for status, kind in ((UNSUBSCRIBED, "unsubscribe"), (SUBSCRIBED, "subscribe")):
        moving.later()
        scene.audience.turn(EMAIL, status)
        scene.hear(kind, EMAIL)
    moving.later().move()

    scene.post(upserted(a_member(EMAIL, plan="Full time"), at=scene.clock.now()))

    assert scene.seen(EMAIL) is SUBSCRIBED


@pytest.mark.parametrize("what", ["complained", "bounced", "deleted"])
@pytest.mark.parametrize("answered", [True, False])
def test_what_the_person_answered_there_holds_nobody_back_here(moving: Moving, what: str, answered: bool) -> None:
    scene = moving.scene
    scene.post(upserted(a_member(EMAIL)))
    moving.later()
    match what:
        case "complained":
            scene.audience.complain(EMAIL)
        case "bounced":
            scene.audience.turn(EMAIL, ContactStatus.CLEANED, by_person=False)
        case _:
            del scene.audience.people[subscriber_hash(EMAIL)]
    scene.hear("cleaned" if what == "bounced" else "unsubscribe", EMAIL)
    moving.later()
    if answered:  # by the sign-up form
        if what == "deleted":
            scene.audience.add(EMAIL)
        scene.audience.turn(EMAIL, SUBSCRIBED)
        scene.hear("subscribe", EMAIL)
    moving.later().move()

    scene.post(upserted(a_member(EMAIL, plan="Full time"), at=scene.clock.now()))

    assert scene.seen(EMAIL) is (SUBSCRIBED if answered else None)


def test_p09_an_opt_out_reaches_the_contact_in_the_audience_before_as_well(moving: Moving) -> None:
    scene = moving.scene
    scene.post(upserted(a_member(EMAIL)))
    moving.later().move()
    scene.post(upserted(a_member(EMAIL, plan="Full time"), at=scene.clock.now()))
    assert (moving.seen_before(), scene.seen(EMAIL)) == (SUBSCRIBED, SUBSCRIBED)

    moving.later()
    scene.post(upserted(a_member(EMAIL, consent=opted_out(scene.clock.now())), at=scene.clock.now()))

    assert (moving.seen_before(), scene.seen(EMAIL)) == (UNSUBSCRIBED, UNSUBSCRIBED)
    assert scene.status() == (Status.UNSUBSCRIBED, ReasonCode.UNSUBSCRIBED_UPSTREAM)
    assert scene.kinds().count("unsubscribed") == 2


def test_an_opt_out_that_was_carried_there_costs_no_call_again(moving: Moving) -> None:
    scene = moving.scene
    scene.post(upserted(a_member(EMAIL)))
    moving.later().move()
    scene.post(upserted(a_member(EMAIL, consent=opted_out(scene.clock.now())), at=scene.clock.now()))
    moving.before.calls.clear()

    moving.later()
    scene.post(upserted(a_member(EMAIL, first_name="Adebar", consent=opted_out()), at=scene.clock.now()))

    assert moving.before.calls == []


def test_who_unsubscribed_or_left_there_meanwhile_is_not_touched(moving: Moving) -> None:
    scene = moving.scene
    scene.post(upserted(a_member(EMAIL)))
    moving.later().move()
    moving.before.turn(EMAIL, ContactStatus.ARCHIVED, by_person=False)

    scene.post(upserted(a_member(EMAIL, consent=opted_out(scene.clock.now())), at=scene.clock.now()))

    assert moving.seen_before() is ContactStatus.ARCHIVED
    assert moving.before.calls[-1] == "read"


def test_p06_an_erasure_reaches_the_contact_in_the_audience_before_under_whatever_address(moving: Moving) -> None:
    scene = moving.scene
    scene.post(upserted(a_member(EMAIL)))
    scene.hear("profile", EMAIL)
    moving.later().move()
    scene.post(upserted(a_member(EMAIL, plan="Full time"), at=scene.clock.now()))
    moving.before.move(EMAIL, OTHER)

    moving.later()
    scene.post(erased(at=scene.clock.now()))

    assert (moving.before.people, scene.audience.people) == ({}, {})
    assert scene.status() == (Status.ERASED, ReasonCode.ERASURE)
    assert scene.kinds() == ["erased"]


@pytest.mark.parametrize("trouble", list(Trouble))
def test_p24_it_is_tried_until_it_is_done_and_until_then_nothing_is_settled(moving: Moving, trouble: Trouble) -> None:
    scene = moving.scene
    scene.post(upserted(a_member(EMAIL), "m-1"), upserted(a_member(OTHER), "m-2"))
    moving.later().move()
    moving.before.trouble = lambda _name: trouble

    at = scene.clock.now()
    scene.post(erased("m-1", at), upserted(a_member(OTHER, consent=opted_out(at)), "m-2", at))

    assert {scene.status(who)[0] for who in ("m-1", "m-2")} == {Status.PENDING}
    moving.before.trouble = lambda _name: None
    scene.settle_all()
    moving.before.release_late()
    assert (moving.seen_before(EMAIL), moving.seen_before(OTHER)) == (None, UNSUBSCRIBED)
    assert [scene.status(who)[0] for who in ("m-1", "m-2")] == [Status.ERASED, Status.EXCLUDED]


def test_s6_an_audience_that_is_gone_has_nobody_to_reach(moving: Moving) -> None:
    scene = moving.scene
    scene.post(upserted(a_member(EMAIL)))
    moving.later().move()
    moving.before.is_gone = True

    scene.post(erased(at=scene.clock.now()))

    assert scene.status() == (Status.ERASED, ReasonCode.ERASURE)


def test_others_are_not_looked_for_there(moving: Moving) -> None:
    scene = moving.scene
    scene.post(upserted(a_member(EMAIL)))
    calls_made(scene)
    moving.later().move()
    moving.before.calls.clear()

    scene.post(upserted(a_member(EMAIL, plan="Part time"), at=scene.clock.now()))
    scene.post(left(at=scene.clock.now() + minutes(1)))

    assert moving.before.calls == []
    assert moving.seen_before() is SUBSCRIBED
