"""Campaigns, and what members did with them, in the ledger's table: the adapter of the port `ActivityLedger`."""

import hashlib
import heapq
import itertools
import json
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta

from accord.adapters.dynamodb.by_activity import A_WEEK, SHARDS, activity_attributes, activity_shard, week_of
from accord.adapters.dynamodb.cursors import read_cursor, written_cursor
from accord.adapters.dynamodb.definition import BY_ACTIVITY
from accord.adapters.dynamodb.events import event_of
from accord.adapters.dynamodb.items import ACTIVITY, EVENT, Item, item, member_pk, moment, record_key, stamp
from accord.adapters.dynamodb.lists import forget_activity
from accord.adapters.dynamodb.table import Table, put
from accord.domain.activity import Activity, ActivityKind, change_of_list
from accord.domain.campaign import Campaign
from accord.ports import Page
from accord.ports.activity import Wanted, by_newest

A_LOOK = 26
"""Weeks that are looked through for one page: eight queries each."""
A_QUERY = 200


class DynamoDBActivity:
    """An item for each event, beside the member's record. In the index of all members' activity stand those that
    somebody did (what was only sent is one line of its campaign), and the lines of histories that changed the list."""

    def __init__(self, table: Table, kept: timedelta) -> None:
        self._table = table
        self._kept = kept

    def campaigns(self, connection_id: str) -> list[Campaign]:
        """One Query, or as many as their size takes: some 500 campaigns a megabyte."""
        found = self._table.all("pk = :pk", {"pk": _campaigns_pk(connection_id)}, a_page=A_QUERY)
        return by_newest(Campaign.model_validate_json(stored["body"]["S"]) for stored in found)

    def campaign(self, connection_id: str, campaign_id: str) -> Campaign | None:
        """One consistent read."""
        stored = self._table.get(item(pk=_campaigns_pk(connection_id), sk=campaign_id))
        return Campaign.model_validate_json(stored["body"]["S"]) if stored is not None else None

    def save_campaign(self, connection_id: str, campaign: Campaign) -> None:
        """One put."""
        body = campaign.model_dump_json(exclude_defaults=True)
        keys = item(pk=_campaigns_pk(connection_id), sk=campaign.id)
        self._table.write(put(keys | item(body=body, expires_at=self._expires_at(campaign.sent_at))))

    def add(self, connection_id: str, events: Iterable[Activity], read_at: datetime) -> None:
        """One BatchWriteItem per 25."""
        self._table.put_many(self._item(connection_id, event, read_at) for event in events)

    def known(self, connection_id: str, events: Collection[Activity], read_at: datetime) -> set[Activity]:
        """One BatchGetItem per hundred, of little each."""
        wanted = {_key(connection_id, event): event for event in events}
        keys = [item(pk=pk, sk=sk) for pk, sk in wanted]
        found = self._table.get_many(keys, consistent=True, only=("pk", "sk", "read_at"))
        before = int(read_at.timestamp())
        return {wanted[each["pk"]["S"], each["sk"]["S"]] for each in found if int(each["read_at"]["N"]) < before}

    def of_campaign(
        self, connection_id: str, campaign: Campaign, member_ids: Iterable[str], limit: int
    ) -> dict[str, list[Activity]]:
        """One descending Query a member, back to when the campaign was sent; several at a time."""

        def of(member_id: str) -> tuple[str, list[Activity]]:
            values = {
                "pk": member_pk(connection_id, member_id),
                "first": f"{ACTIVITY}{stamp(campaign.sent_at)}",
                "last": f"{ACTIVITY}~",
            }
            condition = "pk = :pk AND sk BETWEEN :first AND :last"
            found = self._table.all(condition, values, a_page=A_QUERY, descending=True)
            own = (_event_of(each) for each in found if _named(each)[1] == campaign.id)
            return member_id, list(itertools.islice(own, limit))

        return dict(self._table.each(of, dict.fromkeys(member_ids)))

    def erased(self, connection_id: str, member_ids: Collection[str]) -> set[str]:
        """One consistent BatchGetItem per hundred, of little each."""
        keys = {member_pk(connection_id, each): record_key(connection_id, each) for each in dict.fromkeys(member_ids)}
        found = self._table.get_many(keys.values(), consistent=True, only=("pk", "erased"))
        return {stored["pk"]["S"].split("#", 2)[2] for stored in found if "erased" in stored}

    def forget(self, connection_id: str, member_ids: Iterable[str]) -> None:
        """A Query for each member, and a delete for each event."""
        for member_id in member_ids:
            forget_activity(self._table, connection_id, member_id)

    def of_member(
        self, connection_id: str, member_id: str, wanted: Wanted, after: str | None, limit: int
    ) -> Page[Activity]:
        """One descending Query, whatever is wanted; the rest is left out of what it gives."""
        pk = member_pk(connection_id, member_id)
        values = {"pk": pk, "first": ACTIVITY, "last": f"{ACTIVITY}~"}
        if after is not None:
            (values["last"],) = read_cursor(after, "activity", pk, 1)
        found, _ = self._table.query(
            "pk = :pk AND sk BETWEEN :first AND :last", values, limit=limit + 2, descending=True
        )
        found = [stored for stored in found if after is None or stored["sk"]["S"] != values["last"]]
        shown = found[:limit]
        cursor = written_cursor("activity", pk, shown[-1]["sk"]["S"]) if len(found) > limit else None
        return Page([event for event in map(_event_of, shown) if wanted.takes(event)], cursor)

    def of_connection(
        self, connection_id: str, wanted: Wanted, after: str | None, until: datetime, limit: int
    ) -> Page[Activity]:
        """Eight queries for each week that is looked through, and one BatchGetItem per hundred events."""
        oldest, before = until - self._kept, f"{stamp(until)}~"
        if after is not None:
            (before,) = read_cursor(after, "activity", connection_id, 1)
        week = week_of(moment(before[:27]))
        found: list[Item] = []
        looks = 0
        while looks < A_LOOK and len(found) <= limit and week + A_WEEK > oldest:
            looked_at = list(itertools.islice(self._week(connection_id, week, before, limit + 1), limit + 1))
            found += [entry for entry in looked_at if _takes(wanted, entry)]
            if len(looked_at) > limit:  # there may be more of this week
                before = looked_at[-1]["activity_at"]["S"]
            else:
                before, week = stamp(week), week - A_WEEK
            looks += 1
        if len(found) > limit:
            before = found[limit - 1]["activity_at"]["S"]
        is_over = len(found) <= limit and week + A_WEEK <= oldest
        cursor = None if is_over else written_cursor("activity", connection_id, before)
        return Page(self._events(found[:limit]), cursor)

    def _week(self, connection_id: str, week: datetime, before: str, limit: int) -> Iterator[Item]:
        """One week's entries before that place, the newest first, of all shards; as many as `limit` of each."""

        def newest(shard: int) -> list[Item]:
            values = {"shard": activity_shard(connection_id, week, shard), "before": before}
            condition = "activity_shard = :shard AND activity_at < :before"
            return self._table.query(condition, values, limit=limit, index=BY_ACTIVITY, descending=True)[0]

        return heapq.merge(
            *self._table.each(newest, range(SHARDS)), key=lambda entry: entry["activity_at"]["S"], reverse=True
        )

    def _events(self, entries: Iterable[Item]) -> list[Activity]:
        """In the order of the entries; the index follows the table a moment later."""
        keys = {(entry["pk"]["S"], entry["sk"]["S"]): {"pk": entry["pk"], "sk": entry["sk"]} for entry in entries}
        found = self._table.get_many(keys.values(), consistent=False)
        stored = {(each["pk"]["S"], each["sk"]["S"]): each for each in found}
        return [_event_of(stored[key]) for key in keys if key in stored]

    def _item(self, connection_id: str, event: Activity, read_at: datetime) -> Item:
        pk, sk = _key(connection_id, event)
        name = f"{sk.removeprefix(f'{ACTIVITY}{stamp(event.at)}#')}#{event.member_id}"
        told = activity_attributes(connection_id, event.at, name) if event.kind is not ActivityKind.SENT else {}
        return told | item(
            pk=pk,
            sk=sk,
            body=event.model_dump_json(exclude_defaults=True, exclude=_BESIDE_THE_BODY),
            read_at=int(read_at.timestamp()),
            expires_at=self._expires_at(event.at),
        )

    def _expires_at(self, at: datetime) -> int:
        return int((at + self._kept).timestamp())


