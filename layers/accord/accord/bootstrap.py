"""Ports meet adapters here, and nowhere else: one function for each Lambda function.

Every import of an adapter stands where it is used, so that a function loads only what it needs.
"""
# ruff: noqa: PLC0415

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from accord import clients
from accord.settings import (
    ApplyAudienceEventsSettings,
    ConnectMailchimpSettings,
    FetchCobotMembersSettings,
    ManageConnectionsSettings,
    ManageMembersSettings,
    NotifyUpstreamSettings,
    OfferDueChangesSettings,
    ReceiveAudienceEventsSettings,
    ReceiveChangesSettings,
    ReceiveCobotEventsSettings,
    RecordFailuresSettings,
    SyncMembersSettings,
    TendConnectionsSettings,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from accord.ports import Clock
    from accord.usecases.apply_audience_events import ApplyAudienceEvents
    from accord.usecases.check_connection import CheckConnection
    from accord.usecases.choose_audience import ChooseAudience
    from accord.usecases.connect_mailchimp import ConnectMailchimp
    from accord.usecases.fetch_cobot_members import FetchCobotMembers
    from accord.usecases.manage_connections import ManageConnections
    from accord.usecases.manage_members import ManageMembers
    from accord.usecases.notify_upstream import NotifyUpstream
    from accord.usecases.offer_due_changes import OfferDueChanges
    from accord.usecases.receive_audience_events import ReceiveAudienceEvents
    from accord.usecases.receive_changes import ReceiveChanges
    from accord.usecases.receive_cobot_events import ReceiveCobotEvents
    from accord.usecases.recognise_caller import RecogniseCaller
    from accord.usecases.record_failures import RecordFailures
    from accord.usecases.show_consent import ShowConsent
    from accord.usecases.show_erasure import ShowErasure
    from accord.usecases.show_member import ShowMember
    from accord.usecases.show_notices import ShowNotices
    from accord.usecases.sync_members import SyncMembers
    from accord.usecases.tend_connections import TendConnections


OPERATOR_PATIENCE = 8.0
"""Seconds that one call to Mailchimp may take while an operator waits: API Gateway gives up after thirty."""


class SystemClock:
    """The time of the machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Receiving:
    """What the routes of `receive_changes` call."""

    recognise: "RecogniseCaller"
    receive: "ReceiveChanges"
    show: "ShowMember"
    consent: "ShowConsent"
    erasure: "ShowErasure"
    notices: "ShowNotices"


@dataclass(frozen=True, slots=True)
class Hearing:
    """What the routes of `receive_audience_events` call."""

    recognise: "RecogniseCaller"
    receive: "ReceiveAudienceEvents"
    clock: "Clock"


@dataclass(frozen=True, slots=True)
class HearingCobot:
    """What the route of `receive_cobot_events` calls."""

    recognise: "RecogniseCaller"
    receive: "ReceiveCobotEvents"
    is_local: bool


@dataclass(frozen=True, slots=True)
class Managing:
    """What the routes of `manage_members` call."""

    recognise: "RecogniseCaller"
    manage: "ManageMembers"


@dataclass(frozen=True, slots=True)
class Connecting:
    """What the routes of `manage_connections` call."""

    recognise: "RecogniseCaller"
    manage: "ManageConnections"
    choose: "ChooseAudience"
    check: "CheckConnection"


@dataclass(frozen=True, slots=True)
class Authorising:
    """What the routes of `connect_mailchimp` call."""

    recognise: "RecogniseCaller"
    connect: "ConnectMailchimp"
    redirect_uri: "Callable[[], str]"
    """As it is stored with the client's secret; empty where the API's own name will do."""


@cache
def receive_changes() -> Receiving:
    """HTTP -> `member-changes`, and the status of a member."""
    from accord.usecases.receive_changes import ReceiveChanges
    from accord.usecases.show_consent import ShowConsent
    from accord.usecases.show_erasure import ShowErasure
    from accord.usecases.show_member import ShowMember
    from accord.usecases.show_notices import ShowNotices

    settings = ReceiveChangesSettings.from_environment()
    ledger, clock = clients.ledger(settings), SystemClock()
    return Receiving(
        recognise=clients.recognise(ledger, settings.operator_secret_arn),
        receive=ReceiveChanges(ledger=ledger, queue=clients.queue(settings.member_changes_queue_url), clock=clock),
        show=ShowMember(ledger=ledger),
        consent=ShowConsent(ledger),
        erasure=ShowErasure(ledger),
        notices=ShowNotices(ledger, clock, settings.feed_settled),
    )


@cache
def receive_audience_events() -> Hearing:
    """Mailchimp's webhooks -> `audience-events`."""
    from accord.usecases.receive_audience_events import ReceiveAudienceEvents

    settings = ReceiveAudienceEventsSettings.from_environment()
    return Hearing(
        recognise=clients.recognise(clients.ledger(settings)),
        receive=ReceiveAudienceEvents(clients.hint_queue(settings.audience_events_queue_url)),
        clock=SystemClock(),
    )


@cache
def receive_cobot_events() -> HearingCobot:
    """Cobot's calls -> `cobot-events`."""
    from uuid import uuid4

    from accord.usecases.receive_cobot_events import ReceiveCobotEvents

    settings = ReceiveCobotEventsSettings.from_environment()
    return HearingCobot(
        recognise=clients.recognise(clients.ledger(settings)),
        receive=ReceiveCobotEvents(clients.fetch_queue(settings.cobot_events_queue_url), lambda: uuid4().hex),
        is_local=settings.is_local,
    )


@cache
def fetch_cobot_members() -> "FetchCobotMembers":
    """`cobot-events` -> `member-changes`; `bulk-changes` where all members are read."""
    from accord.adapters.dynamodb_applications import DynamoDBBoxes, DynamoDBTurns
    from accord.usecases.fetch_cobot_members import FetchCobotMembers

    settings = FetchCobotMembersSettings.from_environment()
    table = clients.table(settings)
    return FetchCobotMembers(
        ledger=clients.ledger(settings),
        application_of=clients.cobot_of(settings),
        turns=DynamoDBTurns(table),
        boxes=DynamoDBBoxes(table),
        queue=clients.fetch_queue(settings.cobot_events_queue_url),
        members=clients.queue(settings.member_changes_queue_url),
        bulk=clients.queue(settings.bulk_changes_queue_url),
        clock=SystemClock(),
        timing=settings.timing,
        gap=settings.cobot_gap_seconds,
    )


@cache
def manage_members() -> Managing:
    """HTTP -> lists, counts and retries."""
    from accord.usecases.manage_members import ManageMembers

    settings = ManageMembersSettings.from_environment()
    ledger = clients.ledger(settings)
    return Managing(
        recognise=clients.recognise(ledger, settings.operator_secret_arn),
        manage=ManageMembers(
            ledger=ledger,
            queue=clients.queue(settings.member_changes_queue_url),
            bulk_queue=clients.queue(settings.bulk_changes_queue_url),
            clock=SystemClock(),
            offered_again=settings.offered_again,
        ),
    )


@cache
def manage_connections() -> Connecting:
    """HTTP -> connections, their secrets and their accounts."""
    from secrets import token_bytes

    from accord.adapters.mailchimp_account import MailchimpAccount
    from accord.adapters.mailchimp_http import base_url_of, checked_base_url
    from accord.adapters.upstream_endpoint import UpstreamEndpoint
    from accord.usecases.check_connection import CheckConnection
    from accord.usecases.choose_audience import ChooseAudience
    from accord.usecases.manage_connections import ManageConnections
    from accord.usecases.reach_account import ReachAccount

    settings = ManageConnectionsSettings.from_environment()
    ledger, connections, clock = clients.ledger(settings), clients.connections(settings), SystemClock()
    secrets = clients.connection_secrets(settings.connection_secrets_prefix)
    check_endpoint = UpstreamEndpoint(settings.allowed).check

    def account_of(base_url: str, key: str) -> MailchimpAccount:
        return MailchimpAccount(base_url, key, timeout=OPERATOR_PATIENCE, allow_any_host=settings.is_local)

    def checked(key: str, said: str) -> str:
        return checked_base_url(said or base_url_of(key), allow_any_host=settings.is_local)

    reach = ReachAccount(secrets, account_of)
    return Connecting(
        recognise=clients.recognise(ledger, settings.operator_secret_arn),
        manage=ManageConnections(
            connections=connections,
            secrets=secrets,
            reach=reach,
            base_url_of=checked,
            check_endpoint=check_endpoint,
            new_secret=lambda: token_bytes(32),
            clock=clock,
        ),
        choose=ChooseAudience(connections, ledger, reach, clock),
        check=CheckConnection(connections, ledger, reach, check_endpoint, clock),
    )


@cache
def connect_mailchimp() -> Authorising:
    """HTTP -> Mailchimp's OAuth -> the secret of a connection."""
    from secrets import token_urlsafe

    from accord.adapters.mailchimp_oauth import MailchimpOAuth, OAuthClient
    from accord.usecases.connect_mailchimp import ConnectMailchimp

    settings = ConnectMailchimpSettings.from_environment()
    ledger, secrets = clients.ledger(settings), clients.secrets()
    recognise = clients.recognise(ledger, settings.operator_secret_arn)

    def registered() -> OAuthClient:
        client = secrets.registered_client(settings.mailchimp_oauth_secret_arn)
        return OAuthClient(settings.mailchimp_oauth_client_id, client.client_secret)

    return Authorising(
        recognise=recognise,
        connect=ConnectMailchimp(
            connections=clients.connections(settings),
            secrets=clients.connection_secrets(),
            authorisations=clients.authorisations(settings),
            owner=MailchimpOAuth(registered, login_url=settings.mailchimp_login_url, allow_any_host=settings.is_local),
            clock=SystemClock(),
            is_operators=recognise.is_operators,
            new_state=lambda: token_urlsafe(32),
        ),
        redirect_uri=lambda: secrets.registered_client(settings.mailchimp_oauth_secret_arn).redirect_uri,
    )


@cache
def sync_members() -> "SyncMembers":
    """Queue -> Mailchimp."""
    from uuid import uuid4

    from accord.adapters.phones import us_phone
    from accord.usecases.sync_members import SyncMembers

    settings = SyncMembersSettings.from_environment()
    return SyncMembers(
        ledger=clients.ledger(settings),
        audience_of=clients.audience_of(settings),
        clock=SystemClock(),
        key_of=clients.key_of(settings.address_key_secret_arn),
        national_phone=us_phone,
        timing=settings.timing,
        new_token=lambda: uuid4().hex,
    )


@cache
def sync_members_margin() -> timedelta:
    """How long before its end an invocation of `sync_members` stops taking work."""
    return SyncMembersSettings.from_environment().margin


@cache
def apply_audience_events() -> "ApplyAudienceEvents":
    """`audience-events` -> ledger."""
    from accord.usecases.apply_audience_events import ApplyAudienceEvents
    from accord.usecases.read_contact import ReadContact

    settings = ApplyAudienceEventsSettings.from_environment()
    ledger, clock = clients.ledger(settings), SystemClock()
    members = clients.queue(settings.member_changes_queue_url)
    return ApplyAudienceEvents(
        ledger=ledger,
        audience_of=clients.audience_of(settings),
        clock=clock,
        queue=clients.hint_queue(settings.audience_events_queue_url),
        read=ReadContact(ledger, clock, clients.key_of(settings.address_key_secret_arn), members),
        timing=settings.timing,
    )


@cache
def tend_connections() -> "TendConnections":
    """`connection-steps` -> ledger."""
    from accord.adapters.phones import us_phone
    from accord.usecases.read_audience import ReadAudience
    from accord.usecases.sum_up_members import SumUpMembers
    from accord.usecases.tend_connections import TendConnections

    settings = TendConnectionsSettings.from_environment()
    ledger, clock = clients.ledger(settings), SystemClock()
    key_of = clients.key_of(settings.address_key_secret_arn)
    return TendConnections(
        ledger=ledger,
        connections=clients.connections(settings),
        runs=clients.runs(settings),
        audience_of=clients.audience_of(settings),
        clock=clock,
        read=lambda audience: ReadAudience(ledger, audience, clock, key_of),
        sum_up=SumUpMembers(ledger, clients.queue(settings.member_changes_queue_url), clock, us_phone),
        steps=clients.step_queue(settings.connection_steps_queue_url),
        bulk_queue=clients.queue(settings.bulk_changes_queue_url),
        mail=clients.mail(settings.sender_email),
        offered_again=settings.offered_again,
    )


@cache
def offer_due_changes() -> "OfferDueChanges":
    """Ledger -> `member-changes` for what is urgent, `bulk-changes` for the rest."""
    from accord.usecases.offer_due_changes import OfferDueChanges

    settings = OfferDueChangesSettings.from_environment()
    return OfferDueChanges(
        ledger=clients.ledger(settings),
        outbox=clients.outbox(settings),
        urgent=clients.queue(settings.member_changes_queue_url),
        queue=clients.queue(settings.bulk_changes_queue_url),
        notices=clients.notice_queue(settings.upstream_notices_queue_url),
        clock=SystemClock(),
        offered_again=settings.offered_again,
    )


@cache
def notify_upstream() -> "NotifyUpstream":
    """`upstream-notices` -> the application's endpoint."""
    from accord.adapters.http_notices import written_notice
    from accord.adapters.standard_webhooks import signed
    from accord.adapters.upstream_endpoint import UpstreamEndpoint
    from accord.usecases.notify_upstream import NotifyUpstream

    settings = NotifyUpstreamSettings.from_environment()
    return NotifyUpstream(
        ledger=clients.ledger(settings),
        outbox=clients.outbox(settings),
        endpoint=UpstreamEndpoint(settings.allowed),
        secrets=clients.secrets(),
        clock=SystemClock(),
        written=written_notice,
        signed=signed,
        unit=timedelta(seconds=settings.notice_retry_seconds),
    )


@cache
def record_failures() -> "RecordFailures":
    """Dead letters -> ledger."""
    from accord.usecases.record_failures import RecordFailures

    settings = RecordFailuresSettings.from_environment()
    return RecordFailures(
        ledger=clients.ledger(settings),
        runs=clients.runs(settings),
        clock=SystemClock(),
        key_of=clients.key_of(settings.address_key_secret_arn),
    )
