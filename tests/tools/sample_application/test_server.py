"""The sample application: it lists the notices that are signed, once each, and no others."""

import json
from collections.abc import Iterator

import pytest
import requests

from tools.sample_application import SampleApplication, signed_headers

SECRET = "whsec_cGxhdHlwdXNlcyBhcmUgbWFtbWFscyB0aGF0IGxheSBlZ2dz"
OTHER = "whsec_d29tYmF0cyBtYWtlIGN1YmVzLCBldmVyeWJvZHkga25vd3M="
NOTICE = {
    "type": "member.unsubscribed",
    "timestamp": "2026-03-01T12:00:00Z",
    "data": {"id": "wombat", "email": "w@b.test"},
}


@pytest.fixture
def upstream() -> Iterator[SampleApplication]:
    with SampleApplication(secrets=[SECRET]) as application:
        yield application


def post(upstream: SampleApplication, body: str, headers: dict[str, str]) -> int:
    return requests.post(f"{upstream.url}/notices", data=body, headers=headers, timeout=5).status_code


def listed(upstream: SampleApplication) -> object:
    return requests.get(f"{upstream.url}/notices", timeout=5).json()


def test_a_signed_notice_is_listed(upstream: SampleApplication) -> None:
    body = json.dumps(NOTICE)

    assert post(upstream, body, signed_headers(SECRET, body)) == 204
    assert listed(upstream) == [NOTICE]


def test_a_notice_that_comes_twice_is_listed_once(upstream: SampleApplication) -> None:
    body = json.dumps(NOTICE)
    for _ in range(2):
        assert post(upstream, body, signed_headers(SECRET, body, "msg_1")) == 204

    assert listed(upstream) == [NOTICE]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        signed_headers(OTHER, json.dumps(NOTICE)),
        signed_headers(SECRET, "{}"),
        {**signed_headers(SECRET, json.dumps(NOTICE)), "webhook-timestamp": "1700000000"},
        {**signed_headers(SECRET, json.dumps(NOTICE)), "webhook-signature": "v1,not-base64!"},
        {**signed_headers(SECRET, json.dumps(NOTICE)), "webhook-signature": "nonsense"},
    ],
    ids=["unsigned", "another secret", "another body", "late", "not base64", "no version"],
)
def test_a_notice_without_a_right_signature_is_refused(upstream: SampleApplication, headers: dict[str, str]) -> None:
    assert post(upstream, json.dumps(NOTICE), headers) == 401
    assert listed(upstream) == []


@pytest.mark.parametrize("body", ["", "[]", '"platypus"', '{"type": "member.unsubscribed"}'])
def test_what_is_signed_and_no_notice_is_not_listed(upstream: SampleApplication, body: str) -> None:
    assert post(upstream, body, signed_headers(SECRET, body)) == 400
    assert listed(upstream) == []


def test_the_next_notices_are_answered_as_it_was_told(upstream: SampleApplication) -> None:
    body = json.dumps(NOTICE)
    told = requests.post(f"{upstream.url}/answers", json={"statuses": [500, 410]}, timeout=5)

    assert told.status_code == 204
    assert [post(upstream, body, signed_headers(SECRET, body, "msg_1")) for _ in range(2)] == [500, 410]
    assert listed(upstream) == []
    assert post(upstream, body, signed_headers(SECRET, body, "msg_1")) == 204
    assert listed(upstream) == [NOTICE]
    tries = requests.get(f"{upstream.url}/tries", timeout=5).json()
    assert tries == [{"id": "msg_1", "answer": status} for status in (500, 410, 204)]


def test_a_slow_answer_is_of_a_notice_that_was_taken(upstream: SampleApplication) -> None:
    body = json.dumps(NOTICE)
    upstream.answer_next(204, delay=30)

    with pytest.raises(requests.ReadTimeout):
        requests.post(f"{upstream.url}/notices", data=body, headers=signed_headers(SECRET, body), timeout=0.2)
    assert listed(upstream) == [NOTICE]


@pytest.mark.parametrize(
    "said", [[], {}, {"statuses": 500}, {"statuses": [99]}, {"statuses": ["wombat"]}, {"statuses": [500], "delay": -1}]
)
def test_answers_without_sense_are_refused_with_a_hint(upstream: SampleApplication, said: object) -> None:
    answer = requests.post(f"{upstream.url}/answers", json=said, timeout=5)

    assert answer.status_code == 400
    assert "statuses" in answer.json()["error"]


def test_a_secret_can_be_trusted_later(upstream: SampleApplication) -> None:
    upstream.trust(OTHER)
    body = json.dumps(NOTICE)

    assert post(upstream, body, signed_headers(OTHER, body)) == 204


def test_it_shows_its_members_as_they_were_last_posted(upstream: SampleApplication) -> None:
    upstream.remember(
        [
            {"type": "member.upserted", "id": "wombat", "member": {"plan": "Burrow"}},
            {"type": "member.upserted", "id": "quokka", "member": {"plan": "Shrub"}},
            {"type": "member.upserted", "id": "wombat", "member": {"plan": "Tunnel"}},
            {"type": "member.left", "id": "quokka"},
        ]
    )

    members = requests.get(f"{upstream.url}/members", timeout=5).json()
    assert members == {"members": [{"id": "wombat", "plan": "Tunnel"}]}


def test_a_port_that_is_taken_is_said_at_once(upstream: SampleApplication) -> None:
    taken = int(upstream.url.rpartition(":")[2])

    with pytest.raises(OSError, match="in use"), SampleApplication(port=taken):
        pass