def _campaigns_pk(connection_id: str) -> str:
    return f"CAMPAIGN#{connection_id}"


def _key(connection_id: str, event: Activity) -> tuple[str, str]:
    """What makes it the same event: member, time, campaign, kind and link."""
    link = f"#{hashlib.sha256(event.link.encode()).hexdigest()[:12]}" if event.link else ""
    return (
        member_pk(connection_id, event.member_id),
        f"{ACTIVITY}{stamp(event.at)}#{event.campaign_id}#{event.kind.value}{link}",
    )


_BESIDE_THE_BODY = {"member_id", "campaign_id", "kind", "at"}


def _event_of(stored: Item) -> Activity:
    if stored["sk"]["S"].startswith(EVENT):
        return change_of_list(event_of(stored))
    at, campaign_id, kind = _named(stored)
    named = {"member_id": stored["pk"]["S"].split("#", 2)[2], "campaign_id": campaign_id, "kind": kind, "at": at}
    return Activity.model_validate({**json.loads(stored["body"]["S"]), **named})


def _named(stored: Item) -> tuple[str, str, str]:
    """When, in which campaign, and of which kind."""
    if stored["sk"]["S"].startswith(EVENT):
        return "", "", ActivityKind.LIST_CHANGED.value
    _, at, campaign_id, kind, *_ = stored["sk"]["S"].split("#")
    return at, campaign_id, kind


def _takes(wanted: Wanted, entry: Item) -> bool:
    _, campaign_id, kind = _named(entry)
    return wanted.campaign_id in {"", campaign_id} and (not wanted.kinds or ActivityKind(kind) in wanted.kinds)
