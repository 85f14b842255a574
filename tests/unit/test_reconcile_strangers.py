"""Whose contact it is where contacts change places and no webhook tells: one's own is followed, strangers are left."""

import pytest

from accord.domain.contact import Contact, ContactStatus
from accord.domain.reasons import ReasonCode, Status
from accord.domain.record import Presence
from tests.builders import a_full_member, a_policy, erased, key_of, left, opted_out, upserted
from tests.nights import Nights
from tests.scene import Scene, calls_made

HOME, AWAY, FAR = "curlew@shore.test", "curlew@moor.test", "curlew@isle.test"
SUBSCRIBED, UNSUBSCRIBED, PENDING = ContactStatus.SUBSCRIBED, ContactStatus.UNSUBSCRIBED, ContactStatus.PENDING
AGREES = (Status.SYNCED, ReasonCode.IN_AGREEMENT)


def begun(**policy: str) -> Nights:
    """An audience with a stranger, one night ago."""
    scene = Scene()
    scene.connection = scene.connection.model_copy(update={"policy": a_policy(**policy)})
    scene.ledger.save_connection(scene.connection)
    scene.audience.add("stranger@sea.test", merge_fields={"FNAME": "Nobody's"}, tags=("Wild",))
    nights = Nights(scene)
    nights.night()
    return nights


def says(scene: Scene, id_: str = "m-1", email: str = HOME, **given: object) -> None:
    """Upstream posts a member, an hour later."""
    scene.clock.pass_(3600)
    scene.post(upserted(a_full_member(email, **given), id_, scene.clock.now()))


def leaves(scene: Scene) -> None:
    scene.clock.pass_(3600)
    scene.post(left(at=scene.clock.now()))
    assert scene.record().presence is Presence.LEFT


def moves(scene: Scene, email: str, to: str) -> None:
    """A contact gets another address in Mailchimp, and no webhook tells."""
    scene.clock.pass_(3600)
    scene.audience.move(email, to)
    scene.clock.pass_(60)


def at(scene: Scene, email: str) -> Contact:
    contact = scene.audience.of(email)
    assert contact is not None, f"nobody is at {email}"
    return contact


def is_nobodys(contact: Contact) -> bool:
    """Whether the contact is as the stranger left it."""
    return (contact.merge_fields, contact.tags, contact.status) == ({"FNAME": "Nobody's"}, ("Wild",), SUBSCRIBED)


def settled(nights: Nights) -> bool:
    """Whether another whole night finds nothing, and calls for nothing but its pages."""
    nights.night()
    calls_made(nights.scene)
    before = dict(nights.scene.ledger.stored_records)
    nights.night()
    return calls_made(nights.scene) == ["page", "page"] and nights.scene.ledger.stored_records == before


# --- another contact comes where a member's was ---


@pytest.mark.parametrize("incremental", [True, False])
@pytest.mark.parametrize("comes", ["moves", "signs up"])
def test_p10_a_member_is_followed_and_who_comes_after_them_is_left_alone(comes: str, incremental: bool) -> None:
    nights = begun()
    scene = nights.scene
    says(scene)
    nights.night()
    own = at(scene, HOME).contact_id
    moves(scene, HOME, AWAY)
    if comes == "moves":
        moves(scene, "stranger@sea.test", HOME)
    else:
        scene.audience.add(HOME, merge_fields={"FNAME": "Nobody's"}, tags=("Wild",))

    nights.night(incremental=incremental)
    says(scene, plan="Half time", tags=("Clients", "Waders"))

    assert is_nobodys(at(scene, HOME))
    there = at(scene, AWAY)
    assert (there.contact_id, there.merge_fields["PLAN"], there.tags) == (
        own,
        "Half time",
        ("Clients", "Waders"),
    )
    assert scene.status() == AGREES
    assert settled(nights)
    known = scene.ledger.stored_addresses["audience1", key_of(HOME)]
    assert (known.seen, known.origin, known.contact_id) == (SUBSCRIBED, None, at(scene, HOME).contact_id)


def test_p09_a_webhook_about_who_came_leads_to_who_left() -> None:
    nights = begun()
    scene = nights.scene
    says(scene)
    nights.night()
    moves(scene, HOME, AWAY)
    moves(scene, "stranger@sea.test", HOME)

    scene.hear("profile", HOME)
    says(scene, consent=opted_out(scene.clock.now()))

    assert at(scene, AWAY).status is UNSUBSCRIBED
    assert settled(nights)


