"""The consent of a space's admin at Cobot -> a token in the connection's secret, and the space linked to it."""

from collections.abc import Callable
from dataclasses import dataclass

from accord.domain.cobot import Cobot
from accord.domain.connection import Application, Connection, ConnectionState
from accord.errors import Misconfigured, Rejected
from accord.ports.authorising import SpaceOwner
from accord.usecases.connecting.ask_owner import AskOwner, Finished, Outcome
from accord.usecases.connecting.link_space import NOT_CHOSEN, LinkSpace
from accord.usecases.connecting.reach_space import SPACE_KEY, SpaceOf

POSTS_ITSELF = "The connection's application posts its members itself: make another one, with the application cobot"
DISCONNECTED = "A connection that is disconnected calls nobody: reconnect it first"


@dataclass(frozen=True, slots=True)
class ConnectCobot:
    """`asking` is for Cobot; `base_url_of` a space: see Cobot."""

    asking: AskOwner
    owner: SpaceOwner
    space_of: SpaceOf
    base_url_of: Callable[[Cobot], str]
    link: LinkSpace

    def start(self, connection: Connection, operator_token: str, redirect_uri: str) -> str:
        """The page at Cobot, good for ten minutes. Raises Misconfigured where Accord is not registered there, and
        where the connection has no space to be read."""
        _space(connection)
        return self.asking.start(
            connection, operator_token, lambda state: self.owner.authorize_url(state, redirect_uri)
        )

    def finish(self, state: str, code: str, redirect_uri: str) -> Finished:
        """What Cobot sent the browser back with. Raises Retryable and Misconfigured: begin anew then."""
        callback_base = f"{redirect_uri.removesuffix('/oauth/callback')}/webhooks"
        return self.asking.finish(
            state,
            code,
            lambda each: self.owner.token(each, redirect_uri),
            lambda connection, token: self._join(connection, token, callback_base),
        )

    def _join(self, connection: Connection, token: str, callback_base: str) -> Finished:
        space = _space(connection)
        base_url = self.base_url_of(space)
        application = self.space_of(space.model_copy(update={"base_url": base_url}), token)
        try:
            application.reach()
        except Misconfigured:
            return Finished(Outcome.OTHER_ACCOUNT, connection)
        except Rejected as error:
            raise _not_understood(error) from None
        self.asking.keep(connection, SPACE_KEY, token)  # before all members are read with it
        try:
            linked = self.link(connection, application, callback_base, base_url)
        except Rejected as error:
            raise _not_understood(error) from None
        return Finished(Outcome.CONNECTED, linked)


def _not_understood(error: Rejected) -> Misconfigured:
    return Misconfigured(f"Cobot does not take what Accord asks of it ({error.detail}): tell whoever runs Accord")


def _space(connection: Connection) -> Cobot:
    if connection.application is not Application.COBOT:
        raise Misconfigured(POSTS_ITSELF)
    if connection.state is ConnectionState.DISCONNECTED:
        raise Misconfigured(DISCONNECTED)
    if connection.cobot is None:
        raise Misconfigured(NOT_CHOSEN)
    return connection.cobot
