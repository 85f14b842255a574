"""Ports meet adapters here, and nowhere else: one function for each Lambda function.

Every import of an adapter stands where it is used, so that a function loads only what it needs.
"""
# ruff: noqa: PLC0415

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from typing import TYPE_CHECKING

from accord.domain.values import address_key
from accord.settings import (
    ApplyAudienceEventsSettings,
    ManageMembersSettings,
    OfferDueChangesSettings,
    ReceiveAudienceEventsSettings,
    ReceiveChangesSettings,
    RecordFailuresSettings,
    Settings,
    SyncMembersSettings,
)

if TYPE_CHECKING:
    from botocore.config import Config

    from accord.adapters.dynamodb import DynamoDBLedger
    from accord.adapters.secrets import SecretsManagerSecrets
    from accord.adapters.sqs import SqsChangeQueue
    from accord.adapters.sqs_hints import SqsHintQueue
    from accord.domain.connection import Connection
    from accord.domain.folding import KeyOf
    from accord.ports import Audience, Clock
    from accord.usecases.apply_audience_events import ApplyAudienceEvents
    from accord.usecases.manage_members import ManageMembers
    from accord.usecases.offer_due_changes import OfferDueChanges
    from accord.usecases.receive_audience_events import ReceiveAudienceEvents
    from accord.usecases.receive_changes import ReceiveChanges
    from accord.usecases.recognise_caller import RecogniseCaller
    from accord.usecases.record_failures import RecordFailures
    from accord.usecases.show_member import ShowMember
    from accord.usecases.show_notices import ShowNotices
    from accord.usecases.sync_members import SyncMembers

WORKERS = 8
"""Calls to DynamoDB at a time."""


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
    notices: "ShowNotices"


@dataclass(frozen=True, slots=True)
class Hearing:
    """What the routes of `receive_audience_events` call."""

    recognise: "RecogniseCaller"
    receive: "ReceiveAudienceEvents"
    clock: "Clock"


@dataclass(frozen=True, slots=True)
class Managing:
    """What the routes of `manage_members` call."""

    recognise: "RecogniseCaller"
    manage: "ManageMembers"


@cache
def receive_changes() -> Receiving:
    """HTTP -> `member-changes`, and the status of a member."""
    from accord.usecases.receive_changes import ReceiveChanges
    from accord.usecases.show_member import ShowMember
    from accord.usecases.show_notices import ShowNotices

    settings = ReceiveChangesSettings.from_environment()
    ledger = _ledger(settings)
    return Receiving(
        recognise=_recognise(ledger, settings.operator_secret_arn),
        receive=ReceiveChanges(ledger=ledger, queue=_queue(settings.member_changes_queue_url), clock=SystemClock()),
        show=ShowMember(ledger=ledger),
        notices=ShowNotices(ledger, SystemClock(), settings.feed_settled),
    )


@cache
def receive_audience_events() -> Hearing:
    """Mailchimp's webhooks -> `audience-events`."""
    from accord.usecases.receive_audience_events import ReceiveAudienceEvents

    settings = ReceiveAudienceEventsSettings.from_environment()
    return Hearing(
        recognise=_recognise(_ledger(settings)),
        receive=ReceiveAudienceEvents(_hint_queue(settings.audience_events_queue_url)),
        clock=SystemClock(),
    )


@cache
def manage_members() -> Managing:
    """HTTP -> lists, counts and retries."""
    from accord.usecases.manage_members import ManageMembers

    settings = ManageMembersSettings.from_environment()
    ledger = _ledger(settings)
    return Managing(
        recognise=_recognise(ledger, settings.operator_secret_arn),
        manage=ManageMembers(
            ledger=ledger,
            queue=_queue(settings.member_changes_queue_url),
            bulk_queue=_queue(settings.bulk_changes_queue_url),
            clock=SystemClock(),
            offered_again=settings.offered_again,
        ),
    )


