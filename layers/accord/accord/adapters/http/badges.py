"""Badges as answers show them: a small SVG for a page, and a table of them in JSON for whoever makes the page."""

import hashlib
import re
from dataclasses import dataclass
from html import escape
from typing import Any, NamedTuple, Self
from urllib.parse import quote, urlencode

from pydantic import TypeAdapter, ValidationError

from accord.adapters.http.members import language_in, preferred_language, reason_in_words
from accord.adapters.http.messages import Request
from accord.adapters.http.problems import ProblemError, wrong_shape
from accord.domain.badge import Badge, Colour
from accord.domain.changes import MemberId
from accord.domain.reason_texts import Language, explain
from accord.usecases.explain_refusal import FieldError
from accord.usecases.show_badges import IssuedBadge

MOST_BADGES = 200

_member_id: TypeAdapter[str] = TypeAdapter(MemberId)

_HEADERS = {
    "content-type": "image/svg+xml",
    # One browser's, and for a minute: what waits is often done then.
    "cache-control": "private, max-age=60",
    "content-security-policy": "default-src 'none'",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "cross-origin",  # it is made for the pages of others
}
_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" width="16" height="16" role="img" lang="{language}" '
    'aria-labelledby="{id}"><title id="{id}">{title}</title><path fill="{fill}" d="{shape}"/>'
    '<path fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" d="{sign}"/></svg>'
)


class Look(NamedTuple):
    """A colour that is seen on light pages and on dark ones, and two paths in a square of 16."""

    fill: str
    shape: str
    sign: str


_ROUND = "M8 0a8 8 0 1 1 0 16A8 8 0 0 1 8 0z"
_SQUARE = "M4 0h8a4 4 0 0 1 4 4v8a4 4 0 0 1-4 4H4a4 4 0 0 1-4-4V4a4 4 0 0 1 4-4z"
_TRIANGLE = "M8 0 16 15H0z"
LOOKS = {
    Colour.GREEN: Look("#1f883d", _ROUND, "M4.5 8.4 7 11l4.6-5.6"),  # a tick
    Colour.GREY: Look("#6e7781", _ROUND, "M4.8 8h6.4"),  # a dash
    Colour.AMBER: Look("#b87503", _SQUARE, "M8 3.8V8.4l2.8 2"),  # the hands of a clock
    Colour.RED: Look("#cf222e", _TRIANGLE, "M8 5.5v3.5M8 12v.1"),  # an exclamation mark
}

_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class BadgeImage:
    """The image, or, for who has it still, that nothing changed."""

    status: int
    headers: dict[str, str]
    body: str

    @classmethod
    def answering(cls, request: Request, badge: Badge, fallback: Language) -> Self:
        """In the language of `?lang=`, else of `Accept-Language`, else the fallback. A member whom nobody has heard
        of is shown as well, with 200: that is how they stand, and not every page shows an image that came with 404."""
        said = language_in(request.query.get("lang", ""))
        body = drawn(badge, said or preferred_language(request) or fallback)
        tag = f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'
        headers = {**_HEADERS, "etag": tag, **({} if said else {"vary": "accept-language"})}
        if _knows(request.headers.get("if-none-match", ""), tag):
            return cls(304, headers, "")
        return cls(200, headers, body)

    def proxied(self) -> dict[str, Any]:
        """The image as API Gateway wants it."""
        return {"statusCode": self.status, "headers": self.headers, "body": self.body, "isBase64Encoded": False}


def drawn(badge: Badge, language: Language) -> str:
    """The SVG. Its title, the reason and what to do, is what a screen reader reads and a pointer that rests shows."""
    words = explain(badge.reason.code, language, badge.reason.detail)
    title = _NOT_IN_XML.sub("\ufffd", f"{words.message} {words.next_step}")
    return _SVG.format(
        language=language,
        # Where several stand in one document, those of one id have the same words.
        id=f"accord-{hashlib.sha256(title.encode()).hexdigest()[:8]}",
        title=escape(title, quote=False),
        **LOOKS[badge.colour]._asdict(),
    )


def not_opened() -> ProblemError:
    """401, the same whatever is wrong: of the member it says nothing, not even whether there is one."""
    detail = (
        "The token is missing, wrong, of another member, or past its time. `GET /v1/connections/{c}/badges?ids=` gives "
        "a new one."
    )
    return ProblemError(401, "Not recognised", detail, headers={"www-authenticate": "Bearer"})


def asked_ids(request: Request) -> list[str]:
    """The members of `?ids=a,b,c`: 1 to 200."""
    ids = [id_ for id_ in request.query.get("ids", "").split(",") if id_]
    if not ids:
        raise wrong_shape(FieldError("ids", f"must name 1 to {MOST_BADGES} members: ?ids=m-17,m-18"))
    if len(ids) > MOST_BADGES:
        raise ProblemError(413, "Too large", f"A table has {MOST_BADGES} badges at most: ask for it in several calls.")
    for place, id_ in enumerate(ids, start=1):
        try:
            _member_id.validate_python(id_)
        except ValidationError:
            message = f"number {place} is no id of a member: letters, digits and . _ : | ~ + = - are, 128 at most"
            raise wrong_shape(FieldError("ids", message)) from None
    return ids


def shown_badge(issued: IssuedBadge, request: Request, fallback: Language) -> dict[str, object]:
    """A row of the table. The language that was asked for goes along in the URL; without one, the image is in that of
    the browser that shows it."""
    badge, asked = issued.badge, language_in(request.query.get("lang", "")) or preferred_language(request)
    opened_by = {"token": issued.token, **({"lang": asked} if asked else {})}
    path = f"/v1/connections/{request.connection_id}/members/{quote(badge.member_id, safe='')}/badge.svg"
    return {
        "id": badge.member_id,
        "status": badge.status.value if badge.status else None,
        "colour": badge.colour.value,
        "reason": reason_in_words(badge.reason.code, badge.reason.detail, asked or fallback),
        "url": f"{request.origin}{path}?{urlencode(opened_by)}",
        "expires_at": issued.expires_at.isoformat().replace("+00:00", "Z"),
    }


def _knows(if_none_match: str, tag: str) -> bool:
    held = [each.strip().removeprefix("W/") for each in if_none_match.split(",")]
    return tag in held or "*" in held
