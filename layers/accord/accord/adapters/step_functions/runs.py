"""State machines: the adapters of the ports `Reconciliations`, `Pulls` and `Imports`."""

import json
import re
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from accord.errors import Misconfigured, Retryable

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

LONGEST_NAME = 80


class StepFunctionsReconciliations:
    """The state machine `reconcile`: one execution a run, named after it, and another one once it is approved."""

    def __init__(self, client: "SFNClient", state_machine_arn: str) -> None:
        self._client = client
        self._arn = state_machine_arn

    def start(self, connection_id: str, run_id: str, *, approved: bool = False) -> None:
        """One call. An execution of that name with the same input is the same one."""
        _start(self._client, self._arn, _name(connection_id, run_id, approved), connection_id, run_id)


class StepFunctionsPulls(StepFunctionsReconciliations):
    """The state machine `pull_activity`: one execution a run, named after it."""


class StepFunctionsImports:
    """The state machine `import`: one execution a run, and another one once it is approved."""

    def __init__(self, client: "SFNClient", state_machine_arn: str) -> None:
        self._client = client
        self._arn = state_machine_arn

    def start(self, connection_id: str, run_id: str, *, approved: bool) -> None:
        """One call. An execution of that name with the same input is the same one."""
        _start(self._client, self._arn, _name(connection_id, run_id, approved), connection_id, run_id)


def _name(connection_id: str, run_id: str, approved: bool) -> str:
    return f"{connection_id}-{run_id}{'-approved' if approved else ''}"


def _start(client: "SFNClient", arn: str, name: str, connection_id: str, run_id: str) -> None:
    told = json.dumps({"connection_id": connection_id, "run_id": run_id})
    try:
        client.start_execution(
            stateMachineArn=arn, name=re.sub(r"[^0-9A-Za-z_-]", "-", name)[-LONGEST_NAME:], input=told
        )
    except client.exceptions.ExecutionAlreadyExists:
        return  # it has ended: what it left undone is begun by another run
    except client.exceptions.StateMachineDoesNotExist as error:
        raise Misconfigured("the state machine does not exist: deploy the stack again") from error
    except (BotoCoreError, ClientError) as error:
        raise Retryable("the state machine did not begin", effect_unknown=True) from error
