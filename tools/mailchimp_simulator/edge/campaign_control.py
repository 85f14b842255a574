"""/_simulator: what is sent and asked, and what people did with it by the thousand."""

from typing import Any

from aiohttp import web

from tools.mailchimp_simulator.domain.audience import Audience
from tools.mailchimp_simulator.domain.body import read, required, texts
from tools.mailchimp_simulator.domain.campaigns import Campaign
from tools.mailchimp_simulator.domain.conversations import Conversation, Message
from tools.mailchimp_simulator.domain.deed import present
from tools.mailchimp_simulator.domain.ids import short_id
from tools.mailchimp_simulator.domain.reading import received
from tools.mailchimp_simulator.domain.segments import STATIC, Segment
from tools.mailchimp_simulator.domain.sending import DEFAULT_LINKS, begin, deliver, finish
from tools.mailchimp_simulator.domain.surveys import survey_of
from tools.mailchimp_simulator.edge.filling import fill_campaigns
from tools.mailchimp_simulator.edge.told import PREFIX, Refused, audience_of, body_of, count_of, rate_of, told
from tools.mailchimp_simulator.edge.world import World

MAX_LINKS = 100
MAX_CAMPAIGNS = 1000
MAX_MAILS = 2_000_000


class CampaignControl:
    """The control routes of campaigns, surveys and conversations; see the package's documentation for their bodies."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post(f"{PREFIX}/campaigns", told(self.send)),
            web.post(PREFIX + "/campaigns/{campaign_id}", told(self.go_on)),
            web.post(f"{PREFIX}/activity", told(self.fill)),
            web.post(f"{PREFIX}/surveys", told(self.ask)),
            web.post(f"{PREFIX}/conversations", told(self.remember)),
        ]

    @property
    def _now(self) -> int:
        return self._world.account.clock.now()

    async def send(self, request: web.Request) -> Any:
        body = await body_of(request)
        audience, links = self._audience(body), texts(body, "links", at_most=MAX_LINKS)
        subject, sending = required(body, "subject"), read(body, "sending", bool, False)
        to = _segment(audience, body["to"]) if body.get("to") is not None else None
        campaign = begin(audience, subject, self._now, to=to, links=links or DEFAULT_LINKS)
        if not sending:
            self._finish(audience, campaign)
        return _shown(campaign)

    async def go_on(self, request: web.Request) -> Any:
        body = await body_of(request)
        audience, campaign = self._world.account.campaign(request.match_info["campaign_id"])
        if campaign.is_sent:
            raise Refused(f"the campaign {campaign.id} is sent already")
        match body.get("deed"):
            case "deliver":
                deliver(campaign, count_of(body, "count", MAX_MAILS))
            case "finish":
                self._finish(audience, campaign)
            case other:
                raise Refused(f"deed must be one of: deliver, finish; it is {other!r}")
        return _shown(campaign)

    async def fill(self, request: web.Request) -> Any:
        body = await body_of(request)
        return fill_campaigns(
            self._audience(body),
            count_of(body, "campaigns", MAX_CAMPAIGNS, 1),
            self._now,
            opens=rate_of(body, "opens", 0.3),
            clicks=rate_of(body, "clicks", 0.05),
            seed=read(body, "seed", int, 0),
        )

    async def ask(self, request: web.Request) -> Any:
        body = await body_of(request)
        audience = self._audience(body)
        survey = survey_of(body, audience.id, audience.web_id * 100_000 + len(audience.surveys) + 1, self._now)
        audience.surveys[survey.id] = survey
        questions = [{"id": each.id, "query": each.query, "options": each.options} for each in survey.questions]
        return {"id": survey.id, "list_id": audience.id, "questions": questions}

    async def remember(self, request: web.Request) -> Any:
        body = await body_of(request)
        audience = self._audience(body)
        contact = present(audience, required(body, "email"))
        campaign, _ = received(audience, contact, body)
        subject, text = read(body, "subject", str, f"Re: {campaign.subject}"), required(body, "message")
        message = Message(short_id(), contact.email, contact.email, subject, text, self._now)
        conversation = Conversation(short_id(), audience.id, campaign.id, contact.web_id, [message])
        audience.conversations[conversation.id] = conversation
        return {"id": conversation.id, "message_id": message.id}

    def _finish(self, audience: Audience, campaign: Campaign) -> None:
        finish(audience, campaign, self._now)
        self._world.deliver()

    def _audience(self, body: dict[str, Any]) -> Audience:
        return audience_of(self._world.account, body.get("list_id"))


def _segment(audience: Audience, to: Any) -> Segment:
    """By id or by name; a tag, since conditions are not evaluated."""
    found = next((each for each in audience.segments if to in (each.id, str(each.id), each.name)), None)
    if found is None or found.type != STATIC:
        raise Refused(f"to must be the id or the name of a tag; it is {to!r}")
    return found


def _shown(campaign: Campaign) -> dict[str, Any]:
    return {
        "id": campaign.id,
        "list_id": campaign.list_id,
        "status": "sent" if campaign.is_sent else "sending",
        "recipients": len(campaign.mailing),
        "emails_sent": campaign.delivered,
        "links": [{"id": link.id, "url": link.url} for link in campaign.mailing.links],
    }
