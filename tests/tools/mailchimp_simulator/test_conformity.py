"""Every answer has the shape that the official specification gives to it."""

import json
import os
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import requests

from tests.tools.mailchimp_simulator import report_walks
from tests.tools.mailchimp_simulator.receiver import Receiver
from tests.tools.mailchimp_simulator.test_definitions import AVIARY
from tests.tools.mailchimp_simulator.zookeeper import Zookeeper, hash_of
from tools.mailchimp_simulator.api import routes

SPECIFICATION = os.environ.get("MAILCHIMP_SPEC", "")
pytestmark = pytest.mark.skipif(
    not Path(SPECIFICATION).is_file(), reason="MAILCHIMP_SPEC does not name the official specification's file"
)


@cache
def specification() -> dict[str, Any]:
    """The paths of the specification; its schemas are JSON Schema as they stand: no `$ref`, no `x-nullable`."""
    paths: dict[str, Any] = json.loads(Path(SPECIFICATION).read_text())["paths"]
    return paths


class Inspector:
    """Speaks through a Zookeeper and holds each answer to the specification."""

    def __init__(self, keeper: Zookeeper) -> None:
        self._keeper = keeper
        self.seen: set[str] = set()

    def __call__(self, method: str, template: str, body: object = None, **params: Any) -> Any:
        """`params` fill the template; what the template does not name goes into the query."""
        answer = self.checked(method, template, body, **params)
        assert answer.ok, answer.text
        self.seen.add(f"{method} /3.0{template}")
        return answer.json() if answer.content else None

    def checked(self, method: str, template: str, body: object = None, **params: Any) -> requests.Response:
        named = {"list_id": self._keeper.simulator.list_id} | params
        query = {name: value for name, value in params.items() if f"{{{name}}}" not in template}
        answer = self._keeper.ask(method, template.format_map(named), json=body, params=query)
        self.check(answer, method, template)
        return answer

    @staticmethod
    def check(answer: requests.Response, method: str, template: str) -> None:
        responses = specification()[template][method.lower()]["responses"]
        described = responses[str(answer.status_code) if answer.ok else "default"]
        schema = described.get("schema")
        is_empty, may_be_empty = answer.content == b"", schema is None and template not in UNSPECIFIED
        assert is_empty == may_be_empty, f"{method} {template}: {answer.status_code} {answer.text}"
        if schema:
            _check_schema(answer.json(), schema)
            _check_keys(answer.json(), schema, "")


def _check_schema(value: Any, schema: dict[str, Any]) -> None:
    problems = jsonschema.Draft4Validator(schema).iter_errors(value)
    assert [f"{'/'.join(map(str, each.path))}: {each.message}" for each in problems] == []


def _check_keys(value: Any, schema: dict[str, Any], where: str) -> None:
    """Nothing is there that the specification does not name: a schema alone would let it pass."""
    if "x-discriminator" in schema:
        schema = _variant(value, schema)
        _check_schema(value, schema)
    if isinstance(value, list) and "items" in schema:
        for each in value:
            _check_keys(each, schema["items"], where)
    if isinstance(value, dict) and "properties" in schema:
        unknown = value.keys() - schema["properties"].keys() - NEWER
        assert not unknown, f"{where}: {unknown}"
        for name, inner in value.items():
            _check_keys(inner, schema["properties"].get(name, {}), f"{where}.{name}")


def _variant(value: Any, schema: dict[str, Any]) -> dict[str, Any]:
    """The one of `x-oneOf` that the value says it is."""
    name = schema["x-discriminator"]["propertyName"]
    variants: list[dict[str, Any]] = schema["x-oneOf"]
    return next(each for each in variants if value[name] in each["properties"][name]["enum"])


# Whose answer the specification leaves open, though it is not empty.
UNSPECIFIED = {"/lists/{list_id}/surveys", "/lists/{list_id}/surveys/{survey_id}"}
# In the specification since 3.0.91, and `errors`, which every version leaves out of the general problem.
NEWER = {"signing_enabled", "signing_secret", "errors"}


