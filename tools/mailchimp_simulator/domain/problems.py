"""The errors of the Marketing API, word for word (FACTS 3 and the recorded bodies)."""

from collections.abc import Mapping, Sequence
from typing import Any

DOCUMENTATION = "https://mailchimp.com/developer/marketing/docs/errors/"


class Problem(Exception):
    """An answer of `application/problem+json`. `errors` appears only where Mailchimp gives field messages."""

    def __init__(
        self,
        status: int,
        title: str,
        detail: str,
        *,
        errors: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        has_type: bool = True,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.has_type = has_type

    def body(self, instance: str) -> dict[str, Any]:
        """The JSON body; `instance` is the id that Mailchimp gives to every failed request."""
        body: dict[str, Any] = {"type": DOCUMENTATION} if self.has_type else {}
        body |= {"title": self.title, "status": self.status, "detail": self.detail, "instance": instance}
        if self.errors:
            body["errors"] = [{"field": field, "message": message} for field, message in self.errors]
        return body


def bad_request(detail: str) -> Problem:
    return Problem(400, "Bad Request", detail)


def invalid_resource(detail: str, errors: Sequence[tuple[str, str]] = ()) -> Problem:
    return Problem(400, "Invalid Resource", detail, errors=errors)


def unfit(*errors: tuple[str, str]) -> Problem:
    """The body does not have the shape that the specification asks for."""
    return invalid_resource(
        "The resource submitted could not be validated. For field-specific details, see the 'errors' array.", errors
    )


def invalid_merge_fields(errors: Sequence[tuple[str, str]]) -> Problem:
    return invalid_resource("Your merge fields were invalid.", errors)


def invalid_email() -> Problem:
    return invalid_resource("Please provide a valid email address.")


def fake_email(email: str) -> Problem:
    return invalid_resource(f"{email} looks fake or invalid, please enter a real email address.")


def json_parse_exception() -> Problem:
    detail = "We encountered an unspecified JSON parsing error. Perhaps the JSON is not well formed?"
    return Problem(400, "JSON Parse Exception", detail)


def member_exists(email: str) -> Problem:
    detail = f"{email} is already a list member. Use PUT to insert or update list members."
    return Problem(400, "Member Exists", detail, has_type=False)


def in_compliance_state(email: str) -> Problem:
    detail = (
        f"{email} is in a compliance state due to unsubscribe, bounce, or compliance review and cannot be subscribed."
    )
    return Problem(400, "Member In Compliance State", detail)


def forgotten(email: str) -> Problem:
    detail = (
        f"{email} was permanently deleted and cannot be re-imported. "
        "The contact must re-subscribe to get back on the list."
    )
    return Problem(400, "Forgotten Email Not Subscribed", detail, has_type=False)


def address_is_fixed(status: str) -> Problem:
    """An address can not be changed while its contact is cleaned, unsubscribed or archived (FACTS 6)."""
    return bad_request(f'This member\'s status is "{status}." Their email address can not be changed.')


def cannot_archive() -> Problem:
    detail = "This list member cannot be removed. Can not archive a contact that is bounced, pending or archived"
    return Problem(405, "Method Not Allowed", detail, headers={"Allow": "GET, PUT"})


def key_invalid() -> Problem:
    detail = "Your API key may be invalid, or you've attempted to access the wrong datacenter."
    return Problem(401, "API Key Invalid", detail)


def key_missing() -> Problem:
    return Problem(401, "API Key Missing", "Your request did not include an API key.")


def forbidden(detail: str) -> Problem:
    return Problem(403, "Forbidden", detail)


def not_found() -> Problem:
    return Problem(404, "Resource Not Found", "The requested resource could not be found.")


def method_not_allowed(allowed: Sequence[str]) -> Problem:
    detail = "The requested method and resource are not compatible. See the Allow header for this resource's methods."
    return Problem(405, "Method Not Allowed", detail, headers={"Allow": ", ".join(sorted(allowed))})


def invalid_method_override() -> Problem:
    detail = "The X-HTTP-Method-Override header can only be used with the POST method."
    return Problem(422, "Invalid Method Override", detail)


def too_many_connections() -> Problem:
    return Problem(429, "TooManyRequests", "You have exceeded the limit of 10 simultaneous connections.")


def too_many_batches() -> Problem:
    return Problem(429, "TooManyRequests", "You have more than 500 pending batches.")


def internal_server_error() -> Problem:
    return Problem(500, "InternalServerError", "An unexpected internal error has occurred.")
