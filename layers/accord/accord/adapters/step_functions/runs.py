"""A state machine: the adapter of the ports `Reconciliations`, `Pulls` and `Imports`."""

import json
import re
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from accord.errors import Misconfigured, Retryable

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

LONGEST_NAME = 80


class StepFunctionsRuns:
    """One state machine: an execution for each run, named after it, and another one once it is approved."""

    def __init__(self, client: "SFNClient", state_machine_arn: str) -> None:
        self._client = client
        self._arn = state_machine_arn

    def start(self, connection_id: str, run_id: str, *, approved: bool = False) -> None:
        """One call. An execution of that name with the same input is the same one."""
        name = f"{connection_id}-{run_id}{'-approved' if approved else ''}"
        told = json.dumps({"connection_id": connection_id, "run_id": run_id})
        try:
            self._client.start_execution(
                stateMachineArn=self._arn, name=re.sub(r"[^0-9A-Za-z_-]", "-", name)[-LONGEST_NAME:], input=told
            )
        except self._client.exceptions.ExecutionAlreadyExists:
            return  # it has ended: what it left undone is begun by another run
        except self._client.exceptions.StateMachineDoesNotExist as error:
            raise Misconfigured("the state machine does not exist: deploy the stack again") from error
        except (BotoCoreError, ClientError) as error:
            raise Retryable("the state machine did not begin", effect_unknown=True) from error