@pytest.fixture
def inspect(keeper: Zookeeper) -> Inspector:
    return Inspector(keeper)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as listening:
        yield listening


LIST = "/lists/{list_id}"
MEMBER = LIST + "/members/{subscriber_hash}"
EMU = "emu@bush.test"
RHEA = "rhea@pampas.test"


def walk_lists(inspect: Inspector, receiver: Receiver) -> None:
    inspect("GET", "/")
    inspect("GET", "/ping")
    made = inspect("POST", "/lists", AVIARY)
    inspect("GET", "/lists", include_total_contacts="true")
    inspect("GET", LIST)
    inspect("PATCH", LIST, {"double_optin": True, "marketing_permissions": True})
    inspect("DELETE", LIST, list_id=made["id"])


def walk_members(inspect: Inspector, receiver: Receiver) -> None:
    members = [{"email_address": f"emu-{number}@bush.test", "status": "subscribed"} for number in range(3)]
    inspect("POST", LIST, {"members": [*members, {"email_address": "emu@example.com"}]})
    inspect("POST", LIST, {"members": members, "update_existing": True})
    address = {"addr1": "1 Track", "city": "Bush", "state": "NT", "zip": "12345"}
    full = {"merge_fields": {"FNAME": "Emu", "ADDRESS": address}, "tags": ["Tall"], "language": "en", "vip": True}
    inspect("POST", LIST + "/members", {"email_address": EMU, "status": "subscribed", **full})
    key = {"subscriber_hash": hash_of(EMU)}
    inspect("GET", MEMBER, **key)
    inspect("PUT", MEMBER, {"email_address": EMU, "status_if_new": "pending", "ip_opt": "192.0.2.1"}, **key)
    inspect("PATCH", MEMBER, {"status": "unsubscribed"}, **key)
    note = inspect("POST", MEMBER + "/notes", {"note": "Runs"}, **key)
    inspect("GET", MEMBER + "/notes", **key)
    inspect("GET", MEMBER + "/notes/{note_id}", note_id=note["id"], **key)
    inspect("PATCH", MEMBER + "/notes/{note_id}", {"note": "Runs fast"}, note_id=note["id"], **key)
    inspect("GET", LIST + "/members", sort_field="last_changed")
    inspect("GET", "/search-members", query="emu")
    inspect("DELETE", MEMBER + "/notes/{note_id}", note_id=note["id"], **key)
    inspect("POST", MEMBER + "/tags", {"tags": [{"name": "Loud", "status": "active"}]}, **key)
    inspect("GET", MEMBER + "/tags", **key)
    inspect("DELETE", MEMBER, **key)
    inspect("GET", LIST + "/members", status="archived")
    inspect("POST", MEMBER + "/actions/delete-permanent", **key)


def walk_definitions(inspect: Inspector, receiver: Receiver) -> None:
    options = {"choices": ["Grass", "Seed"]}
    field = inspect("POST", LIST + "/merge-fields", {"name": "Diet", "type": "radio", "options": options})
    inspect("GET", LIST + "/merge-fields", count=1000)
    inspect("GET", LIST + "/merge-fields/{merge_id}", merge_id=field["merge_id"])
    inspect("PATCH", LIST + "/merge-fields/{merge_id}", {"name": "Food"}, merge_id=field["merge_id"])
    inspect("DELETE", LIST + "/merge-fields/{merge_id}", merge_id=field["merge_id"])
    group = LIST + "/interest-categories/{interest_category_id}"
    category = inspect("POST", LIST + "/interest-categories", {"title": "Sports", "type": "checkboxes"})
    key = {"interest_category_id": category["id"]}
    inspect("GET", LIST + "/interest-categories")
    inspect("GET", group, **key)
    inspect("PATCH", group, {"title": "Races", "type": "radio"}, **key)
    interest = inspect("POST", group + "/interests", {"name": "Sprint"}, **key)
    inspect("GET", group + "/interests", **key)
    inspect("GET", group + "/interests/{interest_id}", interest_id=interest["id"], **key)
    inspect("PATCH", group + "/interests/{interest_id}", {"name": "Dash"}, interest_id=interest["id"], **key)
    inspect("DELETE", group + "/interests/{interest_id}", interest_id=interest["id"], **key)
    inspect("DELETE", group, **key)


