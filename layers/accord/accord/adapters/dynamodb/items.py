"""The ledger's items: their keys, and every value as an item and back.

What a key, an index or a condition needs is an attribute of its own; the rest of a value is one JSON text, `body`.
Three attributes are the truth instead of the body, since they change without it: `revision`, `due_at`, `due_cause`; so
does the `state` of a connection with its reason. No attribute name is one of DynamoDB's reserved words, save `state`.
"""

import hashlib
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from accord.domain.address import MAX_HOLDERS, Address, Holder, Who
from accord.domain.connection import AudienceSetup
from accord.domain.consent import Statement
from accord.domain.erasure import Erasure
from accord.domain.history import Cause
from accord.domain.reasons import Status
from accord.domain.record import Presence, Record
from accord.domain.values import newest

type Item = dict[str, dict[str, str]]
"""An item as DynamoDB's low-level client has it: every attribute by its type, `S` or `N`."""

INDEX_SHARDS = 16
URGENT_SHARDS = 4
COUNT_SHARDS = 4
REQUESTS_KEPT = timedelta(days=14)
MOST_HOLDERS = MAX_HOLDERS + 1
"""One more current holder than allowed is enough to see that there are too many."""

RECORD = "RECORD"
SUMMARY = "SUMMARY"
HOLDER = "HOLDER#"
EVENT = "EVENT#"
CONSENT = "CONSENT#"
PLAN = "PLAN#"
ACTIVITY = "ACTIVITY#"


def item(**attributes: str | int | None) -> Item:
    """Texts and whole numbers as attributes; what is None is left out."""
    return {
        name: {"N": str(value)} if isinstance(value, int) else {"S": value}
        for name, value in attributes.items()
        if value is not None
    }


