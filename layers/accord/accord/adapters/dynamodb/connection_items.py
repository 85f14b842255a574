"""Connections as items of the ledger's table, and back: what may change by itself stands beside the body."""

from accord.adapters.dynamodb.items import Item, item, moment, settings_key, stamp
from accord.domain.connection import Connection, ConnectionState
from accord.domain.connection_reasons import ConnectionReason

CONNECTIONS = "CONNECTIONS"
"""The partition that lists the ids of all connections."""


def connection_item(connection: Connection) -> Item:
    """Every setting is written out, so that a default that changes later changes no connection."""
    return settings_key(connection.id) | item(
        state=connection.state.value,
        state_code=connection.state_code.value if connection.state_code is not None else None,
        state_reason=connection.state_reason,
        state_since=stamp(connection.state_since) if connection.state_since is not None else None,
        notices_stopped=connection.notices_stopped,
        revision=connection.revision,
        body=connection.model_dump_json(exclude=_BESIDE_THE_BODY),
    )


_BESIDE_THE_BODY = {"state", "state_code", "state_reason", "state_since", "notices_stopped", "revision"}


def listed_item(connection_id: str) -> Item:
    """Its place in the list of all connections."""
    return item(pk=CONNECTIONS, sk=connection_id)


def connection_of(stored: Item) -> Connection:
    connection = Connection.model_validate_json(stored["body"]["S"])
    update = {
        "state": ConnectionState(stored["state"]["S"]),
        "state_code": ConnectionReason(stored["state_code"]["S"]) if "state_code" in stored else None,
        "state_reason": stored["state_reason"]["S"],
        "state_since": moment(stored["state_since"]["S"]) if "state_since" in stored else None,
        "notices_stopped": stored["notices_stopped"]["S"] if "notices_stopped" in stored else "",
        "revision": int(stored["revision"]["N"]) if "revision" in stored else 0,
    }
    return connection.model_copy(update=update)
