"""However a pull is interrupted, and whatever happens meanwhile: the ledger is as if nothing had been."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from accord.domain.activity import Activity, ActivityKind
from accord.domain.pulling import A_PAGE, Happened
from accord.domain.report_batch import SINGLY
from accord.domain.run import RunState
from tests.builders import NOON, a_member, erased, minutes, upserted
from tests.fake_activity import FakeReports
from tests.pulls import GATE, Pulls
from tests.scene import Scene

MEMBERS = {f"m-{number}": f"goat-{number}@hill.test" for number in range(1, 6)}
PEOPLE = [*MEMBERS.values(), "stranger@woods.test", "passer-by@woods.test"]
WEEK = timedelta(days=7)


class Crash(Exception):
    """The invocation ends here, without a word."""


deeds_done = [
    (ActivityKind.OPENED, "", ""),
    (ActivityKind.CLICKED, GATE, ""),
    (ActivityKind.CLICKED, f"{GATE}/2", ""),
    (ActivityKind.BOUNCED, "", "hard"),
    (ActivityKind.UNSUBSCRIBED, "", "Too much mail"),
    (ActivityKind.COMPLAINED, "", ""),
]
moments = st.integers(1, 6 * 24 * 60).map(lambda number: NOON + minutes(number))
happened = st.builds(lambda deed, at: Happened(deed[0], at, *deed[1:]), st.sampled_from(deeds_done), moments)
deeds = st.lists(st.tuples(st.sampled_from(PEOPLE), happened), max_size=12)
campaigns = st.lists(st.tuples(st.lists(st.sampled_from(PEOPLE), unique=True, min_size=1), deeds), max_size=3)
EXAMPLES = settings(max_examples=60, deadline=None)


def world(
    sent: list[tuple[list[str], list[tuple[str, Happened]]]], page: int, *, everybody: bool, singly: int = SINGLY
) -> Pulls:
    """A connection with five members, and campaigns that somebody did something with. Where more than `singly` pages
    are to be read, Mailchimp reads them in a batch, which is not over at the first look."""
    scene = Scene()
    scene.post(*(upserted(a_member(email), id_, index=n) for n, (id_, email) in enumerate(MEMBERS.items())))
    pulls = Pulls(scene, FakeReports(everybody=everybody, page=page), singly=singly)
    pulls.batches.looks = 1
    for number, (people, did) in enumerate(sent):
        campaign = pulls.reports.send(f"campaign-{number}", NOON + minutes(number), people)
        for person, deed in did:
            campaign.did.setdefault(person, []).append(deed)
    scene.clock.moment += WEEK
    return pulls


def interrupt(pulls: Pulls, calls: int | None, writes: int | None) -> None:
    """Crash at this call or this write, counted from here; once."""
    left = {"calls": calls, "writes": writes}

    def count_down(name: str) -> None:
        number = left[name]
        left[name] = number - 1 if number is not None else None
        if number == 0:
            left[name] = None
            raise Crash

    pulls.reports.before_call = lambda _name: count_down("calls")
    pulls.activity.before_write = lambda: count_down("writes")


def carried_out(pulls: Pulls, *, anew: bool) -> set[Activity]:
    """A run to its end, by the same run or by another one after a crash; the ledger then."""
    run = pulls.begin()
    for _ in range(4):
        try:
            ended = pulls.carry_out(run)
        except Crash:
            run = pulls.begin() if anew else run
            continue
        assert ended.state is RunState.DONE
        return pulls.activity.events
    raise AssertionError("it crashed more often than it was told to")


points = st.none() | st.integers(0, 25)
pages = st.sampled_from([1, 2, 3, A_PAGE])
"""Rows: a page of a batch begins where Mailchimp's pages do, so that with small ones the rest is read by calls."""
few = st.sampled_from([0, SINGLY])


