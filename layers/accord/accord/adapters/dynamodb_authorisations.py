"""Authorisations that were begun, and the settings that a finished one changes: beside the ledger, in its table."""

from datetime import timedelta

from accord.adapters.dynamodb_items import Item, connection_of, item, settings_key
from accord.adapters.dynamodb_table import Table, put, update
from accord.domain.authorisation import Authorisation
from accord.domain.connection import AuthorisedBy
from accord.errors import Retryable

KEPT_LONGER = timedelta(minutes=10)
ATTEMPTS = 5


class DynamoDBAuthorisations:
    """`Authorisations` and `AccountSettings` over the ledger's table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def begin(self, state_hash: str, authorisation: Authorisation) -> None:
        """DynamoDB deletes what nobody took; the use case looks at the time itself."""
        ends = int((authorisation.expires_at + KEPT_LONGER).timestamp())
        self._table.write(put(_key(state_hash) | item(body=authorisation.model_dump_json(), expires_at=ends)))

    def take(self, state_hash: str) -> Authorisation | None:
        """One conditional delete."""
        taken = self._table.take(_key(state_hash))
        return Authorisation.model_validate_json(taken["body"]["S"]) if taken is not None else None

    def authorise(self, connection_id: str, base_url: str, by: AuthorisedBy) -> bool:
        """On the settings as they were read; read again where somebody changed them meanwhile."""
        for _ in range(ATTEMPTS):
            stored = self._table.get(settings_key(connection_id))
            if stored is None:
                return False
            known = connection_of(stored).model_copy(update={"api_base_url": base_url, "authorised_by": by})
            changed = known.model_dump_json(exclude={"state", "state_reason", "notices_stopped"})
            values = {"changed": changed, "read": stored["body"]["S"]}
            if self._table.write(update(settings_key(connection_id), "SET body = :changed", "body = :read", values)):
                return True
        raise Retryable("others keep changing the settings of the connection", effect_unknown=False)


def _key(state_hash: str) -> Item:
    return item(pk=f"OAUTH#{state_hash}", sk="STATE")
