"""Ledger -> the badges of members: one for whoever holds its token, or a table of them for the application."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from accord.domain.badge import Badge
from accord.domain.badge_token import badge_token, expiry, opens
from accord.domain.connection import Connection
from accord.errors import Misconfigured
from accord.ports import CallerSecrets, Clock, Ledger
from accord.usecases.recognise_caller import RecogniseCaller


@dataclass(frozen=True, slots=True)
class IssuedBadge:
    """A badge, and what opens it until then."""

    badge: Badge
    token: str
    expires_at: datetime


class ShowBadges:
    """Reads only."""

    def __init__(self, *, recognise: RecogniseCaller, ledger: Ledger, secrets: CallerSecrets, clock: Clock) -> None:
        self._recognise = recognise
        self._ledger = ledger
        self._secrets = secrets
        self._clock = clock

    def one(self, connection_id: str, member_id: str, token: str) -> tuple[Connection, Badge]:
        """The member's badge. Raises UnrecognisedError, before the member is looked for, unless the token opens it."""
        now = self._clock.now()
        connection = self._recognise.signer(
            connection_id, lambda secrets: opens(token, secrets, connection_id, member_id, now)
        )
        return connection, Badge.of(member_id, self._ledger.records(connection_id, [member_id]).get(member_id))

    def table(self, connection: Connection, member_ids: Sequence[str], hours: int) -> list[IssuedBadge]:
        """A badge for each id, in their order, good for so many hours and up to one more. Raises
        Misconfigured where no token can be made."""
        secrets = self._secrets.signing_secrets(connection)
        if not secrets:
            raise Misconfigured("the connection has no signing secret: make one (`POST .../credentials`)")
        until = expiry(self._clock.now(), hours)
        records = self._ledger.records(connection.id, member_ids)
        return [
            IssuedBadge(
                Badge.of(member_id, records.get(member_id)),
                badge_token(secrets[0], connection.id, member_id, until),
                until,
            )
            for member_id in dict.fromkeys(member_ids)
        ]
