"""How an application posts: signed, 500 at a time, patient with a 503, and never twice under two names."""

import json
from typing import Any

import pytest
from standardwebhooks import Webhook

from tests.tools.sample_application.receiver import Sent, Told, receiver
from tools.sample_application import PostError, Receipt, post_changes

SECRET = "whsec_cGxhdHlwdXNlcyBhcmUgbWFtbWFscyB0aGF0IGxheSBlZ2dz"
PLATYPUS: dict[str, Any] = {"type": "member.left", "id": "platypus", "occurred_at": "2026-03-01T12:00:00Z"}
TAKEN = Told(202, json.dumps({"accepted": [{"index": 0, "id": "platypus"}], "refused": []}))
BUSY = Told(503, "{}", {"retry-after": "7"})


def verified(sent: Sent) -> Any:
    return Webhook(SECRET).verify(sent.body, sent.headers)


def test_a_request_is_signed_as_standard_webhooks_prescribes() -> None:
    with receiver([TAKEN]) as accord:
        receipt = post_changes(accord.url, "pond", SECRET, [PLATYPUS])

    assert receipt == Receipt(("platypus",))
    assert accord.sent[0].path == "/v1/connections/pond/members"
    assert verified(accord.sent[0]) == {"changes": [PLATYPUS]}


def test_more_than_500_changes_go_in_several_requests_and_indexes_count_through() -> None:
    refusing = Told(202, json.dumps({"accepted": [], "refused": [{"index": 1, "errors": []}]}))
    with receiver([TAKEN, refusing]) as accord:
        receipt = post_changes(accord.url, "pond", SECRET, [PLATYPUS] * 502)

    assert [len(verified(sent)["changes"]) for sent in accord.sent] == [500, 2]
    assert receipt.refused == ({"index": 501, "errors": []},)


def test_a_503_is_repeated_under_the_same_id_after_the_pause_that_it_asks_for() -> None:
    pauses: list[float] = []
    with receiver([BUSY, BUSY, TAKEN]) as accord:
        receipt = post_changes(accord.url, "pond", SECRET, [PLATYPUS], sleep=pauses.append)

    assert receipt.accepted == ("platypus",)
    assert pauses == [7.0, 7.0]
    assert len({sent.headers["webhook-id"] for sent in accord.sent}) == 1
    assert all(verified(sent) for sent in accord.sent)


def test_patience_has_an_end() -> None:
    with receiver([BUSY]) as accord, pytest.raises(PostError) as failure:
        post_changes(accord.url, "pond", SECRET, [PLATYPUS], patience=1)

    assert failure.value.status == 503
    assert len(accord.sent) == 1


def test_what_is_wrong_is_not_repeated_and_says_why() -> None:
    problem = {
        "title": "Wrong shape",
        "detail": "Correct it.",
        "errors": [{"field": "changes", "message": "must be a list"}],
    }
    with receiver([Told(422, json.dumps(problem))]) as accord, pytest.raises(PostError) as failure:
        post_changes(accord.url, "pond", SECRET, [PLATYPUS])

    assert str(failure.value) == "Wrong shape: Correct it. changes must be a list"
    assert len(accord.sent) == 1


def test_an_answer_of_something_in_between_is_named_by_its_status() -> None:
    with receiver([Told(502, "<html>")]) as accord, pytest.raises(PostError, match=r"^HTTP 502$"):
        post_changes(accord.url, "pond", SECRET, [PLATYPUS])


def test_nobody_there_is_an_error_without_a_status() -> None:
    pauses: list[float] = []
    with pytest.raises(PostError, match="no answer") as failure:
        post_changes("http://127.0.0.1:1", "pond", SECRET, [PLATYPUS], patience=0.5, sleep=pauses.append)

    assert failure.value.status == 0
