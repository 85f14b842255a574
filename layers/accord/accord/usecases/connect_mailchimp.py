"""An operator's wish -> the owner's consent at Mailchimp -> a token in the connection's secret, once per `state`."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from accord.domain.authorisation import VALID_FOR, Authorisation
from accord.domain.connection import AuthorisedBy, Connection, ConnectionState
from accord.domain.lifecycle import NotAllowed, Step, stepped, what_is_missing
from accord.errors import Misconfigured, Rejected
from accord.ports import Clock
from accord.ports.authorising import AccountOwner, Authorisations, Grant
from accord.ports.connections import Connections, ConnectionSecrets
from accord.usecases.change_connection import changed
from accord.usecases.reach_account import KEY
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


class ConnectMailchimp:
    """`is_operators` says whether a token of this hash is an operator's now; `new_state` makes an unguessable text."""

    def __init__(
        self,
        *,
        connections: Connections,
        secrets: ConnectionSecrets,
        authorisations: Authorisations,
        owner: AccountOwner,
        clock: Clock,
        is_operators: Callable[[str], bool],
        new_state: Callable[[], str],
    ) -> None:
        self._connections = connections
        self._secrets = secrets
        self._authorisations = authorisations
        self._owner = owner
        self._clock = clock
        self._is_operators = is_operators
        self._new_state = new_state

    def start(self, connection: Connection, operator_token: str, redirect_uri: str) -> str:
        """The page at Mailchimp, good for ten minutes. Raises Misconfigured where Accord is not registered there."""
        state = self._new_state()
        url = self._owner.authorize_url(state, redirect_uri)
        begun = Authorisation(
            connection_id=connection.id,
            operator=digest(operator_token),
            expires_at=self._clock.now() + VALID_FOR,
        )
        self._authorisations.begin(digest(state), begun)
        return url

    def finish(self, state: str, code: str, redirect_uri: str) -> Finished:
        """What Mailchimp sent the browser back with; `code` is empty where the owner said no. `state` is used up
        whatever comes of it. Raises Retryable and Misconfigured: begin anew then."""
        connection = self._connection(state)
        if connection is None:
            return Finished(Outcome.NOT_VALID)
        if not code:
            return Finished(Outcome.DECLINED, connection)
        if len(code) > LONGEST:
            return Finished(Outcome.CODE_REFUSED, connection)
        try:
            grant = self._owner.grant(code, redirect_uri)
        except Rejected:
            return Finished(Outcome.CODE_REFUSED, connection)
        if connection.audience_id and not self._owner.has_audience(grant, connection.audience_id):
            return Finished(Outcome.OTHER_ACCOUNT, connection)
        if not connection.secret_arn:
            raise Misconfigured("the connection was left half made: create it again under the same id")
        self._secrets.update(connection.secret_arn, {KEY: grant.token})
        return Finished(Outcome.CONNECTED, self._authorised(connection, grant))

    def _authorised(self, connection: Connection, grant: Grant) -> Connection:
        """With a token instead of a key: what was broken goes on, and a draft lacks less."""
        account: dict[str, object] = {"api_base_url": grant.base_url, "authorised_by": AuthorisedBy.OAUTH}

        def joined(known: Connection) -> Connection:
            after = known.model_copy(update=account)
            if after.state is ConnectionState.DRAFT:
                after = after.model_copy(update={"state_code": what_is_missing(after)})
            mended = stepped(after, Step.MEND, self._clock.now())
            return after if isinstance(mended, NotAllowed) else mended

        return changed(self._connections, connection, joined)

    def _connection(self, state: str) -> Connection | None:
        """The connection that an operator began to connect, if that still stands."""
        begun = self._authorisations.take(digest(state)) if 0 < len(state) <= LONGEST else None
        if begun is None or begun.service != "mailchimp" or begun.expires_at <= self._clock.now():
            return None
        return self._connections.connection(begun.connection_id) if self._is_operators(begun.operator) else None
