"""OAuth: the admin says yes, the application fetches its token once."""

from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.tools.cobot_simulator.conftest import Admin
from tools.cobot_simulator.api import CLIENT_ID, CLIENT_SECRET

BACK = "https://accord.test/cobot/oauth/callback"
ASKED = {
    "client_id": CLIENT_ID,
    "redirect_uri": BACK,
    "response_type": "code",
    "scope": "read_memberships write_subscriptions",
    "state": "of the union",
}


def authorize(admin: Admin, **given: str) -> requests.Response:
    return requests.get(f"{admin.cobot.url}/oauth/authorize", params=ASKED | given, allow_redirects=False, timeout=10)


def answered(response: requests.Response) -> dict[str, str]:
    assert response.status_code == 302
    assert response.headers["location"].startswith(BACK)
    return {name: values[0] for name, values in parse_qs(urlsplit(response.headers["location"]).query).items()}


def fetch(admin: Admin, code: str, /, **given: str) -> requests.Response:
    form = {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "grant_type": "authorization_code",
        "redirect_uri": BACK,
        "code": code,
    }
    return requests.post(f"{admin.cobot.url}/oauth/access_token", data=form | given, timeout=10)


def test_a_code_is_worth_one_token_with_the_scopes_that_were_asked_for(admin: Admin) -> None:
    answer = answered(authorize(admin))
    assert answer["state"] == "of the union"

    token = fetch(admin, answer["code"]).json()["access_token"]

    assert admin.call("GET", "memberships", token=token).status_code == 200
    assert admin.call("GET", "subscriptions", token=token).status_code == 403
    assert fetch(admin, answer["code"]).status_code == 400


def test_an_admin_may_say_no(admin: Admin) -> None:
    admin.cobot.tell("admin", agrees=False)

    assert answered(authorize(admin)) == {"error": "access_denied", "state": "of the union"}


@pytest.mark.parametrize("given", [{"client_id": "mallory"}, {"response_type": "token"}, {"redirect_uri": ""}])
def test_a_question_that_is_wrong_leads_nowhere(admin: Admin, given: dict[str, str]) -> None:
    assert authorize(admin, **given).status_code == 400


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"client_secret": "guessed"}, 401),
        ({"code": "guessed"}, 400),
        ({"redirect_uri": "https://mallory.test"}, 400),
        ({"grant_type": "password"}, 400),
    ],
)
def test_a_token_is_for_whoever_asked(admin: Admin, given: dict[str, str], status: int) -> None:
    assert fetch(admin, answered(authorize(admin))["code"], **given).status_code == status
