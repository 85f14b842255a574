"""The template as AWS would read it, and the order in which people read it."""

import subprocess
import sys
from pathlib import Path

from tests.template.stack import RESOURCES, STACK, TEMPLATE


def test_cfn_lint_finds_nothing_to_say() -> None:
    command = [Path(sys.executable).parent / "cfn-lint", TEMPLATE]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.stdout + done.stderr == ""
    assert done.returncode == 0


def test_the_template_is_ordered_like_the_data() -> None:
    banners = [line.split("──")[1].strip() for line in TEMPLATE.read_text().splitlines() if "# ── " in line]

    assert banners == [
        "Parameters",
        "API",
        "Queues and dead letters",
        "Functions",
        "Ledger",
        "Files",
        "State machines",
        "Schedules",
        "Alarms",
        "Layers",
        "Outputs",
    ]


def test_every_parameter_is_used() -> None:
    text = TEMPLATE.read_text()

    unused = [name for name in STACK["Parameters"] if f"!Ref {name}" not in text and f"${{{name}}}" not in text]

    assert unused == []


def test_every_output_names_what_there_is() -> None:
    named = {output["Value"].partition(".")[0] for output in STACK["Outputs"].values()}

    assert named <= RESOURCES.keys()


def test_the_outputs_are_what_tools_and_people_ask_for() -> None:
    assert STACK["Outputs"].keys() == {
        "ApiUrl",
        "ApiId",
        "TableName",
        "MemberChangesQueueUrl",
        "MemberChangesDeadLettersUrl",
        "BulkChangesQueueUrl",
        "BulkChangesDeadLettersUrl",
        "AudienceEventsQueueUrl",
        "AudienceEventsDeadLettersUrl",
        "ConnectionStepsQueueUrl",
        "ReconcileStateMachineArn",
        "PullActivityStateMachineArn",
        "ImportStateMachineArn",
        "FilesBucketName",
        "ConnectionStepsDeadLettersUrl",
        "UpstreamNoticesQueueUrl",
        "UpstreamNoticesDeadLettersUrl",
        "CobotEventsQueueUrl",
        "CobotEventsDeadLettersUrl",
        "AddressKeySecretArn",
        "OperatorSecretArn",
        "MailchimpOAuthSecretArn",
        "CobotOAuthSecretArn",
        "ReceiveChangesFunctionName",
        "ShowBadgesFunctionName",
        "ManageMembersFunctionName",
        "ManagePlansFunctionName",
        "ShowActivityFunctionName",
        "ManageImportsFunctionName",
        "ImportMembersFunctionName",
        "ConnectMailchimpFunctionName",
        "ConnectCobotFunctionName",
        "ManageConnectionsFunctionName",
        "SyncMembersFunctionName",
        "OfferDueChangesFunctionName",
        "CollectBatchesFunctionName",
        "NotifyUpstreamFunctionName",
        "ReceiveAudienceEventsFunctionName",
        "ApplyAudienceEventsFunctionName",
        "ReceiveCobotEventsFunctionName",
        "FetchCobotMembersFunctionName",
        "RecordFailuresFunctionName",
        "TendConnectionsFunctionName",
    }
