"""`manage_connections`, from the event of API Gateway to its answer."""

import hashlib
from typing import Any

import boto3
import pytest

from accord.adapters.secrets.reading import SecretsManagerSecrets
from tests.functions.conftest import Stack, event
from tests.functions.operating import NAMES, Answer, call, fields_of, kept, made


def test_a_new_connection_is_a_draft_that_says_what_it_lacks_in_the_language_asked_for(stack: Stack) -> None:
    sent = event("manage_connections.create")
    sent["headers"]["accept-language"] = "fr"

    status, answer = stack.call("manage_connections", sent)

    assert status == 201
    shown = answer["connection"]
    assert (shown["id"], shown["name"], shown["state"]) == ("sett", "Badger & Sons", "draft")
    assert shown["reason"]["code"] == "account_missing"
    assert "compte Mailchimp" in shown["reason"]["message"]
    assert (shown["policies"]["on_leave"], shown["policies"]["opt_in"]) == ("keep", "single")
    assert (shown["mailchimp"]["authorised_by"], shown["audience"]) == (None, None)
    assert answer["credentials"]["url"] == (
        "https://a1b2c3d4e5.execute-api.eu-west-3.amazonaws.com/v1/connections/sett/members"
    )


def test_on_an_emulator_the_application_posts_where_the_operator_called(stack: Stack) -> None:
    sent = event("manage_connections.create")
    sent["headers"]["host"] = "127.0.0.1:4566"
    sent["requestContext"]["domainName"] = "a1b2c3d4e5.execute-api.127.0.0.1"

    _, answer = stack.call("manage_connections", sent)

    url = "http://127.0.0.1:4566/_aws/execute-api/a1b2c3d4e5/$default/v1/connections/sett/members"
    assert answer["credentials"]["url"] == url


def test_the_credentials_are_those_that_the_functions_compare_with(stack: Stack) -> None:
    credentials = made(stack)["credentials"]

    connection = kept(stack)
    assert connection.token_hashes == (hashlib.sha256(credentials["token"].encode()).hexdigest(),)
    secrets = SecretsManagerSecrets(boto3.client("secretsmanager"))
    assert secrets.signing_secrets(connection) == (credentials["signing_secret"],)


