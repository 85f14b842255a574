"""The contract of the port `AudienceListing`, on the fake and on the simulator: an audience by pages, in any order."""

from datetime import timedelta
from itertools import batched

import pytest

from accord.domain.contact import NewContact
from accord.domain.sweep import PagePlace
from accord.errors import Retryable
from tests.adapters.audience_fixtures import SUBSCRIBED, FakeWorld, SimulatedWorld, World, given, seen
from tests.fakes import Trouble


def test_a_contact_is_listed_as_it_is_read(world: World) -> None:
    given(world, "gisele@waffle.test")

    page = world.listing.page(PagePlace())

    assert ([each.whole() for each in page.contacts], page.total) == ([seen(world, "gisele@waffle.test")], 1)
    assert page.contacts[0].mark == seen(world, "gisele@waffle.test").mark


def test_the_archived_are_listed_apart_and_nobody_twice(world: World) -> None:
    for name in ("gisele", "gustave"):
        given(world, f"{name}@waffle.test")
    world.staff("gustave@waffle.test", "archive")

    listed = [world.listing.page(PagePlace(archived=archived)) for archived in (False, True)]

    assert [[contact.email for contact in page.contacts] for page in listed] == [
        ["gisele@waffle.test"],
        ["gustave@waffle.test"],
    ]
    assert [page.total for page in listed] == [1, 1]


def test_pages_hold_a_thousand_each_and_can_be_read_in_any_order(world: World) -> None:
    emails = [f"waffle-{number}@waffle.test" for number in range(2100)]
    for some in batched(emails, 500, strict=False):
        world.audience.create([NewContact(email=email, status=SUBSCRIBED) for email in some])

    first = world.listing.page(PagePlace())
    others = [world.listing.page(place) for place in PagePlace().following(first.total)]

    assert (first.total, [len(page.contacts) for page in (first, *others)]) == (2100, [1000, 100, 1000])
    assert sorted(c.email for page in (first, *others) for c in page.contacts) == sorted(emails)


def test_since_a_moment_only_what_changed_then_or_later_is_listed(world: World) -> None:
    changed = given(world, "gisele@waffle.test").last_changed
    assert changed is not None

    listed = [world.listing.page(PagePlace(since=changed + timedelta(seconds=n))) for n in (0, 1)]

    assert [page.total for page in listed] == [1, 0]
    assert listed[1].contacts == []


def test_beyond_the_end_there_is_nobody(world: World) -> None:
    given(world, "gisele@waffle.test")

    assert world.listing.page(PagePlace(offset=1000)).contacts == []


def test_p24_throttling_is_told_as_something_to_try_again(world: World) -> None:
    if isinstance(world, FakeWorld):
        world._audience.trouble = lambda _name: Trouble.THROTTLED
    elif isinstance(world, SimulatedWorld):
        world.fault("429")

    with pytest.raises(Retryable):
        world.listing.page(PagePlace())
