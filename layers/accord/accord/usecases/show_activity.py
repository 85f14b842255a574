"""Ledger -> a person, or upstream: what members did with the newsletter, and what became of its campaigns."""

from collections.abc import Iterable
from dataclasses import dataclass

from accord.domain.activity import Activity
from accord.domain.campaign import Campaign
from accord.domain.connection import Connection
from accord.domain.record import Presence
from accord.ports import Clock, Ledger, Page
from accord.ports.activity import ActivityLedger, Wanted


@dataclass(frozen=True, slots=True)
class ShownActivity:
    """A page of events, and the campaigns that they were about, by id."""

    events: list[Activity]
    next: str | None
    campaigns: dict[str, Campaign]


@dataclass(frozen=True, slots=True)
class ShowActivity:
    """Reads only."""

    ledger: Ledger
    activity: ActivityLedger
    clock: Clock

    def of_member(
        self, connection: Connection, member_id: str, wanted: Wanted, after: str | None, limit: int
    ) -> ShownActivity | None:
        """Newest first; None for a member nobody has heard of. Raises ValueError for a cursor of another list."""
        record = self.ledger.records(connection.id, [member_id]).get(member_id)
        if record is None:
            return None
        if record.presence is Presence.ERASED:
            return ShownActivity([], None, {})
        return self._shown(connection, self.activity.of_member(connection.id, member_id, wanted, after, limit))

    def of_connection(self, connection: Connection, wanted: Wanted, after: str | None, limit: int) -> ShownActivity:
        """Of all members, and how the list changed, newest first, without what was only sent. Raises ValueError for a
        cursor of another list."""
        page = self.activity.of_connection(connection.id, wanted, after, self.clock.now(), limit)
        erased = self.activity.erased(connection.id, {event.member_id for event in page.items})
        return self._shown(connection, Page([each for each in page.items if each.member_id not in erased], page.next))

    def _shown(self, connection: Connection, page: Page[Activity]) -> ShownActivity:
        return ShownActivity(page.items, page.next, self._campaigns(connection, page.items))

    def _campaigns(self, connection: Connection, events: Iterable[Activity]) -> dict[str, Campaign]:
        ids = {event.campaign_id for event in events} - {""}
        found = {id_: self.activity.campaign(connection.id, id_) for id_ in sorted(ids)}
        return {id_: campaign for id_, campaign in found.items() if campaign is not None}

    def campaigns(self, connection: Connection, after: str | None, limit: int) -> Page[Campaign]:
        """Newest first. The cursor is the id of the last one. Raises ValueError for one that is not there."""
        known = self.activity.campaigns(connection.id)
        start = 0
        if after is not None:
            start = [campaign.id for campaign in known].index(after) + 1
        shown = known[start : start + limit]
        return Page(shown, shown[-1].id if len(known) > start + limit else None)

    def campaign(self, connection: Connection, campaign_id: str) -> Campaign | None:
        """With its links; None where it is not known."""
        return self.activity.campaign(connection.id, campaign_id)
