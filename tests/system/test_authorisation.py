"""The owner of the account agrees at Mailchimp, takes it back, and agrees again, on the running system."""

from typing import Any
from urllib.parse import parse_qs

import pytest
import requests

from tests.system.application import Application, upserted
from tests.system.watching import kill_workers
from tools.local_stack import LocalStack

pytestmark = pytest.mark.system


def start(zoo: Application, token: str) -> requests.Response:
    url, query = f"{zoo.stack.info.api_url}/mailchimp/oauth/start", {"connection": zoo.api.connection_id}
    return requests.get(url, params=query, headers={"authorization": f"Bearer {token}"}, timeout=30)


def agree(zoo: Application) -> requests.Response:
    """An operator begins, the owner presses Allow, and the browser follows to the page of Accord."""
    started = start(zoo, zoo.stack.info.operator_token)
    assert started.status_code == 200, started.text
    page, _, query = started.json()["authorize_url"].partition("?")
    form: dict[str, Any] = {name: value for name, (value,) in parse_qs(query).items()}
    return requests.post(page, data=form | {"answer": "allow"}, timeout=30)


def test_s2_a_token_works_until_it_is_revoked_and_the_next_one_mends_the_connection(
    zoo: Application, stack: LocalStack
) -> None:
    secrets = stack.emulator.client("secretsmanager")
    name = f"accord/accord-local/connections/{zoo.api.connection_id}"
    before = secrets.get_secret_value(SecretId=name)["SecretString"]
    try:
        page = agree(zoo)
        assert (page.status_code, "Mailchimp is connected" in page.text) == (200, True), page.text
        assert stack.audience.account.api_key not in secrets.get_secret_value(SecretId=name)["SecretString"]
        assert requests.get(page.url, timeout=30).status_code == 400, "its state was used"

        kill_workers(stack)  # they keep a secret for minutes; their successors read it at once
        zoo.api.post([upserted("serow", email="serow@glade.test", first_name="Serowena")])
        zoo.api.wait_for("serow", lambda member: member["status"] == "synced")

        assert stack.audience.revoke_tokens() == 1
        zoo.api.post([upserted("quoll", email="quoll@glade.test", first_name="Quollette")])
        zoo.api.wait_for("quoll", lambda member: member["reason"]["code"] == "connection_paused")

        assert agree(zoo).status_code == 200
        kill_workers(stack)
        zoo.api.wait_for("quoll", lambda member: member["status"] == "synced")
    finally:
        secrets.put_secret_value(SecretId=name, SecretString=before)
        kill_workers(stack)


def test_only_an_operator_begins(zoo: Application) -> None:
    assert start(zoo, "a-token-that-an-intruder-guessed").status_code == 401
