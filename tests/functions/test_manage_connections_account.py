"""`manage_connections` and Mailchimp, as the simulator plays it: keys, audiences, and what a test finds."""

import json
from collections.abc import Iterator

import boto3
import pytest
import requests

from accord.domain.connection import ConnectionState
from tests.functions.conftest import Stack
from tests.functions.operating import NAMES, call, fields_of, kept, made
from tools.mailchimp_simulator import Simulator


@pytest.fixture(scope="module")
def mailchimp() -> Iterator[Simulator]:
    with Simulator(latency=0, audience_name="Badger lovers") as running:
        running.fill(3)
        yield running


def test_only_mailchimp_itself_is_called_outside_the_local_stage(
    stack: Stack, mailchimp: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAGE", "prod")
    body = {"id": "sett", "mailchimp_api_key": mailchimp.api_key, "mailchimp_base_url": mailchimp.url}

    assert fields_of(call(stack, "create", body)) == ["mailchimp_base_url"]
    assert fields_of(call(stack, "create", body | {"mailchimp_base_url": "https://api.mailchimp.test"})) == [
        "mailchimp_base_url"
    ]


def test_a_wrong_key_is_refused_by_its_name_with_the_remedy(stack: Stack, mailchimp: Simulator) -> None:
    body = {"id": "sett", "mailchimp_api_key": "ferret-us1", "mailchimp_base_url": mailchimp.url}

    status, problem = call(stack, "create", body)

    assert fields_of((status, problem)) == ["mailchimp_api_key"]
    assert "send a valid key" in problem["errors"][0]["message"]
    assert "ferret-us1" not in json.dumps(problem)
    assert stack.ledger.connection("sett") is None


def test_c7_q3_a_key_is_pasted_and_an_audience_picked_from_those_of_the_account(
    stack: Stack, mailchimp: Simulator
) -> None:
    first = made(stack, mailchimp)["connection"]
    assert (first["reason"]["code"], first["mailchimp"]["account"]) == ("audience_missing", "Accord")

    status, choice = call(stack, "audiences", cid="sett")
    assert (status, choice["may_create"], choice["contacts_in_several"]) == (200, True, None)
    audience = next(each for each in choice["audiences"] if each["id"] == mailchimp.list_id)
    assert (audience["name"], audience["member_count"], audience["used_by"]) == ("Badger lovers", 3, [])

    status, chosen = call(stack, "choose_audience", {"id": mailchimp.list_id}, "sett")
    assert (status, chosen["connection"]["audience"]) == (200, {"id": mailchimp.list_id, "name": "Badger lovers"})
    assert (chosen["connection"]["state"], chosen["connection"]["reason"]["code"]) == ("draft", "ready_to_check")
    assert chosen["connection"]["signup_form_url"].startswith("https://")
    assert stack.ledger.audience_setup("sett").merge_fields

    _, overlap = call(stack, "audiences", cid="sett", overlap="true")
    assert overlap["contacts_in_several"] == 0
    assert next(each["used_by"] for each in overlap["audiences"] if each["id"] == mailchimp.list_id) == ["sett"]


def test_an_audience_of_another_account_can_not_be_chosen(stack: Stack, mailchimp: Simulator) -> None:
    made(stack, mailchimp)

    status, problem = call(stack, "choose_audience", {"id": "f0e1d2c3b4"}, "sett")

    assert (status, "account" in problem["detail"]) == (409, True)
    assert fields_of(call(stack, "choose_audience", {"id": "../ping"}, "sett")) == ["id"]
    assert call(stack, "choose_audience", {"id": "f0e1d2c3b4"})[0] == 409  # live: pause it first


def test_without_an_account_there_is_nothing_to_list(stack: Stack) -> None:
    made(stack)

    status, problem = call(stack, "audiences", cid="sett")

    assert (status, "mailchimp_api_key" in problem["detail"]) == (409, True)


def test_a_test_finds_what_is_missing_one_after_the_other(stack: Stack, mailchimp: Simulator) -> None:
    made(stack)
    _, found = call(stack, "test", cid="sett")
    assert [(each["check"], each["ok"]) for each in found["checks"]] == [
        ("account", False),
        ("audience", False),
        ("fields", False),
        ("webhook", True),
        ("notices", True),
    ]
    assert found["connection"]["reason"]["code"] == "account_missing"

    key = {"mailchimp_api_key": mailchimp.api_key, "mailchimp_base_url": mailchimp.url}
    assert call(stack, "change", key, "sett", dry_run="false")[1]["applied"]
    call(stack, "choose_audience", {"id": mailchimp.list_id}, "sett")
    _, found = call(stack, "test", cid="sett")
    assert all(each["ok"] for each in found["checks"])
    assert "JOINED" in found["checks"][2]["message"]
    assert (found["connection"]["state"], found["connection"]["reason"]["code"]) == ("checked", "audience_being_read")

    clash = {"mapping": {"address": None, "fields.company": "ADDRESS"}}
    assert call(stack, "change", clash, "sett", dry_run="false")[1]["connection"]["state"] == "draft"
    _, found = call(stack, "test", cid="sett")
    assert found["connection"]["reason"]["code"] == "fields_clash"
    assert "fields.company" in found["connection"]["reason"]["message"]


def test_p21_an_unknown_permission_is_named_with_those_that_exist(stack: Stack, mailchimp: Simulator) -> None:
    made(stack, mailchimp)
    call(stack, "choose_audience", {"id": mailchimp.list_id}, "sett")
    wish = {"permissions": {"consent": "email", "fields.fax": "Fax"}}

    def refusals() -> list[str]:
        status, problem = call(stack, "change", wish, "sett", dry_run="false")
        assert status == 422
        return [f"{each['field']}: {each['message']}" for each in problem["errors"]]

    assert all("GDPR fields" in each for each in refusals())
    auth = ("any", mailchimp.api_key)
    settings = {"marketing_permissions": True}
    requests.patch(f"{mailchimp.url}/lists/{mailchimp.list_id}", json=settings, auth=auth, timeout=5)
    mailchimp.fill(1)
    (refused,) = refusals()
    assert refused.startswith("permissions.fields.fax: ")
    assert "Email, Direct Mail, Customized Online Advertising" in refused
    assert kept(stack).permissions == {}

    del wish["permissions"]["fields.fax"]
    assert call(stack, "change", wish, "sett", dry_run="false")[1]["connection"]["permissions"] == {"consent": "email"}
    assert [each.text for each in stack.ledger.audience_setup("sett").permissions][:1] == ["Email"]
    _, found = call(stack, "test", cid="sett")
    assert {each["check"]: each["code"] for each in found["checks"]}["permissions"] == "permissions_fit"
    assert found["connection"]["state"] == "checked"

    _, told = call(stack, "change", {"permissions": {"consent": None}}, "sett", dry_run="false")
    (change,) = told["changes"]
    assert (change["field"], change["before"], change["after"]) == ("permissions.consent", "email", None)
    assert "written no more" in change["effect"]
    assert told["connection"]["state"] == "draft"  # its summary would be made with the others


def test_a_key_that_works_again_mends_a_broken_connection(stack: Stack, mailchimp: Simulator) -> None:
    made(stack, mailchimp)
    call(stack, "choose_audience", {"id": mailchimp.list_id}, "sett")
    broken = {"state": ConnectionState.BROKEN, "state_reason": "401"}
    stack.ledger.save_connection(kept(stack).model_copy(update=broken))
    key = {"mailchimp_api_key": mailchimp.api_key, "mailchimp_base_url": mailchimp.url}

    assert call(stack, "change", key, "sett", dry_run="false")[1]["connection"]["state"] == "live"


def test_no_secret_is_in_an_answer_the_ledger_or_a_log(
    stack: Stack, mailchimp: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    credentials = made(stack, mailchimp)["credentials"]
    secrets = [mailchimp.api_key, credentials["token"], credentials["signing_secret"]]
    key = {"mailchimp_api_key": mailchimp.api_key, "mailchimp_base_url": mailchimp.url}
    bodies = {"choose_audience": {"id": mailchimp.list_id}, "change": key}
    answers = []
    for name in NAMES[1:]:
        status, answer = call(stack, name, bodies.get(name), "" if name == "list" else "sett")
        answers.append(json.dumps(answer))
        secrets += list(answer["credentials"].values())[1:] if name == "rotate" else []
        assert status < 500
        if name == "rotate":
            answers.pop()
    items = json.dumps(boto3.client("dynamodb").scan(TableName=stack.table)["Items"])
    printed = capsys.readouterr()
    logs = stack.logged.getvalue() + printed.out + printed.err

    assert '"route":"POST /v1/connections"' in logs
    assert [secret for secret in secrets if secret in items + logs + "".join(answers)] == []
    assert len(secrets) == 4
