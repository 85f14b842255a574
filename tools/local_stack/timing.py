"""The delays of a local stack: template parameters, short enough that what fails is tried again within seconds."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Timings:
    """Seconds, all of them; the template's parameters say what each is for.

    Short, but in the same order as in production: a call to Mailchimp ends before its claim does, a worker before
    others are offered what it has in hand is done, and a message stays hidden as long as its worker may take.
    """

    sync_timeout: int = 60
    """15 s and `mailchimp_timeout` before its end sync_members begins no more calls."""
    visibility: int = 65
    mailchimp_timeout: int = 4
    claim: int = 12
    batch: int = 120
    retry_base: int = 1
    retry_max: int = 8
    busy_retry: int = 1
    paused_retry: int = 3
    offered_again: int = 30
    feed_settled: int = 0
    notice_retry: float = 0.1
    cobot_gap: int = 1

    def parameters(self) -> dict[str, str]:
        """As the template takes them, with the stage that may be so impatient."""
        return {
            "Stage": "local",
            "SyncTimeoutSeconds": str(self.sync_timeout),
            "QueueVisibilitySeconds": str(self.visibility),
            "MailchimpTimeoutSeconds": str(self.mailchimp_timeout),
            "ClaimSeconds": str(self.claim),
            "BatchSeconds": str(self.batch),
            "RetryBaseSeconds": str(self.retry_base),
            "RetryMaxSeconds": str(self.retry_max),
            "BusyRetrySeconds": str(self.busy_retry),
            "PausedRetrySeconds": str(self.paused_retry),
            "OfferedAgainSeconds": str(self.offered_again),
            "FeedSettledSeconds": str(self.feed_settled),
            "NoticeRetrySeconds": str(self.notice_retry),
            "CobotGapSeconds": str(self.cobot_gap),
            "AllowedEndpoints": "127.0.0.1",
        }
