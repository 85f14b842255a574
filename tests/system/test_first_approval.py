"""From nothing to a live connection over the operator API: nothing is written before the approval (PRODUCTS A3)."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.system.application import AGREED, Answer, Application, declined_now, upserted
from tests.system.hearing import feed
from tests.system.watching import eventually
from tools.local_stack import Api, LocalStack

pytestmark = pytest.mark.system

AUDIENCE: Answer = {
    "name": "The Terrarium",
    "from_name": "Gecko",
    "from_email": "news@terrarium.test",
    "subject": "What crawls this week",
    "language": "fr",
    "permission_reminder": "You are a member and agreed.",
    "company": "Terrarium Ltd",
    "address1": "1 rue du Lézard",
    "city": "Paris",
    "zip": "75005",
    "country": "FR",
    "double_optin": False,
}


class Terrarium:
    """A connection that is made step by step, and what Mailchimp has of it."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack = stack
        self.id = f"terrarium-{uuid.uuid4().hex[:8]}"
        account = stack.audience.account
        self.made = self.ask(
            "POST",
            "",
            {
                "id": self.id,
                "name": "The Terrarium",
                "mailchimp_api_key": account.api_key,
                "mailchimp_base_url": account.url,
                "language": "en",
            },
            201,
        )

    def send(self, method: str, path: str, body: object = None) -> requests.Response:
        url = f"{self.stack.info.api_url}/v1/connections{path}"
        headers = {"authorization": f"Bearer {self.stack.info.operator_token}"}
        return requests.request(method, url, json=body, headers=headers, timeout=40)

    def ask(self, method: str, path: str, body: object = None, status: int = 200) -> Answer:
        answer = self.send(method, path, body)
        assert answer.status_code == status, answer.text
        found: Answer = answer.json()
        return found

    def on(self, method: str, path: str = "", body: object = None, status: int = 200) -> Answer:
        return self.ask(method, f"/{self.id}{path}", body, status)

    @property
    def state(self) -> str:
        found: str = self.on("GET")["connection"]["state"]
        return found

    def application(self) -> Application:
        """The application that got the credentials."""
        credentials = self.made["credentials"]
        secrets = {"signing_secret": credentials["signing_secret"], "upstream_token": credentials["token"]}
        info = self.stack.info
        api = Api(info.api_url, self.id, operator_token=info.operator_token, **secrets)
        audience = self.on("GET")["connection"]["audience"]["id"]
        return Application(
            self.stack, api, audience, credentials["signing_secret"], credentials["token"], info.operator_token
        )


@pytest.fixture(scope="module")
def terrarium(stack: LocalStack) -> Iterator[Terrarium]:
    made = Terrarium(stack)
    yield made
    made.on("POST", "/disconnect")


