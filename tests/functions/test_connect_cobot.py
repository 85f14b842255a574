"""`connect_cobot`, from the operator's wish over the simulator's page to the space that tells and is read."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
import requests

from accord.domain.cobot import Cobot
from accord.domain.connection import Application, AuthorisedBy, Connection, ConnectionState
from tests.builders import a_connection
from tests.functions.conftest import COBOT_REDIRECT_URI, OPERATOR_TOKENS, SIGNING_SECRETS, Stack, event
from tests.functions.operating import call
from tools.cobot_simulator import CobotSimulator
from tools.cobot_simulator.api import CLIENT_SECRET

START, CALLBACK = "connect_cobot.get_start", "connect_cobot.get_callback"
TOLD_AT = "https://accord.test/cobot/webhooks/hive/"


@pytest.fixture(scope="module")
def cobot() -> Iterator[CobotSimulator]:
    with CobotSimulator() as running:
        running.tell("spaces", space="beehive")
        yield running


@pytest.fixture
def hive(stack: Stack, cobot: CobotSimulator, monkeypatch: pytest.MonkeyPatch) -> Stack:
    monkeypatch.setenv("COBOT_LOGIN_URL", cobot.url)
    cobot.tell("admin", agrees=True)
    cobot.space("beehive").subscriptions.clear()
    joined = a_connection(
        id="hive",
        application=Application.COBOT,
        cobot=Cobot(space="beehive", consent_field="Newsletter"),
        secret_arn=stack.secrets["connection"],
    )
    stack.ledger.save_connection(joined)
    return stack


def begun(hive: Stack) -> str:
    status, document = hive.call("connect_cobot", event(START))
    assert status == 200, document
    url: str = document["authorize_url"]
    return url


def pressed(url: str) -> dict[str, str]:
    """What the browser is sent back with once the admin has answered."""
    back = requests.get(url, timeout=5, allow_redirects=False).headers["Location"]
    assert back.startswith(f"{COBOT_REDIRECT_URI}?")
    return {name: value for name, (value,) in parse_qs(urlsplit(back).query).items()}


def came_back(hive: Stack, query: dict[str, str], language: str = "") -> Any:
    sent = event(CALLBACK) | {"queryStringParameters": query}
    sent["headers"]["accept-language"] = language
    return hive.invoke("connect_cobot", sent)


def told_to(cobot: CobotSimulator) -> set[str]:
    return {each.callback_url for each in cobot.space("beehive").subscriptions.values()}


def kept(hive: Stack) -> Connection:
    connection = hive.ledger.connection("hive")
    assert connection is not None
    return connection


def secret_of(hive: Stack) -> dict[str, Any]:
    text = boto3.client("secretsmanager").get_secret_value(SecretId=hive.secrets["connection"])["SecretString"]
    document: dict[str, Any] = json.loads(text)
    return document


def test_c1_a_space_whose_admin_agrees_tells_everything_and_is_read_whole(hive: Stack, cobot: CobotSimulator) -> None:
    page = came_back(hive, pressed(begun(hive)))

    assert (page["statusCode"], "Cobot is connected" in page["body"]) == (200, True), page["body"]
    (url,) = told_to(cobot)
    assert url.startswith(TOLD_AT)
    secret = secret_of(hive)
    assert secret["signing_secrets"] == list(SIGNING_SECRETS)
    bearer = {"Authorization": f"Bearer {secret['cobot_access_token']}"}
    assert requests.get(f"{cobot.url}/beehive/api/subscriptions", headers=bearer, timeout=5).ok
    (body,) = hive.bodies("cobot-events")
    assert json.loads(body)["connection"] == "hive"
    space = kept(hive).cobot
    assert space is not None
    assert (len(space.webhook_secret_hashes), space.consent_field) == (1, "Newsletter")


def test_neither_page_nor_log_nor_ledger_holds_a_code_a_token_a_state_or_the_secret_url(
    hive: Stack, cobot: CobotSimulator, capsys: pytest.CaptureFixture[str]
) -> None:
    query = pressed(begun(hive))
    page = came_back(hive, query)
    again = came_back(hive, query)

    assert again["statusCode"] == 400
    printed = capsys.readouterr()
    items = json.dumps(boto3.client("dynamodb").scan(TableName=hive.table)["Items"])
    everything = page["body"] + again["body"] + hive.logged.getvalue() + printed.out + printed.err + items
    (url,) = told_to(cobot)
    token = secret_of(hive)["cobot_access_token"]
    for secret in (query["code"], query["state"], token, CLIENT_SECRET, url.removeprefix(TOLD_AT), *OPERATOR_TOKENS):
        assert secret not in everything


def test_an_admin_who_declines_changes_nothing_and_reads_so_in_their_language(
    hive: Stack, cobot: CobotSimulator
) -> None:
    cobot.tell("admin", agrees=False)

    page = came_back(hive, pressed(begun(hive)), "fr")

    assert "Cobot n’est pas connecté" in page["body"]
    assert "cobot_access_token" not in secret_of(hive)
    assert told_to(cobot) == set()


def test_an_admin_of_another_space_is_told_so(hive: Stack) -> None:
    elsewhere = kept(hive).model_copy(update={"cobot": Cobot(space="anthill")})
    hive.ledger.save_connection(elsewhere)

    page = came_back(hive, pressed(begun(hive)))

    assert (page["statusCode"], "another Cobot account" in page["body"]) == (409, True)
    assert "cobot_access_token" not in secret_of(hive)
    assert kept(hive) == elsewhere


@pytest.mark.parametrize("query", [{}, {"code": "c0de"}, {"state": "a-strangers", "code": "c0de"}, {"state": ""}])
def test_without_a_state_of_ours_nothing_happens(hive: Stack, query: dict[str, str]) -> None:
    assert came_back(hive, query)["statusCode"] == 400
    assert "cobot_access_token" not in secret_of(hive)


@pytest.mark.parametrize(
    ("given", "remedy"), [({"cobot": None}, "cobot.space"), ({"application": Application.API}, "application cobot")]
)
def test_a_connection_without_a_space_is_told_what_to_do(hive: Stack, given: dict[str, Any], remedy: str) -> None:
    hive.ledger.save_connection(kept(hive).model_copy(update=given))

    status, problem = hive.call("connect_cobot", event(START))

    assert (status, remedy in problem["detail"]) == (409, True), problem


def test_before_accord_is_registered_it_says_how_to_register_it(hive: Stack) -> None:
    manager = boto3.client("secretsmanager")
    manager.put_secret_value(SecretId=hive.secrets["cobot-oauth"], SecretString='{"client_secret": ""}')

    status, problem = hive.call("connect_cobot", event(START))

    assert (status, "CobotOAuthSecretArn" in problem["detail"]) == (409, True)


def test_a_space_that_does_not_answer_is_a_page_that_says_so(hive: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    query = pressed(begun(hive))
    hive.start_anew(COBOT_LOGIN_URL="http://127.0.0.1:9")

    page = came_back(hive, query)

    assert (page["statusCode"], "Cobot did not answer" in page["body"]) == (503, True)


@pytest.mark.parametrize("token", ["Bearer upstream-token", "Bearer wrong", ""])
def test_only_operators_begin(hive: Stack, token: str) -> None:
    for query in ({"connection": "hive"}, {"connection": "warren"}, {}):
        sent = event(START) | {"queryStringParameters": query}
        sent["headers"]["authorization"] = token
        assert hive.call("connect_cobot", sent)[0] == 401


def test_a9_a_space_that_is_disconnected_tells_nothing_and_lacks_consent_once_reconnected(
    hive: Stack, cobot: CobotSimulator
) -> None:
    came_back(hive, pressed(begun(hive)))

    status, answer = call(hive, "disconnect", cid="hive")

    assert (status, answer["connection"]["reason"]["code"]) == (200, "disconnected_by_operator")
    assert told_to(cobot) == set()
    by_key = {"authorised_by": AuthorisedBy.API_KEY}
    hive.ledger.save_connection(kept(hive).model_copy(update=by_key))
    assert call(hive, "reconnect", cid="hive")[1]["connection"]["reason"]["code"] == "cobot_not_authorised"


def test_a_space_that_locked_accord_out_is_disconnected_and_that_it_still_tells_is_said(
    hive: Stack, cobot: CobotSimulator
) -> None:
    came_back(hive, pressed(begun(hive)))
    cobot.tell("spaces/beehive/revoke")

    status, answer = call(hive, "disconnect", cid="hive")

    assert (status, answer["connection"]["state"]) == (200, "disconnected")
    assert answer["connection"]["reason"]["code"] == "disconnected_still_told"
    assert len(told_to(cobot)) == 1
    space = kept(hive).cobot
    assert space is not None
    assert space.webhook_secret_hashes == ()


def test_the_space_is_tested_with_the_rest_in_its_turn(hive: Stack, cobot: CobotSimulator) -> None:
    came_back(hive, pressed(begun(hive)))
    found = []
    for _ in range(2):
        status, answer = call(hive, "test", cid="hive")
        assert status == 200, answer
        found += [(each["ok"], each["message"]) for each in answer["checks"] if each["check"] == "space"]

    assert [ok for ok, _ in found] == [True, True]
    assert "lets Accord in: beehive" in found[0][1]
    assert "was not looked at" in found[1][1]
    assert kept(hive).state is ConnectionState.LIVE
