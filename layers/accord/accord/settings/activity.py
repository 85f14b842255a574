"""Settings of the functions that pull and show what members did with campaigns."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from accord.settings.environment import Given, Seconds, Settings

Days = Annotated[int, Field(gt=0)]


class WithActivity(Settings):
    """For those who write or read activity."""

    activity_days: Days = 365

    @property
    def activity_kept(self) -> timedelta:
        """So long after it happened activity expires."""
        return timedelta(days=self.activity_days)


class PullActivitySettings(WithActivity):
    """`pull_activity`."""

    address_key_secret_arn: Given
    audience_events_queue_url: Given
    mailchimp_timeout_seconds: Seconds = 60
    sender_email: str = ""
    """Who sends email to operators; none is sent without."""
    campaign_days: Days = 90
    """So long after it was sent a campaign is looked at."""
    activity_overlap_days: Days = 3
    """By how much two readings of a report overlap."""


class ShowActivitySettings(WithActivity):
    """`show_activity`."""

    operator_secret_arn: Given
