"""A connection -> the space of Cobot that it may read, or what an operator has to do first."""

from collections.abc import Callable
from dataclasses import dataclass

from accord.domain.cobot import Cobot
from accord.domain.connection import Connection
from accord.errors import Misconfigured
from accord.ports.applications import MembershipApplication
from accord.ports.connections import ConnectionSecrets

SPACE_KEY = "cobot_access_token"
type SpaceOf = Callable[[Cobot, str], MembershipApplication]
"""Of its settings and a token."""


@dataclass(frozen=True, slots=True)
class ReachSpace:
    """The space behind a connection's own token, as the token stands now."""

    secrets: ConnectionSecrets
    space_of: SpaceOf

    def __call__(self, connection: Connection) -> MembershipApplication:
        """Raises Misconfigured where there is no space, or no token for it."""
        token = self.secrets.read(connection.secret_arn).get(SPACE_KEY) if connection.secret_arn else None
        if connection.cobot is None or not isinstance(token, str) or not token:
            raise Misconfigured("The connection may not read its space yet: authorise it through Cobot")
        return self.space_of(connection.cobot, token)
