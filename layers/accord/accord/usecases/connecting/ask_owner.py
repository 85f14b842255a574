"""An operator's wish -> the consent of whoever owns the account -> what it grants, once per `state`."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from accord.domain.authorisation import VALID_FOR, Authorisation, Service
from accord.domain.connection import Connection
from accord.errors import Misconfigured, Rejected
from accord.ports import Clock
from accord.ports.authorising import Authorisations
from accord.ports.connections import Connections, ConnectionSecrets
from accord.usecases.recognise_caller import digest

LONGEST = 512
"""Characters of a `state` or code; ours have 43, Mailchimp's 32."""


class Outcome(StrEnum):
    """How it ended. Nothing was stored save where it is CONNECTED."""

    CONNECTED = "connected"
    DECLINED = "declined"
    NOT_VALID = "not_valid"
    """`state` is missing, old, used, made up, or of one who is no operator any more: all the same to the caller."""
    CODE_REFUSED = "code_refused"
    OTHER_ACCOUNT = "other_account"


@dataclass(frozen=True, slots=True)
class Finished:
    """The outcome, and the connection where `state` led to one."""

    outcome: Outcome
    connection: Connection | None = None


@dataclass(frozen=True, slots=True)
class AskOwner:
    """The way there and back, for one service. `is_operators` says whether a token of this hash is an operator's now;
    `new_state` makes an unguessable text."""

    service: Service
    connections: Connections
    secrets: ConnectionSecrets
    authorisations: Authorisations
    clock: Clock
    is_operators: Callable[[str], bool]
    new_state: Callable[[], str]

    def start(self, connection: Connection, operator_token: str, page: Callable[[str], str]) -> str:
        """`page` of a `state`, good for ten minutes."""
        state = self.new_state()
        url = page(state)
        begun = Authorisation(
            service=self.service,
            connection_id=connection.id,
            operator=digest(operator_token),
            expires_at=self.clock.now() + VALID_FOR,
        )
        self.authorisations.begin(digest(state), begun)
        return url

    def finish[Granted](
        self,
        state: str,
        code: str,
        grant: Callable[[str], Granted],
        join: Callable[[Connection, Granted], Finished],
    ) -> Finished:
        """What the browser came back with; `code` is empty where the owner said no. `state` is used up whatever comes
        of it. `grant` gives what the code is worth, or raises Rejected; `join` does with it what is to be done."""
        connection = self._connection(state)
        if connection is None:
            return Finished(Outcome.NOT_VALID)
        if not code:
            return Finished(Outcome.DECLINED, connection)
        if len(code) > LONGEST:
            return Finished(Outcome.CODE_REFUSED, connection)
        try:
            granted = grant(code)
        except Rejected:
            return Finished(Outcome.CODE_REFUSED, connection)
        return join(connection, granted)

    def keep(self, connection: Connection, name: str, token: str) -> None:
        """Under that name in the connection's secret."""
        if not connection.secret_arn:
            raise Misconfigured("the connection was left half made: create it again under the same id")
        self.secrets.update(connection.secret_arn, {name: token})

    def _connection(self, state: str) -> Connection | None:
        """The connection that an operator began to connect, if that still stands."""
        begun = self.authorisations.take(digest(state)) if 0 < len(state) <= LONGEST else None
        if begun is None or begun.service != self.service or begun.expires_at <= self.clock.now():
            return None
        return self.connections.connection(begun.connection_id) if self.is_operators(begun.operator) else None
