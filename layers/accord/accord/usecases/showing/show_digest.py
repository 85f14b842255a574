"""Ledger -> upstream: what the members of a digest did with a campaign, as far as it is known when that is told."""

from dataclasses import dataclass

from accord.domain.activity import Activity
from accord.domain.campaign import Campaign
from accord.domain.connection import Connection
from accord.domain.notice import Notice
from accord.ports.activity import ActivityLedger

MOST = 50
"""Events of one member: the newest."""


@dataclass(frozen=True, slots=True)
class Digest:
    """A campaign, and what each of some members did with it, the newest first."""

    campaign: Campaign
    did: dict[str, list[Activity]]


@dataclass(frozen=True, slots=True)
class ShowDigest:
    """Whoever was erased since is left out."""

    activity: ActivityLedger

    def __call__(self, connection: Connection, notice: Notice) -> Digest | None:
        """None for a notice that is no digest, or where nothing is left of it."""
        campaign = self.activity.campaign(connection.id, notice.campaign_id) if notice.campaign_id else None
        if campaign is None:
            return None
        erased = self.activity.erased(connection.id, notice.members)
        there = [member_id for member_id in notice.members if member_id not in erased]
        return Digest(campaign, self.activity.of_campaign(connection.id, campaign, there, MOST))
