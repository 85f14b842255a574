"""Requests that are signed as https://www.standardwebhooks.com prescribes: those of others, and our own."""

from collections.abc import Sequence
from datetime import datetime

from standardwebhooks import Webhook, WebhookVerificationError
from standardwebhooks.webhooks import EmptyWebhookSecretError

from accord.errors import Misconfigured
from accord.usecases.recognise_caller import SignedRequest


def is_signed(request: SignedRequest, secrets: Sequence[str]) -> bool:
    """Whether one of the signatures is of one of the secrets, and not older or newer than five minutes.

    The library decodes the body as UTF-8 before it signs, so a body that is not UTF-8 has no right signature.
    """
    webhooks = [_webhook(secret) for secret in secrets]
    headers = {
        "webhook-id": request.id,
        "webhook-timestamp": request.timestamp,
        "webhook-signature": request.signature,
    }
    return any([_verifies(webhook, request.body, headers) for webhook in webhooks])  # noqa: C419  every secret, always


def signed(id_: str, at: datetime, body: bytes, secrets: Sequence[str]) -> dict[str, str]:
    """The headers of a request that we send: signed with every secret that is valid, so that one can be rotated."""
    signatures = [_webhook(secret).sign(id_, at, body.decode()) for secret in secrets]
    return {
        "webhook-id": id_,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _webhook(secret: str) -> Webhook:
    try:
        return Webhook(secret)
    except (EmptyWebhookSecretError, ValueError) as error:
        raise Misconfigured(
            "a signing secret is not `whsec_` and base64: write the connection's secret anew"
        ) from error


def _verifies(webhook: Webhook, body: bytes, headers: dict[str, str]) -> bool:
    try:
        webhook.verify(body, headers, json_parse=False)
    except (WebhookVerificationError, ValueError):  # ValueError: what it says of headers that are not base64
        return False
    return True
