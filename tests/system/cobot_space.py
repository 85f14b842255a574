"""A space of Cobot, connected to an audience: what its members do, and what its admin does."""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from accord.adapters.cobot.space import CobotApplication
from accord.adapters.dynamodb.connections import DynamoDBConnections
from accord.adapters.dynamodb.ledger import DynamoDBLedger
from accord.adapters.dynamodb.table import Table
from accord.adapters.sqs.fetches import SqsFetchQueue
from accord.domain.cobot import Cobot
from accord.domain.connection import Connection, Policy
from accord.usecases.connecting.link_space import LinkSpace
from tests.system.application import Answer, Application, another_application
from tools.cobot_simulator import CobotSimulator
from tools.local_stack import LocalStack

BOX = "I agree to receive newsletters"
WAX_LANE = {"company": "Honey Ltd", "full_address": "1 Wax Lane\n10115 Berlin", "country": "Germany"}


@dataclass(frozen=True)
class CobotSpace:
    """One space, and the connection of the stack that it is joined to."""

    cobot: CobotSimulator
    name: str
    application: Application

    def joins(self, name: str, *, ticked: bool, **given: Any) -> str:
        """The id of a new member, who is neither confirmed nor a user."""
        fields = {BOX: "yes" if ticked else "", "Birthday": "1990/03/12"}
        member_id: str = self.cobot.tell(
            f"spaces/{self.name}/members", name=name, address=WAX_LANE, custom_fields=fields, **given
        )["id"]
        return member_id

    def does(self, member_id: str, deed: str, **given: Any) -> None:
        self.cobot.tell(f"spaces/{self.name}/members/{member_id}", deed=deed, **given)

    def ticks(self, member_id: str, *, ticked: bool) -> None:
        self.does(member_id, "set_fields", fields={BOX: "yes" if ticked else ""})

    def reaches(self, member_id: str, status: str, **shown: object) -> Answer:
        """How the member stands, as soon as it has this status and the merge fields that are given."""

        def done(member: Answer) -> bool:
            if member["status"] != status or member["version"] != member["synced_version"]:
                return False
            return not shown or shown.items() <= self.application.fields(member["email"]).items()

        return self.application.api.wait_for(member_id, done)

    @property
    def connection(self) -> Connection:
        found = _ledger(self.application).connection(self.name)
        assert found is not None
        return found


def another_space(
    stack: LocalStack,
    cobot: CobotSimulator,
    name: str,
    policy: Policy | None = None,
    *,
    before: Callable[[CobotSimulator], object] = bool,
) -> CobotSpace:
    """A new space with an audience of its own: Accord reads it, and is told by it. `before` it is connected, something
    may happen there."""
    opened = cobot.tell("spaces", space=name)
    before(cobot)
    application = another_application(stack, name, policy)
    ledger = _ledger(application)
    connection = ledger.connection(name)
    assert connection is not None
    space = Cobot(space=name, base_url=opened["url"], consent_field=BOX, birthday_field="Birthday")
    manager = stack.emulator.client("secretsmanager")
    kept = json.loads(manager.get_secret_value(SecretId=connection.secret_arn)["SecretString"])
    kept["cobot_access_token"] = opened["token"]
    manager.put_secret_value(SecretId=connection.secret_arn, SecretString=json.dumps(kept))
    link = LinkSpace(
        DynamoDBConnections(Table(stack.emulator.client("dynamodb"), stack.outputs["TableName"])),
        SqsFetchQueue(stack.emulator.client("sqs"), stack.outputs["CobotEventsQueueUrl"]),
        lambda: secrets.token_urlsafe(32),
    )
    chosen = CobotApplication(url=opened["url"], token=opened["token"], cobot=space)
    joined = connection.model_copy(update={"cobot": space})
    link(joined, chosen, f"{stack.info.api_url}/cobot/webhooks", base_url=opened["url"])
    return CobotSpace(cobot, name, application)


def _ledger(application: Application) -> DynamoDBLedger:
    stack = application.stack
    return DynamoDBLedger(stack.emulator.client("dynamodb"), stack.outputs["TableName"])