def test_who_signs_up_again_after_a_deletion_is_taken_into_care_again() -> None:
    nights = begun()
    scene = nights.scene
    says(scene)
    nights.night()
    scene.audience.people = {h: p for h, p in scene.audience.people.items() if p.contact.email != HOME}
    scene.clock.pass_(3600)
    scene.audience.add(HOME)

    nights.night()

    assert at(scene, HOME).merge_fields["FNAME"] == "Wilma"
    assert scene.status() == AGREES
    assert settled(nights)


def test_p10_members_who_move_on_one_after_the_other_keep_their_own() -> None:
    nights = begun()
    scene = nights.scene
    says(scene, "m-1", HOME)
    says(scene, "m-2", AWAY, first_name="Numenia")
    nights.night()
    ids = at(scene, HOME).contact_id, at(scene, AWAY).contact_id
    moves(scene, AWAY, FAR)
    moves(scene, HOME, AWAY)

    nights.night()

    assert (at(scene, AWAY).contact_id, at(scene, FAR).contact_id) == ids
    assert [at(scene, email).merge_fields["FNAME"] for email in (AWAY, FAR)] == ["Wilma", "Numenia"]
    assert (scene.status("m-1"), scene.status("m-2")) == (AGREES, AGREES)
    assert settled(nights)


def test_p09_the_opt_out_of_who_moved_on_reaches_them_though_somebody_is_followed_to_where_they_were() -> None:
    nights = begun()
    scene = nights.scene
    says(scene, "m-1", HOME)
    says(scene, "m-2", AWAY, first_name="Numenia")
    nights.night()
    moves(scene, AWAY, FAR)
    moves(scene, HOME, AWAY)

    says(scene, "m-1", HOME, plan="Half time")
    scene.settle_all()
    says(scene, "m-2", AWAY, consent=opted_out(scene.clock.now()))
    scene.settle_all()

    assert at(scene, FAR).status is UNSUBSCRIBED
    assert at(scene, AWAY).merge_fields["PLAN"] == "Half time"
    assert settled(nights)


# --- a stranger leaves an address before a member has it ---


@pytest.mark.parametrize("existing", ["overwrite", "fill_blanks", "leave"])
def test_p11_who_was_gone_before_a_member_came_is_not_taken_for_them(existing: str) -> None:
    nights = begun(existing_contacts=existing)
    scene = nights.scene
    moves(scene, "stranger@sea.test", FAR)

    says(scene, email="stranger@sea.test")
    scene.settle_all()

    assert is_nobodys(at(scene, FAR))
    assert at(scene, "stranger@sea.test").merge_fields["FNAME"] == "Wilma"
    assert scene.status() == AGREES
    assert scene.record().place == key_of("stranger@sea.test")
    assert settled(nights)


@pytest.mark.parametrize("last", ["opts out", "is erased", "leaves"])
def test_p11_nor_is_anything_else_done_to_them(last: str) -> None:
    nights = begun()
    scene = nights.scene
    moves(scene, "stranger@sea.test", FAR)

    says(scene, email="stranger@sea.test", consent=opted_out(scene.clock.now()))
    if last == "is erased":
        scene.post(erased(at=scene.clock.now()))
    elif last == "leaves":
        leaves(scene)
    scene.settle_all()
    nights.night()

    assert is_nobodys(at(scene, FAR))
    assert settled(nights)


# --- upstream names the address that the person chose, before Accord knew ---


@pytest.mark.parametrize("seen_there", [True, False])
@pytest.mark.parametrize("existing", ["overwrite", "leave"])
def test_p10_who_was_not_confirmed_yet_is_known_again_where_they_went(existing: str, seen_there: bool) -> None:
    nights = begun(opt_in="double", existing_contacts=existing)
    scene = nights.scene
    says(scene, groups={"Interests": ("Gardening",)})
    nights.night()
    moves(scene, HOME, AWAY)
    if seen_there:
        nights.night(incremental=True)

    says(scene, email=AWAY, first_name="Numenia", groups={})
    scene.settle_all()

    contact = at(scene, AWAY)
    assert contact.merge_fields["FNAME"] == "Numenia"
    assert not any(contact.interests.values())
    assert scene.audience.of(HOME) is None
    assert scene.ledger.stored_addresses["audience1", key_of(HOME)].contact_id is None
    assert settled(nights)
