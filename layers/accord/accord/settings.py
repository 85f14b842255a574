"""Environment -> typed settings, one model per function. The only module that reads the environment."""

import os
from datetime import timedelta
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from accord.domain.timing import Timing

Given = Annotated[str, Field(min_length=1)]
Seconds = Annotated[float, Field(gt=0)]


class Settings(BaseModel):
    """What every function has. A field is read from the variable of its name in capitals."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, defer_build=True)

    stage: Given = "prod"
    """`local` is the only stage with looser rules: `.test` addresses, and a Mailchimp on one's own machine."""
    table_name: Given
    history_days: Annotated[int, Field(gt=0)] = 365

    @classmethod
    def from_environment(cls) -> Self:
        """The settings; raises pydantic's ValidationError, which names what is missing."""
        names = {name: name.upper() for name in cls.model_fields}
        return cls.model_validate({name: os.environ[env] for name, env in names.items() if env in os.environ})

    @property
    def is_local(self) -> bool:
        """Whether this is the stack on one's own machine."""
        return self.stage == "local"


class WithOffers(Settings):
    """For those who make members due."""

    offered_again_seconds: Seconds = 300

    @property
    def offered_again(self) -> timedelta:
        """How long a worker has the first try before a member is offered to others."""
        return timedelta(seconds=self.offered_again_seconds)


class WithImages(Settings):
    """For those who keep what was there before the writes of runs, or ask for it."""

    before_image_days: Annotated[int, Field(gt=0)] = 30

    @property
    def before_images_kept(self) -> timedelta:
        """For so long a run can be undone."""
        return timedelta(days=self.before_image_days)


class WithEndpoints(Settings):
    """For those who call, or check, the endpoints of applications."""

    allowed_endpoints: str = ""
    """Hosts, with commas between them, that notices may go to though they are private or without TLS."""

    @property
    def allowed(self) -> tuple[str, ...]:
        """None but on the stack on one's own machine, whatever the environment says."""
        hosts = tuple(host.strip() for host in self.allowed_endpoints.split(",") if host.strip())
        return hosts if self.is_local else ()


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


class NotifyUpstreamSettings(WithEndpoints):
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
