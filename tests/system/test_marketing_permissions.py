"""Consent to purposes on the running system: an audience that was empty, and a person's own choice."""

from typing import Any

import pytest
import requests

from accord.domain.connection import Policy
from tests.system.application import Application, another_application
from tools.local_stack import LocalStack

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def postmen(stack: LocalStack) -> Application:
    """An audience with GDPR fields, without contacts."""
    made = another_application(stack, "postmen", Policy())
    audience, key = stack.audience.account, ("any", stack.audience.account.api_key)
    url = f"{audience.url}/lists/{made.audience_id}"
    assert requests.patch(url, json={"marketing_permissions": True}, auth=key, timeout=30).ok
    return made


def _asked(application: Application, wish: dict[str, str]) -> Any:
    """A change of the connection's permissions, as an operator makes it."""
    url = f"{application.stack.info.api_url}/v1/connections/postmen?dry_run=false"
    headers = {"authorization": f"Bearer {application.operator_token}"}
    return requests.patch(url, json={"permissions": wish}, headers=headers, timeout=30).json()


def _permitted(application: Application, email: str) -> set[str]:
    return {each["text"] for each in application.contact(email)["marketing_permissions"] if each["enabled"]}


def test_p21_q2_purposes_become_permissions_and_what_a_person_switched_off_stays_off(postmen: Application) -> None:
    email = "pelican@pier.test"
    assert _asked(postmen, {"consent": "Email", "fields.post": "direct mail"})["applied"]

    assert postmen.say("pelican", email=email, fields={"post": True})["status"] == "synced"
    assert _permitted(postmen, email) == {"Email", "Direct Mail"}

    shown = postmen.contact(email)["marketing_permissions"]
    off = [{"marketing_permission_id": each["marketing_permission_id"], "enabled": False} for each in shown]
    postmen.mailchimp("PATCH", f"members/{postmen.contact(email)['id']}", {"marketing_permissions": off})
    postmen.say("pelican", email=email, first_name="Pelle", fields={"post": True})
    assert (postmen.fields(email)["FNAME"], _permitted(postmen, email)) == ("Pelle", set())

    for stated in (False, True):
        postmen.say("pelican", email=email, first_name="Pelle", fields={"post": stated})
    assert _permitted(postmen, email) == {"Direct Mail"}

    (refused,) = _asked(postmen, {"fields.fax": "Fax"})["errors"]
    assert refused["field"] == "permissions.fields.fax"
    assert "Email, Direct Mail, Customized Online Advertising" in refused["message"]
