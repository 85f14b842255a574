"""OAuth 2: the page that a person confirms, a code that is good once, a token that is good until it is revoked."""

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.tools.mailchimp_simulator.zookeeper import Zookeeper

BACK = "https://den.test/mailchimp/oauth/callback"
SECRET = "a-secret-of-otters"


@pytest.fixture
def application(keeper: Zookeeper) -> dict[str, Any]:
    registered = {"redirect_uri": BACK, "client_id": "otter", "client_secret": SECRET}
    answer: dict[str, Any] = keeper.tell("POST", "oauth/applications", registered)
    assert answer == registered
    return answer


def asked(**more: str) -> dict[str, str]:
    return {"response_type": "code", "client_id": "otter", "redirect_uri": BACK, "state": "st/ate&<1>"} | more


def authorize(keeper: Zookeeper, answer: str = "allow") -> dict[str, list[str]]:
    """What the application is sent back with, once a person has pressed a button of the page."""
    url = f"{keeper.simulator.login_url}/oauth2/authorize"
    page = requests.get(url, params=asked(), timeout=5)
    assert page.status_code == 200, page.text
    fields = {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)">\s*<?', page.text)}
    sent = requests.post(url, data=fields | {"answer": answer}, timeout=5, allow_redirects=False)
    assert sent.status_code == 302, sent.text
    assert sent.headers["Location"].startswith(BACK + "?")
    return parse_qs(urlsplit(sent.headers["Location"]).query)


def exchange(keeper: Zookeeper, a_code: str, **more: str) -> requests.Response:
    form = {"grant_type": "authorization_code", "client_id": "otter", "client_secret": SECRET, "redirect_uri": BACK}
    return requests.post(f"{keeper.simulator.login_url}/oauth2/token", data=form | {"code": a_code} | more, timeout=5)


def enter(keeper: Zookeeper, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(f"{keeper.simulator.url}/lists", headers=headers, timeout=5).status_code


@pytest.fixture
def token(keeper: Zookeeper, application: dict[str, Any]) -> str:
    token: str = exchange(keeper, authorize(keeper)["code"][0]).json()["access_token"]
    return token


def test_a_person_allows_it_and_the_token_opens_the_account(keeper: Zookeeper, application: dict[str, Any]) -> None:
    back = authorize(keeper)
    assert back["state"] == ["st/ate&<1>"]
    answer = exchange(keeper, back["code"][0]).json()
    assert (answer["expires_in"], answer["scope"]) == (0, None)
    assert enter(keeper, answer["access_token"]) == 200


def test_a_person_may_say_no(keeper: Zookeeper, application: dict[str, Any]) -> None:
    assert authorize(keeper, "deny") == {"error": ["access_denied"], "state": ["st/ate&<1>"]}


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"client_id": "stoat"}, "invalid_client"),
        ({"redirect_uri": "https://stoat.test/trap"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
    ],
)
def test_a_stranger_is_told_on_the_page_and_sent_nowhere(
    keeper: Zookeeper, application: dict[str, Any], wrong: dict[str, str], error: str
) -> None:
    url = f"{keeper.simulator.login_url}/oauth2/authorize"
    shown = requests.get(url, params=asked(**wrong), timeout=5)
    pressed = requests.post(url, data=asked(**wrong, answer="allow"), timeout=5, allow_redirects=False)
    assert (shown.status_code, pressed.status_code) == (400, 400)
    assert error in shown.text
    assert "stoat.test" not in shown.text


def test_a_code_is_good_once(keeper: Zookeeper, application: dict[str, Any]) -> None:
    code = authorize(keeper)["code"][0]
    assert exchange(keeper, code).status_code == 200
    again = exchange(keeper, code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


def test_a_code_is_good_for_ten_minutes(keeper: Zookeeper, application: dict[str, Any]) -> None:
    code = authorize(keeper)["code"][0]
    keeper.tell("POST", "clock", {"advance": 601})
    assert exchange(keeper, code).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"client_secret": "a-secret-of-stoats"}, "invalid_client"),
        ({"client_id": "stoat"}, "invalid_client"),
        ({"redirect_uri": "https://stoat.test/trap"}, "invalid_grant"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"code": "made-up"}, "invalid_grant"),
    ],
)
def test_a_wrong_exchange_gives_no_token(
    keeper: Zookeeper, application: dict[str, Any], wrong: dict[str, str], error: str
) -> None:
    answer = exchange(keeper, authorize(keeper)["code"][0], **wrong)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_metadata_tells_where_the_account_is(keeper: Zookeeper, token: str) -> None:
    url = f"{keeper.simulator.login_url}/oauth2/metadata"
    told = requests.get(url, headers={"Authorization": f"OAuth {token}"}, timeout=5).json()
    assert told["dc"] == "us1"
    assert told["api_endpoint"] + "/3.0" == keeper.simulator.url
    wrong = requests.get(url, headers={"Authorization": "OAuth stoat"}, timeout=5)
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_token")


def test_a_token_is_for_a_bearer_and_not_for_basic(keeper: Zookeeper, token: str) -> None:
    assert requests.get(f"{keeper.simulator.url}/ping", auth=("any", token), timeout=5).status_code == 401


def test_a_token_outlives_time_and_a_reset_and_ends_when_it_is_revoked(keeper: Zookeeper, token: str) -> None:
    keeper.tell("POST", "clock", {"advance": 86400 * 3650})
    keeper.tell("POST", "reset")
    assert enter(keeper, token) == 200
    assert keeper.tell("POST", "oauth/revoke", {"token": "another"}) == {"revoked": 0}
    assert keeper.tell("POST", "oauth/revoke", {}) == {"revoked": 1}
    assert enter(keeper, token) == 401
    assert enter(keeper, keeper.simulator.api_key) == 200


def test_an_application_is_registered_with_an_address_to_come_back_to(keeper: Zookeeper) -> None:
    answer = keeper.control("POST", "oauth/applications", {"redirect_uri": "den"})
    assert (answer.status_code, "redirect_uri must be" in answer.json()["error"]) == (400, True)
    made = keeper.tell("POST", "oauth/applications", {"redirect_uri": BACK})
    assert made["client_id"].isdecimal()
    assert len(made["client_secret"]) == 50
