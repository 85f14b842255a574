"""The audience against the ledger: what the state machine `reconcile` calls."""
# ruff: noqa: PLC0415

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from accord import clients, mailchimp_clients
from accord.settings import ManagePlansSettings, ReconcileAudienceSettings

if TYPE_CHECKING:
    from accord.usecases.manage_plans import ManagePlans
    from accord.usecases.recognise_caller import RecogniseCaller
    from accord.usecases.reconcile_audience import ReconcileAudience
    from accord.usecases.reconciling.approve_reconciliation import ApproveReconciliation
    from accord.usecases.reconciling.begin_reconciliation import BeginReconciliation


@dataclass(frozen=True, slots=True)
class Reconciling:
    """What the steps of `reconcile_audience` call."""

    begin: "BeginReconciliation"
    reconcile: "ReconcileAudience"


@dataclass(frozen=True, slots=True)
class Planning:
    """What the routes of `manage_plans` call."""

    recognise: "RecogniseCaller"
    manage: "ManagePlans"
    approve: "ApproveReconciliation"


@cache
def manage_plans() -> Planning:
    """HTTP -> plans, and their applications."""
    from secrets import token_hex

    from accord.adapters.dynamodb.plans import DynamoDBPlans
    from accord.usecases.manage_plans import ManagePlans
    from accord.usecases.reconciling.approve_reconciliation import ApproveReconciliation

    settings = ManagePlansSettings.from_environment()
    ledger = clients.ledger(settings)
    machine = clients.state_machine(settings.reconcile_state_machine_arn)
    manage = ManagePlans(
        ledger=ledger,
        plans=DynamoDBPlans(clients.table(settings)),
        runs=clients.runs(settings),
        reconciliations=machine,
        steps=clients.step_queue(settings.connection_steps_queue_url),
        clock=clients.SystemClock(),
        new_token=lambda: token_hex(8),
        images_kept=settings.before_images_kept,
    )
    approve = ApproveReconciliation(manage.runs, machine, manage.clock)
    return Planning(clients.recognise(ledger, settings.operator_secret_arn), manage, approve)


@cache
def reconcile_audience() -> Reconciling:
    """State machine -> ledger, and `bulk-changes`."""
    from secrets import token_urlsafe

    from accord.adapters.dynamodb.ears import DynamoDBEars
    from accord.adapters.dynamodb.images import DynamoDBImages
    from accord.adapters.dynamodb.plans import DynamoDBPlans
    from accord.adapters.dynamodb.recounts import DynamoDBRecounts
    from accord.adapters.dynamodb.sweeps import DynamoDBSweeps
    from accord.adapters.phones import us_phone
    from accord.usecases.reconcile_audience import ReconcileAudience
    from accord.usecases.reconciling.adopt_contacts import PlanAdoptions
    from accord.usecases.reconciling.begin_reconciliation import BeginReconciliation
    from accord.usecases.reconciling.compare_page import ComparePage
    from accord.usecases.reconciling.find_gone import FindGone
    from accord.usecases.reconciling.finish_reading import FinishReading
    from accord.usecases.reconciling.hold_drift import HoldDrift
    from accord.usecases.reconciling.plan_undo import PlanUndo
    from accord.usecases.reconciling.read_former import ReadFormer
    from accord.usecases.reconciling.write_plan import WritePlan
    from accord.usecases.tending.check_nightly import CheckNightly
    from accord.usecases.tending.check_webhook import CheckWebhook
    from accord.usecases.tending.mend_webhook import MendWebhook
    from accord.usecases.tending.take_along import TakeAlong

    settings = ReconcileAudienceSettings.from_environment()
    ledger, clock = clients.ledger(settings), clients.SystemClock()
    connections, runs = clients.connections(settings), clients.runs(settings)
    audience_of, webhook_of = mailchimp_clients.audience_of(settings), mailchimp_clients.webhook_of(settings)
    memory, sweeps = clients.audience_memory(settings), DynamoDBSweeps(clients.table(settings))
    listing_of = mailchimp_clients.listing_of(settings)
    key_of, bulk = clients.key_of(settings.address_key_secret_arn), clients.queue(settings.bulk_changes_queue_url)
    plans = DynamoDBPlans(clients.table(settings))
    images = DynamoDBImages(clients.table(settings), settings.before_images_kept)
    plan = WritePlan(ledger, plans, runs, clock, us_phone)
    webhook = CheckWebhook(
        connections=connections,
        secrets=clients.connection_secrets(),
        webhook_of=webhook_of,
        clock=clock,
        new_secret=lambda: token_urlsafe(32),
    )
    finish = FinishReading(
        connections=connections,
        ledger=ledger,
        runs=runs,
        audience_of=audience_of,
        webhook_of=webhook_of,
        steps=clients.step_queue(settings.connection_steps_queue_url),
        clock=clock,
    )
    reconcile = ReconcileAudience(
        connections=connections,
        ledger=ledger,
        memory=memory,
        sweeps=sweeps,
        runs=runs,
        audience_of=audience_of,
        listing_of=listing_of,
        clock=clock,
        key_of=key_of,
        bulk=bulk,
        check=CheckNightly(ledger, runs, audience_of, webhook, clock),
        finish=finish,
        gone=FindGone(ledger, memory, sweeps),
        former=ReadFormer(ledger, listing_of, runs, clock, key_of, TakeAlong(ledger, memory, clock)),
        adoptions=PlanAdoptions(ledger, plans, us_phone),
        compare=ComparePage(ledger, clock, key_of, bulk, HoldDrift(ledger, sweeps, us_phone)),
        plan=plan,
        undo=PlanUndo(ledger, images, plans, runs, clock, us_phone, plan.finish),
        recounts=DynamoDBRecounts(clients.table(settings)),
        mend=MendWebhook(DynamoDBEars(clients.table(settings)), webhook),
    )
    return Reconciling(BeginReconciliation(connections, runs, clock), reconcile)
