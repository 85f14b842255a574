"""What Accord refuses, through real HTTP: by a problem that names the field and the remedy, and at no cost."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from standardwebhooks import Webhook

from tests.system.application import AGREED, Application, agreed_now, moment, upserted
from tests.system.watching import wait_until_idle
from tools.sample_application import signed_headers

pytestmark = pytest.mark.system

EMAIL, NAME = "chimera@lair.test", "Chimeraldine"
INTRUDER = "a-token-that-an-intruder-guessed"
TELLTALES = ("chimera", "Chimeraldine", INTRUDER, "lair.test", "griffin", "yesterday-ish")


@pytest.fixture(autouse=True)
def _costs_nothing_and_leaves_no_trace(zoo: Application) -> Iterator[None]:
    before = zoo.stack.audience.calls()["total"]
    yield
    wait_until_idle(zoo.stack)
    assert zoo.stack.audience.calls()["total"] == before, "a refused request must not cost a call to Mailchimp"
    logs = zoo.stack.emulator.logs().lower()
    assert [word for word in TELLTALES if word.lower() in logs] == []


def a_change(**given: Any) -> dict[str, Any]:
    change = upserted("chimera", email=EMAIL, first_name=NAME, consent=AGREED | {"status": "unknown"})
    return change | given


def problem(answer: requests.Response, status: int) -> dict[str, Any]:
    """The problem document, which must be one."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert found["status"] == status
    assert found["title"]
    assert found["detail"]
    assert EMAIL not in answer.text
    return found


# --- who calls -------------------------------------------------------------------------------------------------------


def _signed(zoo: Application, secret: str, late: float = 0.0) -> requests.Response:
    body, at = json.dumps({"changes": [a_change()]}), datetime.now(UTC) - timedelta(seconds=late)
    headers = {
        "webhook-id": "msg_chimera",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign("msg_chimera", at, body),
    }
    return requests.post(f"{zoo.api.url}/members", data=body, headers=headers, timeout=30)


def test_unsigned_wrongly_signed_late_and_unknown_are_answered_alike(zoo: Application, keepers: Application) -> None:
    body = {"changes": [a_change()]}
    foreign = "whsec_" + base64.b64encode(b"an intruder's own secret, 32 b.").decode()
    elsewhere = f"{zoo.stack.info.api_url}/v1/connections/no-such-zoo/members"
    headers = signed_headers(zoo.signing_secret, json.dumps(body))
    answers = [
        zoo.send("POST", body=body),
        _signed(zoo, foreign),
        _signed(zoo, zoo.signing_secret, late=400),
        _signed(zoo, zoo.signing_secret, late=-400),
        _signed(zoo, keepers.signing_secret),
        zoo.send("POST", body=body, token=INTRUDER),
        zoo.send("POST", body=body, token=keepers.token),
        zoo.send("POST", body=body, token=zoo.operator_token),
        requests.post(elsewhere, data=json.dumps(body), headers=headers, timeout=30),
    ]
    documents = [problem(answer, 401) for answer in answers]
    assert all(document == documents[0] for document in documents)
    assert {answer.headers["www-authenticate"] for answer in answers} == {"Bearer"}


def test_a_body_that_was_changed_on_its_way_is_not_recognised(zoo: Application) -> None:
    body = json.dumps({"changes": [a_change()]})
    headers = signed_headers(zoo.signing_secret, body)
    altered = body.replace("unknown", "opted_in")
    answer = requests.post(f"{zoo.api.url}/members", data=altered, headers=headers, timeout=30)
    problem(answer, 401)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "members/chimera"),
        ("DELETE", "members/chimera"),
        ("GET", "members/chimera"),
        ("GET", "members/chimera/history"),
        ("GET", "badges?ids=chimera"),
        ("GET", "members"),
        ("GET", "counts"),
        ("POST", "members/chimera/retry"),
        ("GET", "failures"),
        ("POST", "failures/retry"),
    ],
)
def test_every_route_wants_a_token_and_its_own(zoo: Application, keepers: Application, method: str, path: str) -> None:
    body = {"member": {"email": EMAIL, "first_name": NAME}} if method == "PUT" else None
    missing, wrong, foreign = (zoo.send(method, path, body, token=token) for token in (None, INTRUDER, keepers.token))
    assert problem(missing, 401) == problem(wrong, 401) == problem(foreign, 401)


# --- what is wrong with the whole request ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body", ['{"changes": [', "chimera@lair.test", '{"changes": [NaN]}', '{"a": 1, "a": 2}', "\x00", ""]
)
def test_what_is_not_json_is_400(zoo: Application, body: str) -> None:
    problem(zoo.post_signed(body), 400)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ([], "body"),
        ("chimera@lair.test", "body"),
        ({}, "changes"),
        ({"changes": []}, "changes"),
        ({"changes": {"id": "chimera"}}, "changes"),
        ({"changes": [{}], "griffin": 1}, "griffin"),
    ],
)
def test_a_wrong_shape_is_422_and_names_the_field(zoo: Application, body: object, field: str) -> None:
    found = problem(zoo.post_signed(json.dumps(body)), 422)
    assert [error["field"] for error in found["errors"]] == [field]


