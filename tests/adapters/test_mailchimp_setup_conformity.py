"""Every body that Accord sends to set an audience up has the shape that the official specification gives to it."""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import pytest
import requests
from requests.adapters import BaseAdapter

from accord.adapters.mailchimp.account import MailchimpAccount
from accord.adapters.mailchimp.setup import MailchimpSetup
from accord.domain.connection import FieldType, MergeField
from tests.adapters.test_mailchimp_setup import MEERKATS

SPECIFICATION = os.environ.get("MAILCHIMP_SPEC", "")
pytestmark = pytest.mark.skipif(
    not Path(SPECIFICATION).is_file(), reason="MAILCHIMP_SPEC does not name the official specification's file"
)


@cache
def schema(method: str, template: str) -> dict[str, Any]:
    """The schema of the body of an operation."""
    operation = json.loads(Path(SPECIFICATION).read_text())["paths"][template][method]
    [body] = (each["schema"] for each in operation["parameters"] if each["in"] == "body")
    found: dict[str, Any] = body
    return found


class Answering(BaseAdapter):
    """Says yes to everything, and keeps what was sent."""

    def __init__(self) -> None:
        super().__init__()
        self.bodies: list[tuple[str, str, Any]] = []

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        if request.body:
            path = urlsplit(request.url or "").path.removeprefix("/3.0")
            self.bodies.append((request.method or "", path, json.loads(request.body)))
        response = requests.Response()
        response.status_code = 200
        response._content = b'{"id": 7, "title": "Duties", "name": "Digging", "tag": "PLAN", "type": "text"}'
        return response

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def mailchimp() -> Answering:
    return Answering()


@pytest.fixture
def given(mailchimp: Answering) -> dict[str, Any]:
    session = requests.Session()
    session.mount("https://", mailchimp)
    return {"base_url": "https://us1.api.mailchimp.com", "api_key": "k-us1", "session": session}


def check(body: Any, described: dict[str, Any]) -> None:
    """The body fits, and names nothing that the specification does not."""
    problems = jsonschema.Draft4Validator(described).iter_errors(body)
    assert [f"{'/'.join(map(str, each.path))}: {each.message}" for each in problems] == []
    assert strangers(body, described) == []


def strangers(body: Any, described: dict[str, Any]) -> list[str]:
    if not isinstance(body, dict) or "properties" not in described:
        return []
    known = described["properties"]
    inner = [name for key, value in body.items() if key in known for name in strangers(value, known[key])]
    return [key for key in body if key not in known] + inner


def test_a_new_audience(mailchimp: Answering, given: dict[str, Any]) -> None:
    MailchimpSetup(**given).create_audience(MEERKATS)

    [(method, path, body)] = mailchimp.bodies
    assert (method, path) == ("POST", "/lists")
    check(body, schema("post", "/lists"))


def test_a_new_group_and_its_interests(mailchimp: Answering, given: dict[str, Any]) -> None:
    MailchimpSetup(**given).create_group("dune", "Duties", ["Digging"])

    (_, _, category), (_, path, interest) = mailchimp.bodies
    assert path == "/lists/dune/interest-categories/7/interests"
    check(category, schema("post", "/lists/{list_id}/interest-categories"))
    check(interest, schema("post", "/lists/{list_id}/interest-categories/{interest_category_id}/interests"))


def test_new_segments_and_their_conditions(mailchimp: Answering, given: dict[str, Any]) -> None:
    setup = MailchimpSetup(**given)
    for kind in (FieldType.TEXT, FieldType.DROPDOWN):
        setup.create_value_segment("dune", f"Full dune by {kind}", MergeField(tag="PLAN", type=kind), "Full dune")
    setup.create_tag_segment("dune", "Sentinels", 7)

    described = schema("post", "/lists/{list_id}/segments")
    variants = described["properties"]["options"]["properties"]["conditions"]["items"]["x-oneOf"]
    by_type = {each["properties"]["condition_type"]["enum"][0]: each for each in variants}
    kinds = []
    for _, _, body in mailchimp.bodies:
        check(body, described)
        for condition in body["options"]["conditions"]:
            kinds.append(condition["condition_type"])
            check(condition, by_type[condition["condition_type"]])
    assert kinds == ["TextMerge", "SelectMerge", "StaticSegment"]


def test_a_new_field(mailchimp: Answering, given: dict[str, Any]) -> None:
    MailchimpAccount(**given).create_merge_field("dune", "PLAN", "Plan", FieldType.TEXT, ["Full dune"])

    check(mailchimp.bodies[0][2], schema("post", "/lists/{list_id}/merge-fields"))


def test_a_webhook_made_and_changed(mailchimp: Answering, given: dict[str, Any]) -> None:
    account = MailchimpAccount(**given)
    account.create_webhook("dune", "https://accord.test/mailchimp/webhooks/dune/secret")
    account.change_webhook("dune", "7")

    (_, _, made), (method, path, changed) = mailchimp.bodies
    assert (method, path) == ("PATCH", "/lists/dune/webhooks/7")
    check(made, schema("post", "/lists/{list_id}/webhooks"))
    check(changed, schema("patch", "/lists/{list_id}/webhooks/{webhook_id}"))