def test_a3_s2_p23_q1_nothing_is_written_before_the_approval_and_then_all_who_agreed_are_there(
    terrarium: Terrarium, stack: LocalStack
) -> None:
    terrarium.on("PUT", "/audience", {"create": AUDIENCE})
    zoo = terrarium.application()
    listed = {each["id"]: each["name"] for each in terrarium.on("GET", "/audiences")["audiences"]}
    assert listed[zoo.audience_id] == "The Terrarium"
    zoo.staff("gecko@terrarium.test", "add_contact", merge_fields={"FNAME": "Geckolina"})
    zoo.staff("newt@terrarium.test", "add_contact", merge_fields={"FNAME": "Newton"})
    zoo.staff("toad@terrarium.test", "add_contact", merge_fields={"FNAME": "Toadella"})
    zoo.person("toad@terrarium.test", "unsubscribe")

    def posted(name: str, consent: object = AGREED) -> Answer:
        return upserted(name, email=f"{name}@terrarium.test", first_name=name.title(), plan="Warm", consent=consent)

    refused = zoo.api.post(
        [
            posted("skink"),
            posted("gecko"),
            posted("newt", {"status": "unknown"}),
            posted("toad", {"status": "unknown"}),
            posted("frog", None),
        ]
    ).refused
    assert refused == ()
    waiting = zoo.api.wait_for("skink", lambda member: member["reason"]["code"] == "awaiting_approval")
    assert waiting["status"] == "pending"

    checks = terrarium.on("POST", "/test")
    assert [check["check"] for check in checks["checks"] if not check["ok"]] == []
    fields = {each["source"]: each["state"] for each in terrarium.on("GET", "/fields")["fields"]}
    assert (fields["first_name"], fields["plan"]) == ("bound", "to_create")
    eventually("the summary is ready", lambda: terrarium.state == "awaiting_approval")
    summary = terrarium.on("GET", "/summary")
    assert (summary["contacts"], summary["members"]) == (3, 5)
    assert summary["would"] == {"create": 1, "update": 2, "leave_alone": 0, "unsubscribe": 0, "archive": 0}
    assert {each["code"]: each["count"] for each in summary["excluded"]} == {"no_consent": 2}
    assert (summary["unsubscribed_found"], summary["billed_contacts_change"]) == (1, 1)
    assert [zoo.seen(f"{name}@terrarium.test") for name in ("skink", "frog")] == ["unknown", "unknown"]
    assert zoo.fields("gecko@terrarium.test") == {"FNAME": "Geckolina"}

    assert terrarium.send("POST", f"/{terrarium.id}/approve", {"summary": "another"}).status_code == 409
    approved = terrarium.on("POST", "/approve", {"summary": summary["id"]}, 202)
    assert approved["connection"]["state"] == "live"
    assert approved["connection"]["webhook"]["registered"]

    def imported() -> Any:
        run = next(run for run in terrarium.on("GET", "/runs")["runs"] if run["id"] == approved["run"])
        return run["state"] == "done" and run

    run = eventually("the import is done", imported)
    assert run["counts"] == {"synced": 3, "excluded": 2}
    (told,) = [notice for notice in feed(zoo) if notice["type"] == "connection.imported"]
    assert told["data"] == {"counts": run["counts"]}
    assert zoo.seen("skink@terrarium.test") == "subscribed"
    assert zoo.fields("gecko@terrarium.test") == {"FNAME": "Gecko", "PLAN": "Warm"}


def test_a10_the_consent_of_whom_upstream_knows_nothing_is_that_of_the_audience(terrarium: Terrarium) -> None:
    zoo = terrarium.application()
    consent = zoo.send("GET", "members/newt/consent", token=zoo.token).json()
    agreed = [statement["source"] for statement in consent["statements"] if statement["status"] == "opted_in"]
    assert (agreed, consent["may_be_mailed"]) == (["audience"], True)
    toad = zoo.api.member("toad")  # found unsubscribed there, and upstream knows nothing of them
    assert toad is not None
    assert (toad["status"], toad["reason"]["code"]) == ("excluded", "no_consent")


def test_s5_what_happens_there_is_heard_from_the_approval_on(terrarium: Terrarium) -> None:
    zoo = terrarium.application()
    zoo.person("skink@terrarium.test", "unsubscribe")
    zoo.becomes("skink", "unsubscribed", "unsubscribed_in_mailchimp")


def test_a9_s6_a_connection_is_removed_and_started_again_and_opt_outs_are_remembered(terrarium: Terrarium) -> None:
    zoo = terrarium.application()
    zoo.tell(upserted("gecko", email="gecko@terrarium.test", first_name="Gecko", consent=declined_now()))
    terrarium.on("POST", "/disconnect")
    terrarium.on("POST", "/reconnect")
    assert terrarium.state == "draft"
    terrarium.on("POST", "/test")
    eventually("the summary is ready", lambda: terrarium.state == "awaiting_approval")
    summary = terrarium.on("GET", "/summary")
    terrarium.on("POST", "/approve", {"summary": summary["id"]}, 202)
    zoo.api.post([upserted("gecko", email="gecko@terrarium.test", first_name="Gecko", consent=AGREED)])
    zoo.becomes("gecko", "unsubscribed", "unsubscribed_upstream")
    assert zoo.seen("gecko@terrarium.test") == "unsubscribed"
