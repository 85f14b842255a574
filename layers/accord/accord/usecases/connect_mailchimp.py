"""The consent of an account's owner at Mailchimp -> a token in the connection's secret, in the place of its key."""

from dataclasses import dataclass

from accord.domain.connection import AuthorisedBy, Connection, ConnectionState
from accord.domain.lifecycle import NotAllowed, going_on, what_is_missing
from accord.ports import Clock
from accord.ports.authorising import AccountOwner, Grant
from accord.ports.connections import Connections
from accord.usecases.connecting.ask_owner import AskOwner, Finished, Outcome
from accord.usecases.connecting.change_connection import changed
from accord.usecases.connecting.reach_account import KEY


@dataclass(frozen=True, slots=True)
class ConnectMailchimp:
    """`asking` is for Mailchimp."""

    asking: AskOwner
    connections: Connections
    owner: AccountOwner
    clock: Clock

    def start(self, connection: Connection, operator_token: str, redirect_uri: str) -> str:
        """The page at Mailchimp, good for ten minutes. Raises Misconfigured where Accord is not registered there."""
        return self.asking.start(
            connection, operator_token, lambda state: self.owner.authorize_url(state, redirect_uri)
        )

    def finish(self, state: str, code: str, redirect_uri: str) -> Finished:
        """What Mailchimp sent the browser back with. Raises Retryable and Misconfigured: begin anew then."""
        return self.asking.finish(state, code, lambda each: self.owner.grant(each, redirect_uri), self._join)

    def _join(self, connection: Connection, grant: Grant) -> Finished:
        if connection.audience_id and not self.owner.has_audience(grant, connection.audience_id):
            return Finished(Outcome.OTHER_ACCOUNT, connection)
        self.asking.keep(connection, KEY, grant.token)
        return Finished(Outcome.CONNECTED, self._authorised(connection, grant))

    def _authorised(self, connection: Connection, grant: Grant) -> Connection:
        """With a token instead of a key: what was broken goes on, and a draft lacks less."""
        account: dict[str, object] = {"api_base_url": grant.base_url, "authorised_by": AuthorisedBy.OAUTH}

        def joined(known: Connection) -> Connection:
            after = known.model_copy(update=account)
            if after.state is ConnectionState.DRAFT:
                after = after.model_copy(update={"state_code": what_is_missing(after)})
            moved = going_on(after, self.clock.now())
            return after if isinstance(moved, NotAllowed) else moved

        return changed(self.connections, connection, joined)
