"""Connections: managed, joined to an account by its owner, and tended."""
# ruff: noqa: PLC0415

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from accord import clients
from accord.settings import (
    ConnectCobotSettings,
    ConnectMailchimpSettings,
    ManageConnectionsSettings,
    TendConnectionsSettings,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from accord.adapters.mailchimp.account import MailchimpAccount
    from accord.adapters.mailchimp.registration import MailchimpRegistration
    from accord.adapters.mailchimp.setup import MailchimpSetup
    from accord.domain.connection import Connection
    from accord.usecases.connect_cobot import ConnectCobot
    from accord.usecases.connect_mailchimp import ConnectMailchimp
    from accord.usecases.connecting.approve_connection import ApproveConnection
    from accord.usecases.connecting.check_connection import CheckConnection
    from accord.usecases.connecting.choose_audience import ChooseAudience
    from accord.usecases.connecting.create_groups import CreateGroups
    from accord.usecases.connecting.create_segments import CreateSegments
    from accord.usecases.connecting.leave_space import LeaveSpace
    from accord.usecases.connecting.reconfirm_members import ReconfirmMembers
    from accord.usecases.manage_connections import ManageConnections
    from accord.usecases.pulling.begin_pull import OrderPull
    from accord.usecases.recognise_caller import RecogniseCaller
    from accord.usecases.reconciling.begin_reconciliation import OrderReconciliation
    from accord.usecases.tend_connections import TendConnections
    from accord.usecases.tending.stop_run import StopRun

OPERATOR_PATIENCE = 8.0
"""Seconds that one call to Mailchimp may take while an operator waits: API Gateway gives up after thirty."""

SPACE_PATIENCE = 14.0
"""Seconds that all calls to a space may take together while somebody waits."""


@dataclass(frozen=True, slots=True)
class Connecting:
    """What the routes of `manage_connections` call."""

    recognise: "RecogniseCaller"
    manage: "ManageConnections"
    choose: "ChooseAudience"
    check: "CheckConnection"
    approve: "ApproveConnection"
    leave: "LeaveSpace"
    groups: "CreateGroups"
    segments: "CreateSegments"
    reconfirm: "ReconfirmMembers"
    order: "OrderReconciliation"
    stop: "StopRun"
    pull: "OrderPull"


@dataclass(frozen=True, slots=True)
class Authorising:
    """What the routes of `connect_mailchimp` and `connect_cobot` call."""

    recognise: "RecogniseCaller"
    connect: "ConnectMailchimp | ConnectCobot"
    redirect_uri: "Callable[[], str]"
    """As it is stored with the client's secret; empty where the API's own name will do."""


@cache
def manage_connections() -> Connecting:
    """HTTP -> connections, their secrets and their accounts."""
    from secrets import token_bytes, token_hex, token_urlsafe

    from accord.adapters.dynamodb.applications import DynamoDBTurns
    from accord.adapters.dynamodb.sweeps import DynamoDBSweeps
    from accord.adapters.upstream_endpoint import UpstreamEndpoint
    from accord.usecases.connecting.approve_connection import ApproveConnection
    from accord.usecases.connecting.check_connection import CheckConnection
    from accord.usecases.connecting.check_space import CheckSpace
    from accord.usecases.connecting.choose_audience import ChooseAudience
    from accord.usecases.connecting.create_groups import CreateGroups
    from accord.usecases.connecting.create_segments import CreateSegments
    from accord.usecases.connecting.leave_space import LeaveSpace
    from accord.usecases.connecting.reach_account import KEY, ReachAccount
    from accord.usecases.connecting.reconfirm_members import ReconfirmMembers
    from accord.usecases.manage_connections import ManageConnections
    from accord.usecases.pulling.begin_pull import BeginPull, OrderPull
    from accord.usecases.reconciling.begin_reconciliation import BeginReconciliation, OrderReconciliation
    from accord.usecases.tending.begin_run import BeginRun
    from accord.usecases.tending.stop_run import StopRun

    settings = ManageConnectionsSettings.from_environment()
    ledger, connections, clock = clients.ledger(settings), clients.connections(settings), clients.SystemClock()
    secrets = clients.connection_secrets(settings.connection_secrets_prefix)
    check_endpoint = UpstreamEndpoint(settings.allowed).check

    # Most requests do not call Mailchimp: what it is called by is loaded by those that do.

    def account_of(base_url: str, key: str) -> "MailchimpAccount":
        from accord.adapters.mailchimp.account import MailchimpAccount

        return MailchimpAccount(base_url, key, timeout=OPERATOR_PATIENCE, allow_any_host=settings.is_local)

    def setup_of(base_url: str, key: str) -> "MailchimpSetup":
        from accord.adapters.mailchimp.setup import MailchimpSetup

        return MailchimpSetup(base_url, key, timeout=OPERATOR_PATIENCE, allow_any_host=settings.is_local)

    def checked(key: str, said: str) -> str:
        from accord.adapters.mailchimp.http import base_url_of, checked_base_url

        return checked_base_url(said or base_url_of(key), allow_any_host=settings.is_local)

    def registration_of(connection: "Connection", origin: str) -> "MailchimpRegistration":
        from accord.adapters.mailchimp.registration import MailchimpRegistration

        account = account_of(connection.api_base_url, secrets.read(connection.secret_arn)[KEY])
        return MailchimpRegistration(account, connection.audience_id, f"{origin}/mailchimp/webhooks/{connection.id}")

    reach = ReachAccount(secrets, account_of)
    runs = clients.runs(settings)
    order = OrderReconciliation(
        begin=BeginReconciliation(connections, runs, clock),
        runs=runs,
        reconciliations=clients.state_machine(settings.reconcile_state_machine_arn),
        clock=clock,
        new_token=lambda: token_hex(8),
    )
    pulls = clients.state_machine(settings.pull_activity_state_machine_arn)
    pull = OrderPull(BeginPull(connections, runs), runs, pulls, clock, lambda: token_hex(8))
    begin = BeginRun(runs, clients.step_queue(settings.connection_steps_queue_url), clock, lambda: token_hex(8))
    reach_space = clients.cobot_of(settings, within=SPACE_PATIENCE)
    turns = DynamoDBTurns(clients.table(settings))
    check_space = CheckSpace(reach_space, turns, clock, settings.cobot_gap_seconds)
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
            save_setup=ledger.save_audience_setup,
        ),
        choose=ChooseAudience(connections, ledger, reach, clock),
        check=CheckConnection(connections, ledger, reach, check_endpoint, begin.reading, clock, check_space),
        approve=ApproveConnection(
            connections=connections,
            secrets=secrets,
            ledger=ledger,
            runs=runs,
            reach=reach,
            registration_of=registration_of,
            begin=begin,
            new_secret=lambda: token_urlsafe(32),
            clock=clock,
        ),
        leave=LeaveSpace(connections, reach_space),
        groups=CreateGroups(ledger, connections, reach, setup_of, clock),
        segments=CreateSegments(ledger, reach, setup_of, clock),
        reconfirm=ReconfirmMembers(ledger, connections, runs, begin, clock),
        order=order,
        stop=StopRun(runs, DynamoDBSweeps(clients.table(settings)), clock),
        pull=pull,
    )


