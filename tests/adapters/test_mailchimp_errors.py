"""What Mailchimp's errors mean, row by row; and that no message repeats an address."""

import json
from typing import Any

import pytest

from accord.adapters.mailchimp.errors import Problem, Subject, error_of, problem_of, refusal_in_bulk, refusal_of
from accord.errors import AccordError, Misconfigured, Refusal, Rejected, Retryable

ADDRESS = "melusine.tartine@marmite.test"
ANY = Problem("Something Went Sideways", f"{ADDRESS} went sideways.")


def problem(title: str, detail: str = "", *fields: str) -> Problem:
    return Problem(title, detail, fields)


@pytest.mark.parametrize("reads", [True, False])
@pytest.mark.parametrize(
    ("status", "body", "unknown_after_a_write"),
    [
        (429, problem("TooManyRequests"), False),
        (429, None, False),
        (403, None, False),
        (503, None, False),
        (503, ANY, True),
        (500, problem("InternalServerError"), True),
        (500, None, True),
        (502, None, True),
        (504, None, True),
        (520, None, True),
    ],
)
def test_what_may_work_later_is_retryable(
    status: int, body: Problem | None, unknown_after_a_write: bool, reads: bool
) -> None:
    error = error_of(status, body, subject=Subject.CONTACT, reads=reads)
    assert isinstance(error, Retryable)
    assert error.effect_unknown is (unknown_after_a_write and not reads)
    assert not error.still_running  # an answer came: the call has ended


@pytest.mark.parametrize(
    ("status", "body", "subject"),
    [
        (401, problem("API Key Invalid"), Subject.CONTACT),
        (401, None, Subject.AUDIENCE),
        (403, problem("Forbidden"), Subject.CONTACT),
        (403, problem("User Disabled"), Subject.ACCOUNT),
        (404, problem("Resource Not Found"), Subject.AUDIENCE),
        (404, None, Subject.ACCOUNT),
        (301, None, Subject.CONTACT),
    ],
)
def test_what_only_a_person_can_mend_says_what_to_do(status: int, body: Problem | None, subject: Subject) -> None:
    error = error_of(status, body, subject=subject, reads=False)
    assert isinstance(error, Misconfigured)
    assert "then resume the connection" in str(error)
    assert str(status) in str(error)


@pytest.mark.parametrize(
    ("status", "body", "subject", "refusal", "detail"),
    [
        (404, problem("Resource Not Found"), Subject.CONTACT, Refusal.NOT_FOUND, ""),
        (404, None, Subject.CONTACT, Refusal.NOT_FOUND, ""),
        (404, problem("Resource Not Found"), Subject.TAG, Refusal.NOT_FOUND, "tag"),
        (405, problem("Method Not Allowed"), Subject.CONTACT, Refusal.CAN_NOT_ARCHIVE, ""),
        (400, problem("Member Exists", f"{ADDRESS} is already a list member."), Subject.CONTACT, Refusal.EXISTS, ""),
        (400, None, Subject.CONTACT, Refusal.OTHER, "400"),
        (418, problem("I'm a Teapot"), Subject.CONTACT, Refusal.OTHER, "I'm a Teapot"),
    ],
)
def test_what_concerns_one_contact_is_rejected(
    status: int, body: Problem | None, subject: Subject, refusal: Refusal, detail: str
) -> None:
    error = error_of(status, body, subject=subject, reads=False)
    assert isinstance(error, Rejected)
    assert (error.refusal, error.detail) == (refusal, detail)


