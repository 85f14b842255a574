"""A build -> a stack in the emulator, through CloudFormation and the SAM transform, as a deployment to AWS goes."""

import time
from collections.abc import Mapping
from typing import Any

from .build import BUCKET, Build
from .emulator import Emulator

TIMEOUT = 120.0  # seconds; a stack of thirty resources takes one
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]


class DeployError(Exception):
    """The stack could not be created; the message lists what failed and why."""


def deploy(
    emulator: Emulator, built: Build, stack_name: str, parameters: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Create the stack and return its outputs by name. Raises DeployError."""
    storage = emulator.client("s3")
    storage.create_bucket(Bucket=BUCKET)
    for artifact in built.folder.iterdir():
        storage.upload_file(str(artifact), BUCKET, artifact.name)
    formation = emulator.client("cloudformation")
    try:
        formation.create_stack(
            StackName=stack_name,
            TemplateURL=f"{emulator.url}/{BUCKET}/{built.template.name}",
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in (parameters or {}).items()],
            Capabilities=CAPABILITIES,
        )
    except formation.exceptions.ClientError as error:
        raise DeployError(f"{stack_name} was refused: {error}") from error
    stack = _settled(formation, stack_name)
    if stack["StackStatus"] != "CREATE_COMPLETE":
        raise DeployError(f"{stack_name} ended as {stack['StackStatus']}:\n{_failures(formation, stack_name)}")
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def _settled(formation: Any, stack_name: str) -> dict[str, Any]:
    deadline = time.monotonic() + TIMEOUT
    while time.monotonic() < deadline:
        stack: dict[str, Any] = formation.describe_stacks(StackName=stack_name)["Stacks"][0]
        if not stack["StackStatus"].endswith("_IN_PROGRESS"):
            return stack
        time.sleep(0.1)
    raise DeployError(f"{stack_name} was not created within {TIMEOUT:.0f} s")


def _failures(formation: Any, stack_name: str) -> str:
    events = formation.describe_stack_events(StackName=stack_name)["StackEvents"]
    failed = (event for event in reversed(events) if event["ResourceStatus"].endswith("FAILED"))
    return "\n".join(f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}" for event in failed)
