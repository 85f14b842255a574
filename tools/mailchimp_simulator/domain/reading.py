"""What people do with what they were sent: they open, click, answer, write back; and what a campaign meets."""

from typing import Any

from tools.mailchimp_simulator.domain.audience import Audience
from tools.mailchimp_simulator.domain.body import Body, read
from tools.mailchimp_simulator.domain.campaigns import Campaign
from tools.mailchimp_simulator.domain.contact import Contact
from tools.mailchimp_simulator.domain.deed import Deed, Impossible, present
from tools.mailchimp_simulator.domain.feed import Item
from tools.mailchimp_simulator.domain.ids import short_id

MOST_TIMES = 5000


def received(audience: Audience, contact: Contact, body: Body) -> tuple[Campaign, int]:
    """The campaign that `campaign_id` names, else the newest that the contact received, and their row in it."""
    campaign_id = read(body, "campaign_id", str, "")
    if campaign_id and campaign_id not in audience.campaigns:
        raise Impossible(f"{campaign_id} is no campaign of the audience {audience.id}")
    among = [audience.campaigns[campaign_id]] if campaign_id else [*audience.campaigns.values()][::-1]
    for campaign in among:
        row = campaign.row_of(contact)
        if row is not None:
            return campaign, row
    raise Impossible(f"{contact.email} did not receive {campaign_id or 'any campaign'}")


def named(audience: Audience, contact: Contact, body: Body) -> tuple[Campaign, int] | None:
    """As `received`, and None where the body names no campaign."""
    return received(audience, contact, body) if body.get("campaign_id") else None


def _open(audience: Audience, email: str, body: Body, now: int) -> None:
    campaign, row = received(audience, present(audience, email), body)
    moment = _moment(campaign, body, now)
    for _ in range(_times(body)):
        campaign.mailing.open(row, moment)


def _click(audience: Audience, email: str, body: Body, now: int) -> None:
    campaign, row = received(audience, present(audience, email), body)
    urls = [link.url for link in campaign.mailing.links]
    url = read(body, "url", str, urls[0])
    if url not in urls:
        raise Impossible(f"{url} is no link of the campaign; there are: {', '.join(urls)}")
    moment = _moment(campaign, body, now)
    for _ in range(_times(body)):
        campaign.mailing.click(row, urls.index(url), moment)


def _soft_bounce(audience: Audience, email: str, body: Body, now: int) -> None:
    campaign, row = received(audience, present(audience, email), body)
    bounce(campaign, row, "soft", now)


def bounce(campaign: Campaign, row: int, kind: str, now: int) -> None:
    if campaign.mailing.bounced(row):
        raise Impossible(f"this mail of the campaign {campaign.id} bounced already")
    campaign.mailing.bounce(row, kind, now)


def _reply(audience: Audience, email: str, body: Body, now: int) -> None:
    """A thread in the Inbox, of which a member's feed shows the outside only (FACTS 1.8).

    A stranger may write as well, to the contact form, say: no route of the API shows any of it, then or later.
    """
    contact = audience.of_email(email)
    if contact is None:
        return
    newest = next((each for each in [*audience.campaigns.values()][::-1] if each.row_of(contact) is not None), None)
    campaign = received(audience, contact, body)[0] if body.get("campaign_id") else newest
    thread = short_id()
    details: dict[str, Any] = {
        "id": thread,
        "thread_subject": read(body, "subject", str, f"Re: {campaign.subject}" if campaign else "No subject"),
        "thread_url": f"https://us1.admin.mailchimp.test/inbox/thread/{thread}",
        "thread_direction": "INBOUND",
        "thread_author": contact.email,
    }
    contact.put("feed", [*contact.get("feed", []), Item(now, "inbox_thread", details=details)])


def _consent_to_one_to_one(audience: Audience, email: str, body: Body, now: int) -> None:
    """`consents`: whether the person may be written to one to one, which has nothing to do with the newsletter."""
    contact = present(audience, email)
    contact.put("consents_to_one_to_one_messaging", read(body, "consents", bool, True))
    audience.touch(contact, now)


def _moment(campaign: Campaign, body: Body, now: int) -> int:
    """`ago` seconds before now: activity that reaches the report late."""
    moment = now - read(body, "ago", int, 0)
    if not campaign.sent <= moment <= now:
        raise Impossible("ago must be a whole number of seconds that does not reach back before the campaign")
    return moment


def _times(body: Body) -> int:
    times = read(body, "times", int, 1)
    if not 1 <= times <= MOST_TIMES:
        raise Impossible(f"times must be from 1 to {MOST_TIMES}; it is {times}")
    return times


READER: dict[str, Deed] = {
    "open": _open,
    "click": _click,
    "soft_bounce": _soft_bounce,
    "reply": _reply,
    "consent_to_one_to_one": _consent_to_one_to_one,
}
