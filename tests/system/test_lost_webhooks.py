"""Mailchimp tells nothing for a while: one reading of the audience repairs it on the running system (PAINS P4, P7)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial

import pytest

from accord.adapters.dynamodb import DynamoDBLedger
from accord.adapters.mailchimp import MailchimpAudience
from accord.adapters.mailchimp_account import EVENTS
from accord.adapters.secrets import SecretsManagerSecrets
from accord.adapters.sqs import SqsChangeQueue
from accord.domain.values import address_key
from accord.usecases.compare_audience import CompareAudience, Compared
from accord.usecases.read_contact import ReadContact
from tests.system.application import Answer, Application

pytestmark = pytest.mark.system


class Clock:
    """The time of this machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@contextmanager
def silence(zoo: Application) -> Iterator[None]:
    """Mailchimp's webhook tells nothing meanwhile."""
    (webhook,) = zoo.mailchimp("GET", "webhooks")["webhooks"]
    path = f"webhooks/{webhook['id']}"
    zoo.mailchimp("PATCH", path, {"events": dict.fromkeys(EVENTS, False)})
    try:
        yield
    finally:
        zoo.mailchimp("PATCH", path, {"events": dict.fromkeys(EVENTS, True)})


def compare(zoo: Application) -> Compared:
    """Read the whole audience, as the nightly reconciliation will."""
    client, outputs = zoo.stack.emulator.client, zoo.stack.outputs
    ledger, clock = DynamoDBLedger(client("dynamodb"), outputs["TableName"]), Clock()
    connection = ledger.connection(zoo.stack.info.connection_id)
    assert connection is not None
    secrets = SecretsManagerSecrets(client("secretsmanager"))
    audience = MailchimpAudience(
        base_url=connection.api_base_url,
        api_key=secrets.mailchimp_api_key(connection),
        audience_id=connection.audience_id,
        allow_any_host=True,
    )
    key_of = partial(address_key, secrets.address_key(outputs["AddressKeySecretArn"]))
    members = SqsChangeQueue(client("sqs"), outputs["MemberChangesQueueUrl"])
    return CompareAudience(ledger, audience, clock, ReadContact(ledger, clock, key_of, members))(connection)


def becomes(zoo: Application, member_id: str, reason: str) -> Answer:
    return zoo.api.wait_for(member_id, lambda member: member["reason"]["code"] == reason, 60)


def test_p07_p04_what_nobody_told_is_found_by_one_reading_of_the_audience(zoo: Application) -> None:
    emails = {name: f"{name}@atoll.test" for name in ("gull", "tern", "noddy", "booby")}
    for name, email in emails.items():
        zoo.say(name, email=email, first_name=name.capitalize())
    compare(zoo)  # now every contact's id is known
    with silence(zoo):
        zoo.person(emails["gull"], "unsubscribe")
        zoo.staff(emails["tern"], "delete_permanently")
        zoo.person(emails["noddy"], "change_email", new_email="noddy@reef.test")
        zoo.staff(emails["booby"], "archive")
        assert zoo.api.wait_for("gull", lambda member: member["status"] == "synced", 5)

    compared = compare(zoo)

    assert compared.missing == 2  # who was deleted, and who has another address
    becomes(zoo, "gull", "unsubscribed_in_mailchimp")
    becomes(zoo, "tern", "permanently_deleted")
    becomes(zoo, "booby", "archived_by_staff")
    zoo.say("noddy", email=emails["noddy"], first_name="Noddy", plan="Night")
    assert zoo.fields("noddy@reef.test")["PLAN"] == "Night"