@cache
def connect_mailchimp() -> Authorising:
    """HTTP -> Mailchimp's OAuth -> the secret of a connection."""
    from secrets import token_urlsafe

    from accord.adapters.mailchimp.oauth import MailchimpOAuth, OAuthClient
    from accord.usecases.connect_mailchimp import ConnectMailchimp
    from accord.usecases.connecting.ask_owner import AskOwner

    settings = ConnectMailchimpSettings.from_environment()
    ledger, secrets = clients.ledger(settings), clients.secrets()
    recognise = clients.recognise(ledger, settings.operator_secret_arn)

    def registered() -> OAuthClient:
        client = secrets.registered_client(settings.mailchimp_oauth_secret_arn)
        return OAuthClient(settings.mailchimp_oauth_client_id, client.client_secret)

    connections, clock = clients.connections(settings), clients.SystemClock()
    asking = AskOwner(
        service="mailchimp",
        connections=connections,
        secrets=clients.connection_secrets(),
        authorisations=clients.authorisations(settings),
        clock=clock,
        is_operators=recognise.is_operators,
        new_state=lambda: token_urlsafe(32),
    )
    owner = MailchimpOAuth(registered, login_url=settings.mailchimp_login_url, allow_any_host=settings.is_local)
    return Authorising(
        recognise=recognise,
        connect=ConnectMailchimp(asking, connections, owner, clock),
        redirect_uri=lambda: secrets.registered_client(settings.mailchimp_oauth_secret_arn).redirect_uri,
    )


