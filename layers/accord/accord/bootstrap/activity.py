"""What members did with campaigns: what the state machine `pull_activity` calls, and what shows it."""
# ruff: noqa: PLC0415

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from accord import activity_clients, clients, mailchimp_clients
from accord.settings import PullActivitySettings, ShowActivitySettings

if TYPE_CHECKING:
    from accord.usecases.pull_activity import PullActivity
    from accord.usecases.pulling.begin_pull import BeginPull
    from accord.usecases.recognise_caller import RecogniseCaller
    from accord.usecases.show_activity import ShowActivity


@dataclass(frozen=True, slots=True)
class Pulling:
    """What the steps of `pull_activity` call."""

    begin: "BeginPull"
    pull: "PullActivity"


@dataclass(frozen=True, slots=True)
class ShowingActivity:
    """What the routes of `show_activity` call."""

    recognise: "RecogniseCaller"
    show: "ShowActivity"


@cache
def pull_activity() -> Pulling:
    """State machine -> ledger, and `audience-events`."""
    from accord.domain.pulling import Patience
    from accord.usecases.pull_activity import PullActivity
    from accord.usecases.pulling.ask_inbox import AskInbox
    from accord.usecases.pulling.ask_reports import AskReports
    from accord.usecases.pulling.begin_pull import BeginPull

    settings = PullActivitySettings.from_environment()
    connections, runs = clients.connections(settings), clients.runs(settings)
    ledger, outbox, clock = clients.ledger(settings), clients.outbox(settings), clients.SystemClock()
    activity = activity_clients.activity(settings, settings.activity_kept)
    key_of = clients.key_of(settings.address_key_secret_arn)
    inbox = AskInbox(
        ledger=ledger,
        memory=clients.audience_memory(settings),
        activity=activity,
        outbox=outbox,
        mail=clients.mail(settings.sender_email),
        inbox_of=activity_clients.inbox_of(settings),
        audience_of=mailchimp_clients.audience_of(settings),
        clock=clock,
        key_of=key_of,
        kept=settings.activity_kept,
    )
    pull = PullActivity(
        connections=connections,
        ledger=ledger,
        activity=activity,
        runs=runs,
        reports_of=activity_clients.reports_of(settings),
        ask=AskReports(activity_clients.reports_of(settings), activity_clients.report_batches_of(settings), clock),
        inbox=inbox,
        outbox=outbox,
        hints=clients.hint_queue(settings.audience_events_queue_url),
        clock=clock,
        key_of=key_of,
        patience=Patience(
            gathers=timedelta(days=settings.campaign_days),
            overlap=timedelta(days=settings.activity_overlap_days),
            kept=settings.activity_kept,
        ),
    )
    return Pulling(BeginPull(connections, runs), pull)


@cache
def show_activity() -> ShowingActivity:
    """HTTP -> activity, of members, campaigns and the whole connection."""
    from accord.usecases.show_activity import ShowActivity

    settings = ShowActivitySettings.from_environment()
    ledger = clients.ledger(settings)
    show = ShowActivity(ledger, activity_clients.activity(settings, settings.activity_kept), clients.SystemClock())
    return ShowingActivity(clients.recognise(ledger, settings.operator_secret_arn), show)
