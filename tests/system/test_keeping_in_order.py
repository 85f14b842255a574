"""A connection keeps itself in order: its webhook is removed, changed, doubled; its audience is lost and comes back."""

import json
from typing import Any

import pytest
import requests

from accord.ports.keeping import EVENTS
from tests.system.application import Answer, Application, another_application, upserted
from tests.system.watching import eventually
from tools.local_stack import LocalStack

pytestmark = pytest.mark.system


class Kept:
    """One connection with what its operator sees, and the night, which comes when it is told to."""

    def __init__(self, stack: LocalStack, name: str) -> None:
        self.application: Application = another_application(stack, name)
        self.stack, self.name = stack, name
        self.url = f"{stack.info.api_url}/v1/connections/{name}"

    def ask(self, method: str, path: str = "", body: object = None) -> Answer:
        headers = {"authorization": f"Bearer {self.stack.info.operator_token}"}
        answer = requests.request(method, self.url + path, json=body, headers=headers, timeout=40)
        assert answer.ok, answer.text
        found: Answer = answer.json()
        return found

    @property
    def shown(self) -> Answer:
        found: Answer = self.ask("GET")["connection"]
        return found

    @property
    def stood(self) -> tuple[str, str]:
        return self.shown["state"], self.shown["reason"]["code"]

    def night(self) -> None:
        """What the schedule starts, wherever the night is: a night of its own each time."""
        machine = self.stack.outputs["ReconcileStateMachineArn"]
        told = json.dumps({"everywhere": True})
        self.stack.emulator.client("stepfunctions").start_execution(stateMachineArn=machine, input=told)

    def checked(self) -> None:
        """After a night in which the check ended well."""
        before = self.shown["webhook"]["checked_at"]
        self.night()
        eventually("the webhook is checked", lambda: self.shown["webhook"]["checked_at"] != before)

    def newest(self, kind: str) -> Answer:
        """The newest run of this kind."""
        runs: list[Answer] = self.ask("GET", "/runs")["runs"]
        return next(run for run in runs if run["kind"] == kind)

    @property
    def webhooks(self) -> list[Answer]:
        found: list[Answer] = self.application.mailchimp("GET", "webhooks")["webhooks"]
        return found

    def hears(self, member_id: str) -> None:
        """Whether Accord learns what a person does in Mailchimp."""
        email = f"{member_id}@{self.name}.test"
        self.application.say(member_id, email=email, first_name=member_id.title())
        self.application.person(email, "unsubscribe")
        self.application.becomes(member_id, "unsubscribed", "unsubscribed_in_mailchimp")


@pytest.fixture(scope="module")
def kept(stack: LocalStack) -> Kept:
    return Kept(stack, "terrarium")


def test_s5_p08_a_webhook_that_somebody_removed_is_registered_anew_and_tells_again(kept: Kept) -> None:
    (before,) = kept.webhooks
    kept.application.mailchimp("DELETE", f"webhooks/{before['id']}")

    kept.checked()

    (after,) = kept.webhooks
    assert after["url"] != before["url"]
    assert after["url"].rpartition("/")[0] == before["url"].rpartition("/")[0]
    assert after["sources"] == {"user": True, "admin": True, "api": False}
    assert kept.shown["webhook"]["signed"]
    kept.hears("gecko")


@pytest.mark.parametrize("change", [{"events": {"unsubscribe": False}}, {"sources": {"api": True, "user": False}}])
def test_s5_p08_a_webhook_that_somebody_changed_is_set_right(kept: Kept, change: dict[str, Any]) -> None:
    (before,) = kept.webhooks
    kept.application.mailchimp("PATCH", f"webhooks/{before['id']}", change)

    kept.checked()

    (after,) = kept.webhooks
    assert after == before
    assert after["events"] == dict.fromkeys(EVENTS, True)
    kept.hears("iguana" if "events" in change else "skink")


def test_s5_a_stray_of_ours_is_removed_and_what_others_made_stays(kept: Kept, stack: LocalStack) -> None:
    (ours,) = kept.webhooks
    everything = {"events": dict.fromkeys(EVENTS, True), "sources": {"user": True, "admin": True, "api": False}}
    others = f"{stack.info.upstream_url}/notices"
    kept.application.mailchimp("POST", "webhooks", {"url": others, **everything})

    kept.checked()

    assert {each["url"] for each in kept.webhooks} == {ours["url"], others}


def test_s5_a_webhook_that_mailchimp_disabled_in_silence_is_registered_anew_once_a_night_found_what_it_kept(
    kept: Kept,
) -> None:
    kept.ask("POST", "/runs", {"kind": "reconciliation", "full": True})
    eventually("what was heard until now is counted", lambda: kept.newest("reconciliation")["state"] == "done")
    (before,) = [each["url"] for each in kept.webhooks if "/mailchimp/webhooks/" in each["url"]]
    kept.application.say("axolotl", email="axolotl@terrarium.test", first_name="Axel")
    kept.stack.audience.add_fault("lost_webhook", rate=1.0, seed=5)
    kept.application.person("axolotl@terrarium.test", "unsubscribe")
    kept.stack.audience.end_faults()

    kept.ask("POST", "/runs", {"kind": "reconciliation"})

    kept.application.becomes("axolotl", "unsubscribed", "unsubscribed_in_mailchimp")
    eventually("the night ended", lambda: kept.newest("reconciliation")["state"] == "done")
    assert kept.newest("reconciliation")["counts"]["webhook_registered"] == 1
    (after,) = [each["url"] for each in kept.webhooks if "/mailchimp/webhooks/" in each["url"]]
    assert after != before
    kept.hears("basilisk")


def test_s6_a_lost_audience_pauses_the_connection_and_everything_goes_on_when_it_is_back(kept: Kept) -> None:
    kept.application.say("newt", email="newt@terrarium.test", first_name="Isaac")
    kept.stack.audience.lose_audience(kept.application.audience_id)

    kept.night()
    eventually("the connection pauses itself", lambda: kept.stood == ("paused", "audience_gone"))
    assert "audience" in kept.shown["reason"]["message"]
    late = upserted("toad", email="toad@terrarium.test", first_name="Warty")
    kept.application.api.post([late])
    kept.application.api.wait_for("toad", lambda member: member["status"] == "pending")

    kept.stack.audience.bring_back(kept.application.audience_id)
    kept.night()
    eventually("the connection goes on", lambda: kept.stood == ("live", "in_operation"))
    kept.application.settled("toad", late["occurred_at"], 90)
    assert kept.application.seen("toad@terrarium.test") == "subscribed"
    assert kept.application.seen("newt@terrarium.test") == "subscribed"


def test_s6_instead_of_a_lost_audience_another_one_is_chosen(kept: Kept, stack: LocalStack) -> None:
    stack.audience.lose_audience(kept.application.audience_id)
    kept.night()
    eventually("the connection pauses itself", lambda: kept.stood == ("paused", "audience_gone"))

    kept.ask("PUT", "/audience", {"id": stack.info.audience_id})

    assert kept.stood == ("draft", "ready_to_check")
    kept.ask("POST", "/disconnect")
