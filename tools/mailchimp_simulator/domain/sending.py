"""How a campaign goes out: to whom, mail by mail, and what is told once it has."""

from collections.abc import Sequence

from tools.mailchimp_simulator.domain.audience import Audience
from tools.mailchimp_simulator.domain.campaigns import Campaign
from tools.mailchimp_simulator.domain.contact import Source, Status
from tools.mailchimp_simulator.domain.ids import short_id
from tools.mailchimp_simulator.domain.mailing import Link, Mailing
from tools.mailchimp_simulator.domain.segments import Segment

DEFAULT_LINKS = ("https://newsletter.test/read", "https://newsletter.test/join")
COUNTS_AS_LAST = 10
"""Recipients from which on a campaign shows as the audience's last (specification, `campaign_last_sent`)."""


def begin(
    audience: Audience, subject: str, now: int, *, to: Segment | None = None, links: Sequence[str] = DEFAULT_LINKS
) -> Campaign:
    """A campaign to everybody who is subscribed (and has the tag); none of its mails is out yet."""
    among = audience if to is None else to.members
    recipients = [contact for contact in among if contact.status is Status.SUBSCRIBED]
    recipients.sort(key=lambda contact: contact.web_id)
    audience.campaigns_so_far += 1
    number = audience.campaigns_so_far
    campaign = Campaign(
        id=short_id(),
        web_id=audience.web_id * 100_000 + number,
        list_id=audience.id,
        number=number,
        subject=subject,
        segment_id=to.id if to else None,
        sent=now,
        mailing=Mailing(recipients, [Link(short_id(), url) for url in links]),
    )
    audience.campaigns[campaign.id] = campaign
    audience.last_mailed = max(audience.last_mailed or 0, now)
    audience.version += 1
    return campaign


def deliver(campaign: Campaign, count: int) -> None:
    """That many more mails are out; the campaign stays unfinished."""
    campaign.delivered = min(campaign.delivered + count, len(campaign.mailing))


def finish(audience: Audience, campaign: Campaign, now: int) -> None:
    """All mails are out: from now on there is a report, and the webhooks are told."""
    campaign.delivered, campaign.is_sent = len(campaign.mailing), True
    if len(campaign.mailing) >= COUNTS_AS_LAST:
        audience.campaign_last_sent = max(audience.campaign_last_sent or 0, campaign.sent)
    data = {"id": campaign.id, "subject": campaign.subject, "status": "sent", "reason": "", "list_id": audience.id}
    audience.send("campaign", Source.ADMIN, now, [(f"data[{name}]", text) for name, text in data.items()])
