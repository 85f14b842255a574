"""Cobot, an application that needs no code: heard, and read when it is its turn."""
# ruff: noqa: PLC0415

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from accord import clients
from accord.settings import FetchCobotMembersSettings, ReceiveCobotEventsSettings

if TYPE_CHECKING:
    from accord.usecases.fetch_cobot_members import FetchCobotMembers
    from accord.usecases.receive_cobot_events import ReceiveCobotEvents
    from accord.usecases.recognise_caller import RecogniseCaller


@dataclass(frozen=True, slots=True)
class HearingCobot:
    """What the route of `receive_cobot_events` calls."""

    recognise: "RecogniseCaller"
    receive: "ReceiveCobotEvents"
    is_local: bool


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
    from accord.adapters.dynamodb.applications import DynamoDBBoxes, DynamoDBTurns
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
        clock=clients.SystemClock(),
        timing=settings.timing,
        gap=settings.cobot_gap_seconds,
    )
