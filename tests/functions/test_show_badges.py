"""`show_badges`, from the event of API Gateway to an image or a table."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import boto3
import pytest

from accord.domain.badge_token import badge_token
from accord.domain.folding import Intent
from accord.domain.reasons import ReasonCode, Status
from accord.domain.record import Reason, Record
from tests.functions.conftest import OPERATOR_TOKENS, SIGNING_SECRETS, UPSTREAM_TOKEN, Stack, event


@pytest.fixture
def known(stack: Stack) -> Stack:
    """m-17 can not be sent."""
    now, reason = datetime.now(UTC), Reason(code=ReasonCode.FIELD_INVALID, detail="fields.<shell>")
    record = Record(connection_id="burrow", member_id="m-17", since=now, status=Status.FAILED, reason=reason)
    stack.ledger.save_intents(stack.connection.audience_id, [Intent(record, (), (), (), material=True)])
    return stack


def a_token(secret: str = SIGNING_SECRETS[0], connection: str = "burrow", member: str = "m-17", hours: int = 1) -> str:
    return badge_token(secret, connection, member, datetime.now(UTC) + timedelta(hours=hours))


def image(stack: Stack, token: str | None, member: str = "m-17", connection: str = "burrow", **headers: str) -> Any:
    sent = event("show_badges.get_badge")
    sent["pathParameters"] = {"connection_id": connection, "member_id": member}
    sent["queryStringParameters"] = {"token": token} if token is not None else None
    sent["headers"] |= {name.replace("_", "-"): value for name, value in headers.items()}
    return stack.invoke("show_badges", sent)


def table(stack: Stack, ids: str | None, token: str = UPSTREAM_TOKEN, **query: str) -> tuple[int, dict[str, Any]]:
    sent = event("show_badges.list_badges")
    sent["queryStringParameters"] = query | ({"ids": ids} if ids is not None else {})
    sent["headers"]["authorization"] = f"Bearer {token}"
    return stack.call("show_badges", sent)


@pytest.mark.parametrize("secret", SIGNING_SECRETS)
def test_a5_a_badge_is_an_image_that_a_page_may_show(known: Stack, secret: str) -> None:
    answer = image(known, a_token(secret), accept_language="fr")

    assert answer["statusCode"] == 200
    assert answer["body"].startswith("<svg ")
    assert "La valeur du champ fields.&lt;shell&gt; ne peut pas être envoyée" in answer["body"]
    assert answer["headers"].pop("etag")
    assert answer["headers"] == {
        "content-type": "image/svg+xml",
        "cache-control": "private, max-age=60",
        "content-security-policy": "default-src 'none'",
        "x-content-type-options": "nosniff",
        "cross-origin-resource-policy": "cross-origin",
        "vary": "accept-language",
    }


def test_a_badge_that_did_not_change_is_not_sent_again(known: Stack) -> None:
    tag = image(known, a_token())["headers"]["etag"]

    again = image(known, a_token(), if_none_match=tag)

    assert (again["statusCode"], again["body"], again["headers"]["etag"]) == (304, "", tag)


def test_the_badge_of_who_is_not_known_is_an_image_too(known: Stack) -> None:
    answer = image(known, a_token(member="m-yeti"), member="m-yeti", accept_language="en")

    assert (answer["statusCode"], answer["headers"]["content-type"]) == (200, "image/svg+xml")
    assert "Accord has not heard of this member." in answer["body"]


def test_no_wrong_token_tells_whether_there_is_such_a_member_or_connection(known: Stack) -> None:
    right = a_token()
    answers = [
        image(known, None),
        image(known, ""),
        image(known, "banana"),
        image(known, right[:-1] + "x"),
        image(known, a_token(member="m-18")),
        image(known, right, member="m-18"),
        image(known, right, connection="sett"),
        image(known, right, connection="wombat@burrow.test"),
        image(known, a_token(connection="sett"), connection="sett"),
        image(known, a_token(hours=-1)),
        image(known, a_token(hours=24 * 30)),
        image(known, a_token("whsec_Zm94")),
        image(known, UPSTREAM_TOKEN),
        image(known, None, authorization=f"Bearer {UPSTREAM_TOKEN}"),
    ]

    assert [answer["statusCode"] for answer in answers] == [401] * len(answers)
    assert all(answer == answers[0] for answer in answers)
    assert answers[0]["headers"]["content-type"] == "application/problem+json"
    assert answers[0]["headers"]["cache-control"] == "no-store"


@pytest.mark.parametrize("member", ["wombat@burrow.test", "", "m" * 129, "a/b"])
def test_what_is_no_id_has_no_badge(known: Stack, member: str) -> None:
    answer = image(known, a_token(member=member), member=member)

    assert (answer["statusCode"], "wombat" in answer["body"]) == (422, False)


def test_a5_a_table_has_a_row_for_each_id_with_a_url_that_opens(known: Stack) -> None:
    status, answer = table(known, "m-17,m-yeti,m+1~a|b", lang="en")

    assert status == 200
    failed, *strangers = answer["badges"]
    assert (failed["id"], failed["status"], failed["colour"]) == ("m-17", "failed", "red")
    assert failed["reason"]["code"] == "field_invalid"
    assert failed["reason"]["next_step"].startswith("Correct fields.<shell>")
    assert [(each["status"], each["colour"], each["reason"]["code"]) for each in strangers] == [
        (None, "grey", "not_known")
    ] * 2
    for each in answer["badges"]:
        url = urlsplit(each["url"])
        query = dict(parse_qsl(url.query, strict_parsing=True))
        *_, connection, members, member, last = url.path.split("/")
        assert f"{url.scheme}://{url.netloc}" == "https://a1b2c3d4e5.execute-api.eu-west-3.amazonaws.com"
        assert (connection, members, unquote(member), last) == ("burrow", "members", each["id"], "badge.svg")
        assert query["lang"] == "en"
        assert datetime.fromisoformat(each["expires_at"]) > datetime.now(UTC) + timedelta(hours=23)
        assert image(known, query["token"], each["id"])["statusCode"] == 200


def test_a_table_is_in_the_language_asked_for_and_so_are_its_images(known: Stack) -> None:
    sent = event("show_badges.list_badges")
    del sent["headers"]["accept-language"]

    _, silent = known.call("show_badges", sent)
    sent["headers"]["accept-language"] = "fr"
    _, french = known.call("show_badges", sent)

    assert "lang=" not in silent["badges"][0]["url"]
    assert "lang=fr" in french["badges"][0]["url"]
    assert french["badges"][0]["reason"]["message"].startswith("La valeur du champ")


def test_two_hundred_are_one_call_and_more_are_told_the_limit(known: Stack) -> None:
    ids = [f"m-{n}" for n in range(201)]

    status, answer = table(known, ",".join(ids[:200]))
    too_many, problem = table(known, ",".join(ids))

    assert (status, [each["id"] for each in answer["badges"]]) == (200, ids[:200])
    assert (too_many, "200" in problem["detail"]) == (413, True)


@pytest.mark.parametrize("ids", [None, "", ",", ",,,"])
def test_a_table_of_nobody_is_refused(known: Stack, ids: str | None) -> None:
    status, problem = table(known, ids)

    assert (status, [error["field"] for error in problem["errors"]]) == (422, ["ids"])


@pytest.mark.parametrize("wrong", ["wombat@burrow.test", "a b", "m" * 129, "ü"])
def test_an_id_that_is_none_is_named_by_its_place_and_not_repeated(known: Stack, wrong: str) -> None:
    status, problem = table(known, f"m-17,{wrong}")

    assert (status, [error["field"] for error in problem["errors"]]) == (422, ["ids"])
    assert "number 2" in problem["errors"][0]["message"]
    assert wrong not in str(problem)


@pytest.mark.parametrize("hours", ["0", "169", "-1", "1.5", "a day", ""])
def test_hours_are_one_to_a_week(known: Stack, hours: str) -> None:
    status, problem = table(known, "m-17", hours=hours)

    assert (status, [error["field"] for error in problem["errors"]]) == (422, ["hours"])


def test_the_longest_token_opens(known: Stack) -> None:
    _, answer = table(known, "m-17", hours="168")

    assert image(known, dict(parse_qsl(answer["badges"][0]["url"].partition("?")[2]))["token"])["statusCode"] == 200


def test_a_table_is_for_the_application_and_for_operators(known: Stack) -> None:
    assert table(known, "m-17", OPERATOR_TOKENS[0])[0] == 200
    assert [table(known, "m-17", token)[0] for token in ("", "wrong", a_token())] == [401] * 3


def test_an_operator_is_told_that_there_is_no_such_connection(known: Stack) -> None:
    sent = event("show_badges.list_badges")
    sent["pathParameters"]["connection_id"] = "sett"
    sent["headers"]["authorization"] = f"Bearer {OPERATOR_TOKENS[0]}"

    assert known.call("show_badges", sent)[0] == 404


def test_a_connection_without_a_signing_secret_says_what_to_do(known: Stack) -> None:
    boto3.client("secretsmanager").put_secret_value(SecretId=known.secrets["connection"], SecretString="{}")

    status, problem = table(known, "m-17")

    assert (status, "signing secret" in problem["detail"]) == (409, True)
    assert image(known, a_token())["statusCode"] == 401


def test_no_token_is_logged(known: Stack) -> None:
    token, wrong = a_token(), a_token(hours=-1)
    image(known, token)
    image(known, wrong)
    _, answer = table(known, "m-17")

    logged = known.logged.getvalue()
    assert '"status":200' in logged
    for each in (token, wrong, dict(parse_qsl(answer["badges"][0]["url"].partition("?")[2]))["token"]):
        assert each.partition(".")[2] not in logged
