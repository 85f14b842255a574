"""Ports meet adapters here, and nowhere else: one function for each Lambda function.

Every import of an adapter stands where it is used, so that a function loads only what it needs.
"""

from accord.bootstrap.activity import Pulling, ShowingActivity, pull_activity, show_activity
from accord.bootstrap.changes import (
    Managing,
    Receiving,
    Showing,
    collect_batches,
    manage_members,
    offer_due_changes,
    receive_changes,
    record_failures,
    show_badges,
    sync_members,
    sync_members_margin,
)
from accord.bootstrap.cobot import (
    HearingCobot,
    fetch_cobot_members,
    receive_cobot_events,
)
from accord.bootstrap.connections import (
    Authorising,
    Connecting,
    connect_cobot,
    connect_mailchimp,
    manage_connections,
    tend_connections,
)
from accord.bootstrap.events import (
    Hearing,
    apply_audience_events,
    notify_upstream,
    receive_audience_events,
)
from accord.bootstrap.importing import ManagingImports, import_members, manage_imports
from accord.bootstrap.reconciling import Planning, Reconciling, manage_plans, reconcile_audience

__all__ = [
    "Authorising",
    "Connecting",
    "Hearing",
    "HearingCobot",
    "Managing",
    "ManagingImports",
    "Planning",
    "Pulling",
    "Receiving",
    "Reconciling",
    "Showing",
    "ShowingActivity",
    "apply_audience_events",
    "collect_batches",
    "connect_cobot",
    "connect_mailchimp",
    "fetch_cobot_members",
    "import_members",
    "manage_connections",
    "manage_imports",
    "manage_members",
    "manage_plans",
    "notify_upstream",
    "offer_due_changes",
    "pull_activity",
    "receive_audience_events",
    "receive_changes",
    "receive_cobot_events",
    "reconcile_audience",
    "record_failures",
    "show_activity",
    "show_badges",
    "sync_members",
    "sync_members_margin",
    "tend_connections",
]
