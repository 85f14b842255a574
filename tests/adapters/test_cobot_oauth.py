"""A token for a space, as its admin gives it, with Cobot as the simulator plays it."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from accord.adapters.cobot.oauth import LOGIN_URL, CobotOAuth, OAuthClient
from accord.adapters.cobot.space import CobotApplication
from accord.domain.cobot import Cobot
from accord.errors import Misconfigured, Rejected, Retryable
from tests.builders import NOON
from tools.cobot_simulator import CobotSimulator

BACK = "https://accord.test/cobot/oauth/callback"


@pytest.fixture(scope="module")
def cobot() -> Iterator[CobotSimulator]:
    with CobotSimulator() as running:
        running.tell("spaces", space="beehive")
        yield running


@pytest.fixture
def oauth(cobot: CobotSimulator) -> CobotOAuth:
    return registered(login_url=cobot.url)


def registered(word: str = "hush", login_url: str = LOGIN_URL) -> CobotOAuth:
    return CobotOAuth(lambda: OAuthClient("accord", word), login_url)


def code_of(oauth: CobotOAuth) -> str:
    """The admin agrees, and is sent back."""
    sent = requests.get(oauth.authorize_url("of the union", BACK), allow_redirects=False, timeout=10)
    told = parse_qs(urlsplit(sent.headers["location"]).query)
    assert told["state"] == ["of the union"]
    return told["code"][0]


def test_a_code_is_worth_a_token_that_reads_and_subscribes(oauth: CobotOAuth, cobot: CobotSimulator) -> None:
    token = oauth.token(code_of(oauth), BACK)

    space = CobotApplication(url=f"{cobot.url}/beehive", token=token, cobot=Cobot(space="beehive"))
    assert space.members(NOON) == []
    space.subscribe("https://accord.test/cobot/webhooks/hive/secret")
    space.unsubscribe("https://accord.test/")


def test_a_code_that_was_used_or_guessed_is_refused(oauth: CobotOAuth) -> None:
    used = code_of(oauth)
    oauth.token(used, BACK)

    for code, back in ((used, BACK), ("guessed", BACK), (code_of(oauth), "https://mallory.test/")):
        with pytest.raises(Rejected) as raised:
            oauth.token(code, back)
        assert code not in str(raised.value)


def test_a_wrong_secret_wakes_a_person_and_is_not_repeated(cobot: CobotSimulator) -> None:
    stranger = registered("swordfish", cobot.url)

    with pytest.raises(Misconfigured) as raised:
        stranger.token(code_of(stranger), BACK)
    assert "swordfish" not in str(raised.value) + repr(stranger)


def test_before_accord_is_registered_it_says_how_to_register_it() -> None:
    for nobody in (registered(""), CobotOAuth(lambda: OAuthClient("", "hush"))):
        with pytest.raises(Misconfigured, match="CobotOAuthClientId"):
            nobody.authorize_url("s", BACK)


def test_nobody_at_home_is_asked_again_later() -> None:
    with pytest.raises(Retryable):
        registered(login_url="http://127.0.0.1:9").token("code", BACK)


def test_an_answer_that_is_no_token_is_none(cobot: CobotSimulator) -> None:
    nowhere = registered(login_url=f"{cobot.url}/nowhere")

    with pytest.raises(Retryable):
        nowhere.token("code", BACK)


def test_the_admin_is_asked_at_cobot_itself_for_no_more_than_is_needed() -> None:
    asked = urlsplit(registered().authorize_url("s", BACK))

    assert (asked.scheme, asked.netloc, asked.path) == ("https", "www.cobot.me", "/oauth/authorize")
    assert parse_qs(asked.query)["scope"] == ["read_memberships read_subscriptions write_subscriptions"]
    assert "hush" not in asked.query
