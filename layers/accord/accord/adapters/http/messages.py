"""API Gateway (HTTP API, payload format 2.0) -> Request; Response -> API Gateway."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import unquote

from accord.usecases.recognise_caller import SignedRequest


@dataclass(frozen=True, slots=True)
class Request:
    """One call. Header names are lower-case; `body` is what was sent, decoded once where API Gateway encoded it."""

    route: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    origin: str = ""
    """Where this API answers, without a slash at its end."""

    @classmethod
    def parse(cls, event: Mapping[str, Any]) -> Self:
        """API Gateway decodes percent-escapes in the path; one that is left was left by an emulator, for no name in
        our paths may hold a percent sign."""
        return cls(
            route=event["routeKey"],
            path={name: unquote(value) for name, value in (event.get("pathParameters") or {}).items()},
            query=event.get("queryStringParameters") or {},
            headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
            body=_body(event),
            origin=_origin(event),
        )

    @property
    def connection_id(self) -> str:
        """Upstream's connection, as the path names it."""
        return self.path["connection_id"]

    @property
    def token(self) -> str | None:
        """The bearer token, if there is one."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() or None if scheme.lower() == "bearer" else None

    @property
    def signed(self) -> SignedRequest | None:
        """What Standard Webhooks signs, if the request carries a signature."""
        found = [self.headers.get(name) for name in ("webhook-id", "webhook-timestamp", "webhook-signature")]
        match found:
            case [str(name), str(timestamp), str(signature)]:
                return SignedRequest(name, timestamp, signature, self.body)
            case _:
                return None


@dataclass(frozen=True, slots=True)
class Response:
    """An answer: always JSON, never cached, because it may hold personal data."""

    status: int
    document: Mapping[str, object]
    headers: Mapping[str, str] | None = None

    def proxied(self) -> dict[str, Any]:
        """The answer as API Gateway wants it."""
        headers = {"content-type": "application/json", "cache-control": "no-store", **(self.headers or {})}
        text = json.dumps(self.document, ensure_ascii=False, separators=(",", ":"))
        return {
            "statusCode": self.status,
            "headers": headers,
            "body": text.encode(errors="replace").decode(),  # a name that was sent may hold half a character
            "isBase64Encoded": False,
        }


def _origin(event: Mapping[str, Any]) -> str:
    """API Gateway names its own domain; an emulator's resolves nowhere, so it is called by a path instead."""
    context: Mapping[str, Any] = event.get("requestContext") or {}
    domain: str = context.get("domainName") or ""
    host = {name.lower(): value for name, value in (event.get("headers") or {}).items()}.get("host", "")
    if not domain or domain.endswith((".localhost", ".127.0.0.1")):
        return f"http://{host}/_aws/execute-api/{context.get('apiId', '')}/$default"
    return f"https://{domain}"


def _body(event: Mapping[str, Any]) -> bytes:
    body: str = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return body.encode(errors="replace")
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error:
        return b""
