"""Reading an audience: everybody is remembered, page by page, and nobody else's work is overwritten."""

from collections.abc import Callable, Collection
from datetime import timedelta

import pytest

from accord.domain.address import Address, Attempt, Effect
from accord.domain.connection import Policy
from accord.domain.contact import Contact, ContactStatus
from accord.errors import Retryable
from accord.ports import Claim
from accord.usecases.reconciling.read_audience import AudienceRead, ReadAudience
from tests.builders import NOON
from tests.fakes import FakeAudience, FakeClock, FakeLedger

AVIARY = "aviary"


class Scene:
    """One audience that is read into one ledger."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.ledger = FakeLedger()
        self.audience = FakeAudience(self.clock)

    def read(self, on_page: Callable[[int], None] = lambda _read: None) -> AudienceRead:
        return ReadAudience(self.ledger, self.audience, self.clock, str.lower, Policy())(AVIARY, on_page)

    def known(self, email: str) -> Address:
        return self.ledger.addresses(AVIARY, [email])[email]

    def store(self, address: Address) -> None:
        assert not self.ledger.claim(AVIARY, [Claim(address, self.known(address.key).revision)])


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_everybody_is_remembered_with_what_mailchimp_shows(scene: Scene) -> None:
    contact = scene.audience.add("Tui@aviary.test")

    assert scene.read() == AudienceRead(read=1, remembered=1)

    tui = scene.known("tui@aviary.test")
    assert tui.seen is ContactStatus.SUBSCRIBED
    assert tui.seen_at == NOON
    assert (tui.subscriber_hash, tui.contact_id) == (contact.subscriber_hash, contact.contact_id)


def test_those_who_were_there_are_neither_ours_nor_taken_for_an_opt_in(scene: Scene) -> None:
    scene.audience.add("tui@aviary.test")

    scene.read()

    assert scene.known("tui@aviary.test").origin is None
    assert scene.known("tui@aviary.test").confirmed_at is None


def test_an_opt_out_in_mailchimp_is_remembered_from_when_it_was_made(scene: Scene) -> None:
    last_year = NOON - timedelta(days=365)
    scene.audience.add("weka@aviary.test", ContactStatus.UNSUBSCRIBED, last_changed=last_year)

    scene.read()

    assert scene.known("weka@aviary.test").unsubscribed_at == last_year


def test_archived_contacts_are_read_as_well(scene: Scene) -> None:
    scene.audience.add("moa@aviary.test", ContactStatus.ARCHIVED)

    scene.read()

    assert scene.known("moa@aviary.test").archived_by_staff_at is not None


def test_those_archived_during_the_reading_are_not_missed(scene: Scene) -> None:
    scene.audience.add("kea@aviary.test")

    def archive(_read: int) -> None:
        scene.clock.pass_(1)
        scene.audience.turn("kea@aviary.test", ContactStatus.ARCHIVED)

    assert scene.read(on_page=archive) == AudienceRead(read=2, remembered=2)

    assert scene.known("kea@aviary.test").seen is ContactStatus.ARCHIVED


def test_progress_is_told_page_by_page(scene: Scene) -> None:
    for number in range(2_500):
        scene.audience.add(f"sparrow{number}@aviary.test")
    scene.audience.add("moa@aviary.test", ContactStatus.ARCHIVED)
    told: list[int] = []

    scene.read(told.append)

    assert told == [1_000, 2_000, 2_500, 2_501]


def test_reading_again_writes_only_what_is_new(scene: Scene) -> None:
    scene.audience.add("tui@aviary.test")
    scene.audience.add("weka@aviary.test")
    scene.read()
    before = scene.known("tui@aviary.test")
    scene.clock.pass_(3600)
    scene.audience.turn("weka@aviary.test", ContactStatus.UNSUBSCRIBED)

    assert scene.read() == AudienceRead(read=2, remembered=1)

    assert scene.known("tui@aviary.test") == before
    assert scene.known("weka@aviary.test").seen is ContactStatus.UNSUBSCRIBED


def test_an_address_that_a_worker_has_in_hand_is_left_to_it(scene: Scene) -> None:
    scene.audience.add("tui@aviary.test")
    attempt = Attempt(token="mine", effects=(Effect.CREATE,), until=NOON + timedelta(seconds=150))
    scene.store(Address(key="tui@aviary.test", attempt=attempt))

    assert scene.read().remembered == 0

    assert scene.known("tui@aviary.test").attempt == attempt


def test_an_attempt_of_unknown_effect_is_resolved_by_what_is_seen(scene: Scene) -> None:
    scene.audience.add("tui@aviary.test")
    attempt = Attempt(token="lost", effects=(Effect.CREATE,), until=NOON - timedelta(seconds=1))
    scene.store(Address(key="tui@aviary.test", attempt=attempt))

    scene.read()

    assert scene.known("tui@aviary.test").attempt is None
    assert scene.known("tui@aviary.test").origin == "created"


def test_what_was_seen_later_is_not_overwritten_by_an_older_page(scene: Scene) -> None:
    scene.audience.add("tui@aviary.test")
    scene.store(Address(key="tui@aviary.test", seen=ContactStatus.UNSUBSCRIBED, seen_at=NOON + timedelta(seconds=1)))

    assert scene.read().remembered == 0

    assert scene.known("tui@aviary.test").seen is ContactStatus.UNSUBSCRIBED


class Contended(FakeLedger):
    """A ledger in which somebody else writes to every address between reading and writing, so many times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def addresses(self, audience_id: str, keys: Collection[str]) -> dict[str, Address]:
        found = super().addresses(audience_id, keys)
        if self.times:
            self.times -= 1
            super().claim(audience_id, [Claim(address, address.revision) for address in found.values()])
        return found


def test_an_address_that_changed_meanwhile_is_looked_at_again(scene: Scene) -> None:
    scene.audience.add("tui@aviary.test")
    scene.ledger = Contended(times=4)

    assert scene.read() == AudienceRead(read=1, remembered=1)


def test_an_address_that_never_stands_still_ends_the_reading(scene: Scene) -> None:
    scene.audience.add("tui@aviary.test")
    scene.ledger = Contended(times=5)

    with pytest.raises(Retryable):
        scene.read()


def test_a_contact_that_comes_twice_counts_as_it_came_last(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    tui = Contact(email="tui@aviary.test", status=ContactStatus.SUBSCRIBED, subscriber_hash="t1")
    gone = tui.model_copy(update={"status": ContactStatus.UNSUBSCRIBED})
    monkeypatch.setattr(FakeAudience, "contacts", lambda _self, archived: iter([] if archived else [[tui, gone]]))

    scene.read()

    assert scene.known("tui@aviary.test").seen is ContactStatus.UNSUBSCRIBED
