"""The authorisation of an account's owner, against the simulator's pages and against answers that are amiss."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from accord.adapters.mailchimp.oauth import LOGIN_URL, MailchimpOAuth, OAuthClient
from accord.errors import AccordError, Misconfigured, Rejected, Retryable
from accord.ports.authorising import Grant
from tools.mailchimp_simulator import Simulator

BACK = "https://dam.test/mailchimp/oauth/callback"
BEAVER = OAuthClient("beaver", "a-secret-of-beavers")


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator(latency=0) as running:
        registered = {"redirect_uri": BACK, "client_id": "beaver", "client_secret": "a-secret-of-beavers"}
        requests.post(f"{running.control_url}/oauth/applications", json=registered, timeout=5).raise_for_status()
        yield running


@pytest.fixture
def owner(simulator: Simulator) -> MailchimpOAuth:
    return MailchimpOAuth(lambda: BEAVER, login_url=simulator.login_url, allow_any_host=True)


def allowed(url: str) -> str:
    """The code that comes of pressing Allow on the page that the URL shows."""
    page, _, query = url.partition("?")
    form = {name: value for name, (value,) in parse_qs(query).items()} | {"answer": "allow"}
    back = requests.post(page, data=form, timeout=5, allow_redirects=False).headers["Location"]
    assert parse_qs(urlsplit(back).query)["state"] == ["a-state"]
    return parse_qs(urlsplit(back).query)["code"][0]


def test_the_owner_is_sent_to_mailchimp_with_all_that_it_asks_for() -> None:
    url = MailchimpOAuth(lambda: BEAVER).authorize_url("a-state", BACK)

    assert url.startswith("https://login.mailchimp.com/oauth2/authorize?")
    assert parse_qs(urlsplit(url).query) == {
        "response_type": ["code"],
        "client_id": ["beaver"],
        "redirect_uri": [BACK],
        "state": ["a-state"],
    }


def test_a_code_becomes_a_token_that_opens_the_account(simulator: Simulator, owner: MailchimpOAuth) -> None:
    grant = owner.grant(allowed(owner.authorize_url("a-state", BACK)), BACK)

    assert grant.base_url == simulator.url
    assert owner.has_audience(grant, simulator.list_id)
    assert not owner.has_audience(grant, "somebodyelses")
    assert grant.token not in repr(grant)


def test_a_code_that_was_used_is_rejected_and_not_repeated(owner: MailchimpOAuth) -> None:
    code = allowed(owner.authorize_url("a-state", BACK))
    owner.grant(code, BACK)

    with pytest.raises(Rejected, match="invalid_grant") as caught:
        owner.grant(code, BACK)
    assert code not in str(caught.value)


def test_a_wrong_client_secret_wakes_a_person_and_is_not_repeated(simulator: Simulator) -> None:
    stoat = OAuthClient("beaver", "a-secret-of-stoats")
    owner = MailchimpOAuth(lambda: stoat, login_url=simulator.login_url, allow_any_host=True)

    with pytest.raises(Misconfigured, match="client_secret") as caught:
        owner.grant(allowed(owner.authorize_url("a-state", BACK)), BACK)
    assert "stoats" not in str(caught.value) + repr(stoat)


def test_a_token_that_was_revoked_opens_nothing(simulator: Simulator, owner: MailchimpOAuth) -> None:
    grant = owner.grant(allowed(owner.authorize_url("a-state", BACK)), BACK)
    requests.post(f"{simulator.control_url}/oauth/revoke", json={}, timeout=5).raise_for_status()

    with pytest.raises(Misconfigured, match="revoked"):
        owner.has_audience(grant, simulator.list_id)


@pytest.mark.parametrize("client", [OAuthClient("", "s"), OAuthClient("beaver", "")])
def test_without_a_registered_client_it_says_how_to_register_one(client: OAuthClient) -> None:
    owner = MailchimpOAuth(lambda: client)

    with pytest.raises(Misconfigured, match="Registered apps"):
        owner.authorize_url("a-state", BACK)
    with pytest.raises(Misconfigured, match="Registered apps"):
        owner.grant("a-code", BACK)


@pytest.mark.parametrize("url", ["http://login.mailchimp.com", "https://login.mailchimp.test", "http://127.0.0.1:9"])
def test_secrets_go_to_mailchimps_own_login_only(url: str) -> None:
    with pytest.raises(Misconfigured, match=LOGIN_URL):
        MailchimpOAuth(lambda: BEAVER, login_url=url)


class Canned(requests.Session):
    """Answers without a network, one answer after the other."""

    def __init__(self, *answers: tuple[int, Any]) -> None:
        super().__init__()
        self._answers = list(answers)

    def request(self, *_given: Any, **_named: Any) -> requests.Response:
        response = requests.Response()
        response.status_code, body = self._answers.pop(0)
        response._content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return response


def granted(*answers: tuple[int, Any]) -> Grant:
    return MailchimpOAuth(lambda: BEAVER, session=Canned(*answers)).grant("a-code-of-beavers", BACK)


TOKEN = (200, {"access_token": "t0k3n", "expires_in": 0, "scope": None})


@pytest.mark.parametrize(
    ("metadata", "base_url"),
    [
        ((200, {"dc": "us7", "api_endpoint": "https://us7.api.mailchimp.com"}), "https://us7.api.mailchimp.com/3.0"),
        ((200, {"dc": "us7"}), "https://us7.api.mailchimp.com/3.0"),
        ((200, {}), "https://api.mailchimp.com/3.0"),
        ((200, {"dc": "us7.stoat.test/"}), "https://api.mailchimp.com/3.0"),
        ((404, b""), "https://api.mailchimp.com/3.0"),
        ((410, b""), "https://api.mailchimp.com/3.0"),
    ],
)
def test_the_account_answers_where_the_metadata_say_or_at_the_single_host(metadata: Any, base_url: str) -> None:
    assert granted(TOKEN, metadata).base_url == base_url


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ([(200, {"access_token": ""})], Retryable),
        ([(200, b"<html>")], Retryable),
        ([(429, b"")], Retryable),
        ([(403, b"")], Retryable),
        ([(502, b"<html>")], Retryable),
        ([(302, b"")], Misconfigured),
        ([(400, {"error": "invalid_request", "error_description": "a-code-of-beavers"})], Misconfigured),
        ([(400, {"error": "invalid_grant"})], Rejected),
        ([(401, {"error": "invalid_client"})], Misconfigured),
        ([TOKEN, (401, {"error": "invalid_token"})], Misconfigured),
        ([TOKEN, (200, {"error": "invalid_token"})], Misconfigured),
        ([TOKEN, (500, b"")], Retryable),
        ([TOKEN, (200, {"api_endpoint": "https://stoat.test"})], Misconfigured),
    ],
)
def test_an_answer_that_is_not_a_grant_is_an_error_that_repeats_nothing(
    answers: list[tuple[int, Any]], error: type[AccordError]
) -> None:
    with pytest.raises(error) as caught:
        granted(*answers)

    assert not {word for word in ("a-code", "t0k3n", "secret-of", "stoat") if word in str(caught.value)}


def test_a_login_that_can_not_be_reached_may_be_reached_later() -> None:
    owner = MailchimpOAuth(lambda: BEAVER, login_url="http://127.0.0.1:9", allow_any_host=True, timeout=1)

    with pytest.raises(Retryable):
        owner.grant("a-code", BACK)