def walk_segments(inspect: Inspector, receiver: Receiver) -> None:
    inspect("POST", LIST + "/members", {"email_address": RHEA, "status": "subscribed"})
    condition = {"condition_type": "EmailAddress", "field": "EMAIL", "op": "contains", "value": "emu"}
    inspect("POST", LIST + "/segments", {"name": "Emus", "options": {"match": "all", "conditions": [condition]}})
    tag = inspect("POST", LIST + "/segments", {"name": "Short", "static_segment": [RHEA]})
    segment, key = LIST + "/segments/{segment_id}", {"segment_id": tag["id"]}
    inspect("GET", LIST + "/segments")
    inspect("GET", segment, **key)
    inspect("PATCH", segment, {"name": "Shorter"}, **key)
    inspect("POST", segment, {"members_to_add": [RHEA], "members_to_remove": [RHEA]}, **key)
    inspect("POST", segment + "/members", {"email_address": RHEA}, **key)
    inspect("GET", segment + "/members", **key)
    inspect("DELETE", segment + "/members/{subscriber_hash}", subscriber_hash=hash_of(RHEA), **key)
    inspect("GET", LIST + "/tag-search", name="S")
    inspect("DELETE", segment, **key)


def walk_webhooks(inspect: Inspector, receiver: Receiver) -> None:
    body = {"url": receiver.url, "events": {"subscribe": True}, "sources": {"api": True}}
    key = {"webhook_id": inspect("POST", LIST + "/webhooks", body)["id"]}
    inspect("GET", LIST + "/webhooks")
    inspect("GET", LIST + "/webhooks/{webhook_id}", **key)
    inspect("PATCH", LIST + "/webhooks/{webhook_id}", {"events": {"profile": True}}, **key)
    inspect("DELETE", LIST + "/webhooks/{webhook_id}", **key)
    batch_key = {"batch_webhook_id": inspect("POST", "/batch-webhooks", {"url": receiver.url})["id"]}
    inspect("GET", "/batch-webhooks")
    inspect("GET", "/batch-webhooks/{batch_webhook_id}", **batch_key)
    inspect("PATCH", "/batch-webhooks/{batch_webhook_id}", {"enabled": False}, **batch_key)
    inspect("DELETE", "/batch-webhooks/{batch_webhook_id}", **batch_key)


def walk_batches(inspect: Inspector, receiver: Receiver) -> None:
    key = {"batch_id": inspect("POST", "/batches", {"operations": [{"method": "GET", "path": "/ping"}]})["id"]}
    while inspect("GET", "/batches/{batch_id}", **key)["status"] != "finished":
        time.sleep(0.005)
    inspect("GET", "/batches")
    inspect("DELETE", "/batches/{batch_id}", **key)


WALKS: list[Callable[[Inspector, Receiver], None]] = [
    walk_lists,
    walk_members,
    walk_definitions,
    walk_segments,
    walk_webhooks,
    walk_batches,
]


def test_every_answer_has_the_specified_shape_and_no_route_is_left_out(
    inspect: Inspector, receiver: Receiver, keeper: Zookeeper
) -> None:
    for walk in WALKS:
        walk(inspect, receiver)
    for along in report_walks.WALKS:
        along(inspect, keeper)
    assert inspect.seen == routes.names


def test_every_route_is_specified() -> None:
    specified = {f"{m.upper()} /3.0{path}" for path, methods in specification().items() for m in methods}
    assert routes.names <= specified


def test_problems_have_the_specified_shape(inspect: Inspector) -> None:
    assert inspect.checked("GET", LIST, list_id="nowhere").status_code == 404
    assert inspect.checked("POST", LIST + "/members", {"email_address": EMU}).status_code == 400
    assert inspect.checked("POST", LIST + "/merge-fields", {"type": "text"}).status_code == 400
