"""The operator's connections on the running system: made, listed, changed, paused, removed and started again."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.system.application import (
    AGREED,
    AUDIENCE,
    Answer,
    Application,
    another_application,
    declined_now,
    moment,
    upserted,
)
from tests.system.watching import eventually, holds
from tools.local_stack import LocalStack
from tools.local_stack.mailchimp import SimulatorProcess

pytestmark = pytest.mark.system


class Operator:
    """The operator API, over HTTP."""

    def __init__(self, stack: LocalStack) -> None:
        self.url = f"{stack.info.api_url}/v1/connections"
        self.token = stack.info.operator_token
        self.account = stack.audience.account

    def send(self, method: str, path: str = "", body: object = None, token: str | None = None) -> requests.Response:
        headers = {"authorization": f"Bearer {self.token if token is None else token}"}
        return requests.request(method, self.url + path, json=body, headers=headers, timeout=40)

    def ask(self, method: str, path: str = "", body: object = None, status: int = 200) -> Answer:
        answer = self.send(method, path, body)
        assert answer.status_code == status, answer.text
        found: Answer = answer.json()
        return found

    def create(self, **given: Any) -> Answer:
        """A connection with a name that nobody had, and the simulator's account."""
        body = {"id": f"aviary-{uuid.uuid4().hex[:8]}", "mailchimp_base_url": self.account.url, **given}
        return self.ask("POST", "", {"mailchimp_api_key": self.account.api_key} | body, 201)

    def state(self, connection_id: str) -> str:
        found: str = self.ask("GET", f"/{connection_id}")["connection"]["state"]
        return found


@pytest.fixture(scope="module")
def operator(stack: LocalStack) -> Operator:
    return Operator(stack)


@pytest.fixture(scope="module")
def parrots(stack: LocalStack) -> Application:
    """An application of its own, since its connection is paused and removed."""
    return another_application(stack, "parrots")


@pytest.fixture(autouse=True)
def _no_secret_in_any_log(operator: Operator, stack: LocalStack) -> Iterator[None]:
    yield
    logs = stack.emulator.logs("ManageConnections")
    assert [secret for secret in (operator.token, operator.account.api_key, "whsec_") if secret in logs] == []


def test_c7_s1_a_connection_is_made_joined_to_an_audience_and_checked(operator: Operator, stack: LocalStack) -> None:
    made = operator.create(preset="calendarspots", name="The Aviary")
    name = made["connection"]["id"]
    assert (made["connection"]["state"], made["connection"]["reason"]["code"]) == ("draft", "audience_missing")
    assert made["credentials"]["url"] == f"{operator.url}/{name}/members"

    choice = operator.ask("GET", f"/{name}/audiences?overlap=true")
    assert stack.info.connection_id in next(
        each["used_by"] for each in choice["audiences"] if each["id"] == stack.info.audience_id
    )
    operator.ask("PUT", f"/{name}/audience", {"id": stack.info.audience_id})
    found = operator.ask("POST", f"/{name}/test")
    assert [check["check"] for check in found["checks"] if not check["ok"]] == []
    assert found["connection"]["state"] == "checked"

    listed = operator.ask("GET", "?limit=100")["connections"]
    assert {name, stack.info.connection_id} <= {each["id"] for each in listed}
    operator.ask("POST", f"/{name}/disconnect")


def test_q3_contacts_in_several_audiences_are_counted_once_each(operator: Operator, tmp_path: Path) -> None:
    """Of an account of its own: beyond five audiences nobody is kept waiting for it."""
    with SimulatorProcess(tmp_path / "mailchimp.log") as mailchimp:
        account = mailchimp.account
        another = requests.post(
            f"{account.url}/lists", json=AUDIENCE | {"name": "The Rookery"}, auth=("any", account.api_key), timeout=30
        ).json()
        for name, audience_id in (("owl", account.audience_id), ("owl", another["id"]), ("rook", another["id"])):
            mailchimp.staff(f"{name}@rookery.test", "add_contact", list_id=audience_id)
        made = operator.create(mailchimp_api_key=account.api_key, mailchimp_base_url=account.url)
        name = made["connection"]["id"]

        choice = operator.ask("GET", f"/{name}/audiences?overlap=true")

        assert {each["id"] for each in choice["audiences"]} == {account.audience_id, another["id"]}
        assert choice["contacts_in_several"] == 1
        operator.ask("POST", f"/{name}/disconnect")


def test_before_approval_an_accepted_change_waits_and_says_for_what(operator: Operator, stack: LocalStack) -> None:
    made = operator.create()
    name, url = made["connection"]["id"], made["credentials"]["url"]
    headers = {"authorization": f"Bearer {made['credentials']['token']}"}
    change = upserted("macaw", email=f"macaw@{name}.test", first_name="Macarena")

    posted = requests.post(url, json={"changes": [change]}, headers=headers, timeout=30)
    assert posted.status_code == 202

    def reason() -> str | None:
        answer = requests.get(f"{url}/macaw", headers=headers, timeout=30)
        return answer.json()["reason"]["code"] if answer.ok else None

    eventually("the change waits for the approval", lambda: reason() == "awaiting_approval")
    operator.ask("PUT", f"/{name}/audience", {"id": stack.info.audience_id})
    standing = requests.get(
        f"{stack.audience.control_url}/people/macaw@{name}.test",
        params={"list_id": stack.info.audience_id},
        timeout=30,
    ).json()
    assert standing["status"] == "unknown"