def test_an_id_is_taken_once_and_the_first_one_stays_as_it_is(stack: Stack) -> None:
    made(stack)
    before = kept(stack)

    status, problem = call(stack, "create", {"id": "sett", "name": "Ferrets"})

    assert (status, kept(stack)) == (409, before)
    assert "another id" in problem["detail"]
    assert call(stack, "create", {"id": "burrow"})[0] == 409  # made by other means


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "id"),
        ({"id": "Sett"}, "id"),
        ({"id": "sett", "preset": "mews"}, "preset"),
        ({"id": "sett", "policies": {"on_leave": "erase"}}, "policies.on_leave"),
        ({"id": "sett", "mapping": {"shoe_size": "SHOES"}}, "mapping.shoe_size"),
        ({"id": "sett", "mapping": {"plan": "EMAIL"}}, "mapping.plan"),
        ({"id": "sett", "mapping": {"fields.tariff": "PLAN"}}, "mapping"),
        ({"id": "sett", "permissions": {"phone": "Email"}}, "permissions.phone"),
        ({"id": "sett", "permissions": {"consent": ""}}, "permissions.consent"),
        ({"id": "sett", "notice_url": "http://sett.test/notices"}, "notice_url"),
        ({"id": "sett", "notice_url": "https://10.1.2.3/notices"}, "notice_url"),
        ({"id": "sett", "email": "badger(at)sett"}, "email"),
        ({"id": "sett", "token": "my own"}, "token"),
        ({"id": "sett", "mailchimp_base_url": "ftp:nowhere"}, "mailchimp_base_url"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_field_and_nothing_is_made(
    stack: Stack, body: Answer, field: str
) -> None:
    assert fields_of(call(stack, "create", body)) == [field]
    assert stack.ledger.connection("sett") is None


def test_a_change_is_told_before_it_is_made(stack: Stack) -> None:
    status, told = call(stack, "change")

    assert (status, told["applied"]) == (200, False)
    assert [(each["field"], each["before"], each["after"]) for each in told["changes"]] == [
        ("policies.on_leave", "archive", "keep"),
        ("mapping.fields.company", None, "COMPANY"),
    ]
    assert all(each["effect"].endswith(".") for each in told["changes"])
    assert kept(stack, "burrow") == stack.connection

    _, done = call(stack, "change", dry_run="false")
    assert (done["applied"], done["connection"], done["changes"]) == (True, told["connection"], told["changes"])
    assert call(stack, "get")[1]["connection"] == done["connection"]
    assert call(stack, "change", dry_run="false")[1]["changes"] == []


@pytest.mark.parametrize("body", [{"id": "other"}, {"application": "cobot"}])
def test_what_a_connection_is_can_not_be_changed(stack: Stack, body: Answer) -> None:
    assert fields_of(call(stack, "change", body)) == [*body]


def test_a9_a_connection_is_paused_resumed_removed_and_started_again(stack: Stack) -> None:
    steps = [("pause", "paused"), ("resume", "live"), ("disconnect", "disconnected"), ("reconnect", "draft")]
    for step, state in steps:
        status, answer = call(stack, step)
        assert (status, answer["connection"]["state"]) == (200, state)
    assert kept(stack, "burrow").audience_read_at is None

    status, problem = call(stack, "resume")
    assert (status, problem["detail"]) == (
        409,
        "A connection that is draft does not take this step; these do: paused, broken.",
    )


def test_what_an_operator_says_of_a_step_is_shown(stack: Stack) -> None:
    message = call(stack, "pause")[1]["connection"]["reason"]["message"]

    assert "The badger is on holiday" in message
    for said in ({"reason": "x" * 301}, {"reason": 7}):
        assert fields_of(call(stack, "resume", said)) == ["reason"]
    assert fields_of(call(stack, "resume", {"cause": "why not"})) == ["cause"]


def test_a_rotated_token_is_valid_beside_the_one_before_until_that_is_dropped(stack: Stack) -> None:
    first = made(stack)["credentials"]["token"]
    second = call(stack, "rotate", {"rotate": "token"}, "sett")[1]["credentials"]["token"]
    third = call(stack, "rotate", {"rotate": "token"}, "sett")[1]["credentials"]["token"]
    assert kept(stack).token_hashes == tuple(hashlib.sha256(each.encode()).hexdigest() for each in (third, second))

    last = call(stack, "rotate", {"rotate": "token", "drop_previous": True}, "sett")[1]["credentials"]["token"]
    assert kept(stack).token_hashes == (hashlib.sha256(last.encode()).hexdigest(),)
    assert len({first, second, third, last}) == 4


def test_a_rotated_signing_secret_too(stack: Stack) -> None:
    first = made(stack)["credentials"]["signing_secret"]
    answer = call(stack, "rotate", {"rotate": "signing_secret"}, "sett")[1]["credentials"]

    assert answer.keys() == {"url", "signing_secret"}
    secrets = SecretsManagerSecrets(boto3.client("secretsmanager"))
    assert secrets.signing_secrets(kept(stack)) == (answer["signing_secret"], first)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "rotate"),
        ({"rotate": ["token"]}, "rotate"),
        ({"rotate": "everything"}, "rotate"),
        ({"rotate": "token", "drop_previous": "yes"}, "drop_previous"),
    ],
)
def test_a_rotation_that_makes_no_sense_is_refused(stack: Stack, body: Answer, field: str) -> None:
    assert fields_of(call(stack, "rotate", body)) == [field]


def test_all_are_listed_by_page(stack: Stack) -> None:
    made(stack)

    _, first = call(stack, "list", limit="1")
    _, second = call(stack, "list", limit="1", after=first["next"])

    assert [each["id"] for page in (first, second) for each in page["connections"]] == ["burrow", "sett"]
    assert second["next"] is None
    assert fields_of(call(stack, "list", after="tomorrow")) == ["after"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("token", ["Bearer upstream-token", "Bearer wrong", ""])
def test_only_operators_are_answered_and_others_learn_nothing(stack: Stack, name: str, token: str) -> None:
    answers = []
    for connection_id in ("burrow", "no-such-burrow"):
        sent: dict[str, Any] = event(f"manage_connections.{name}")
        sent["headers"]["authorization"] = token
        sent["body"] = "{"
        if "pathParameters" in sent:
            sent["pathParameters"] = {"connection_id": connection_id}
        answers.append(stack.call("manage_connections", sent))

    assert answers[0] == answers[1]
    assert answers[0][0] == 401


@pytest.mark.parametrize("name", [name for name in NAMES if name not in {"create", "list"}])
def test_an_operator_is_told_what_does_not_exist(stack: Stack, name: str) -> None:
    assert call(stack, name, cid="warren")[0] == 404


def test_the_secrets_of_a_new_connection_open_it_to_its_application(stack: Stack) -> None:
    credentials = made(stack)["credentials"]
    sent = event("receive_changes.post_members")
    sent["pathParameters"] = {"connection_id": "sett"}
    sent["headers"]["authorization"] = f"Bearer {credentials['token']}"

    assert stack.call("receive_changes", sent)[0] == 202
