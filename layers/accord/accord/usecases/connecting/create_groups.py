"""Operators: a group and its interests in the audience, for members whose groups it does not have (Q4)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from accord.domain.connection import AudienceSetup, Connection, ConnectionState, Interest
from accord.domain.connection_reasons import ConnectionReason
from accord.domain.lifecycle import NotAllowed, Step, stepped
from accord.errors import Rejected
from accord.ports import Clock, Ledger
from accord.ports.connections import Connections
from accord.ports.groups import Groups
from accord.usecases.connecting.change_connection import changed
from accord.usecases.connecting.reach_account import NotNowError, ReachAccount, SettingsRefusedError, refusals_named
from accord.usecases.explain_refusal import FieldError


@dataclass(frozen=True, slots=True)
class CreateGroups:
    """Three calls, and one for each interest that is not there. Asking again makes nothing twice."""

    ledger: Ledger
    connections: Connections
    reach: ReachAccount
    groups_of: Callable[[str, str], Groups]
    """Of a base URL and a key."""
    clock: Clock

    def __call__(
        self, connection: Connection, category: str, names: Sequence[str]
    ) -> tuple[tuple[Interest, ...], Connection]:
        """All interests of the category, and the connection as it stands then: one that is not approved yet goes back
        to its checks, since its summary was made without them. Raises NotNowError and SettingsRefusedError."""
        if not connection.audience_id or connection.state is ConnectionState.DISCONNECTED:
            raise NotNowError("Groups are made in the audience of a connection: choose one first.")
        groups = self.groups_of(connection.api_base_url, self.reach.key(connection))
        with refusals_named():
            try:
                interests = groups.create_group(connection.audience_id, category, names)
            except Rejected as refused:
                remedy = f"are refused by Mailchimp ({refused}); leave out what the audience has no room for"
                raise SettingsRefusedError(FieldError("names", remedy)) from refused
        setup = self.ledger.audience_setup(connection.id)
        self.ledger.save_audience_setup(connection.id, _with(setup, interests))
        return interests, changed(self.connections, connection, self._checked_anew)

    def _checked_anew(self, connection: Connection) -> Connection:
        if connection.state not in {ConnectionState.CHECKED, ConnectionState.AWAITING_APPROVAL}:
            return connection
        moved = stepped(connection, Step.FAIL_CHECK, self.clock.now(), ConnectionReason.READY_TO_CHECK)
        return connection if isinstance(moved, NotAllowed) else moved


def _with(setup: AudienceSetup, interests: tuple[Interest, ...]) -> AudienceSetup:
    ids = {each.id for each in interests}
    others = tuple(each for each in setup.interests if each.id not in ids)
    return setup.model_copy(update={"interests": others + interests})
