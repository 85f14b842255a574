"""The order of contacts finds the pages that a plain list would."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tools.mailchimp_simulator.domain import register
from tools.mailchimp_simulator.domain.contact import Contact, Status
from tools.mailchimp_simulator.domain.register import Register

STEPS = st.lists(
    st.tuples(st.sampled_from(["join", "change", "leave", "wait"]), st.integers(0, 50), st.sampled_from(Status)),
    max_size=60,
)


@settings(max_examples=300, deadline=None)
@given(
    steps=STEPS,
    statuses=st.sets(st.sampled_from(Status)),
    offset=st.integers(0, 30),
    count=st.integers(0, 30),
    bounds=st.tuples(st.none() | st.integers(0, 20), st.none() | st.integers(0, 20)),
    backwards=st.booleans(),
)
def test_a_page_is_what_slicing_the_sorted_contacts_gives(
    steps: list[tuple[str, int, Status]],
    statuses: set[Status],
    offset: int,
    count: int,
    bounds: tuple[int | None, int | None],
    backwards: bool,
) -> None:
    block, register.BLOCK = register.BLOCK, 4
    try:
        now, zoo, plain = 1, Register(), list[Contact]()
        for what, which, status in steps:
            if what == "wait":
                now += 1
            elif what == "join":
                contact = Contact(f"newt-{len(plain)}@pond.test", status, 1, now)
                contact.change_place = zoo.append(contact)
                plain.append(contact)
            elif plain:
                contact = plain.pop(which % len(plain))
                place = contact.change_place
                if what == "change":
                    before, contact.status, contact.last_changed = contact.status, status, now
                    zoo.restate(place, before, status)
                    contact.change_place = zoo.append(contact)
                    plain.append(contact)
                zoo.remove(place)
        after, before_ = bounds
        fitting = [
            contact
            for contact in (reversed(plain) if backwards else plain)
            if contact.status in statuses
            and (after is None or contact.last_changed > after)
            and (before_ is None or contact.last_changed < before_)
        ]
        page = zoo.page(statuses, offset, count, backwards=backwards, after=after, before=before_)
        assert page == fitting[offset : offset + count]
        assert zoo.total(statuses, after=after, before=before_) == len(fitting)
        assert list(zoo) == plain
        assert all(zoo.at(contact.change_place) is contact for contact in plain)
    finally:
        register.BLOCK = block
