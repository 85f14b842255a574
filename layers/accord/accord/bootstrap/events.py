"""What happens in Mailchimp, on its way back: heard, applied, and told to the application."""
# ruff: noqa: PLC0415

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from accord import activity_clients, clients, mailchimp_clients
from accord.settings import (
    ApplyAudienceEventsSettings,
    NotifyUpstreamSettings,
    ReceiveAudienceEventsSettings,
)

if TYPE_CHECKING:
    from accord.ports import Clock
    from accord.usecases.apply_audience_events import ApplyAudienceEvents
    from accord.usecases.notify_upstream import NotifyUpstream
    from accord.usecases.receive_audience_events import ReceiveAudienceEvents
    from accord.usecases.recognise_caller import RecogniseCaller


@dataclass(frozen=True, slots=True)
class Hearing:
    """What the routes of `receive_audience_events` call."""

    recognise: "RecogniseCaller"
    receive: "ReceiveAudienceEvents"
    clock: "Clock"


@cache
def receive_audience_events() -> Hearing:
    """Mailchimp's webhooks -> `audience-events`."""
    from accord.usecases.receive_audience_events import ReceiveAudienceEvents

    settings = ReceiveAudienceEventsSettings.from_environment()
    return Hearing(
        recognise=clients.recognise(clients.ledger(settings)),
        receive=ReceiveAudienceEvents(clients.hint_queue(settings.audience_events_queue_url)),
        clock=clients.SystemClock(),
    )


@cache
def apply_audience_events() -> "ApplyAudienceEvents":
    """`audience-events` -> ledger."""
    from accord.adapters.dynamodb.ears import DynamoDBEars
    from accord.usecases.apply_audience_events import ApplyAudienceEvents
    from accord.usecases.reconciling.read_contact import ReadContact

    settings = ApplyAudienceEventsSettings.from_environment()
    ledger, clock = clients.ledger(settings), clients.SystemClock()
    members = clients.queue(settings.member_changes_queue_url)
    return ApplyAudienceEvents(
        ledger=ledger,
        audience_of=mailchimp_clients.audience_of(settings),
        clock=clock,
        queue=clients.hint_queue(settings.audience_events_queue_url),
        read=ReadContact(ledger, clock, clients.key_of(settings.address_key_secret_arn), members),
        ears=DynamoDBEars(clients.table(settings)),
        timing=settings.timing,
    )


@cache
def notify_upstream() -> "NotifyUpstream":
    """`upstream-notices` -> the application's endpoint."""
    from accord.adapters.http.notices import written_notice
    from accord.adapters.standard_webhooks import signed
    from accord.adapters.upstream_endpoint import UpstreamEndpoint
    from accord.usecases.notify_upstream import NotifyUpstream
    from accord.usecases.showing.show_digest import ShowDigest

    settings = NotifyUpstreamSettings.from_environment()
    return NotifyUpstream(
        ledger=clients.ledger(settings),
        outbox=clients.outbox(settings),
        endpoint=UpstreamEndpoint(settings.allowed),
        secrets=clients.secrets(),
        clock=clients.SystemClock(),
        digest=ShowDigest(activity_clients.activity(settings, settings.activity_kept)),
        written=written_notice,
        signed=signed,
        unit=timedelta(seconds=settings.notice_retry_seconds),
    )