@given(campaigns, pages, st.booleans(), points, points, st.booleans(), few)
@EXAMPLES
def test_a_pull_interrupted_anywhere_and_begun_again_gives_the_same_ledger(
    sent: list[tuple[list[str], list[tuple[str, Happened]]]],
    page: int,
    everybody: bool,
    calls: int | None,
    writes: int | None,
    anew: bool,
    singly: int,
) -> None:
    whole = carried_out(world(sent, page, everybody=everybody), anew=False)
    interrupted = world(sent, page, everybody=everybody, singly=singly)
    interrupt(interrupted, calls, writes)

    assert carried_out(interrupted, anew=anew) == whole
    assert whole == wanted(sent)


def wanted(sent: list[tuple[list[str], list[tuple[str, Happened]]]]) -> set[Activity]:
    """The obvious reference: every event of every member to whom the campaign was sent."""
    ids = {email: id_ for id_, email in MEMBERS.items()}
    found = set()
    for number, (people, did) in enumerate(sent):
        name = f"campaign-{number}"
        went_to = [person for person in people if person in ids]
        found |= {
            Activity(member_id=ids[each], campaign_id=name, kind=ActivityKind.SENT, at=NOON + minutes(number))
            for each in went_to
        }
        for person, deed in did:
            if person in went_to:
                kind, at, link, detail = deed
                found.add(Activity(member_id=ids[person], campaign_id=name, kind=kind, at=at, link=link, detail=detail))
    return found


@given(campaigns, deeds, pages, st.booleans(), few)
@EXAMPLES
def test_pulled_again_nothing_is_written_twice_and_what_came_late_is_there(
    sent: list[tuple[list[str], list[tuple[str, Happened]]]],
    later: list[tuple[str, Happened]],
    page: int,
    everybody: bool,
    singly: int,
) -> None:
    pulls = world(sent, page, everybody=everybody, singly=singly)
    carried_out(pulls, anew=False)
    before, written = pulls.activity.events, pulls.activity.written
    ids = {email: id_ for id_, email in MEMBERS.items()}
    late = [(person, deed._replace(at=pulls.now - timedelta(days=2))) for person, deed in later]
    for campaign in pulls.reports.sent_campaigns.values():
        for person, deed in late:
            if person in campaign.people:
                campaign.did.setdefault(person, []).append(deed)
    pulls.scene.clock.moment += WEEK

    carried_out(pulls, anew=False)

    new = pulls.activity.events - before
    assert pulls.activity.written == written + len(new)
    assert before <= pulls.activity.events
    for campaign in pulls.reports.sent_campaigns.values():
        for person, deed in late:
            if person in campaign.people and person in ids:
                assert any(e.at == deed.at and e.kind is deed.kind for e in pulls.of(ids[person]))


@given(campaigns.filter(bool), pages, points, points, st.sampled_from(list(MEMBERS)), st.integers(1, 12), few)
@EXAMPLES
def test_nothing_of_whoever_is_erased_at_any_moment_is_there_in_the_end(
    sent: list[tuple[list[str], list[tuple[str, Happened]]]],
    page: int,
    calls: int | None,
    writes: int | None,
    who: str,
    moment: int,
    singly: int,
) -> None:
    pulls = world(sent, page, everybody=True, singly=singly)
    interrupt(pulls, calls, writes)
    left = {"actions": moment}
    on_call, on_write = pulls.reports.before_call, pulls.activity.before_write

    def may_erase() -> None:
        left["actions"] -= 1
        if left["actions"] == 0:
            pulls.scene.post(erased(who, at=pulls.now))
            pulls.scene.settle_all()

    def calling(name: str) -> None:
        may_erase()
        on_call(name)

    def writing() -> None:
        may_erase()
        on_write()

    pulls.reports.before_call, pulls.activity.before_write = calling, writing
    carried_out(pulls, anew=True)
    was_erased = left["actions"] <= 0

    assert not (was_erased and pulls.of(who))
