"""A deployed stack, as its outputs describe it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

type ClientOf = Callable[[str], Any]
"""The boto3 client of a service, by its name: `boto3.client`, or one for another account or endpoint."""


class StackError(Exception):
    """There is no such stack, or it can not be reached; the message says what to do."""


@dataclass(frozen=True)
class Stack:
    """What the tools need of a stack. `api_url` has no slash at its end."""

    name: str
    stage: str
    api_url: str
    table_name: str
    address_key_secret_arn: str
    allowed_endpoints: tuple[str, ...] = ()
    """Hosts that notices may go to though they are private: none but on a local stack."""

    @property
    def is_local(self) -> bool:
        """Whether it may talk to another Mailchimp than the real one."""
        return self.stage == "local"


def client_of(service: str) -> Any:
    """A client from the environment: AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL and so on."""
    return boto3.client(service)  # type: ignore[call-overload]  # any service's name, not one of the stubs' literals


def find_stack(name: str, clients: ClientOf = client_of) -> Stack:
    """The stack of that name in the account and region of the environment. Raises StackError."""
    try:
        formation = clients("cloudformation")
        described = formation.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        if "does not exist" not in str(error):
            raise StackError(f"AWS refuses to show the stack {name!r}: {error}") from error
        raise StackError(f"There is no stack {name!r} here: deploy it, or name another with --stack") from error
    except BotoCoreError as error:
        raise StackError(f"AWS can not be reached: {error}") from error
    outputs = {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}
    parameters = {each["ParameterKey"]: each["ParameterValue"] for each in described.get("Parameters", [])}
    stage = parameters.get("Stage", "prod")
    try:
        # The host name that an emulator gives an API may not resolve; its path always does.
        local_url = f"{formation.meta.endpoint_url}/_aws/execute-api/{outputs['ApiId']}/$default"
        return Stack(
            name=name,
            stage=stage,
            api_url=local_url if stage == "local" else outputs["ApiUrl"],
            table_name=outputs["TableName"],
            address_key_secret_arn=outputs["AddressKeySecretArn"],
            allowed_endpoints=tuple(filter(None, parameters.get("AllowedEndpoints", "").split(","))),
        )
    except KeyError as missing:
        raise StackError(f"The stack {name!r} is not one of Accord: it has no output {missing}") from missing