@pytest.mark.parametrize(
    ("body", "refusal", "detail"),
    [
        (problem("Member Exists"), Refusal.EXISTS, ""),
        (problem("Member In Compliance State"), Refusal.COMPLIANCE, ""),
        (problem("Forgotten Email Not Subscribed"), Refusal.FORGOTTEN, ""),
        (problem("Invalid Resource", "Please provide a valid email address."), Refusal.EMAIL_REFUSED, ""),
        (
            problem("Invalid Resource", f"{ADDRESS} looks fake or invalid, please enter a real email address."),
            Refusal.EMAIL_REFUSED,
            "",
        ),
        (problem("Invalid Resource", "Your merge fields were invalid.", "LTV"), Refusal.FIELD_INVALID, "LTV"),
        (problem("Invalid Resource", "Your merge fields were invalid."), Refusal.FIELD_INVALID, ""),
        (problem("Invalid Resource", "See 'errors'.", "merge_fields.SHOESIZE"), Refusal.FIELD_INVALID, "SHOESIZE"),
        (problem("Invalid Resource", "...", "members.item:3.merge_fields.ZIP"), Refusal.FIELD_INVALID, "ZIP"),
        (problem("Invalid Resource", "See 'errors'.", "email_address"), Refusal.EMAIL_REFUSED, ""),
        (problem("Invalid Resource", "See 'errors'.", "members.item:3.email_address"), Refusal.EMAIL_REFUSED, ""),
        (problem("Invalid Resource", "See 'errors'.", f"oh, {ADDRESS}"), Refusal.FIELD_INVALID, ""),
        (
            problem(
                "Invalid Resource", f"{ADDRESS} has signed up to a lot of lists very recently; we're not allowing..."
            ),
            Refusal.SIGNUP_THROTTLED,
            "",
        ),
        # About the contact that was to move, not about the new address: nobody opted out there.
        (problem("Bad Request", 'This member\'s status is "cleaned."'), Refusal.OTHER, "Bad Request"),
        (problem("Bad Request", 'This member\'s status is "archived."'), Refusal.OTHER, "Bad Request"),
        (problem("Invalid Action"), Refusal.OTHER, "Invalid Action"),
        (problem(f"No {ADDRESS} Today"), Refusal.OTHER, ""),
    ],
)
def test_a_refusal_is_told_by_title_then_field_then_text(body: Problem, refusal: Refusal, detail: str) -> None:
    error = refusal_of(body)
    assert (error.refusal, error.detail) == (refusal, detail)


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        (f"{ADDRESS} has previously unsubscribed from this list and must opt in again.", Refusal.COMPLIANCE),
        (f"{ADDRESS} is in a compliance state due to unsubscribe, bounce, or compliance review.", Refusal.COMPLIANCE),
        (f'{ADDRESS} is already in this list with a status of "Cleaned".', Refusal.EXISTS),
        (f'{ADDRESS} is already in this list with a status of "Unsubscribed".', Refusal.EXISTS),
        (f'{ADDRESS} is already in this list with a status of "Subscribed".', Refusal.EXISTS),
        (f'{ADDRESS} is already in this list with a status of "Deleted".', Refusal.EXISTS),
        (f"{ADDRESS} was permanently deleted and cannot be re-imported. The contact must...", Refusal.FORGOTTEN),
        (
            f"{ADDRESS} was previously removed from this audience. To rejoin, they'll need to sign up using a form.",
            Refusal.FORGOTTEN,
        ),
        (f"{ADDRESS} looks fake or invalid, please enter a real email address.", Refusal.EMAIL_REFUSED),
        ("Invalid email address", Refusal.EMAIL_REFUSED),
        (f"{ADDRESS} has signed up to a lot of lists very recently", Refusal.SIGNUP_THROTTLED),
        ("Your merge fields were invalid.", Refusal.FIELD_INVALID),
        (f"{ADDRESS} is not to our taste", Refusal.OTHER),
    ],
)
def test_in_bulk_only_the_text_tells_and_is_not_repeated(text: str, refusal: Refusal) -> None:
    error = refusal_in_bulk({"email_address": ADDRESS, "error": text, "error_code": "ERROR_GENERIC"})
    assert error.refusal is refusal
    assert error.detail == ("ERROR_GENERIC" if refusal is Refusal.OTHER else "")


def test_in_bulk_the_code_and_the_field_tell_before_the_text() -> None:
    exists = refusal_in_bulk({"error": "compliance state", "error_code": "ERROR_CONTACT_EXISTS"})
    field = refusal_in_bulk({"error": "compliance state", "error_code": "ERROR_GENERIC", "field": "BIRTHDAY"})
    assert (exists.refusal, field.refusal, field.detail) == (Refusal.EXISTS, Refusal.FIELD_INVALID, "BIRTHDAY")


def test_an_entry_without_anything_is_other() -> None:
    assert (refusal_in_bulk({}).refusal, refusal_in_bulk({}).detail) == (Refusal.OTHER, "")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", None),
        (b"<html>Bad Gateway</html>", None),
        (b"[]", None),
        (b'{"message": "Forbidden"}', None),
        (b"\xff\xfe", None),
        (b'{"title": "Member Exists"}', Problem("Member Exists")),  # recorded bodies lack `type`
        (
            json.dumps({"title": "Invalid Resource", "detail": "x", "errors": [{"field": "LTV"}, "?", {}]}).encode(),
            Problem("Invalid Resource", "x", ("LTV",)),
        ),
        (b'{"title": "T", "errors": null}', Problem("T")),
    ],
)
def test_only_a_json_object_with_a_title_is_a_problem(body: bytes, expected: Any) -> None:
    assert problem_of(body) == expected


def test_no_message_repeats_an_address() -> None:
    loud = Problem(f"{ADDRESS} is in Trouble", f"{ADDRESS} is in trouble", (ADDRESS,))
    errors: list[AccordError] = [
        error_of(status, loud, subject=subject, reads=False)
        for status in (301, 400, 401, 403, 404, 405, 429, 500, 503)
        for subject in Subject
    ]
    errors.append(refusal_in_bulk({"error": f"{ADDRESS} is in trouble", "error_code": ADDRESS, "field": ADDRESS}))
    assert [str(error) for error in errors if "marmite" in str(error)] == []
