"""What the functions are joined of that pull, order and show activity."""
# ruff: noqa: PLC0415

from collections.abc import Callable
from typing import TYPE_CHECKING

from accord.clients import WORKERS, client_of, http_of
from accord.settings import PullActivitySettings, Settings

if TYPE_CHECKING:
    from datetime import timedelta

    from accord.adapters.dynamodb.activity import DynamoDBActivity
    from accord.domain.connection import Connection
    from accord.ports.activity import CampaignReports, ReportBatches
    from accord.ports.inbox import Inbox


def activity(settings: Settings, kept: "timedelta") -> "DynamoDBActivity":
    """Campaigns, and what members did with them; `kept` so long."""
    from accord.adapters.dynamodb.activity import DynamoDBActivity
    from accord.adapters.dynamodb.table import Table

    return DynamoDBActivity(Table(client_of("dynamodb"), settings.table_name, WORKERS), kept)


def inbox_of(settings: PullActivitySettings) -> "Callable[[Connection], Inbox]":
    """What people wrote to a connection's audience, with its own key."""
    from accord.adapters.mailchimp.inbox import MailchimpInbox

    http = http_of(settings, settings.mailchimp_timeout_seconds)

    def of(connection: "Connection") -> "Inbox":
        timeout, anywhere = settings.mailchimp_timeout_seconds, settings.is_local
        return MailchimpInbox(http(connection), connection.audience_id, timeout=timeout, allow_any_host=anywhere)

    return of


def reports_of(settings: PullActivitySettings) -> "Callable[[Connection], CampaignReports]":
    """What became of the campaigns to a connection's audience, with its own key."""
    from accord.adapters.mailchimp.reports import MailchimpReports

    http = http_of(settings, settings.mailchimp_timeout_seconds)
    return lambda connection: MailchimpReports(http(connection), connection.audience_id)


def report_batches_of(settings: PullActivitySettings) -> "Callable[[Connection], ReportBatches]":
    """Where pages of those reports are read in the background, with its own key."""
    from accord.adapters.mailchimp.report_batches import MailchimpReportBatches

    http = http_of(settings, settings.mailchimp_timeout_seconds)

    def of(connection: "Connection") -> "ReportBatches":
        timeout, anywhere = settings.mailchimp_timeout_seconds, settings.is_local
        return MailchimpReportBatches(
            http(connection), connection.audience_id, timeout=timeout, allow_any_host=anywhere
        )

    return of
