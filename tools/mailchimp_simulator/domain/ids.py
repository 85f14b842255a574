"""Ids in the form in which Mailchimp gives them."""

import secrets


def short_id() -> str:
    """Ten hex digits: audiences, webhooks, batches, interests."""
    return secrets.token_hex(5)


def secret() -> str:
    """The signing secret of a webhook."""
    return secrets.token_hex(32)
