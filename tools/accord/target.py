"""Which Accord is meant: a URL and a token that were given, or the local stack that runs in this checkout."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tools.accord.errors import NowhereError

STACK_FILE = Path(__file__).parents[2] / ".local" / "stack.json"
LOOPBACK = {"127.0.0.1", "localhost", "::1"}

BOTH_WAYS = (
    "Start the local stack with `make run` in this checkout, or say where a deployed one is: "
    "ACCORD_URL=https://... and ACCORD_TOKEN=..., the operator's token."
)


@dataclass(frozen=True)
class Target:
    """Where to call. `local` holds what else the local stack tells; empty for a deployed one."""

    url: str
    token: str = field(repr=False)
    local: Mapping[str, str | None] = field(default_factory=dict, repr=False)

    @property
    def is_here(self) -> bool:
        """On this machine."""
        return urlsplit(self.url).hostname in LOOPBACK


def find_target(url: str | None, token: str | None, stack_file: Path | None) -> Target:
    """Options first, then ACCORD_URL and ACCORD_TOKEN, then the local stack. A token is never sent to another place
    than the one that it was given for. Raises NowhereError."""
    url = url or os.environ.get("ACCORD_URL")
    token = (token or os.environ.get("ACCORD_TOKEN") or "").strip()
    if url and token:
        return Target(_checked(url), _sendable(token))
    if url:
        raise NowhereError("The URL is given, and no token", remedy="Set ACCORD_TOKEN to the operator's token.")
    if token:
        raise NowhereError("The token is given, and no URL", remedy="Set ACCORD_URL to where Accord is.")
    return _local(stack_file or Path(os.environ.get("ACCORD_STACK_FILE") or STACK_FILE))


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname
    except ValueError:
        host = None
    if not host or parts.scheme not in {"http", "https"} or parts.query or parts.fragment or parts.username:
        raise NowhereError("The URL is not one", remedy="It looks like https://accord.your-domain.org.")
    if parts.scheme == "http" and host not in LOOPBACK:
        raise NowhereError(
            "The URL is http, and the token would travel in clear text", remedy="Use https; http is for 127.0.0.1 only."
        )
    return url.strip().rstrip("/").removesuffix("/v1/connections").removesuffix("/v1")


def _sendable(token: str) -> str:
    if not (token.isascii() and token.isprintable()):
        raise NowhereError("The token holds what no header can carry", remedy="Copy it again, without what is around.")
    return token


def _local(file: Path) -> Target:
    try:
        told = json.loads(file.read_text())
        return Target(told["api_url"], told["operator_token"], told)
    except FileNotFoundError:
        raise NowhereError("No local stack runs in this checkout, and no other is named", remedy=BOTH_WAYS) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NowhereError(f"{file} can not be read ({type(error).__name__})", remedy=BOTH_WAYS) from None