def stamp(moment: datetime) -> str:
    """A moment as text of one length, so that it sorts by time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def moment(text: str) -> datetime:
    """The moment of a stamp."""
    return datetime.fromisoformat(text)


def shard_of(connection_id: str, member_id: str) -> int:
    """The same for a member for ever, in every process."""
    return zlib.crc32(f"{connection_id}#{member_id}".encode()) % INDEX_SHARDS


# Keys


def settings_key(connection_id: str) -> Item:
    return item(pk=f"CONNECTION#{connection_id}", sk="SETTINGS")


def setup_key(connection_id: str) -> Item:
    return item(pk=f"CONNECTION#{connection_id}", sk="AUDIENCE")


def member_pk(connection_id: str, member_id: str) -> str:
    return f"MEMBER#{connection_id}#{member_id}"


def record_key(connection_id: str, member_id: str) -> Item:
    return item(pk=member_pk(connection_id, member_id), sk=RECORD)


def address_pk(audience_id: str, key: str) -> str:
    return f"ADDRESS#{audience_id}#{key}"


def summary_key(audience_id: str, key: str) -> Item:
    return item(pk=address_pk(audience_id, key), sk=SUMMARY)


def request_key(connection_id: str, webhook_id: str) -> Item:
    return item(pk=f"REQUEST#{connection_id}#{webhook_id}", sk="REQUEST")


def count_pk(connection_id: str, shard: int) -> str:
    return f"COUNT#{connection_id}#{shard}"


def due_shard(shard: int, *, urgent: bool) -> str:
    """Opt-outs and erasures are due apart from the rest, in fewer shards: there are few of them at a time."""
    return f"URGENT#{shard % URGENT_SHARDS}" if urgent else f"DUE#{shard}"


def status_shard(connection_id: str, status: Status, shard: int) -> str:
    return f"STATUS#{connection_id}#{status.value}#{shard}"


def audience_shard(audience_id: str, first: str) -> str:
    """Addresses lie by the first digit of their key, which is as good as random."""
    return f"AUDIENCE#{audience_id}#{first}"


# Values


def record_item(record: Record) -> Item:
    """The record as it is once it is stored: one revision higher than the one it was made from, and counted."""
    record = record.stored
    shard = shard_of(record.connection_id, record.member_id)
    return record_key(record.connection_id, record.member_id) | item(
        connection_id=record.connection_id,
        member_id=record.member_id,
        revision=record.revision,
        status_shard=status_shard(record.connection_id, record.status, shard),
        status_since=f"{stamp(record.since)}#{record.member_id}",
        due_shard=due_shard(shard, urgent=record.urgent) if record.due_at is not None else None,
        due_at=stamp(record.due_at) if record.due_at is not None else None,
        due_cause=record.cause.model_dump_json() if record.cause is not None else None,
        erased=1 if record.presence is Presence.ERASED else None,
        body=record.model_dump_json(exclude={"revision", "due_at", "cause"}, exclude_defaults=True),
    )


def record_of(stored: Item) -> Record:
    due_at = moment(stored["due_at"]["S"]) if "due_at" in stored else None
    record = Record.model_validate_json(stored["body"]["S"])
    cause = Cause.model_validate_json(stored["due_cause"]["S"]) if "due_cause" in stored else None
    return record.model_copy(update={"revision": int(stored["revision"]["N"]), "due_at": due_at, "cause": cause})


ADDRESS_ATTRIBUTES = ("attempt_token", "body", "audience_shard", "address_key", "seen", "origin", "mark")


def address_attributes(audience_id: str, address: Address) -> Item:
    """What a write of an address stores beside keys and revision; its holders are items of their own. In the index of
    its audience it stands as soon as something was seen there; with a mark, as long as nobody is to be told of it."""
    known = address.seen is not None or any(address.facts)
    return item(
        attempt_token=address.attempt.token if address.attempt is not None else None,
        body=address.model_dump_json(exclude={"revision", "holders"}, exclude_defaults=True),
        audience_shard=audience_shard(audience_id, address.key[:1]) if known else None,
        address_key=address.key if known else None,
        seen=address.seen.value if address.seen is not None else None,
        origin=address.origin.value if address.origin is not None else None,
        mark=address.mark if address.mark and not address.untold else None,
    )


def address_item(audience_id: str, address: Address, revision: int) -> Item:
    return summary_key(audience_id, address.key) | item(revision=revision) | address_attributes(audience_id, address)


def address_of(key: str, stored: Sequence[Item]) -> Address:
    """The address out of the items of its partition. A holder may be there before anything is known of the contact.

    At most 51 holders are shown, by their ids. The current ones find their place first, then those who left and stand
    opted out, the newest opt-out before all others: of those who left, that one alone decides (permission.py).
    """
    summary = next((found for found in stored if found["sk"]["S"] == SUMMARY), item(revision=0))
    holders = sorted(
        (Holder.model_validate_json(found["body"]["S"]) for found in stored if found["sk"]["S"].startswith(HOLDER)),
        key=_importance,
        reverse=True,
    )[:MOST_HOLDERS]
    known = Address.model_validate_json(summary["body"]["S"]) if "body" in summary else Address(key=key)
    shown = tuple(sorted(holders, key=lambda holder: holder.who))
    return known.model_copy(update={"revision": int(summary["revision"]["N"]), "holders": shown})


def _importance(holder: Holder) -> tuple[bool, bool, datetime, Who]:
    at = newest(holder.memory.opted_out_at if holder.memory.stands_opted_out else None, holder.declined_at)
    return holder.until is None, at is not None, at or holder.until or holder.since, holder.who


def holder_item(audience_id: str, key: str, holder: Holder) -> Item:
    return item(
        pk=address_pk(audience_id, key),
        sk=f"{HOLDER}{holder.connection_id}#{holder.member_id}",
        body=holder.model_dump_json(exclude_defaults=True),
    )


def statement_item(connection_id: str, member_id: str, statement: Statement) -> Item:
    """Proof: kept without end. The same statement has the same key, so that delivering it twice stores it once."""
    body = statement.model_dump_json(exclude_defaults=True)
    digest = hashlib.sha256(body.encode()).hexdigest()[:12]
    return item(pk=member_pk(connection_id, member_id), sk=f"{CONSENT}{stamp(statement.stated_at)}#{digest}", body=body)


def erasure_key(connection_id: str, erasure_id: str) -> Item:
    return item(pk=f"ERASURE#{connection_id}#{erasure_id}", sk=f"ERASURE#{erasure_id}")


def erasure_item(connection_id: str, erasure: Erasure) -> Item:
    return erasure_key(connection_id, erasure.id) | item(body=erasure.model_dump_json())


def setup_item(connection_id: str, setup: AudienceSetup) -> Item:
    return setup_key(connection_id) | item(body=setup.model_dump_json(exclude_defaults=True))


def setup_of(stored: Item) -> AudienceSetup:
    return AudienceSetup.model_validate_json(stored["body"]["S"])


def request_item(connection_id: str, request_id: str, received_at: datetime, *, queued: bool) -> Item:
    return request_key(connection_id, request_id) | item(
        received_at=stamp(received_at),
        queued=int(queued),
        expires_at=int((received_at + REQUESTS_KEPT).timestamp()),
    )