def test_a_change_of_settings_is_told_before_it_is_made(operator: Operator, parrots: Application) -> None:
    before = operator.ask("GET", "/parrots")["connection"]
    wish = {"policies": {"on_leave": "keep"}, "name": "Parrots & Co"}

    told = operator.ask("PATCH", "/parrots?dry_run=true", wish)
    assert {change["field"] for change in told["changes"]} == {"policies.on_leave", "name"}
    assert operator.ask("GET", "/parrots")["connection"] == before

    done = operator.ask("PATCH", "/parrots", wish)
    assert (done["applied"], done["changes"]) == (True, told["changes"])
    parrots.say("cockatoo", email="cockatoo@aviary.test", first_name="Cocka")
    parrots.leaves("cockatoo")
    assert parrots.seen("cockatoo@aviary.test") == "subscribed"
    operator.ask("PATCH", "/parrots", {"policies": {"on_leave": "archive"}})


def test_while_paused_changes_wait_and_an_opt_out_does_not(operator: Operator, parrots: Application) -> None:
    parrots.say("kea", email="kea@aviary.test", first_name="Keanu")
    paused = operator.ask("POST", "/parrots/pause", {"reason": "Moulting season."})["connection"]
    assert "Moulting season" in paused["reason"]["message"]

    late = upserted("lory", email="lory@aviary.test", first_name="Lory", consent=AGREED)
    parrots.api.post([late])
    parrots.say("kea", email="kea@aviary.test", first_name="Keanu", consent=declined_now())
    assert parrots.seen("kea@aviary.test") == "unsubscribed"
    parrots.api.wait_for("lory", lambda member: member["reason"]["code"] == "connection_paused")
    holds("nobody new is added", lambda: parrots.seen("lory@aviary.test") == "unknown", 2)

    operator.ask("POST", "/parrots/resume")
    parrots.settled("lory", late["occurred_at"])
    assert parrots.seen("lory@aviary.test") == "subscribed"
    assert operator.send("POST", "/parrots/resume").status_code == 409


def test_a9_a_connection_is_removed_and_started_again(operator: Operator, parrots: Application) -> None:
    parrots.say("galah", email="galah@aviary.test", first_name="Galahad")
    operator.ask("POST", "/parrots/disconnect", {"reason": "Flown south."})
    calls = parrots.stack.audience.calls()["total"]

    parrots.api.post([upserted("galah", email="galah@aviary.test", first_name="Gal", consent=declined_now())])
    parrots.api.wait_for("galah", lambda member: member["reason"]["code"] == "connection_paused")
    assert parrots.stack.audience.calls()["total"] == calls
    assert operator.send("POST", "/parrots/pause").status_code == 409

    assert operator.ask("POST", "/parrots/reconnect")["connection"]["state"] == "draft"
    eventually("the opt-out is carried", lambda: parrots.seen("galah@aviary.test") == "unsubscribed")
    found = operator.ask("POST", "/parrots/test")
    assert found["connection"]["state"] == "checked"


def test_a_wrong_key_names_itself_and_its_remedy(operator: Operator) -> None:
    body = {"id": "vultures", "mailchimp_api_key": "carrion-us1", "mailchimp_base_url": operator.account.url}

    problem = operator.ask("POST", "", body, 422)

    assert [error["field"] for error in problem["errors"]] == ["mailchimp_api_key"]
    assert operator.send("GET", "/vultures").status_code == 404


def test_a_rotated_token_opens_the_connection_and_so_does_the_one_before(operator: Operator) -> None:
    made = operator.create()
    name, url, first = made["connection"]["id"], made["credentials"]["url"], made["credentials"]["token"]
    second = operator.ask("POST", f"/{name}/credentials", {"rotate": "token"})["credentials"]["token"]
    change = {"changes": [{"type": "member.left", "id": "dodo", "occurred_at": moment()}]}

    for token in (first, second):
        assert requests.post(url, json=change, headers={"authorization": f"Bearer {token}"}, timeout=30).ok
    last = operator.ask("POST", f"/{name}/credentials", {"rotate": "token", "drop_previous": True})
    answers = [
        requests.post(url, json=change, headers={"authorization": f"Bearer {token}"}, timeout=30).status_code
        for token in (first, second, last["credentials"]["token"])
    ]
    assert answers == [401, 401, 202]


@pytest.mark.parametrize("token", ["", "a-token-that-an-intruder-guessed"])
def test_without_the_operators_token_there_is_401_and_nothing_else(
    operator: Operator, parrots: Application, token: str
) -> None:
    routes = [("POST", ""), ("GET", ""), ("GET", "/parrots"), ("PATCH", "/parrots"), ("GET", "/no-such-bird")]
    routes += [("GET", "/parrots/audiences"), ("PUT", "/parrots/audience")]
    routes += [
        ("POST", f"/parrots/{step}") for step in ("test", "credentials", "pause", "resume", "disconnect", "reconnect")
    ]

    answers = [operator.send(method, path, {"id": "parrots"}, token) for method, path in routes]
    answers.append(operator.send("GET", "/parrots", token=parrots.token))

    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
