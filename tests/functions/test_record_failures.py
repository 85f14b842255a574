"""`record_failures`: dead letters become statuses; what can not become one stays a dead letter."""

from accord.domain.consent import ConsentStatus
from accord.domain.reasons import ReasonCode, Status
from tests.functions.conftest import Stack, event


def test_a_dead_change_is_kept_with_its_opt_out(stack: Stack) -> None:
    dead = event("record_failures.dead_letters")

    answer = stack.invoke("record_failures", dead)

    record = stack.ledger.records("burrow", ["m-17"])["m-17"]
    assert (record.status, record.reason.code) == (Status.FAILED, ReasonCode.DEAD_LETTER)
    assert record.due_at is not None  # it is an opt-out, which waits for nobody
    assert record.memory.stands_opted_out
    assert record.consent is not None
    assert record.consent.status is ConsentStatus.OPTED_OUT
    unreadable, of_nobody = dead["Records"][1], dead["Records"][2]
    handed_back = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
    assert handed_back == {unreadable["messageId"], of_nobody["messageId"]}


def test_it_is_recorded_once(stack: Stack) -> None:
    dead = event("record_failures.dead_letters")

    for _ in range(2):
        stack.invoke("record_failures", dead)

    assert len(stack.ledger.history("burrow", "m-17", None, 10).items) == 1
    assert stack.ledger.counts("burrow")[Status.FAILED] == 1
