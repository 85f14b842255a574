"""What became of campaigns comes home to the members: all of it, once, at the fewest calls."""

from datetime import timedelta

import pytest

from accord.domain.activity import ActivityKind
from accord.domain.run import RunState
from tests.builders import NOON, a_member, erased, left, minutes, upserted
from tests.fake_activity import FakeReports
from tests.pulls import GATE, Pulls, bounced, clicked, complained, opened, strangers, unsubscribed
from tests.scene import Scene

WOMBAT, QUOKKA = "wombat@burrow.test", "quokka@burrow.test"


@pytest.fixture
def scene() -> Scene:
    found = Scene()
    found.post(upserted(a_member(WOMBAT)), upserted(a_member(QUOKKA), "m-2", index=1))
    found.pass_(3600)
    return found


@pytest.fixture
def pulls(scene: Scene) -> Pulls:
    return Pulls(scene)


def test_a6_a_member_shows_what_they_received_opened_and_clicked(pulls: Pulls) -> None:
    campaign = pulls.reports.send("spring", pulls.now, [WOMBAT, QUOKKA])
    campaign.did[WOMBAT] = [opened(pulls.now + minutes(9)), clicked(pulls.now + minutes(10))]

    run = pulls.weekly()

    assert pulls.kinds("m-1") == ["sent", "opened", "clicked"]
    assert pulls.of("m-1")[2].link == GATE
    assert pulls.kinds("m-2") == ["sent"]
    assert run.state is RunState.DONE
    assert run.counts == {"campaigns": 1, "sent": 2, "opened": 1, "clicked": 1}


def test_a_bounce_an_unsubscribe_with_its_reason_and_a_complaint_come_as_well(pulls: Pulls) -> None:
    at = pulls.now + minutes(30)
    campaign = pulls.reports.send("spring", pulls.now, [WOMBAT, QUOKKA])
    campaign.did[WOMBAT] = [bounced(at, "soft"), unsubscribed(at, "Too much mail"), complained(at)]

    pulls.weekly()

    assert {(each.kind.value, each.detail) for each in pulls.of("m-1")} == {
        ("sent", ""),
        ("bounced", "soft"),
        ("unsubscribed", "Too much mail"),
        ("reported_as_abuse", ""),
    }


def test_whoever_is_no_member_leaves_nothing_behind(pulls: Pulls) -> None:
    people = list(strangers(5))
    campaign = pulls.reports.send("spring", pulls.now, [WOMBAT, *people])
    campaign.did = {person: [opened(pulls.now + minutes(9))] for person in people}

    run = pulls.weekly()

    assert {event.member_id for event in pulls.activity.events} == {"m-1"}
    assert run.counts["not_ours"] == 5


def test_a_page_holds_a_thousand_and_no_member_costs_a_call(scene: Scene) -> None:
    pulls = Pulls(scene)
    campaign = pulls.reports.send("spring", pulls.now, [*strangers(2500), WOMBAT])
    campaign.did[WOMBAT] = [clicked(pulls.now + minutes(9))]

    run = pulls.weekly()

    assert pulls.reports.calls == [
        "reports",
        "email-activity spring 0",
        "email-activity spring 1000",
        "email-activity spring 2000",
        "click-details spring",
    ]
    asked = 3  # what people wrote: the surveys, a batch, and its results
    assert (run.calls, run.least, run.done, run.total) == (5 + asked, 5 + asked, 2501, 2501)


def test_where_the_activity_lists_only_the_active_those_it_was_sent_to_are_read_beside_it(scene: Scene) -> None:
    pulls = Pulls(scene, FakeReports(everybody=False))
    campaign = pulls.reports.send("spring", pulls.now, [WOMBAT, QUOKKA])
    campaign.did[WOMBAT] = [opened(pulls.now + minutes(9))]

    pulls.weekly()

    assert (pulls.kinds("m-1"), pulls.kinds("m-2")) == (["sent", "opened"], ["sent"])
    assert "sent-to spring 0" in pulls.reports.calls


def test_of_a_campaign_whose_totals_stay_as_they_are_nothing_is_read_any_more(pulls: Pulls) -> None:
    campaign = pulls.reports.send("spring", pulls.now, [WOMBAT])
    campaign.did[WOMBAT] = [opened(pulls.now + minutes(9))]
    pulls.weekly()
    pulls.weekly()  # the same totals once more: what they count is all told by now
    pulls.reports.calls = []

    run = pulls.weekly()

    assert pulls.reports.calls == ["reports"]
    assert (run.calls, run.least) == (1 + 3, 1 + 3)


