"""Batches: many requests in one, done later, their results in an archive."""

import io
import json
import tarfile
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.tools.mailchimp_simulator.receiver import Receiver
from tests.tools.mailchimp_simulator.zookeeper import Zookeeper, until
from tools.mailchimp_simulator.domain.batches import Batches
from tools.mailchimp_simulator.domain.problems import Problem


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as listening:
        yield listening


def done(keeper: Zookeeper, *operations: dict[str, Any]) -> Any:
    batch = keeper.post("/batches", {"operations": operations})
    assert (batch["status"], batch["response_body_url"]) == ("pending", "")
    until(lambda: keeper.get(f"/batches/{batch['id']}")["status"] == "finished")
    return keeper.get(f"/batches/{batch['id']}")


def results(batch: Any) -> dict[str, list[tuple[int, Any]]]:
    """By operation id; the archive begins with a folder, as the real one."""
    content = requests.get(batch["response_body_url"], timeout=5).content
    found: dict[str, list[tuple[int, Any]]] = {}
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        folder, *files = tar.getmembers()
        assert folder.isdir()
        for member in files:
            opened = tar.extractfile(member)
            assert opened
            for entry in json.loads(opened.read()):
                response = json.loads(entry["response"]) if entry["response"] else None
                found.setdefault(entry["operation_id"], []).append((entry["status_code"], response))
    return found


def bee(number: int) -> str:
    return json.dumps({"email_address": f"bee-{number}@hive.test", "status": "subscribed"})


def test_operations_are_done_as_requests_are(keeper: Zookeeper) -> None:
    members = f"/lists/{keeper.simulator.list_id}/members"
    batch = done(
        keeper,
        {"method": "POST", "path": members, "body": bee(1), "operation_id": "one"},
        {"method": "POST", "path": members, "body": '{"email_address": "bee"}', "operation_id": "bad"},
        {"method": "DELETE", "path": f"{members}/nobody@hive.test", "operation_id": "none"},
        {"method": "POST", "path": "/nowhere", "body": "{", "operation_id": "lost"},
    )
    assert (batch["total_operations"], batch["finished_operations"], batch["errored_operations"]) == (4, 4, 3)
    found = results(batch)
    assert {name: entries[0][0] for name, entries in found.items()} == {
        "one": 200,
        "bad": 400,
        "none": 404,
        "lost": 404,
    }
    assert found["bad"][0][1]["detail"] == "Please provide a valid email address."
    assert keeper.get("members/bee-1@hive.test")["status"] == "subscribed"


def test_a_get_without_a_count_gives_all_pages(keeper: Zookeeper) -> None:
    keeper.simulator.fill(2100)
    members = f"/lists/{keeper.simulator.list_id}/members"
    params = {"fields": "members.id,total_items"}
    batch = done(
        keeper,
        {"method": "GET", "path": members, "params": params, "operation_id": "all"},
        {"method": "GET", "path": members, "params": params | {"count": 7}, "operation_id": "few"},
    )
    found = results(batch)
    assert [len(response["members"]) for _, response in found["all"]] == [1000, 1000, 100]
    assert [len(response["members"]) for _, response in found["few"]] == [7]


def test_the_results_lie_at_their_address_for_ten_minutes(keeper: Zookeeper) -> None:
    batch = done(keeper, {"method": "GET", "path": "/ping"})
    assert requests.get(batch["response_body_url"], timeout=5).status_code == 200
    keeper.tell("POST", "clock", {"advance": 601})
    assert requests.get(batch["response_body_url"], timeout=5).status_code == 403
    fresh = keeper.get(f"/batches/{batch['id']}")["response_body_url"]
    assert requests.get(fresh, timeout=5).status_code == 200
    keeper.tell("POST", "clock", {"advance": 7 * 86400})
    assert keeper.refused("GET", f"/batches/{batch['id']}")["status"] == 404
    assert keeper.get("/batches")["total_items"] == 0
    assert requests.get(fresh, timeout=5).status_code == 404


def test_the_end_of_a_batch_is_told(keeper: Zookeeper, receiver: Receiver) -> None:
    assert keeper.post("/batch-webhooks", {"url": receiver.url})["signing_secret"]
    batch = done(keeper, {"method": "GET", "path": "/ping"})
    until(lambda: receiver.received)
    form = receiver.received[0].form
    assert (form["type"], form["data[id]"]) == ("batch_operation_completed", batch["id"])
    assert (form["data[status]"], form["data[finished_operations]"]) == ("finished", "1")
    assert requests.get(form["data[response_body_url]"], timeout=5).status_code == 200


@pytest.mark.parametrize(
    "body", [{}, {"operations": []}, {"operations": ["GET /"]}, {"operations": [{"method": "SEND", "path": "/"}]}]
)
def test_a_batch_without_sense_is_refused(keeper: Zookeeper, body: object) -> None:
    assert keeper.refused("POST", "/batches", body)["status"] == 400


def test_there_are_at_most_twenty_batch_webhooks(keeper: Zookeeper, receiver: Receiver) -> None:
    for number in range(20):
        keeper.post("/batch-webhooks", {"url": f"{receiver.url}{number}"})
    assert keeper.refused("POST", "/batch-webhooks", {"url": receiver.url})["status"] == 400


def test_the_501st_pending_batch_is_one_too_many() -> None:
    batches, body = Batches(), {"operations": [{"method": "GET", "path": "/ping"}]}
    for _ in range(500):
        batches.create(body, 0)
    with pytest.raises(Problem) as refused:
        batches.create(body, 0)
    assert refused.value.status == 429
