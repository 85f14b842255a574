"""When something is tried again."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from accord.domain.timing import Timing, backoff

TIMING = Timing()


@given(st.integers(0, 10**6), st.text(max_size=128))
def test_a_delay_is_within_a_quarter_of_twice_the_one_before_and_never_beyond_the_longest(
    tries: int, name: str
) -> None:
    seconds = min(TIMING.retry_base * 2 ** min(tries, 60), TIMING.retry_max)
    delay = backoff(TIMING, tries, name)
    assert timedelta(seconds=seconds * 0.75) <= delay <= timedelta(seconds=seconds * 1.25)


@given(st.integers(0, 50), st.text(max_size=20))
def test_the_same_try_of_the_same_member_always_waits_as_long(tries: int, name: str) -> None:
    assert backoff(TIMING, tries, name) == backoff(TIMING, tries, name)


def test_a_thousand_members_do_not_come_back_at_one_moment() -> None:
    assert len({backoff(TIMING, 3, f"lemming-{number}") for number in range(1000)}) > 990


def test_a_short_timing_of_the_local_stack_is_kept() -> None:
    short = Timing(retry_base=0.1, retry_max=1)
    assert backoff(short, 20, "mayfly") <= timedelta(seconds=1.25)


def test_a_claim_outlasts_the_longest_call_that_may_still_take_effect() -> None:
    longest_in_mailchimp = 120  # seconds: FACTS section 4
    assert TIMING.claim > longest_in_mailchimp
    assert TIMING.busy_retry < TIMING.claim
