"""The audience before is read once more before a first import into the one that was chosen (S6, P04)."""

from dataclasses import replace

import pytest

from accord.domain.connection import Connection, ConnectionState
from accord.domain.contact import ContactStatus
from accord.domain.reasons import ReasonCode, Status
from accord.domain.run import Run, RunKind, RunState
from accord.domain.summary import Summary
from accord.domain.sweep import OVERLAP, PagePlace
from accord.ports import Audience
from accord.usecases.tending.hold_addresses import HoldAddresses
from accord.usecases.tending.take_along import TakeAlong
from tests.builders import a_member, upserted
from tests.fake_audiences import FakeAudienceMemory
from tests.fake_reconciling import FakeListing
from tests.fakes import FakeAudience
from tests.nights import Nights
from tests.scene import Scene

EMAIL, OTHER = "swift@belfry.test", "swift@tower.test"
UNSUBSCRIBED = ContactStatus.UNSUBSCRIBED


class Moving(Nights):
    """A connection at work, one night ago; then it chooses another audience."""

    def __init__(self) -> None:
        super().__init__(Scene())
        self.before, self.asked = self.scene.audience, list[PagePlace]()
        self.scene.post(upserted(a_member(EMAIL)), upserted(a_member(OTHER), "m-2"))
        self.night()
        self.scene.clock.pass_(3600)

    def choose(self) -> Summary:
        """The other audience is chosen and read; what an operator is shown."""
        scene = self.scene
        checked = {"audience_id": "audience2", "former_audiences": ("audience1",), "state": ConnectionState.CHECKED}
        scene.connection = scene.connection.model_copy(update=checked)
        scene.ledger.save_connection(scene.connection)
        scene.audience = FakeAudience(scene.clock)
        scene.sync = replace(scene.sync, audience_of=self._audience_of)
        before, self.listing = FakeListing(self.before), FakeListing(scene.audience)
        self.former["audience1"], before.before_page = before, self.asked.append
        self.before.calls.clear()
        TakeAlong(scene.ledger, FakeAudienceMemory(scene.ledger), scene.clock)(scene.connection, "audience1", None)
        HoldAddresses(scene.ledger, scene.clock)(scene.connection)
        kind, at = RunKind.AUDIENCE_READING, scene.clock.now()
        run = Run(id="reading", connection_id="burrow", kind=kind, audience_id="audience2", at=at)
        self.runs.save(run)
        self.start("burrow", run.id)
        summary = self.runs.kept["burrow", run.id].summary
        assert summary is not None
        return summary

    def approve(self) -> None:
        live = self.scene.connection.model_copy(update={"state": ConnectionState.LIVE})
        self.scene.connection = live
        self.scene.ledger.save_connection(live)
        self.scene.settle_all()

    def _audience_of(self, connection: Connection) -> Audience:
        return self.before if connection.audience_id == "audience1" else self.scene.audience


@pytest.fixture
def moving() -> Moving:
    return Moving()


@pytest.mark.parametrize("no", [UNSUBSCRIBED, ContactStatus.CLEANED])
def test_p04_who_said_no_there_since_the_last_night_is_not_created_here(moving: Moving, no: ContactStatus) -> None:
    moving.before.turn(EMAIL, no)

    summary = moving.choose()
    moving.approve()

    expected = {UNSUBSCRIBED: (Status.UNSUBSCRIBED, ReasonCode.UNSUBSCRIBED_IN_MAILCHIMP)}
    assert moving.scene.status() == expected.get(no, (Status.BOUNCED, ReasonCode.HARD_BOUNCE))
    assert [moving.scene.seen(email) for email in (EMAIL, OTHER)] == [None, ContactStatus.SUBSCRIBED]
    assert summary.former_unread == ()
    assert summary.contacts == 0


def test_only_what_changed_there_is_read(moving: Moving) -> None:
    begun = moving.runs.kept["burrow", "night-001"].at

    moving.choose()

    assert [place.since for place in moving.asked] == [begun - OVERLAP] * 2
    assert moving.before.calls == ["page", "page"]


def test_one_that_was_never_read_is_read_whole(moving: Moving) -> None:
    moving.runs.kept.clear()
    moving.before.turn(EMAIL, UNSUBSCRIBED)

    moving.choose()
    moving.approve()

    assert moving.scene.seen(EMAIL) is None


def test_s6_an_audience_that_is_gone_holds_nothing_up_and_the_summary_says_so(moving: Moving) -> None:
    moving.before.is_gone = True

    summary = moving.choose()

    assert summary.former_unread == ("audience1",)
    assert moving.runs.kept["burrow", "reading"].state is RunState.RUNNING  # the members are summed up next
    connection = moving.scene.ledger.connection("burrow")
    assert connection is not None
    assert connection.state is ConnectionState.CHECKED
