"""`offer_due_changes`: every minute, hints of what is due."""

from datetime import UTC, datetime, timedelta

from tests.functions.conftest import Stack, event


def test_what_is_due_is_offered_once(stack: Stack) -> None:
    stack.call("receive_changes", event("receive_changes.put_member"))
    stack.ledger.save_connection(stack.connection.model_copy(update={"audience_read_at": None}))
    batch = event("sync_members.batch")
    body = batch["Records"][0]["body"].replace('"unknown"', '"opted_in"')
    stack.invoke("sync_members", batch | {"Records": [batch["Records"][0] | {"body": body}]})
    stack.ledger.postpone([("burrow", "m-17"), ("burrow", "m-18")], datetime.now(UTC) - timedelta(seconds=1))

    for _ in range(2):
        assert stack.invoke("offer_due_changes", event("offer_due_changes.schedule")) is None

    assert [message.due for message in stack.queued("bulk-changes")] == [("m-17",)]


def test_nothing_due_is_nothing_sent(stack: Stack) -> None:
    stack.invoke("offer_due_changes", event("offer_due_changes.schedule"))

    assert stack.queued("bulk-changes") == []
