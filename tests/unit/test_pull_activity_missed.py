"""What a report shows that no webhook told is given to whoever reads contacts again; nothing is decided in the pull."""

from collections.abc import Callable
from datetime import datetime

import pytest

from accord.domain.audience_hint import HintKind
from accord.domain.contact import ContactStatus
from accord.domain.history import CauseKind
from accord.domain.pulling import Happened
from accord.domain.reasons import ReasonCode, Status
from tests.builders import a_member, erased, minutes, upserted
from tests.pulls import Pulls, bounced, complained, opened, unsubscribed
from tests.scene import Scene

WOMBAT = "wombat@burrow.test"


@pytest.fixture
def scene() -> Scene:
    found = Scene()
    found.post(upserted(a_member(WOMBAT)))
    found.pass_(3600)
    return found


def sent(pulls: Pulls, *happened: Happened) -> None:
    campaign = pulls.reports.send("spring", pulls.now - minutes(30), [WOMBAT])
    campaign.did[WOMBAT] = list(happened)


@pytest.mark.parametrize("deed", [unsubscribed, complained, bounced])
def test_an_opt_out_a_complaint_and_a_hard_bounce_that_no_webhook_told_have_the_contact_read_again(
    scene: Scene, deed: Callable[[datetime], Happened]
) -> None:
    pulls = Pulls(scene)
    sent(pulls, deed(pulls.now))

    run = pulls.weekly()

    (hinted,) = pulls.hinted()
    assert (hinted.hint.kind, hinted.hint.email) == (HintKind.REPORT, WOMBAT)
    assert run.counts["reread"] == 1
    assert scene.status() == (Status.SYNCED, ReasonCode.IN_AGREEMENT)  # until the contact itself says otherwise


def test_the_contact_itself_then_says_how_it_stands(scene: Scene) -> None:
    pulls = Pulls(scene)
    sent(pulls, unsubscribed(pulls.now, "Too much mail"))
    scene.audience.turn(WOMBAT, ContactStatus.UNSUBSCRIBED, by_person=True)
    pulls.weekly()

    scene.listen(*(each.hint for each in pulls.hinted()))

    assert scene.status()[0] is Status.UNSUBSCRIBED
    heard = next(each for each in scene.ledger.history("burrow", "m-1", None, 100).items if each.kind == "heard")
    assert heard.cause is not None
    assert heard.cause.kind is CauseKind.REPORT
    assert scene.ears.taken("burrow") == 0  # no webhook told anything


def test_what_a_webhook_told_is_not_read_again(scene: Scene) -> None:
    pulls = Pulls(scene)
    scene.audience.turn(WOMBAT, ContactStatus.UNSUBSCRIBED, by_person=True)
    scene.hear("unsubscribe", WOMBAT)
    sent(pulls, unsubscribed(pulls.now - minutes(5)))

    pulls.weekly()

    assert pulls.hinted() == []


def test_whoever_came_back_since_is_not_read_again(scene: Scene) -> None:
    pulls = Pulls(scene)
    sent(pulls, unsubscribed(pulls.now - minutes(20)))
    scene.hear("subscribe", WOMBAT)  # it was read, and found subscribed, since

    pulls.weekly()

    assert pulls.hinted() == []


def test_a_soft_bounce_and_an_open_end_nothing(scene: Scene) -> None:
    pulls = Pulls(scene)
    sent(pulls, bounced(pulls.now, "soft"), opened(pulls.now))

    pulls.weekly()

    assert pulls.hinted() == []


def test_the_record_says_with_which_campaign_a_member_unsubscribed_and_why(scene: Scene) -> None:
    pulls = Pulls(scene)
    sent(pulls, unsubscribed(pulls.now - minutes(2), "Too often"), unsubscribed(pulls.now, "I never signed up"))

    pulls.weekly()

    said = scene.record().unsubscribe
    assert said is not None
    assert (said.campaign_id, said.reason) == ("spring", "I never signed up")


def test_an_erasure_takes_the_reason_along(scene: Scene) -> None:
    pulls = Pulls(scene)
    sent(pulls, unsubscribed(pulls.now, "My name is Wilma"))
    pulls.weekly()

    scene.post(erased(at=pulls.now))
    scene.settle_all()

    assert scene.record().unsubscribe is None
