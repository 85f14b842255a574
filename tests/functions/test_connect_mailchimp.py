"""`connect_mailchimp`, from the operator's wish over the simulator's page to the token in the connection's secret."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
import requests

from accord.domain.connection import AuthorisedBy, ConnectionState
from tests.builders import NOON
from tests.functions.conftest import (
    MAILCHIMP_KEY,
    OAUTH_CLIENT_SECRET,
    OPERATOR_TOKENS,
    REDIRECT_URI,
    SIGNING_SECRETS,
    Stack,
    event,
)
from tools.mailchimp_simulator import Simulator

START, CALLBACK = "connect_mailchimp.get_start", "connect_mailchimp.get_callback"


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator(latency=0, list_id="audience1") as running:
        registered = {"redirect_uri": REDIRECT_URI, "client_id": "burrow-app", "client_secret": OAUTH_CLIENT_SECRET}
        requests.post(f"{running.control_url}/oauth/applications", json=registered, timeout=5).raise_for_status()
        yield running


@pytest.fixture
def joined(stack: Stack, simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Stack:
    monkeypatch.setenv("MAILCHIMP_LOGIN_URL", simulator.login_url)
    return stack


def pressed(url: str, answer: str = "allow") -> dict[str, str]:
    """What the browser is sent back with once the owner pressed a button."""
    page, _, query = url.partition("?")
    form = {name: value for name, (value,) in parse_qs(query).items()} | {"answer": answer}
    back = requests.post(page, data=form, timeout=5, allow_redirects=False).headers["Location"]
    assert back.startswith(f"{REDIRECT_URI}?")
    return {name: value for name, (value,) in parse_qs(urlsplit(back).query).items()}


def begun(stack: Stack) -> str:
    status, document = stack.call("connect_mailchimp", event(START))
    assert status == 200
    assert document.keys() == {"authorize_url"}
    url: str = document["authorize_url"]
    return url


def back(stack: Stack, query: dict[str, str], language: str = "") -> Any:
    sent = event(CALLBACK) | {"queryStringParameters": query}
    sent["headers"]["accept-language"] = language
    return stack.invoke("connect_mailchimp", sent)


def secret_of(stack: Stack) -> dict[str, Any]:
    kept = boto3.client("secretsmanager").get_secret_value(SecretId=stack.secrets["connection"])
    document: dict[str, Any] = json.loads(kept["SecretString"])
    return document


def test_a_token_replaces_the_key_and_the_connection_is_mended(joined: Stack, simulator: Simulator) -> None:
    joined.ledger.break_connection("burrow", "The key was revoked.", NOON)

    page = back(joined, pressed(begun(joined)))

    assert page["statusCode"] == 200
    assert "Mailchimp is connected" in page["body"]
    connection = joined.ledger.connection("burrow")
    assert connection is not None
    assert (connection.state, connection.authorised_by) == (ConnectionState.LIVE, AuthorisedBy.OAUTH)
    assert connection.api_base_url == simulator.url
    kept = secret_of(joined)
    assert kept["signing_secrets"] == list(SIGNING_SECRETS)
    bearer = {"Authorization": f"Bearer {kept['mailchimp_api_key']}"}
    assert requests.get(f"{simulator.url}/ping", headers=bearer, timeout=5).ok


def test_neither_page_nor_log_nor_ledger_holds_a_code_a_token_or_a_state(
    joined: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    query = pressed(begun(joined))
    stored = json.dumps(boto3.client("dynamodb").scan(TableName=joined.table)["Items"])

    page = back(joined, query)
    again = back(joined, query)

    printed = capsys.readouterr()
    items = json.dumps(boto3.client("dynamodb").scan(TableName=joined.table)["Items"])
    everything = page["body"] + again["body"] + joined.logged.getvalue() + printed.out + printed.err + stored + items
    token = secret_of(joined)["mailchimp_api_key"]
    for secret in (query["code"], query["state"], token, OAUTH_CLIENT_SECRET, MAILCHIMP_KEY, *OPERATOR_TOKENS):
        assert secret not in everything


def test_the_page_is_inert_and_in_the_language_of_the_browser(joined: Stack) -> None:
    page = back(joined, pressed(begun(joined)), "fr-CH, en;q=0.5")

    assert '<html lang="fr">' in page["body"]
    assert "Mailchimp est connecté" in page["body"]
    assert page["headers"]["content-type"] == "text/html; charset=utf-8"
    assert page["headers"]["referrer-policy"] == "no-referrer"
    assert page["headers"]["cache-control"] == "no-store"
    assert "default-src 'none'" in page["headers"]["content-security-policy"]


def test_a_state_is_good_once(joined: Stack) -> None:
    query = pressed(begun(joined))
    back(joined, query)
    token = secret_of(joined)["mailchimp_api_key"]
    other = pressed(begun(joined)) | {"state": query["state"]}

    page = back(joined, other)

    assert (page["statusCode"], "not valid any more" in page["body"]) == (400, True)
    assert secret_of(joined)["mailchimp_api_key"] == token


@pytest.mark.parametrize("query", [{}, {"code": "c0de"}, {"state": "a-strangers", "code": "c0de"}, {"state": ""}])
def test_without_a_state_of_ours_nothing_happens(joined: Stack, query: dict[str, str]) -> None:
    page = back(joined, query)

    assert (page["statusCode"], "start again in Accord" in page["body"]) == (400, True)
    assert secret_of(joined)["mailchimp_api_key"] == MAILCHIMP_KEY


def test_an_owner_who_declines_changes_nothing(joined: Stack) -> None:
    page = back(joined, pressed(begun(joined), "deny"))

    assert "Access was declined" in page["body"]
    assert secret_of(joined)["mailchimp_api_key"] == MAILCHIMP_KEY


def test_an_account_without_the_audience_is_refused(joined: Stack) -> None:
    elsewhere = joined.connection.model_copy(update={"audience_id": "somebodyelses"})
    joined.ledger.save_connection(elsewhere)

    page = back(joined, pressed(begun(joined)))

    assert (page["statusCode"], "another Mailchimp account" in page["body"]) == (409, True)
    assert joined.ledger.connection("burrow") == elsewhere


def test_a_login_that_does_not_answer_is_a_page_that_says_so(joined: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    query = pressed(begun(joined))
    monkeypatch.setattr("accord.adapters.mailchimp.oauth.MailchimpOAuth._call", _no_answer)

    page = back(joined, query)

    assert (page["statusCode"], "did not answer" in page["body"]) == (503, True)


def _no_answer(*_given: object, **_named: object) -> None:
    from accord.errors import Retryable

    raise Retryable("Mailchimp did not answer", effect_unknown=False)


def test_before_accord_is_registered_it_says_how_to_register_it(joined: Stack) -> None:
    manager = boto3.client("secretsmanager")
    manager.put_secret_value(SecretId=joined.secrets["oauth"], SecretString='{"client_secret": ""}')

    status, problem = joined.call("connect_mailchimp", event(START))

    assert (status, "Registered apps" in problem["detail"]) == (409, True)


def test_the_api_is_come_back_to_by_its_own_name_unless_another_is_stored(joined: Stack) -> None:
    manager = boto3.client("secretsmanager")
    manager.put_secret_value(SecretId=joined.secrets["oauth"], SecretString='{"client_secret": "s"}')

    sent = event(START)

    query = parse_qs(urlsplit(begun(joined)).query)
    name = sent["requestContext"]["domainName"]
    assert query["redirect_uri"] == [f"https://{name}/mailchimp/oauth/callback"]


@pytest.mark.parametrize("token", ["Bearer upstream-token", "Bearer wrong", ""])
def test_only_operators_begin(joined: Stack, token: str) -> None:
    for query in ({"connection": "burrow"}, {"connection": "warren"}, {}):
        sent = event(START) | {"queryStringParameters": query}
        sent["headers"]["authorization"] = token
        assert joined.call("connect_mailchimp", sent)[0] == 401


def test_an_operator_is_told_what_is_missing(joined: Stack) -> None:
    assert (
        joined.call("connect_mailchimp", event(START) | {"queryStringParameters": {"connection": "warren"}})[0] == 404
    )
    status, problem = joined.call("connect_mailchimp", event(START) | {"queryStringParameters": {}})
    assert (status, problem["errors"][0]["field"]) == (422, "connection")
