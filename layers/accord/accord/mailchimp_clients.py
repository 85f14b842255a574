"""What functions call Mailchimp by: the audience, its pages and its webhook, with the key of their connection."""
# ruff: noqa: PLC0415

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from accord.clients import http_of, reached_at, secrets
from accord.settings import (
    ApplyAudienceEventsSettings,
    PullActivitySettings,
    ReconcileAudienceSettings,
    WithMailchimpTimings,
)

if TYPE_CHECKING:
    from accord.domain.connection import Connection
    from accord.ports import Audience
    from accord.ports.batches import Batches
    from accord.ports.keeping import AudienceWebhook
    from accord.ports.reconciling import AudienceListing


def audience_of(
    settings: WithMailchimpTimings | ApplyAudienceEventsSettings | ReconcileAudienceSettings | PullActivitySettings,
) -> "Callable[[Connection], Audience]":
    """The audience of a connection, with its own key."""
    from accord.adapters.mailchimp.audience import MailchimpAudience

    @cache
    def audience(base_url: str, api_key: str, audience_id: str, *, with_permissions: bool) -> "Audience":
        return MailchimpAudience(
            base_url=base_url,
            api_key=api_key,
            audience_id=audience_id,
            timeout=settings.mailchimp_timeout_seconds,
            allow_any_host=settings.is_local,
            with_permissions=with_permissions,
        )

    def of(connection: "Connection") -> "Audience":
        key, mapped = secrets().mailchimp_api_key(connection), bool(connection.permissions)
        return audience(connection.api_base_url, key, connection.audience_id, with_permissions=mapped)

    return of


def batches_of(settings: WithMailchimpTimings, timeout: float) -> "Callable[[Connection], Batches]":
    """The batches of a connection's account, with its own key; `timeout` of each call in seconds."""
    from accord.adapters.mailchimp.batches import MailchimpBatches

    http = http_of(settings, timeout)

    def of(connection: "Connection") -> "Batches":
        return MailchimpBatches(
            http(connection),
            connection.audience_id,
            timeout=timeout,
            with_permissions=bool(connection.permissions),
            allow_any_host=settings.is_local,
        )

    return of


def listing_of(settings: ReconcileAudienceSettings) -> "Callable[[Connection], AudienceListing]":
    """The pages of a connection's audience, with its own key."""
    from accord.adapters.mailchimp.listing import MailchimpListing

    http = http_of(settings, settings.mailchimp_timeout_seconds)

    def of(connection: "Connection") -> "AudienceListing":
        return MailchimpListing(http(connection), connection.audience_id, permissions=bool(connection.permissions))

    return of


def webhook_of(settings: ReconcileAudienceSettings) -> "Callable[[Connection], AudienceWebhook]":
    """The webhook of a connection, at Accord's own address."""
    from accord.adapters.mailchimp.account import MailchimpAccount
    from accord.adapters.mailchimp.registration import MailchimpRegistration

    url = f"{_reached_at(settings)}/mailchimp/webhooks"

    def of(connection: "Connection") -> "AudienceWebhook":
        account = MailchimpAccount(
            connection.api_base_url,
            secrets().mailchimp_api_key(connection),
            timeout=settings.mailchimp_timeout_seconds,
            allow_any_host=settings.is_local,
        )
        return MailchimpRegistration(account, connection.audience_id, f"{url}/{connection.id}")

    return of


def _reached_at(settings: ReconcileAudienceSettings) -> str:
    """The name that an emulator gives an API may not resolve; its path on the emulator itself always does."""
    if not settings.is_local:
        return settings.api_url
    api_id = settings.api_url.rpartition("//")[2].partition(".")[0]
    return f"{reached_at('sqs')}/_aws/execute-api/{api_id}/$default"
