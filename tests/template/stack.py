"""template.yaml as the template tests read it: `!Ref X` is "X", `!GetAtt X.Arn` is "X.Arn", `!Sub` is its text."""

import re
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

REPOSITORY = Path(__file__).parents[2]
TEMPLATE = REPOSITORY / "template.yaml"

FUNCTION = "AWS::Serverless::Function"
QUEUE = "AWS::SQS::Queue"


class _Loader(yaml.SafeLoader):  # type: ignore[misc]
    """YAML with CloudFormation's short forms."""


def _short_form(loader: Any, name: str, node: Any) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    return {name: loader.construct_sequence(node, deep=True)}


_Loader.add_multi_constructor("!", _short_form)

STACK: dict[str, Any] = yaml.load(TEMPLATE.read_text(), _Loader)  # noqa: S506  # a SafeLoader
RESOURCES: dict[str, dict[str, Any]] = STACK["Resources"]
PARAMETERS: dict[str, dict[str, Any]] = STACK["Parameters"]
GLOBALS: dict[str, Any] = STACK["Globals"]["Function"]


def resources(kind: str) -> dict[str, dict[str, Any]]:
    """The properties of all resources of a type, by logical id."""
    return {name: resource["Properties"] for name, resource in RESOURCES.items() if resource["Type"] == kind}


def functions() -> dict[str, dict[str, Any]]:
    """The functions with what Globals give them, by their verb: SyncMembersFunction is sync_members."""
    return {
        verb(name): {**GLOBALS, **properties, "Environment": _environment(properties)}
        for name, properties in resources(FUNCTION).items()
    }


def _environment(properties: dict[str, Any]) -> dict[str, str]:
    own: dict[str, str] = properties.get("Environment", {}).get("Variables", {})
    return {**GLOBALS["Environment"]["Variables"], **own}


def verb(logical_id: str) -> str:
    """SyncMembersFunction -> sync_members"""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", logical_id.removesuffix("Function")).lower()


def events(function: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    """The events of a type that call a function, by name."""
    found = function.get("Events", {}).items()
    return {name: event["Properties"] for name, event in found if event["Type"] == kind}


def default(value: Any) -> Any:
    """The value itself, or the default of the parameter that it names."""
    return PARAMETERS[value]["Default"] if value in PARAMETERS else value


def machine_states(name: str = "ReconcileStateMachine") -> dict[str, dict[str, Any]]:
    """All states of a state machine by their names, those within its maps as well."""
    found: dict[str, dict[str, Any]] = {}
    waiting = [resources("AWS::StepFunctions::StateMachine")[name]["Definition"]]
    while waiting:
        states = waiting.pop()["States"]
        found |= states
        waiting += [state["ItemProcessor"] for state in states.values() if "ItemProcessor" in state]
    return found
