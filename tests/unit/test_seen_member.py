"""The consent box, seen again and again: nobody counts as agreeing who did not tick it, or who unticked it."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from accord.domain.changes import Arrived, OrderBy, Upserted, member_change
from accord.domain.consent import Memory, memory_of
from accord.domain.seen_member import Box, SeenMember, look, with_consent
from tests.builders import NOON, minutes

SOURCE = "Cobot: Newsletter"


def seen(ticked: bool, minute: float) -> Box:
    return Box(ticked=ticked, source=SOURCE, seen_at=NOON + minutes(minute))


def looks(*ticked: bool) -> Box:
    """The box after it was looked at every minute."""
    box = seen(ticked[0], 0)
    for minute, each in enumerate(ticked[1:], 1):
        box = box.seen_again(seen(each, minute))
    return box


def test_a_box_that_was_always_ticked_is_an_opt_in_older_than_every_opt_out() -> None:
    assert looks(True, True).consent() == {"status": "opted_in", "source": SOURCE}


def test_a_box_that_was_never_ticked_says_nothing() -> None:
    assert looks(False, False).consent() == {"status": "unknown", "source": SOURCE}


def test_a_tick_is_as_old_as_the_last_look_before_it() -> None:
    consent = looks(False, False, True, True).consent()

    assert consent["status"] == "opted_in"
    assert consent["at"] == (NOON + minutes(1) + timedelta(microseconds=1)).isoformat()


def test_an_untick_is_an_opt_out_of_the_moment_in_which_it_was_seen_and_stays_one() -> None:
    consent = looks(True, False, False).consent()

    assert consent == {"status": "opted_out", "source": SOURCE, "at": (NOON + minutes(1)).isoformat()}


def test_another_box_begins_anew_and_an_older_look_tells_nothing() -> None:
    other = Box(ticked=False, source="Cobot: Offers", seen_at=NOON + minutes(5))
    box = looks(True, True)

    assert box.seen_again(other).consent()["status"] == "unknown"
    assert box.seen_again(seen(False, 0.5)) == box


def test_where_there_is_no_box_the_change_says_itself_what_is_known() -> None:
    assert look(SeenMember(change={"type": "member.left"}), NOON) is None


@given(st.lists(st.booleans(), min_size=1, max_size=8))
def test_what_all_statements_together_say_is_what_the_box_shows(history: list[bool]) -> None:
    box, memory = seen(history[0], 0), Memory()
    for minute, ticked in enumerate(history):
        box = box.seen_again(seen(ticked, minute))
        change = with_consent(SeenMember(change={"type": "member.upserted", "id": "bee", "member": {}}), box)
        accepted = member_change.validate_python(change)
        assert isinstance(accepted, Upserted)
        statement = Arrived(change=accepted, received_at=NOON + minutes(minute)).statement(OrderBy.RECEIVED)
        assert statement is not None
        memory = memory.joined(memory_of(statement))

        assert (memory.opted_in_at is not None and not memory.stands_opted_out) is ticked
        assert memory.stands_opted_out is (not ticked and any(history[: minute + 1]))
