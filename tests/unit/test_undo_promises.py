"""An undo gives back what was there, where nobody else acts; it raises nobody and touches no one who said no."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from accord.domain.changes import Arrived
from accord.domain.connection import ExistingContacts, OnEmailChange, OptIn
from accord.domain.contact import MAILED, Contact, ContactStatus
from accord.domain.plan import Planned
from accord.domain.run import Run
from accord.domain.values import subscriber_hash
from accord.usecases.connecting.reach_account import NotNowError
from tests.builders import a_connection, a_full_member, a_policy, erased, left, opted_in, opted_out, upserted
from tests.undoing import Undoing

IDS = ("m-1", "m-2", "m-3")
FEW = settings(max_examples=max(settings().max_examples // 20, 10))
OPEN = {ContactStatus.SUBSCRIBED, ContactStatus.PENDING}


def email_of(id_: str, *, moved: bool = False) -> str:
    return f"{id_}{'-new' if moved else ''}@savanna.test"


@st.composite
def profiles(draw: st.DrawFn, id_: str, *, moves: bool = True) -> Any:
    """A consenting member with any values."""
    return a_full_member(
        email_of(id_, moved=moves and draw(st.integers(0, 3)) == 0),
        first_name=draw(st.sampled_from(("Zora", "Zeno"))),
        last_name=draw(st.sampled_from(("", "Zebra"))),
        plan=draw(st.sampled_from(("", "Day", "Night"))),
        language=draw(st.sampled_from(("fr", "en"))),
        tags=draw(st.sampled_from(((), ("Clients",), ("Clients", "New")))),
        groups=draw(st.sampled_from(({}, {"Interests": ("Gardening",)}))),
    )


@st.composite
def worlds(draw: st.DrawFn, /, **policy: Any) -> Undoing:
    """Some of the members are in the audience; some contacts were there before Accord, or came there untold."""
    world = Undoing(
        a_connection(
            policy=a_policy(
                existing_contacts=draw(st.sampled_from(tuple(ExistingContacts))),
                on_email_change=draw(st.sampled_from(tuple(OnEmailChange))),
                **policy,
            )
        )
    )
    for id_ in IDS:
        if draw(st.integers(0, 3)) == 0:
            shown = {"FNAME": "Theirs", "BIRTHDAY": "03/12"}
            world.scene.audience.add(
                email_of(id_), merge_fields=shown, tags=draw(st.sampled_from(((), ("VIP",)))), language="de"
            )
    members = {id_: draw(profiles(id_, moves=False)) for id_ in IDS if draw(st.booleans())}
    world.scene.post(*(upserted(member, id_) for id_, member in members.items()))
    world.scene.settle_all()
    world.nights.night()
    for id_ in IDS:
        if world.scene.seen(email_of(id_)) is None and draw(st.integers(0, 3)) == 0:
            shown = {"FNAME": "Untold"} if draw(st.booleans()) else {}
            world.scene.audience.add(email_of(id_), merge_fields=shown, language="de")
    return world


@st.composite
def files(draw: st.DrawFn, world: Undoing) -> Run:
    """Of each member it says something else, that they left, or nothing."""
    changes: list[Arrived] = []
    now = world.scene.clock.now()
    for id_ in IDS:
        match draw(st.integers(0, 4)):
            case 0:
                pass
            case 1:
                changes.append(left(id_, at=now))
            case _:
                changes.append(upserted(draw(profiles(id_)), id_, at=now))
    note(f"the file says: {changes}")
    return world.done_in_a_file(*changes)


@FEW
@given(data=st.data())
def test_where_nobody_else_acts_an_undo_gives_back_exactly_what_was_there(data: st.DataObject) -> None:
    world = data.draw(worlds())
    before, by_id = world.shown(), dict(world.scene.audience.people)
    run = data.draw(files(world))
    after = world.shown()

    plan = world.plan(run)
    note(f"lines: {world.lines(plan)}")
    assert not any(line.not_undone for line in world.lines(plan).values())
    assert (plan.plan is not None and plan.plan.lines > 0) == (after != before)
    if after == before:
        return
    undo = world.apply(plan)

    assert world.shown() == before
    assert by_id.keys() <= world.scene.audience.people.keys()
    world.nights.night()
    assert world.shown() == before, "the night writes nothing"
    with pytest.raises(NotNowError):
        world.apply(plan)
    with pytest.raises(NotNowError):
        world.plan(run)
    world.undone(undo)
    assert world.shown() == after, "and the undo can be undone"


@st.composite
def deeds_of_others(draw: st.DrawFn, world: Undoing) -> set[str]:
    """People, staff and upstream go on; the addresses of those who said no since."""
    scene, said_no = world.scene, set[str]()
    for id_ in IDS:
        email = next((each for each in (email_of(id_, moved=True), email_of(id_)) if scene.seen(each)), None)
        deed = draw(
            st.sampled_from(("nothing", "nothing", "unsubscribe", "archive", "edit", "erase", "opt out", "say"))
        )
        scene.pass_(120)
        now = scene.clock.now()
        told = draw(st.booleans())
        note(f"{id_}: {deed}, told: {told}")
        match deed:
            case "unsubscribe" if email is not None and scene.seen(email) in MAILED:
                scene.audience.turn(email, ContactStatus.UNSUBSCRIBED)
                said_no.add(email)
                if told:
                    scene.hear("unsubscribe", email)
            case "archive" if email is not None and scene.seen(email) is ContactStatus.SUBSCRIBED:
                scene.audience.turn(email, ContactStatus.ARCHIVED, by_person=False)
                if told:
                    scene.hear("cleaned", email)
            case "edit" if email is not None:
                world.edit(email, FNAME="By hand")
            case "erase":
                scene.post(erased(id_, at=now))
                said_no |= {email_of(id_), email_of(id_, moved=True)}
            case "opt out":
                scene.post(upserted(a_full_member(email_of(id_), consent=opted_out(now)), id_, at=now))
                said_no |= {email_of(id_), email_of(id_, moved=True)}
            case "say":
                scene.post(
                    upserted(a_full_member(email_of(id_), first_name="Newest", consent=opted_in(now)), id_, at=now)
                )
    scene.settle_all()
    return said_no


@FEW
@given(data=st.data(), opt_in=st.sampled_from(tuple(OptIn)))
def test_promise_an_undo_raises_nobody_and_touches_nobody_who_said_no_nor_what_is_not_ours(
    data: st.DataObject, opt_in: OptIn
) -> None:
    world = data.draw(worlds(opt_in=opt_in))
    foreign = world.scene.audience.add("stranger@savanna.test", merge_fields={"FNAME": "Sam"}, tags=("VIP",))
    run = data.draw(files(world))
    archived_in_it = {image.member_id for image in world.scene.images.kept.values() if image.deed is Planned.ARCHIVE}
    first = world.plan(run) if data.draw(st.booleans()) else None
    said_no = data.draw(deeds_of_others(world))
    plan = first or world.plan(run)
    before = _by_contact(world)
    edited = {contact_id for contact_id, contact in before.items() if contact.merge_fields.get("FNAME") == "By hand"}

    with suppress(NotNowError):  # where nothing can be put back
        world.apply(plan)

    after = _by_contact(world)
    assert world.scene.audience.of("stranger@savanna.test") == foreign
    assert after.keys() == before.keys()
    for contact_id, was in before.items():
        now = after[contact_id]
        if was.email in said_no or was.status in {ContactStatus.UNSUBSCRIBED, ContactStatus.CLEANED}:
            assert now == was, "nobody who said no is touched"
        if now.status is not was.status and now.status in OPEN:
            member = was.email.partition("@")[0].removesuffix("-new")
            back = was.status is ContactStatus.ARCHIVED and member in archived_in_it
            assert back, f"raised from {was.status} to {now.status}"
        if contact_id in edited:
            assert now.merge_fields["FNAME"] == "By hand"
        assert {"VIP"} & set(was.tags) == {"VIP"} & set(now.tags)


def _by_contact(world: Undoing) -> dict[str, Contact]:
    people = (person.contact for person in world.scene.audience.people.values())
    return {contact.contact_id or subscriber_hash(contact.email): contact for contact in people}
