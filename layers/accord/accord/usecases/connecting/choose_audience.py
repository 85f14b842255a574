"""Operators: which audiences an account has, who uses them, and which one a connection is joined to."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime

from accord.domain.connection import Connection, ConnectionState
from accord.domain.connection_reasons import ConnectionReason
from accord.domain.lifecycle import NotAllowed, Step, stepped
from accord.domain.new_audience import NewAudience
from accord.errors import Rejected
from accord.ports import Clock, Ledger
from accord.ports.connections import Account, Connections, ListedAudiences
from accord.usecases.connecting.change_connection import changed
from accord.usecases.connecting.list_connections import list_connections
from accord.usecases.connecting.reach_account import NotNowError, ReachAccount, refusals_named
from accord.usecases.manage_connections import not_allowed

MOST_COMPARED = 5
"""Audiences whose contacts are compared: reading them takes a call per thousand."""


@dataclass(frozen=True, slots=True)
class AudienceChoice:
    """`used_by`: the ids of connections by audience. `in_several`: how many contacts are in more than one of the
    account's audiences, and so billed more than once; None where that was not asked, or there are too many."""

    listed: ListedAudiences
    used_by: dict[str, list[str]]
    in_several: int | None


@dataclass(frozen=True, slots=True)
class ChooseAudience:
    """Two connections may share an audience: what each of them says of a person is kept apart (DESIGN section 5)."""

    connections: Connections
    ledger: Ledger
    reach: ReachAccount
    clock: Clock

    def audiences(self, connection: Connection, *, overlap: bool, deadline: datetime) -> AudienceChoice:
        """All of the account's; contacts are compared until `deadline`. Raises NotNowError, SettingsRefusedError."""
        account = self.reach(connection)
        with refusals_named():
            listed = account.listed()
            counted = overlap and len(listed.audiences) <= MOST_COMPARED
            in_several = self._in_several(account, listed, deadline) if counted else None
        return AudienceChoice(listed, self._used_by(), in_several)

    def choose(self, connection: Connection, audience_id: str) -> Connection:
        """Joined to the audience: a draft that has to be checked. Choosing the same one again changes nothing. Raises
        NotNowError where the connection is live, or the account does not have the audience."""
        if connection.audience_id == audience_id and connection.state is not ConnectionState.DISCONNECTED:
            return connection
        self._moved(connection, audience_id)
        account = self.reach(connection)
        with refusals_named():
            found = next((each for each in account.listed().audiences if each.id == audience_id), None)
            if found is None:
                raise NotNowError(
                    "The connection's account has no such audience: list its audiences and take one of these, or give "
                    "the key of the account that it belongs to."
                )
            setup = account.setup(audience_id, permissions=bool(connection.permissions))
        chosen = {"audience_name": found.name, "signup_form_url": found.signup_form_url}
        self.ledger.save_audience_setup(connection.id, setup)
        return changed(
            self.connections, connection, lambda known: self._moved(known, audience_id).model_copy(update=chosen)
        )

    def create(self, connection: Connection, wanted: NewAudience) -> Connection:
        """Joined to an audience that is made for it. Raises NotNowError where the plan has no room for one."""
        self._moved(connection, "")
        account = self.reach(connection)
        with refusals_named():
            if not account.listed().may_create:
                raise NotNowError(
                    "The plan of the Mailchimp account has no room for another audience: choose one of those there."
                )
            try:
                audience_id = account.create_audience(wanted)
            except Rejected as refused:
                raise NotNowError(
                    f"Mailchimp does not make the audience ({refused}): correct what it names."
                ) from refused
        return self.choose(connection, audience_id)

    def _moved(self, connection: Connection, audience_id: str) -> Connection:
        now, code = self.clock.now(), ConnectionReason.READY_TO_CHECK
        moved = stepped(connection, Step.CHOOSE_AUDIENCE, now, code)
        if isinstance(moved, NotAllowed):
            raise not_allowed(moved)
        return moved.model_copy(
            update={"audience_id": audience_id, "former_audiences": _former(connection, audience_id)}
        )

    def _used_by(self) -> dict[str, list[str]]:
        used: dict[str, list[str]] = defaultdict(list)
        for each in list_connections(self.connections):
            if each.audience_id and each.state is not ConnectionState.DISCONNECTED:
                used[each.audience_id].append(each.id)
        return dict(used)

    def _in_several(self, account: Account, listed: ListedAudiences, deadline: datetime) -> int | None:
        seen: Counter[str] = Counter()
        for audience in listed.audiences:
            here: set[str] = set()
            for page in account.billed(audience.id):
                here.update(page)
                if self.clock.now() >= deadline:
                    return None
            seen.update(here)
        return sum(times > 1 for times in seen.values())


def _former(connection: Connection, audience_id: str) -> tuple[str, ...]:
    """The audiences before, the last one last; one that is chosen again is no former one."""
    before = (each for each in connection.former_audiences if each != connection.audience_id)
    return tuple(each for each in (*before, connection.audience_id) if each and each != audience_id)
