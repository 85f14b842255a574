"""Stories of what a night is not told, and what it passes over: words taken back and given again, addresses in hand."""

import pytest

from accord.domain.contact import ContactStatus
from accord.domain.reasons import ReasonCode, Status
from accord.domain.values import subscriber_hash
from tests.builders import a_full_member, key_of, minutes, opted_in, opted_out, upserted
from tests.nights import Nights
from tests.scene import Scene, calls_made

EMAIL = "bittern@reed.test"
SUBSCRIBED, UNSUBSCRIBED, CLEANED = ContactStatus.SUBSCRIBED, ContactStatus.UNSUBSCRIBED, ContactStatus.CLEANED


@pytest.fixture
def nights() -> Nights:
    """A member who is in the audience, one night ago."""
    scene = Scene()
    scene.post(upserted(a_full_member(EMAIL)))
    nights = Nights(scene)
    nights.night()
    scene.clock.pass_(3600)
    return nights


# --- no, yes and no again ---


def turned(scene: Scene, *statuses: ContactStatus) -> None:
    for status in statuses:
        scene.clock.pass_(3600)
        scene.audience.turn(EMAIL, status, by_person=status is not CLEANED)


@pytest.mark.parametrize("ends", [UNSUBSCRIBED, CLEANED])
@pytest.mark.parametrize("incremental", [True, False])
def test_p04_who_ended_it_again_did_so_at_the_last_time(nights: Nights, ends: ContactStatus, incremental: bool) -> None:
    scene = nights.scene
    turned(scene, ends)
    nights.night()
    turned(scene, SUBSCRIBED)
    agreed = scene.clock.now() + minutes(30)
    turned(scene, ends)
    nights.night(incremental=incremental)
    before = calls_made(scene)

    scene.post(upserted(a_full_member(EMAIL, consent=opted_in(agreed)), at=scene.clock.now()))

    assert before
    assert scene.seen(EMAIL) is ends
    assert not {"change", "create"} & {*calls_made(scene)}


def test_what_was_known_of_it_stays_known_once(nights: Nights) -> None:
    scene = nights.scene
    turned(scene, UNSUBSCRIBED)
    nights.night()
    address = scene.ledger.stored_addresses["audience1", key_of(EMAIL)]

    found = nights.night().counts

    assert "missed" not in found
    assert scene.ledger.stored_addresses["audience1", key_of(EMAIL)] == address


def test_an_opt_out_that_upstream_told_and_somebody_edited_is_none_of_mailchimps(nights: Nights) -> None:
    scene = nights.scene
    scene.post(upserted(a_full_member(EMAIL, consent=opted_out(scene.clock.now())), at=scene.clock.now()))
    scene.clock.pass_(3600)
    person = scene.audience.people[subscriber_hash(EMAIL)]
    fields = {**person.contact.merge_fields, "PLAN": "By hand"}
    person.contact = person.contact.model_copy(update={"merge_fields": fields, "last_changed": scene.clock.now()})
    nights.night()

    scene.post(upserted(a_full_member(EMAIL, consent=opted_in(scene.clock.now())), at=scene.clock.now()))

    assert scene.seen(EMAIL) is SUBSCRIBED
    assert scene.status() == (Status.SYNCED, ReasonCode.IN_AGREEMENT)
