"""What no receive can digest: set aside after five, told to people, and healed by a retry."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.system.application import Application, upserted
from tests.system.watching import DEAD_LETTERS, QUEUES, eventually, impatient_queues, messages, wait_until_idle
from tools.local_stack import LocalStack

pytestmark = pytest.mark.system


@contextmanager
def _broken_deployment(stack: LocalStack) -> Iterator[None]:
    """sync_members is told of a secret that does not exist: every invocation fails."""
    functions, name = stack.emulator.client("lambda"), stack.outputs["SyncMembersFunctionName"]
    variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    broken = variables | {"ADDRESS_KEY_SECRET_ARN": variables["ADDRESS_KEY_SECRET_ARN"] + "-of-another-stack"}
    functions.update_function_configuration(FunctionName=name, Environment={"Variables": broken})
    try:
        yield
    finally:
        functions.update_function_configuration(FunctionName=name, Environment={"Variables": variables})


def test_p13_after_five_crashes_the_members_are_failed_and_a_retry_heals_them(
    zoo: Application, stack: LocalStack
) -> None:
    posted = [upserted(f"kraken-{n}", email=f"kraken-{n}@deep.test", first_name="Krakenia") for n in (1, 2, 3)]
    wait_until_idle(stack, 150)  # what a worker has in hand when its deployment breaks comes again after minutes only
    with impatient_queues(stack, 1), _broken_deployment(stack):
        zoo.api.post(posted)
        for change in posted:
            dead = zoo.api.wait_for(change["id"], lambda member: member["status"] == "failed")
            assert dead["reason"]["code"] == "dead_letter"
            assert dead["reason"]["next_step"] == "Look at the logs, then retry."
        assert {zoo.seen(f"kraken-{n}@deep.test") for n in (1, 2, 3)} == {"unknown"}
        eventually("all letters were taken", lambda: messages(stack, *DEAD_LETTERS, *QUEUES) == 0)

    reasons = {each["code"]: each["count"] for each in zoo.api.failures()["reasons"]}
    assert reasons["dead_letter"] == 3
    one = zoo.send("POST", "members/kraken-1/retry", token=zoo.operator_token)
    assert (one.status_code, one.json()) == (202, {"retried": 1})
    assert zoo.api.wait_for("kraken-1", lambda member: member["status"] == "synced")
    others = zoo.send("POST", "failures/retry", {"reason": "dead_letter"}, token=zoo.operator_token)
    assert others.json() == {"retried": 2, "more": False}
    for name in ("kraken-2", "kraken-3"):
        zoo.api.wait_for(name, lambda member: member["status"] == "synced")
    assert {zoo.seen(f"kraken-{n}@deep.test") for n in (1, 2, 3)} == {"subscribed"}
    assert zoo.kinds("kraken-1") == ["refused", "retried", "created"]


def test_a_message_that_nobody_can_read_stays_among_the_dead_letters_and_harms_no_other(
    zoo: Application, stack: LocalStack
) -> None:
    sqs = stack.emulator.client("sqs")
    queue, dead_letters = (stack.outputs[f"MemberChanges{kind}Url"] for kind in ("Queue", "DeadLetters"))
    try:
        with impatient_queues(stack, 1):
            sqs.send_message(QueueUrl=queue, MessageBody='{"v": 1, "leviathan": "leviathan@trench.test"}')
            shown = zoo.say("anemone", email="anemone@reef.test", first_name="Anemona")
            assert shown["status"] == "synced"
            eventually("the message is a dead letter", lambda: messages(stack, "MemberChangesDeadLettersUrl") == 1)
            eventually("record_failures hands it back", lambda: _handed_back(stack) == 1)
        wait_until_idle(stack)
        assert messages(stack, "MemberChangesDeadLettersUrl") == 1
        assert "leviathan" not in stack.emulator.logs()
    finally:
        sqs.purge_queue(QueueUrl=dead_letters)  # other tests count dead letters


def _handed_back(stack: LocalStack) -> int:
    lines = stack.emulator.logs("RecordFailures").splitlines()
    return sum('"dead letters"' in line and '"unreadable":[]' not in line.replace(" ", "") for line in lines)
