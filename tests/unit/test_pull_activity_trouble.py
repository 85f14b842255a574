"""Whatever goes wrong in the middle of a pull: nothing else is stopped by it, and nothing is missed."""

import pytest

from accord.domain.connection import ConnectionState
from accord.domain.run import RunState
from accord.errors import Misconfigured, Retryable
from accord.usecases.pull_activity import Phase
from tests.builders import a_member, minutes, upserted
from tests.fake_activity import FakeReports
from tests.pulls import Pulls, opened, strangers
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


def test_a_campaign_that_is_deleted_between_two_pages_stops_nothing_else(scene: Scene) -> None:
    pulls = Pulls(scene, FakeReports(page=1))
    spring = pulls.reports.send("spring", pulls.now, [WOMBAT, QUOKKA])
    spring.did[WOMBAT] = [opened(pulls.now + minutes(9))]
    pulls.reports.send("summer", pulls.now + minutes(60), [WOMBAT, QUOKKA])

    def delete(name: str) -> None:
        if name == "email-activity spring 1":
            del pulls.reports.sent_campaigns["spring"]

    pulls.reports.before_call = delete
    run = pulls.weekly()

    assert run.state is RunState.DONE
    assert run.counts["campaigns_left_out"] == 1
    assert [(each.campaign_id, each.kind.value) for each in pulls.of("m-1")] == [
        ("spring", "sent"),
        ("spring", "opened"),
        ("summer", "sent"),
    ]
    gone = pulls.activity.campaign("burrow", "spring")
    assert gone is not None
    assert gone.gone_at is not None


def test_a_campaign_that_was_deleted_since_says_so_and_keeps_what_was_read(pulls: Pulls) -> None:
    pulls.reports.send("spring", pulls.now, [WOMBAT])
    pulls.weekly()
    del pulls.reports.sent_campaigns["spring"]

    pulls.weekly()

    known = pulls.activity.campaign("burrow", "spring")
    assert known is not None
    assert known.gone_at is not None
    assert pulls.kinds("m-1") == ["sent"]


def test_a_report_that_is_not_ready_is_read_by_the_next_pull(pulls: Pulls) -> None:
    campaign = pulls.reports.send("spring", pulls.now, [WOMBAT])

    def not_ready(name: str) -> None:
        if name.startswith("email-activity"):
            pulls.reports.sent_campaigns.clear()

    pulls.reports.before_call = not_ready
    pulls.weekly()
    assert pulls.of("m-1") == []

    pulls.reports.before_call = lambda _name: None
    pulls.reports.sent_campaigns["spring"] = campaign
    pulls.weekly()

    assert pulls.kinds("m-1") == ["sent"]
    known = pulls.activity.campaign("burrow", "spring")
    assert known is not None
    assert known.gone_at is None


def test_rows_that_vanish_between_two_pages_let_none_be_missed(scene: Scene) -> None:
    pulls = Pulls(scene, FakeReports(page=2))
    ghosts = list(strangers(4))
    campaign = pulls.reports.send("spring", pulls.now, [*ghosts, WOMBAT, QUOKKA])

    def vanish(name: str) -> None:
        if name == "email-activity spring 4":
            campaign.people = campaign.people[2:]  # those before move up: wombat and quokka are now at 2

    pulls.reports.before_call = vanish
    pulls.weekly()

    assert (pulls.kinds("m-1"), pulls.kinds("m-2")) == (["sent"], ["sent"])


def test_after_429_in_the_middle_the_pull_goes_on_with_the_same_page(scene: Scene) -> None:
    pulls = Pulls(scene, FakeReports(page=1))
    pulls.reports.send("spring", pulls.now, [WOMBAT, QUOKKA])
    refusals = iter([Retryable("busy", effect_unknown=False)])

    def busy(name: str) -> None:
        if name == "email-activity spring 1":
            for refused in refusals:
                raise refused

    pulls.reports.before_call = busy
    run = pulls.begin()
    with pytest.raises(Retryable):
        pulls.carry_out(run)
    pulls.carry_out(run)

    assert pulls.reports.calls[-2:] == ["reports", "email-activity spring 1"]
    assert pulls.reports.calls.count("email-activity spring 0") == 1
    assert pulls.kinds("m-2") == ["sent"]


def test_without_time_a_pull_goes_on_in_the_next_invocation(scene: Scene, pulls: Pulls) -> None:
    pulls.reports.send("spring", pulls.now, [WOMBAT])
    run = pulls.begin()
    pulls.pull.begin(run.connection_id, run.id)

    assert pulls.pull.pull(run.connection_id, run.id, scene.clock.now()) is Phase.GOES_ON
    assert pulls.reports.calls == ["reports"]


def test_a_pull_that_somebody_stopped_reads_no_further_page(scene: Scene) -> None:
    pulls = Pulls(scene, FakeReports(page=1))
    pulls.reports.send("spring", pulls.now, [WOMBAT, QUOKKA])
    run = pulls.begin()

    def stop(name: str) -> None:
        if name == "email-activity spring 0":
            stopped = pulls.runs.kept[run.connection_id, run.id].model_copy(update={"state": RunState.STOPPED})
            pulls.runs.save(stopped)

    pulls.reports.before_call = stop
    ended = pulls.carry_out(run)

    assert ended.state is RunState.STOPPED
    assert pulls.reports.calls == ["reports", "email-activity spring 0"]
    pulls.weekly()
    assert (pulls.kinds("m-1"), pulls.kinds("m-2")) == (["sent"], ["sent"])


def test_a_key_that_is_refused_breaks_the_connection_and_says_so(scene: Scene, pulls: Pulls) -> None:
    def refuse(_name: str) -> None:
        raise Misconfigured("the key is refused")

    pulls.reports.before_call = refuse
    run = pulls.weekly()

    assert (run.state, run.detail) == (RunState.FAILED, "the key is refused")
    connection = scene.ledger.connection("burrow")
    assert connection is not None
    assert connection.state is ConnectionState.BROKEN