@cache
def sync_members() -> "SyncMembers":
    """Queue -> Mailchimp."""
    from uuid import uuid4

    from accord.adapters.phones import us_phone
    from accord.usecases.sync_members import SyncMembers

    settings = SyncMembersSettings.from_environment()
    return SyncMembers(
        ledger=_ledger(settings),
        audience_of=_audience_of(settings),
        clock=SystemClock(),
        key_of=_key_of(settings.address_key_secret_arn),
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
    ledger, clock = _ledger(settings), SystemClock()
    members = _queue(settings.member_changes_queue_url)
    return ApplyAudienceEvents(
        ledger=ledger,
        audience_of=_audience_of(settings),
        clock=clock,
        queue=_hint_queue(settings.audience_events_queue_url),
        read=ReadContact(ledger, clock, _key_of(settings.address_key_secret_arn), members),
        timing=settings.timing,
    )


@cache
def offer_due_changes() -> "OfferDueChanges":
    """Ledger -> `member-changes` for what is urgent, `bulk-changes` for the rest."""
    from accord.usecases.offer_due_changes import OfferDueChanges

    settings = OfferDueChangesSettings.from_environment()
    return OfferDueChanges(
        ledger=_ledger(settings),
        urgent=_queue(settings.member_changes_queue_url),
        queue=_queue(settings.bulk_changes_queue_url),
        clock=SystemClock(),
        offered_again=settings.offered_again,
    )


@cache
def record_failures() -> "RecordFailures":
    """Dead letters -> ledger."""
    from accord.usecases.record_failures import RecordFailures

    settings = RecordFailuresSettings.from_environment()
    return RecordFailures(
        ledger=_ledger(settings), clock=SystemClock(), key_of=_key_of(settings.address_key_secret_arn)
    )


def _ledger(settings: Settings) -> "DynamoDBLedger":
    import boto3

    from accord.adapters.dynamodb import DynamoDBLedger

    if settings.is_local:
        _accept_test_addresses()
    client = boto3.client("dynamodb", config=_config(pool=WORKERS + 2))
    return DynamoDBLedger(client, settings.table_name, workers=WORKERS, history_days=settings.history_days)


def _queue(url: str) -> "SqsChangeQueue":
    import boto3

    from accord.adapters.sqs import SqsChangeQueue

    return SqsChangeQueue(boto3.client("sqs", config=_config()), url)


def _hint_queue(url: str) -> "SqsHintQueue":
    import boto3

    from accord.adapters.sqs_hints import SqsHintQueue

    return SqsHintQueue(boto3.client("sqs", config=_config()), url)


@cache
def _secrets() -> "SecretsManagerSecrets":
    import boto3

    from accord.adapters.secrets import SecretsManagerSecrets

    return SecretsManagerSecrets(boto3.client("secretsmanager", config=_config()))


def _recognise(ledger: "DynamoDBLedger", operator_secret_arn: str | None = None) -> "RecogniseCaller":
    """Without the secret of operators, none is recognised."""
    from accord.adapters.standard_webhooks import is_signed
    from accord.usecases.recognise_caller import RecogniseCaller

    secrets = _secrets()
    return RecogniseCaller(
        ledger=ledger,
        secrets=secrets,
        is_signed=is_signed,
        operator_tokens=partial(secrets.operator_tokens, operator_secret_arn) if operator_secret_arn else tuple,
    )


def _key_of(secret_arn: str) -> "KeyOf":
    """Read once: the key never changes while the stack lives."""
    return partial(address_key, _secrets().address_key(secret_arn))


def _audience_of(settings: SyncMembersSettings | ApplyAudienceEventsSettings) -> "Callable[[Connection], Audience]":
    from accord.adapters.mailchimp import MailchimpAudience

    @cache
    def audience(base_url: str, api_key: str, audience_id: str) -> "Audience":
        return MailchimpAudience(
            base_url=base_url,
            api_key=api_key,
            audience_id=audience_id,
            timeout=settings.mailchimp_timeout_seconds,
            allow_any_host=settings.is_local,
        )

    def of(connection: "Connection") -> "Audience":
        return audience(connection.api_base_url, _secrets().mailchimp_api_key(connection), connection.audience_id)

    return of


def _config(pool: int = 10) -> "Config":
    from botocore.config import Config

    return Config(
        connect_timeout=3,
        read_timeout=10,
        retries={"mode": "standard", "total_max_attempts": 3},
        max_pool_connections=pool,
    )


def _accept_test_addresses() -> None:
    """On the local stack only: `.test` is reserved for this, and no mail can ever reach it."""
    import email_validator

    if "test" in email_validator.SPECIAL_USE_DOMAIN_NAMES:
        email_validator.SPECIAL_USE_DOMAIN_NAMES.remove("test")
