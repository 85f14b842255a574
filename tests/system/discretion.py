"""What may never stand in a log: the addresses, names and secrets that the stories use."""

import json
import re
from collections.abc import Iterable, Iterator

from tools.local_stack import LocalStack

ADDRESS = re.compile(r"[\w.+'-]+(?:@|%40|\\u0040)[\w.-]+\.(?:test|com)", re.IGNORECASE)
SHORTEST = 16
"""Characters of a secret; what is shorter beside one (an account's data centre) is none."""
PERSONAL = (
    "+33639980017",
    "1990-03-12",
    "quai du Phoque",
    "Tusk & Sons",
    "Wilhelmina",
    "Gnorbert",
    "Emutiful",
    "Dodolores",
    "Walruska",
    "Tuskova",
    "Badgerina",
    "Krakenia",
    "Beekeepers",
)


def indiscretions(logs: str, secrets: Iterable[str]) -> set[str]:
    """The addresses, the stories' personal data and the secrets that are found in the logs."""
    return set(ADDRESS.findall(logs)) | {each for each in (*PERSONAL, *secrets) if each in logs}


def secrets_of(stack: LocalStack) -> set[str]:
    """All that Secrets Manager holds for the stack's connections and operators, and the demo's token."""
    vault = stack.emulator.client("secretsmanager")
    names = [each["Name"] for page in vault.get_paginator("list_secrets").paginate() for each in page["SecretList"]]
    held = (vault.get_secret_value(SecretId=name)["SecretString"] for name in names)
    return {stack.info.upstream_token, *(part for text in held for part in _parts(text))}


def _parts(text: str) -> Iterator[str]:
    try:
        value = json.loads(text)
    except ValueError:
        value = text
    leaves = value.values() if isinstance(value, dict) else value if isinstance(value, list) else [value]
    yield from (leaf for leaf in leaves if isinstance(leaf, str) and len(leaf) >= SHORTEST)