@pytest.mark.parametrize("everybody", [True, False])
def test_what_is_told_two_days_late_is_there_after_the_next_pull(scene: Scene, everybody: bool) -> None:
    pulls = Pulls(scene, FakeReports(everybody=everybody))
    campaign = pulls.reports.send("spring", pulls.now, [WOMBAT, QUOKKA])
    campaign.did[QUOKKA] = [opened(pulls.now + minutes(9))]
    pulls.weekly()
    late = pulls.now - timedelta(days=1)
    campaign.did[WOMBAT] = [opened(late)]
    written = pulls.activity.written

    pulls.weekly()

    assert [event.at for event in pulls.of("m-1", ActivityKind.OPENED)] == [late]
    assert pulls.activity.written == written + 1


def test_what_is_told_after_its_totals_is_there_after_the_next_pull(pulls: Pulls) -> None:
    campaign = pulls.reports.send("spring", pulls.now, [WOMBAT])
    told = {WOMBAT: [opened(pulls.now + timedelta(days=6))]}

    def totals_first(name: str) -> None:
        campaign.did = told if name == "reports" else {}

    pulls.reports.before_call = totals_first
    pulls.weekly()
    assert pulls.kinds("m-1") == ["sent"]
    pulls.reports.before_call = lambda _name: None
    campaign.did = told

    pulls.weekly()

    assert pulls.kinds("m-1") == ["sent", "opened"]


def test_pulled_twice_nothing_is_written_twice(pulls: Pulls) -> None:
    campaign = pulls.reports.send("spring", pulls.now, [WOMBAT, QUOKKA])
    campaign.did[WOMBAT] = [opened(pulls.now + minutes(9)), clicked(pulls.now + minutes(9))]
    pulls.weekly(days=1)
    written = pulls.activity.written

    run = pulls.weekly(days=0.01)

    assert pulls.activity.written == written
    assert run.counts == {"campaigns": 1}


def test_a_member_who_changed_address_keeps_what_was_sent_to_the_old_one(scene: Scene, pulls: Pulls) -> None:
    campaign = pulls.reports.send("spring", pulls.now, [WOMBAT])
    campaign.did[WOMBAT] = [opened(pulls.now + minutes(9))]
    scene.pass_(3600)
    scene.post(upserted(a_member("wilma@burrow.test"), at=pulls.now))

    pulls.weekly()

    assert pulls.kinds("m-1") == ["sent", "opened"]


def test_whoever_took_the_address_later_gets_nothing_of_who_had_it_before(scene: Scene, pulls: Pulls) -> None:
    pulls.reports.send("spring", pulls.now, [WOMBAT])
    scene.pass_(3600)
    scene.post(upserted(a_member("wilma@burrow.test"), at=pulls.now))
    scene.pass_(3600)
    scene.post(upserted(a_member(WOMBAT), "m-3", at=pulls.now))

    pulls.weekly()

    assert (pulls.kinds("m-1"), pulls.kinds("m-3")) == (["sent"], [])


def test_a_member_who_left_keeps_what_was_sent_until_then_and_what_came_after(scene: Scene, pulls: Pulls) -> None:
    pulls.reports.send("spring", pulls.now, [WOMBAT])
    scene.pass_(3600)
    scene.post(left(at=pulls.now))
    scene.pass_(3600)
    pulls.reports.send("summer", pulls.now, [WOMBAT])

    pulls.weekly()

    assert [event.campaign_id for event in pulls.of("m-1")] == ["spring", "summer"]


def test_campaigns_older_than_the_connection_belong_to_whoever_has_the_address_now(pulls: Pulls) -> None:
    pulls.reports.send("winter", NOON - timedelta(days=60), [WOMBAT])

    pulls.weekly()

    assert pulls.kinds("m-1") == ["sent"]


def test_nothing_comes_back_of_whoever_was_erased(scene: Scene, pulls: Pulls) -> None:
    campaign = pulls.reports.send("spring", pulls.now, [WOMBAT])
    campaign.did[WOMBAT] = [opened(pulls.now + minutes(9))]
    pulls.weekly()
    scene.post(erased(at=pulls.now))
    scene.settle_all()
    assert pulls.of("m-1") == []
    campaign.did[WOMBAT].append(opened(pulls.now))

    pulls.weekly()

    assert pulls.of("m-1") == []


def test_nothing_is_left_of_whoever_is_erased_between_reading_and_writing(scene: Scene, pulls: Pulls) -> None:
    pulls.reports.send("spring", pulls.now, [WOMBAT])

    def erase() -> None:
        pulls.activity.before_write = lambda: None
        scene.post(erased(at=pulls.now))
        scene.settle_all()

    def after_reading(name: str) -> None:
        if name.startswith("email-activity"):
            pulls.activity.before_write = erase

    pulls.reports.before_call = after_reading
    pulls.weekly()

    assert pulls.of("m-1") == []
    assert scene.ledger.activity.get(("burrow", "m-1"), {}) == {}


def test_what_is_older_than_activity_is_kept_is_not_written(pulls: Pulls) -> None:
    pulls.reports.send("ancient", pulls.now - timedelta(days=364), [WOMBAT])

    pulls.weekly()

    assert pulls.of("m-1") == []
