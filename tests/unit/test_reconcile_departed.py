"""Contacts of people who left: where they go, opt-outs and erasures reach them, and nobody looks for them again."""

import pytest

from accord.domain.contact import ContactStatus
from tests.builders import erased, opted_out
from tests.unit.test_reconcile_strangers import AWAY, FAR, HOME, at, begun, leaves, moves, says, settled

SUBSCRIBED, UNSUBSCRIBED = ContactStatus.SUBSCRIBED, ContactStatus.UNSUBSCRIBED


@pytest.mark.parametrize("last", ["opts out", "is erased", None])
def test_p09_a_contact_of_somebody_who_left_is_known_where_it_went_and_looked_for_no_more(last: str | None) -> None:
    nights = begun(on_leave="keep")
    scene = nights.scene
    says(scene)
    leaves(scene)
    nights.night()
    moves(scene, HOME, AWAY)
    nights.night()
    assert settled(nights)

    if last == "opts out":
        says(scene, consent=opted_out(scene.clock.now()))
    elif last == "is erased":
        scene.post(erased(at=scene.clock.now()))
    scene.settle_all()

    contact = scene.audience.of(AWAY)
    expected = {"opts out": UNSUBSCRIBED, "is erased": None, None: SUBSCRIBED}
    assert (contact.status if contact is not None else None) is expected[last]
    assert settled(nights)


def test_p09_an_opt_out_that_came_before_its_contact_was_found_reaches_it_there() -> None:
    nights = begun(on_leave="keep")
    scene = nights.scene
    says(scene)
    leaves(scene)
    nights.night()
    moves(scene, HOME, AWAY)
    scene.audience.add(HOME)

    says(scene, email=FAR, consent=opted_out(scene.clock.now()))
    nights.night()

    assert at(scene, AWAY).status is UNSUBSCRIBED
    assert settled(nights)


def test_p09_nor_is_it_lost_where_somebody_else_has_their_address_before_it_is_found() -> None:
    nights = begun(on_leave="keep")
    scene = nights.scene
    says(scene)
    leaves(scene)
    nights.night()
    moves(scene, HOME, AWAY)

    says(scene, "m-2", HOME, first_name="Numenia")
    scene.settle_all()
    says(scene, "m-1", FAR, consent=opted_out(scene.clock.now()))
    scene.settle_all()

    assert (at(scene, AWAY).status, at(scene, AWAY).merge_fields["FNAME"]) == (UNSUBSCRIBED, "Wilma")
    assert at(scene, HOME).merge_fields["FNAME"] == "Numenia"
    assert at(scene, HOME).contact_id != at(scene, AWAY).contact_id
    assert settled(nights)


def test_p09_nor_where_it_comes_to_an_address_that_another_one_left() -> None:
    nights = begun(on_leave="keep")
    scene = nights.scene
    says(scene, "m-2", AWAY, first_name="Numenia")
    says(scene)
    leaves(scene)
    nights.night()
    moves(scene, AWAY, FAR)
    moves(scene, HOME, AWAY)

    scene.hear("profile", HOME)
    says(scene, "m-2", AWAY, consent=opted_out(scene.clock.now()))
    scene.settle_all()

    assert at(scene, FAR).status is UNSUBSCRIBED
    nights.night()  # the other one is followed after this one
    assert settled(nights)