def test_more_than_a_megabyte_or_500_changes_is_413(zoo: Application) -> None:
    padding = a_change(member={"first_name": NAME, "email": EMAIL, "plan": "x" * 1_050_000})
    problem(zoo.post_signed({"changes": [padding]}), 413)
    problem(zoo.post_signed({"changes": [a_change(id=f"chimera-{n}") for n in range(501)]}), 413)


# --- what is wrong with one change -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"member": {"email": "chimera(at)lair"}}, "member.email"),
        ({"member": {"email": "chimera@lair.invalid"}}, "member.email"),
        ({"member": {"email": EMAIL, "birthday": "1990-13-45"}}, "member.birthday"),
        ({"member": {"email": EMAIL, "joined_on": "yesterday-ish"}}, "member.joined_on"),
        ({"member": {"email": EMAIL, "griffin": "Chimeraldine"}}, "member.griffin"),
        ({"member": {"email": EMAIL, "address": {"line9": "lair.test"}}}, "member.address.line9"),
        ({"member": {"email": EMAIL, "consent": {"status": "perhaps"}}}, "member.consent.status"),
        ({"member": {"email": EMAIL, "tags": ["griffin"] * 101}}, "member.tags"),
        ({"member": {"email": EMAIL, "plan": "griffin" * 4_000}}, "change"),
        ({"griffin": True}, "griffin"),
        ({"type": "member.hatched"}, "type"),
        ({"id": EMAIL}, "id"),
        ({"occurred_at": "yesterday-ish"}, "occurred_at"),
        ({"occurred_at": "2026-01-01T10:00:00"}, "occurred_at"),
        ({"occurred_at": None}, "occurred_at"),
    ],
)
def test_a_bad_change_is_refused_with_its_field_and_a_remedy(
    zoo: Application, given: dict[str, Any], field: str
) -> None:
    answer = zoo.post_signed({"changes": [a_change(**given)]})
    assert (answer.status_code, answer.json()["accepted"]) == (202, [])
    (refused,) = answer.json()["refused"]
    assert refused["index"] == 0
    assert [error["field"] for error in refused["errors"]] == [field]
    assert all(error["message"] and EMAIL not in error["message"] for error in refused["errors"])


def test_the_future_is_refused_beyond_five_minutes(zoo: Application) -> None:
    ahead = moment(400)
    late = {"email": EMAIL, "consent": {"status": "opted_in", "at": ahead}}
    answer = zoo.post_signed({"changes": [a_change(occurred_at=ahead), a_change(member=late)]})
    fields = [[error["field"] for error in refused["errors"]] for refused in answer.json()["refused"]]
    assert fields == [["occurred_at"], ["member.consent.at"]]


def test_one_bad_change_by_put_is_422(zoo: Application) -> None:
    body = {"occurred_at": moment(), "member": {"email": "chimera(at)lair", "first_name": NAME}}
    found = problem(zoo.send("PUT", "members/chimera", body, token=zoo.token), 422)
    assert [error["field"] for error in found["errors"]] == ["member.email"]
    twice = problem(zoo.send("PUT", "members/chimera", body | {"id": "griffin"}, token=zoo.token), 422)
    assert [error["field"] for error in twice["errors"]] == ["id"]


def test_p13_good_changes_are_taken_and_bad_ones_listed(zoo: Application) -> None:
    good = [upserted(f"basilisk-{n}", email=None, consent=None) for n in (1, 2)]
    answer = zoo.post_signed({"changes": [good[0], a_change(griffin=1), good[1], "chimera", a_change(occurred_at=7)]})
    document = answer.json()
    assert document["accepted"] == [{"index": 0, "id": "basilisk-1"}, {"index": 2, "id": "basilisk-2"}]
    assert [refused["index"] for refused in document["refused"]] == [1, 3, 4]
    for change in good:
        assert zoo.settled(change["id"], change["occurred_at"])["reason"]["code"] == "no_email"
    assert zoo.send("GET", "members/chimera", token=zoo.token).status_code == 404


# --- what comes again ------------------------------------------------------------------------------------------------


def test_a_replayed_request_is_recognised_and_changes_nothing(zoo: Application) -> None:
    declined = {"status": "opted_out", "at": moment(-60)}
    first = upserted("roc", email="roc@cliff.test", first_name="Rocky", consent=declined)
    sent = json.dumps({"changes": [first]})
    assert zoo.post_signed(sent, "msg_roc").status_code == 202
    zoo.settled("roc", first["occurred_at"])
    newer = zoo.say("roc", email=None, first_name="Rocky", consent=agreed_now())
    history = zoo.kinds("roc")

    assert zoo.post_signed(sent, "msg_roc").json() == {"accepted": [{"index": 0, "id": "roc"}], "refused": []}
    wait_until_idle(zoo.stack)
    assert zoo.api.member("roc") == newer
    assert [kind for kind in zoo.kinds("roc") if kind != "superseded"] == history
