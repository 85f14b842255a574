"""The audience's webhook: how Mailchimp tells Accord what people and the newsletter's owner do there."""

from accord.adapters.mailchimp_account import MailchimpAccount
from accord.errors import Rejected


class WebhookError(Exception):
    """Mailchimp did not register it; the message says what to do."""


def register(account: MailchimpAccount, audience_id: str, url: str, secret: str) -> tuple[str, ...]:
    """Register `url/secret`, in place of those that an attempt before left under the same `url`. Mailchimp calls it
    at once and wants a 200. The secrets with which it signs: none where it does not. Raises WebhookError."""
    for webhook in account.webhooks(audience_id):
        if webhook.url.startswith(f"{url}/"):
            account.delete_webhook(audience_id, webhook.id)
    try:
        signing_secret = account.create_webhook(audience_id, f"{url}/{secret}")
    except Rejected as refused:
        raise WebhookError(
            f"Mailchimp does not register the webhook ({refused}): look whether the API of the stack answers from "
            "outside, or connect with --no-webhook and hear of unsubscribes only when the audience is read"
        ) from refused
    return (signing_secret,) if signing_secret else ()
