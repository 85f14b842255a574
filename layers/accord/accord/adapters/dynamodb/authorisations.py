"""Authorisations that were begun and not finished: beside the ledger, in its table."""

from datetime import timedelta

from accord.adapters.dynamodb.items import Item, item
from accord.adapters.dynamodb.table import Table, put
from accord.domain.authorisation import Authorisation

KEPT_LONGER = timedelta(minutes=10)


class DynamoDBAuthorisations:
    """`Authorisations` over the ledger's table."""

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


def _key(state_hash: str) -> Item:
    return item(pk=f"OAUTH#{state_hash}", sk="STATE")
