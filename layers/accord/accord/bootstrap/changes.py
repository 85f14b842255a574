"""What upstream says, on its way to Mailchimp: taken, synchronised, offered again, managed, shown, and set aside."""
# ruff: noqa: PLC0415

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from accord import clients, mailchimp_clients
from accord.settings import (
    CollectBatchesSettings,
    ManageMembersSettings,
    OfferDueChangesSettings,
    ReceiveChangesSettings,
    RecordFailuresSettings,
    ShowBadgesSettings,
    SyncMembersSettings,
)

if TYPE_CHECKING:
    from datetime import datetime

    from accord.ports import QueuedChanges
    from accord.usecases.collect_batches import CollectBatches
    from accord.usecases.importing.note_arrivals import NoteArrivals
    from accord.usecases.manage_members import ManageMembers
    from accord.usecases.offer_due_changes import OfferDueChanges
    from accord.usecases.receive_changes import ReceiveChanges
    from accord.usecases.recognise_caller import RecogniseCaller
    from accord.usecases.record_failures import Letter, Recorded
    from accord.usecases.show_badges import ShowBadges
    from accord.usecases.showing.show_consent import ShowConsent
    from accord.usecases.showing.show_erasure import ShowErasure
    from accord.usecases.showing.show_member import ShowMember
    from accord.usecases.showing.show_notices import ShowNotices
    from accord.usecases.sync_members import SyncResult


COLLECTING_TIMEOUT = 20.0
"""Seconds for a call of `collect_batches`, which reads little and ends before the next one begins."""


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
class Managing:
    """What the routes of `manage_members` call."""

    recognise: "RecogniseCaller"
    manage: "ManageMembers"


@dataclass(frozen=True, slots=True)
class Showing:
    """What the routes of `show_badges` call."""

    recognise: "RecogniseCaller"
    badges: "ShowBadges"


@cache
def receive_changes() -> Receiving:
    """HTTP -> `member-changes`, and the status of a member."""
    from accord.usecases.receive_changes import ReceiveChanges
    from accord.usecases.showing.show_consent import ShowConsent
    from accord.usecases.showing.show_erasure import ShowErasure
    from accord.usecases.showing.show_member import ShowMember
    from accord.usecases.showing.show_notices import ShowNotices

    settings = ReceiveChangesSettings.from_environment()
    ledger, clock = clients.ledger(settings), clients.SystemClock()
    return Receiving(
        recognise=clients.recognise(ledger, settings.operator_secret_arn),
        receive=ReceiveChanges(ledger=ledger, queue=clients.queue(settings.member_changes_queue_url), clock=clock),
        show=ShowMember(ledger=ledger),
        consent=ShowConsent(ledger),
        erasure=ShowErasure(ledger),
        notices=ShowNotices(ledger, clock, settings.feed_settled),
    )


@cache
def show_badges() -> Showing:
    """HTTP -> how members stand, for the pages of their application."""
    from accord.usecases.show_badges import ShowBadges

    settings = ShowBadgesSettings.from_environment()
    ledger = clients.ledger(settings)
    recognise = clients.recognise(ledger, settings.operator_secret_arn)
    badges = ShowBadges(recognise=recognise, ledger=ledger, secrets=clients.secrets(), clock=clients.SystemClock())
    return Showing(recognise, badges)


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
            clock=clients.SystemClock(),
            offered_again=settings.offered_again,
        ),
    )


@cache
def sync_members() -> "NoteArrivals[QueuedChanges, [datetime], SyncResult]":
    """Queue -> Mailchimp."""
    from uuid import uuid4

    from accord.adapters.dynamodb.images import DynamoDBImages
    from accord.adapters.phones import us_phone
    from accord.usecases.importing.note_arrivals import NoteArrivals
    from accord.usecases.settling.send_batch import Batching
    from accord.usecases.sync_members import SyncMembers

    settings = SyncMembersSettings.from_environment()
    sync = SyncMembers(
        ledger=clients.ledger(settings),
        images=DynamoDBImages(clients.table(settings), settings.before_images_kept),
        audience_of=mailchimp_clients.audience_of(settings),
        clock=clients.SystemClock(),
        key_of=clients.key_of(settings.address_key_secret_arn),
        national_phone=us_phone,
        timing=settings.timing,
        new_token=lambda: uuid4().hex,
        batching=Batching(
            batches_of=mailchimp_clients.batches_of(settings, settings.mailchimp_timeout_seconds),
            open_batches=clients.open_batches(settings),
            above=settings.batch_above,
        ),
    )
    return NoteArrivals(sync, clients.sendings(settings))


@cache
def sync_members_margin() -> timedelta:
    """How long before its end an invocation of `sync_members` stops taking work."""
    return SyncMembersSettings.from_environment().margin


@cache
def collect_batches() -> "CollectBatches":
    """Mailchimp's batches -> ledger."""
    from uuid import uuid4

    from accord.adapters.dynamodb.images import DynamoDBImages
    from accord.adapters.phones import us_phone
    from accord.usecases.collect_batches import CollectBatches

    settings = CollectBatchesSettings.from_environment()
    return CollectBatches(
        ledger=clients.ledger(settings),
        images=DynamoDBImages(clients.table(settings), settings.before_images_kept),
        open_batches=clients.open_batches(settings),
        batches_of=mailchimp_clients.batches_of(settings, COLLECTING_TIMEOUT),
        audience_of=mailchimp_clients.audience_of(settings),
        clock=clients.SystemClock(),
        key_of=clients.key_of(settings.address_key_secret_arn),
        national_phone=us_phone,
        timing=settings.timing,
        new_token=lambda: uuid4().hex,
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
        clock=clients.SystemClock(),
        offered_again=settings.offered_again,
    )


@cache
def record_failures() -> "NoteArrivals[Letter, [], Recorded]":
    """Dead letters -> ledger."""
    from accord.usecases.importing.note_arrivals import NoteArrivals
    from accord.usecases.record_failures import RecordFailures

    settings = RecordFailuresSettings.from_environment()
    record = RecordFailures(
        ledger=clients.ledger(settings),
        runs=clients.runs(settings),
        clock=clients.SystemClock(),
        key_of=clients.key_of(settings.address_key_secret_arn),
        timing=settings.timing,
    )
    return NoteArrivals(record, clients.sendings(settings))
