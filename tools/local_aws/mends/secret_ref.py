"""Secrets of a stack: `Ref` is the ARN, as on AWS; MiniStack gives the name, and policies on `!Ref` never match."""

import string
from typing import Any

from ministack.services import secretsmanager
from ministack.services.cloudformation import provisioners

from .provisioning import Properties, before, is_true


def mend() -> None:
    """Make the ARN a secret's physical id, and keep punctuation out of generated ones that ask for it."""
    before("AWS::SecretsManager::Secret", _without_punctuation)
    handlers = provisioners._RESOURCE_HANDLERS["AWS::SecretsManager::Secret"]
    create, update, delete = handlers["create"], handlers["update"], handlers["delete"]

    def created(logical_id: str, properties: Properties, stack: str) -> Any:
        _name, attributes = create(logical_id, properties, stack)
        return attributes["Arn"], attributes

    def updated(arn: str, old: Properties, new: Properties, *rest: Any) -> Any:
        _name, attributes = update(_name_of(arn), old, new, *rest)
        return attributes["Arn"], attributes

    def deleted(arn: str, properties: Properties) -> Any:
        return delete(_name_of(arn), properties)

    handlers["create"], handlers["update"], handlers["delete"] = created, updated, deleted


def _name_of(arn: str) -> str:
    return next((name for name, secret in secretsmanager._secrets.items() if secret["ARN"] == arn), arn)


def _without_punctuation(properties: Properties) -> Properties:
    generate = properties.get("GenerateSecretString")
    if not generate or not is_true(generate.get("ExcludePunctuation")):
        return properties
    excluded = generate.get("ExcludeCharacters", "") + string.punctuation
    return {**properties, "GenerateSecretString": {**generate, "ExcludeCharacters": excluded}}