@cache
def connect_cobot() -> Authorising:
    """HTTP -> Cobot's OAuth -> the secret of a connection, and `cobot-events`."""
    from secrets import token_urlsafe

    from accord.adapters.cobot.oauth import LOGIN_URL, CobotOAuth, OAuthClient
    from accord.usecases.connect_cobot import ConnectCobot
    from accord.usecases.connecting.ask_owner import AskOwner
    from accord.usecases.connecting.link_space import LinkSpace

    settings = ConnectCobotSettings.from_environment()
    ledger, secrets = clients.ledger(settings), clients.secrets()
    recognise = clients.recognise(ledger, settings.operator_secret_arn)
    connections = clients.connections(settings)
    login_url = settings.cobot_login_url if settings.is_local else LOGIN_URL

    def registered() -> OAuthClient:
        client = secrets.registered_client(settings.cobot_oauth_secret_arn)
        return OAuthClient(settings.cobot_oauth_client_id, client.client_secret)

    asking = AskOwner(
        service="cobot",
        connections=connections,
        secrets=clients.connection_secrets(),
        authorisations=clients.authorisations(settings),
        clock=clients.SystemClock(),
        is_operators=recognise.is_operators,
        new_state=lambda: token_urlsafe(32),
    )
    return Authorising(
        recognise=recognise,
        connect=ConnectCobot(
            asking=asking,
            owner=CobotOAuth(registered, login_url=login_url),
            space_of=clients.space_of(settings, within=SPACE_PATIENCE),
            base_url_of=lambda cobot: "" if login_url == LOGIN_URL else f"{login_url}/{cobot.space}",
            link=LinkSpace(
                connections, clients.fetch_queue(settings.cobot_events_queue_url), lambda: token_urlsafe(32)
            ),
        ),
        redirect_uri=lambda: secrets.registered_client(settings.cobot_oauth_secret_arn).redirect_uri,
    )


@cache
def tend_connections() -> "TendConnections":
    """`connection-steps` -> ledger."""
    from accord.adapters.dynamodb.plans import DynamoDBPlans
    from accord.adapters.phones import us_phone
    from accord.usecases.reconciling.adopt_contacts import AdoptContacts
    from accord.usecases.reconciling.apply_plan import ApplyPlan
    from accord.usecases.reconciling.order_undo import OrderUndo
    from accord.usecases.tend_connections import TendConnections
    from accord.usecases.tending.call_up_members import CallUpMembers
    from accord.usecases.tending.hold_addresses import HoldAddresses
    from accord.usecases.tending.sum_up_members import SumUpMembers
    from accord.usecases.tending.take_along import TakeAlong

    settings = TendConnectionsSettings.from_environment()
    ledger, clock = clients.ledger(settings), clients.SystemClock()
    connections, runs = clients.connections(settings), clients.runs(settings)
    steps = clients.step_queue(settings.connection_steps_queue_url)
    bulk_queue, plans = clients.queue(settings.bulk_changes_queue_url), DynamoDBPlans(clients.table(settings))
    return TendConnections(
        ledger=ledger,
        connections=connections,
        runs=runs,
        reconciliations=clients.state_machine(settings.reconcile_state_machine_arn),
        clock=clock,
        take_along=TakeAlong(ledger, clients.audience_memory(settings), clock),
        hold=HoldAddresses(ledger, clock),
        sum_up=SumUpMembers(ledger, clients.queue(settings.member_changes_queue_url), clock, us_phone),
        call_up=CallUpMembers(ledger, runs, steps, bulk_queue, clock, settings.offered_again),
        apply_plan=ApplyPlan(
            ledger,
            plans,
            runs,
            steps,
            AdoptContacts(ledger, bulk_queue, clock),
            OrderUndo(ledger, bulk_queue, clock, settings.offered_again),
            bulk_queue,
            clock,
        ),
        steps=steps,
        bulk_queue=bulk_queue,
        outbox=clients.outbox(settings),
        mail=clients.mail(settings.sender_email),
        offered_again=settings.offered_again,
    )
