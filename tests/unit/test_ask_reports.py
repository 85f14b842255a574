"""Many pages of reports are read in one batch, which is waited for; few, and whatever is not in it, call by call."""

from datetime import timedelta

import pytest

from accord.domain.activity import ActivityKind
from accord.domain.report_batch import PATIENCE, PageAsked, pages_to_come
from accord.domain.run import Run, RunState
from accord.errors import Refusal, Rejected, Retryable
from accord.usecases.pull_activity import Phase
from tests.builders import NOON, a_member, minutes, upserted
from tests.fake_activity import FakeReports
from tests.pulls import Pulls, clicked, opened, strangers, unsubscribed
from tests.scene import Scene

GOAT = "goat@hill.test"
READ = ["sent", "opened", "clicked"]


def a_pull(recipients: int = 2500, *, singly: int = 2, everybody: bool = True) -> Pulls:
    """A campaign to one member and many others, of whom one unsubscribed."""
    scene = Scene()
    scene.post(upserted(a_member(GOAT)))
    pulls = Pulls(scene, FakeReports(everybody=everybody), singly=singly)
    others = list(strangers(recipients))
    spring = pulls.reports.send("spring", NOON, [*others, GOAT])
    spring.did[GOAT] = [opened(NOON + minutes(5)), clicked(NOON + minutes(6))]
    spring.did[others[0]] = [unsubscribed(NOON + minutes(7))]
    scene.clock.moment += timedelta(days=2)
    return pulls


def phase_of(pulls: Pulls, run: Run) -> Phase:
    return pulls.pull.pull(run.connection_id, run.id, pulls.now + minutes(5))


def to_its_end(pulls: Pulls, run: Run) -> Run:
    while phase_of(pulls, run) is not Phase.ENDED:
        pulls.scene.clock.pass_(20)
    return pulls.runs.kept[run.connection_id, run.id]


def test_many_pages_take_one_call_to_ask_one_to_look_and_one_to_drop_them() -> None:
    pulls = a_pull()

    run = pulls.weekly()

    assert (pulls.reports.calls, pulls.batches.calls) == (["reports"], ["ask", "look", "drop"])
    assert (run.state, run.done) == (RunState.DONE, 2502)
    assert run.calls == run.least == 4 + len(pulls.inbox.calls)
    assert pulls.kinds() == READ
    assert pulls.batches.batches == {}, "Mailchimp has deleted what it read"


def test_few_pages_are_read_one_call_after_the_other() -> None:
    pulls = a_pull(singly=5)

    run = pulls.weekly()

    assert pulls.batches.calls == []
    assert run.calls == run.least == 6 + len(pulls.inbox.calls)
    assert pulls.kinds() == READ


def test_a_batch_is_waited_for_and_nothing_is_read_meanwhile() -> None:
    pulls = a_pull()
    pulls.batches.looks = 2
    run = pulls.begin()
    pulls.pull.begin(run.connection_id, run.id)

    assert [phase_of(pulls, run) for _ in range(3)] == [Phase.WAITS] * 3
    assert (pulls.reports.calls, pulls.kinds()) == (["reports"], [])
    assert pulls.carry_out(run).state is RunState.DONE
    assert pulls.kinds() == READ


def test_a_batch_that_never_ends_is_left_after_some_hours_and_all_is_read_by_calls() -> None:
    pulls = a_pull()
    pulls.batches.looks = 99
    run = pulls.begin()
    pulls.pull.begin(run.connection_id, run.id)
    phase_of(pulls, run)

    pulls.scene.clock.moment += PATIENCE + minutes(1)

    phase_of(pulls, run)
    assert pulls.kinds() == READ
    assert len([name for name in pulls.reports.calls if name.startswith("email-activity")]) == 3


def test_what_the_batch_could_not_read_and_what_it_did_not_know_of_is_read_by_calls() -> None:
    pulls = a_pull()
    run = pulls.begin()
    pulls.pull.begin(run.connection_id, run.id)
    phase_of(pulls, run)
    (read,) = pulls.batches.batches.values()
    del read[next(page for page in read if page.offset == 1000)]

    ended = to_its_end(pulls, run)

    assert pulls.reports.calls[-1] == "email-activity spring 1000"
    assert ended.done == 2502
    assert ended.calls == ended.least == 5 + len(pulls.inbox.calls)


def test_where_the_activity_names_the_active_alone_the_others_are_read_by_calls() -> None:
    pulls = a_pull(everybody=False)

    pulls.weekly()

    assert pulls.kinds() == READ
    assert [name for name in pulls.reports.calls if name.startswith("sent-to")] == [
        f"sent-to spring {offset}" for offset in (0, 1000, 2000)
    ]


@pytest.mark.parametrize("refused", [Rejected(Refusal.OTHER, "too many batches"), Rejected(Refusal.NOT_FOUND, "batch")])
@pytest.mark.parametrize("at", ["ask", "look"])
def test_a_batch_that_is_refused_is_done_without(at: str, refused: Rejected) -> None:
    pulls = a_pull()
    pulls.reports.before_call = lambda name: _raise(refused) if name == at else None

    ended = pulls.weekly()

    assert (ended.state, pulls.kinds()) == (RunState.DONE, READ)


def test_results_that_do_not_come_are_asked_for_again_and_done_without_in_the_end() -> None:
    pulls = a_pull()
    broken = Retryable("the results can not be read", effect_unknown=False)
    run = pulls.begin()
    pulls.pull.begin(run.connection_id, run.id)
    phase_of(pulls, run)
    pulls.reports.before_call = lambda name: _raise(broken) if name == "look" else None

    with pytest.raises(Retryable):
        phase_of(pulls, run)
    pulls.scene.clock.moment += PATIENCE + minutes(1)

    assert pulls.carry_out(run).state is RunState.DONE
    assert pulls.kinds() == READ


def test_an_answer_of_the_batch_may_be_older_than_what_happened_meanwhile_which_the_next_pull_finds() -> None:
    pulls = a_pull()
    run = pulls.begin()
    pulls.pull.begin(run.connection_id, run.id)
    phase_of(pulls, run)
    pulls.reports.sent_campaigns["spring"].did[GOAT].append(clicked(pulls.now, "https://zoo.test/late"))

    pulls.carry_out(run)
    assert pulls.kinds() == READ
    pulls.weekly()

    assert pulls.kinds() == [*READ, ActivityKind.CLICKED.value]


def test_the_pages_of_a_campaign_are_as_many_as_its_totals_tell() -> None:
    pulls = a_pull()
    run = pulls.begin()
    pulls.pull.begin(run.connection_id, run.id)

    (spring,) = pulls.activity.campaigns(run.connection_id)

    asked = [(page.report.value, page.offset) for page in pages_to_come([spring])]
    assert asked[:4] == [("email-activity", 0), ("email-activity", 1000), ("email-activity", 2000), ("unsubscribed", 0)]
    assert asked[4:] == [("click-details", 0)]
    assert all(isinstance(page, PageAsked) for page in pages_to_come([spring]))


def _raise(error: Exception) -> None:
    raise error
