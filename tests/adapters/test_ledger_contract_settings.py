"""The contract of the port `Ledger`, on the fake and on DynamoDB: connections and requests."""

from accord.domain.connection import AudienceSetup, ConnectionState, Interest, MergeField
from accord.domain.connection import FieldType as Type
from accord.domain.connection_reasons import ConnectionReason
from accord.ports import Ledger, Remembered
from tests.adapters.ledger_values import (
    BARN,
    NOON,
    connection,
    later,
)

# Connections


def test_a_connection_is_read_as_it_was_saved(ledger: Ledger) -> None:
    assert ledger.connection(BARN) is None

    ledger.save_connection(connection())

    assert ledger.connection(BARN) == connection()
    assert ledger.connection("the-attic") is None


def test_a_connection_breaks_with_a_reason_and_is_mended(ledger: Ledger) -> None:
    ledger.save_connection(connection())

    ledger.break_connection(BARN, "The key was eaten by a goat.", NOON)

    broken = {"state": ConnectionState.BROKEN, "state_reason": "The key was eaten by a goat.", "state_since": NOON}
    assert ledger.connection(BARN) == connection().model_copy(update=broken | {"revision": 1})

    ledger.mend_connection(BARN, later(minutes=5))

    mended = {"state_since": later(minutes=5), "revision": 2}
    assert ledger.connection(BARN) == connection().model_copy(update=mended)


def test_a_pause_is_neither_broken_nor_mended(ledger: Ledger) -> None:
    paused = connection().model_copy(update={"state": ConnectionState.PAUSED, "state_reason": "Holidays."})
    ledger.save_connection(paused)

    ledger.break_connection(BARN, "The key was eaten by a goat.", NOON)
    ledger.mend_connection(BARN, NOON)

    assert ledger.connection(BARN) == paused


def test_s6_a_lost_audience_pauses_a_connection_until_it_is_found_or_the_key_is_refused_as_well(ledger: Ledger) -> None:
    def stood() -> tuple[str, str | None, str] | None:
        known = ledger.connection(BARN)
        return (known.state, known.state_code, known.state_reason) if known else None

    ledger.save_connection(connection())
    gone, refused = ConnectionReason.AUDIENCE_GONE, ConnectionReason.ACCOUNT_REFUSED

    ledger.break_connection(BARN, "The barn burned down.", NOON, gone)
    ledger.break_connection(BARN, "It burned once only.", NOON, gone)
    assert stood() == ("paused", "audience_gone", "The barn burned down.")
    ledger.mend_connection(BARN, NOON)
    assert stood() == ("live", None, "")
    ledger.break_connection(BARN, "The barn burned down.", NOON, gone)
    ledger.break_connection(BARN, "And the key melted.", NOON, refused)
    assert stood() == ("broken", "account_refused", "And the key melted.")
    ledger.break_connection(BARN, "It melted once only.", NOON, refused)
    ledger.break_connection(BARN, "Still no barn.", NOON, gone)
    assert stood() == ("paused", "audience_gone", "Still no barn.")


def test_a_connection_that_is_not_there_is_not_made_by_breaking_it(ledger: Ledger) -> None:
    ledger.break_connection("the-attic", "There are bats.", NOON)
    ledger.mend_connection("the-attic", NOON)

    assert ledger.connection("the-attic") is None


def test_the_setup_of_an_audience_is_empty_until_it_was_saved(ledger: Ledger) -> None:
    setup = AudienceSetup(
        merge_fields=(MergeField(tag="DESK", type=Type.DROPDOWN, choices=("window", "door")),),
        interests=(Interest(category="Pets", name="Goats", id="1n7"),),
        tags={"Flamingo": 12},
    )
    assert ledger.audience_setup(BARN) == AudienceSetup()

    ledger.save_audience_setup(BARN, setup)

    assert ledger.audience_setup(BARN) == setup
    assert ledger.audience_setup("the-attic") == AudienceSetup()


# Requests


def test_a_request_that_comes_again_was_first_received_the_first_time(ledger: Ledger) -> None:
    assert ledger.remember_request(BARN, "msg_1", NOON) == Remembered(NOON, queued=False)
    assert ledger.remember_request(BARN, "msg_1", later(minutes=3)) == Remembered(NOON, queued=False)
    assert ledger.remember_request(BARN, "msg_1", later(days=13)).received_at == NOON


def test_a_request_that_the_queue_has_taken_is_known_as_queued(ledger: Ledger) -> None:
    ledger.remember_request(BARN, "msg_1", NOON)
    ledger.request_queued(BARN, "msg_1", NOON)

    assert ledger.remember_request(BARN, "msg_1", later(minutes=3)) == Remembered(NOON, queued=True)


def test_a_request_is_forgotten_after_two_weeks(ledger: Ledger) -> None:
    ledger.remember_request(BARN, "msg_1", NOON)
    ledger.request_queued(BARN, "msg_1", NOON)
    anew = later(days=14, seconds=1)

    assert ledger.remember_request(BARN, "msg_1", anew) == Remembered(anew, queued=False)
    assert ledger.remember_request(BARN, "msg_1", later(days=15)).received_at == anew


def test_other_requests_and_other_connections_have_times_of_their_own(ledger: Ledger) -> None:
    ledger.remember_request(BARN, "msg_1", NOON)

    assert ledger.remember_request(BARN, "msg_2", later(minutes=1)).received_at == later(minutes=1)
    assert ledger.remember_request("the-attic", "msg_1", later(minutes=2)).received_at == later(minutes=2)
