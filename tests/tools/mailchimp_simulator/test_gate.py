"""Who may enter, how many at once, and what goes wrong on demand."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.tools.mailchimp_simulator.zookeeper import Zookeeper, until
from tools.mailchimp_simulator import Simulator

MOLE = "mole@tunnel.test"
PATCH = "PATCH /3.0/lists/{list_id}/members/{subscriber_hash}"


def test_any_user_with_the_key_or_a_bearer_may_enter(simulator: Simulator) -> None:
    def status(**more: object) -> int:
        return requests.get(f"{simulator.url}/ping", timeout=5, **more).status_code  # type: ignore[arg-type]

    assert status(auth=("anybody", simulator.api_key)) == 200
    assert status(headers={"Authorization": f"Bearer {simulator.api_key}"}) == 200
    for wrong in ("Bearer mole", "Basic mole", "Basic bW9sZQ==", f"Digest {simulator.api_key}", "Bearer"):
        assert status(headers={"Authorization": wrong}) == 401
    assert status() == 401


def test_a_wrong_key_is_told_word_for_word(keeper: Zookeeper) -> None:
    answer = keeper.ask("GET", "/ping", headers={"Authorization": "Bearer mole"}, auth=("any", "mole-us1"))
    assert answer.json()["title"] == "API Key Invalid"
    assert answer.json()["detail"] == (
        "Your API key may be invalid, or you've attempted to access the wrong datacenter."
    )


def test_an_error_can_be_asked_for_by_header(keeper: Zookeeper) -> None:
    assert keeper.ask("GET", "/ping", headers={"X-Trigger-Error": "APIKeyMissing"}).status_code == 401
    assert keeper.ask("GET", "/ping", headers={"X-Trigger-Error": "InternalServerError"}).status_code == 500
    assert keeper.ask("GET", "/ping", headers={"X-Trigger-Error": "Unheard"}).status_code == 200


def test_unknown_routes_and_methods(keeper: Zookeeper) -> None:
    assert keeper.refused("GET", "/nowhere")["title"] == "Resource Not Found"
    assert keeper.refused("GET", "/lists/0123456789/members")["status"] == 404
    answer = keeper.ask("PUT", "/lists")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, POST")


@pytest.mark.parametrize("body", ["{", "mole", b"\xff"])
def test_what_is_not_json_is_refused(keeper: Zookeeper, body: str | bytes) -> None:
    assert keeper.ask("POST", "members", data=body).json()["title"] == "JSON Parse Exception"


def test_what_is_no_object_is_refused(keeper: Zookeeper) -> None:
    assert keeper.refused("POST", "members", [MOLE])["title"] == "Invalid Resource"


def test_a_method_is_overridden_by_post_only(keeper: Zookeeper) -> None:
    keeper.add(MOLE)
    override = {"X-HTTP-Method-Override": "DELETE"}
    assert keeper.ask("GET", f"members/{MOLE}", headers=override).status_code == 422
    assert keeper.ask("POST", f"members/{MOLE}", headers=override).status_code == 204


def test_calls_are_counted_by_route_and_control_is_not(keeper: Zookeeper) -> None:
    keeper.add(MOLE)
    keeper.get("members/mole%40tunnel.test")
    keeper.get(f"members/{MOLE}")
    keeper.refused("GET", "/nowhere")
    assert keeper.tell("GET", "calls") == {
        "total": 4,
        "by_route": {
            "POST /3.0/lists/{list_id}/members": 1,
            "GET /3.0/lists/{list_id}/members/{subscriber_hash}": 2,
            "GET (no such route)": 1,
        },
        "max_concurrent": 1,
    }
    keeper.tell("DELETE", "calls")
    assert keeper.tell("GET", "calls") == {"total": 0, "by_route": {}, "max_concurrent": 0}


@pytest.fixture
def crowd(keeper: Zookeeper) -> Iterator[Zookeeper]:
    """Ten requests that hold their connections until the test ends."""
    keeper.tell("POST", "faults", {"kind": "timeout", "times": 10, "route": "GET /3.0/ping"})
    leave = threading.Event()

    def hold() -> None:
        auth = ("mole", keeper.simulator.api_key)
        with requests.Session() as session:
            while not leave.is_set():
                try:
                    session.get(f"{keeper.simulator.url}/ping", auth=auth, timeout=(5, 0.4))
                except requests.Timeout:
                    return

    with ThreadPoolExecutor(10) as pool:
        for _ in range(10):
            pool.submit(hold)
        until(lambda: keeper.tell("GET", "calls")["max_concurrent"] == 10)
        yield keeper
        leave.set()


def test_the_eleventh_connection_is_refused_until_another_ends(crowd: Zookeeper) -> None:
    problem = crowd.refused("GET", "/ping")
    assert problem["status"] == 429
    assert problem["detail"] == "You have exceeded the limit of 10 simultaneous connections."
    assert crowd.tell("GET", "calls")["max_concurrent"] == 11
    until(lambda: crowd.ask("GET", "/ping").status_code == 200)


@pytest.mark.parametrize(("kind", "status"), [("429", 429), ("500", 500), ("503_bare", 503)])
def test_a_fault_is_answered_as_often_as_asked_and_has_no_effect(keeper: Zookeeper, kind: str, status: int) -> None:
    keeper.tell("POST", "faults", {"kind": kind, "times": 2})
    body = {"email_address": MOLE, "status": "subscribed"}
    answers = [keeper.ask("POST", "members", json=body) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [status, status, 200]
    assert (answers[0].content == b"") == (kind == "503_bare")


def test_a_fault_can_be_for_one_route_at_a_rate(keeper: Zookeeper) -> None:
    keeper.add(MOLE)

    def failures() -> list[bool]:
        keeper.tell("POST", "faults", {"kind": "500", "route": PATCH, "rate": 0.5, "seed": 7})
        failed = [keeper.ask("PATCH", f"members/{MOLE}", json={}).status_code == 500 for _ in range(40)]
        assert keeper.ask("GET", f"members/{MOLE}").status_code == 200
        keeper.tell("DELETE", "faults")
        return failed

    first = failures()
    assert 5 < sum(first) < 35
    assert failures() == first
    assert keeper.ask("PATCH", f"members/{MOLE}", json={}).status_code == 200


@pytest.mark.parametrize(("kind", "effect"), [("timeout", "unknown"), ("timeout_after_effect", "subscribed")])
def test_a_call_that_timed_out_may_have_had_its_effect(keeper: Zookeeper, kind: str, effect: str) -> None:
    keeper.tell("POST", "faults", {"kind": kind, "times": 1})
    body = {"email_address": MOLE, "status": "subscribed"}
    url = f"{keeper.simulator.url}/lists/{keeper.simulator.list_id}/members"
    with pytest.raises(requests.Timeout):
        requests.post(url, json=body, auth=("mole", keeper.simulator.api_key), timeout=0.1)
    assert keeper.standing(MOLE)["status"] == effect


def test_a_reset_cuts_the_connection(keeper: Zookeeper) -> None:
    keeper.tell("POST", "faults", {"kind": "reset", "times": 1})
    with pytest.raises(requests.ConnectionError, match=r"reset|abort"):
        keeper.ask("GET", "/ping")
    assert keeper.ask("GET", "/ping").status_code == 200


@pytest.mark.parametrize(
    ("body", "hint"),
    [
        ({"kind": "meteor"}, "kind must be one of 429, 500, 503_bare"),
        ({}, "kind must be one of"),
        ({"kind": "500", "route": "PATCH /members"}, "route must be one of"),
        ({"kind": "500", "rate": 2}, "rate must be"),
        ({"kind": "500", "times": -1}, "times must be"),
        ({"kind": "500", "seed": "acorn"}, "seed must be"),
        ({"kind": "lost_webhook", "route": PATCH}, "not of a route"),
        ([], "JSON object"),
    ],
)
def test_a_fault_without_sense_is_refused_with_a_hint(keeper: Zookeeper, body: object, hint: str) -> None:
    answer = keeper.control("POST", "faults", body)
    assert answer.status_code == 400
    assert hint in answer.json()["error"]
