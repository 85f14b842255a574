"""Environment -> typed settings, one model per function."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from accord.domain.timing import Timing
from accord.settings.activity import PullActivitySettings, ShowActivitySettings, WithActivity
from accord.settings.environment import Given, Seconds, Settings, WithEndpoints, WithImages, WithOffers

__all__ = [
    "ApplyAudienceEventsSettings",
    "CollectBatchesSettings",
    "ConnectCobotSettings",
    "ConnectMailchimpSettings",
    "FetchCobotMembersSettings",
    "ImportMembersSettings",
    "ManageConnectionsSettings",
    "ManageImportsSettings",
    "ManageMembersSettings",
    "ManagePlansSettings",
    "NotifyUpstreamSettings",
    "OfferDueChangesSettings",
    "PullActivitySettings",
    "ReceiveAudienceEventsSettings",
    "ReceiveChangesSettings",
    "ReceiveCobotEventsSettings",
    "ReconcileAudienceSettings",
    "RecordFailuresSettings",
    "Settings",
    "ShowActivitySettings",
    "ShowBadgesSettings",
    "SyncMembersSettings",
    "TendConnectionsSettings",
    "WithEndpoints",
    "WithImages",
    "WithMailchimpTimings",
    "WithOffers",
]


class ReceiveChangesSettings(Settings):
    """`receive_changes`."""

    member_changes_queue_url: Given
    operator_secret_arn: Given
    feed_settled_seconds: Annotated[float, Field(ge=0)] = 30

    @property
    def feed_settled(self) -> timedelta:
        """How old a notice is before the feed serves it."""
        return timedelta(seconds=self.feed_settled_seconds)


class ShowBadgesSettings(Settings):
    """`show_badges`."""

    operator_secret_arn: Given


class ReceiveAudienceEventsSettings(Settings):
    """`receive_audience_events`."""

    audience_events_queue_url: Given


class ReceiveCobotEventsSettings(Settings):
    """`receive_cobot_events`."""

    cobot_events_queue_url: Given


class FetchCobotMembersSettings(Settings):
    """`fetch_cobot_members`."""

    cobot_events_queue_url: Given
    member_changes_queue_url: Given
    bulk_changes_queue_url: Given
    cobot_gap_seconds: Seconds = 11
    retry_base_seconds: Seconds = 30
    retry_max_seconds: Seconds = 900

    @property
    def timing(self) -> Timing:
        """The delays, as the domain knows them."""
        return Timing(retry_base=self.retry_base_seconds, retry_max=self.retry_max_seconds)


class ManageMembersSettings(WithOffers):
    """`manage_members`."""

    member_changes_queue_url: Given
    bulk_changes_queue_url: Given
    operator_secret_arn: Given


class ManageConnectionsSettings(WithEndpoints):
    """`manage_connections`."""

    operator_secret_arn: Given
    connection_steps_queue_url: Given
    connection_secrets_prefix: Given
    """The name under which the secrets of connections lie, without a slash at its end."""
    reconcile_state_machine_arn: Given
    pull_activity_state_machine_arn: Given
    cobot_gap_seconds: Seconds = 11


class ConnectCobotSettings(Settings):
    """`connect_cobot`."""

    operator_secret_arn: Given
    cobot_events_queue_url: Given
    cobot_oauth_client_id: str = ""
    """Empty until Accord is registered with Cobot."""
    cobot_oauth_secret_arn: Given
    cobot_login_url: Given = "https://www.cobot.me"


class ConnectMailchimpSettings(Settings):
    """`connect_mailchimp`."""

    operator_secret_arn: Given
    mailchimp_oauth_client_id: str = ""
    """Empty until Accord is registered with Mailchimp."""
    mailchimp_oauth_secret_arn: Given
    mailchimp_login_url: Given = "https://login.mailchimp.com"


class OfferDueChangesSettings(WithOffers):
    """`offer_due_changes`."""

    member_changes_queue_url: Given
    bulk_changes_queue_url: Given
    upstream_notices_queue_url: Given


class NotifyUpstreamSettings(WithEndpoints, WithActivity):
    """`notify_upstream`."""

    notice_retry_seconds: Seconds = 5


class RecordFailuresSettings(Settings):
    """`record_failures`."""

    address_key_secret_arn: Given
    retry_max_seconds: Seconds = 900

    @property
    def timing(self) -> Timing:
        """The delays, as the domain knows them."""
        return Timing(retry_max=self.retry_max_seconds)


class ApplyAudienceEventsSettings(Settings):
    """`apply_audience_events`."""

    address_key_secret_arn: Given
    audience_events_queue_url: Given
    member_changes_queue_url: Given
    mailchimp_timeout_seconds: Seconds = 60
    busy_retry_seconds: Seconds = 20
    retry_base_seconds: Seconds = 30
    retry_max_seconds: Seconds = 900

    @property
    def timing(self) -> Timing:
        """The delays, as the domain knows them."""
        return Timing(
            busy_retry=self.busy_retry_seconds, retry_base=self.retry_base_seconds, retry_max=self.retry_max_seconds
        )


class TendConnectionsSettings(WithOffers):
    """`tend_connections`."""

    connection_steps_queue_url: Given
    member_changes_queue_url: Given
    bulk_changes_queue_url: Given
    reconcile_state_machine_arn: Given
    sender_email: str = ""
    """Who sends email to operators; none is sent without."""


class ManagePlansSettings(WithImages):
    """`manage_plans`."""

    operator_secret_arn: Given
    connection_steps_queue_url: Given
    reconcile_state_machine_arn: Given


class ManageImportsSettings(Settings):
    """`manage_imports`."""

    operator_secret_arn: Given
    files_bucket_name: Given
    import_state_machine_arn: Given


class ImportMembersSettings(Settings):
    """`import_members`."""

    address_key_secret_arn: Given
    files_bucket_name: Given
    member_changes_queue_url: Given
    bulk_changes_queue_url: Given


class ReconcileAudienceSettings(WithImages):
    """`reconcile_audience`."""

    address_key_secret_arn: Given
    api_url: Given
    """Where Accord's own API answers: Mailchimp's webhooks are registered there."""
    connection_steps_queue_url: Given
    bulk_changes_queue_url: Given
    mailchimp_timeout_seconds: Seconds = 60


class WithMailchimpTimings(WithOffers, WithImages):
    """For those who settle what was written to Mailchimp."""

    address_key_secret_arn: Given
    claim_seconds: Seconds = 150
    retry_base_seconds: Seconds = 30
    retry_max_seconds: Seconds = 900
    busy_retry_seconds: Seconds = 20
    paused_retry_seconds: Seconds = 900
    mailchimp_timeout_seconds: Seconds = 60
    batch_seconds: Seconds = 7200

    @property
    def timing(self) -> Timing:
        """The delays, as the domain knows them."""
        return Timing(
            claim=self.claim_seconds,
            batch=self.batch_seconds,
            retry_base=self.retry_base_seconds,
            retry_max=self.retry_max_seconds,
            busy_retry=self.busy_retry_seconds,
            paused_retry=self.paused_retry_seconds,
            lease=self.offered_again_seconds,
        )


class CollectBatchesSettings(WithMailchimpTimings):
    """`collect_batches`."""


class SyncMembersSettings(WithMailchimpTimings):
    """`sync_members`."""

    batch_above: Annotated[int, Field(ge=0)] = 250
    """How many updates are sent one by one; more go out as a batch."""

    @property
    def margin(self) -> timedelta:
        """How long before its end an invocation makes its last call: the call's own timeout, and time to settle."""
        return timedelta(seconds=self.mailchimp_timeout_seconds + 15)
