"""/_simulator: what a test or a person tells the simulator, none of it part of Mailchimp."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from aiohttp import web

from tools.mailchimp_simulator.api import routes
from tools.mailchimp_simulator.domain.addresses import digest
from tools.mailchimp_simulator.domain.audience import Audience
from tools.mailchimp_simulator.domain.contact import WRITABLE, Status
from tools.mailchimp_simulator.domain.deeds import do_as_person, do_as_staff
from tools.mailchimp_simulator.domain.problems import Problem
from tools.mailchimp_simulator.edge.filling import fill
from tools.mailchimp_simulator.edge.told import PREFIX, Refused, audience_of, body_of, count_of, told
from tools.mailchimp_simulator.edge.world import World

MAX_FILL = 2_000_000


class Control:
    """The control routes of people, staff and the world around; see the package's documentation for their bodies."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post(f"{PREFIX}/reset", told(self.reset)),
            web.get(f"{PREFIX}/calls", told(self.calls)),
            web.delete(f"{PREFIX}/calls", told(self.forget_calls)),
            web.post(f"{PREFIX}/faults", told(self.add_fault)),
            web.delete(f"{PREFIX}/faults", told(self.forget_faults)),
            web.post(PREFIX + "/people/{email}", told(self.person)),
            web.get(PREFIX + "/people/{email}", told(self.who)),
            web.post(PREFIX + "/staff/{email}", told(self.staff)),
            web.post(PREFIX + "/audiences/{list_id}", told(self.audience)),
            web.post(f"{PREFIX}/clock", told(self.clock)),
            web.get(f"{PREFIX}/webhooks", told(self.webhooks)),
            web.post(f"{PREFIX}/contacts", told(self.contacts)),
            web.post(f"{PREFIX}/oauth/applications", told(self.register_application)),
            web.post(f"{PREFIX}/oauth/revoke", told(self.revoke)),
        ]

    async def reset(self, request: web.Request) -> Any:
        self._world.account.forget_everybody()
        self._world.deliveries.forget()
        return {}

    async def calls(self, request: web.Request) -> Any:
        return self._world.calls.report()

    async def forget_calls(self, request: web.Request) -> Any:
        self._world.calls.forget()
        return {}

    async def add_fault(self, request: web.Request) -> Any:
        try:
            fault = self._world.faults.add(await body_of(request), routes.names)
        except ValueError as error:
            raise Refused(str(error)) from error
        return {"kind": fault.kind, "route": fault.route, "rate": fault.rate, "times": fault.times}

    async def forget_faults(self, request: web.Request) -> Any:
        self._world.faults.forget()
        return {}

    async def person(self, request: web.Request) -> Any:
        return await self._do(do_as_person, request)

    async def staff(self, request: web.Request) -> Any:
        return await self._do(do_as_staff, request)

    async def who(self, request: web.Request) -> Any:
        return _standing(audience_of(self._world.account, request.query.get("list_id")), request.match_info["email"])

    async def audience(self, request: web.Request) -> Any:
        account, list_id = self._world.account, request.match_info["list_id"]
        deeds = {"lose": account.lose_audience, "bring_back": account.bring_back}
        deed = (await body_of(request)).get("deed")
        if deed not in deeds:
            raise Refused(f"deed must be one of: {', '.join(deeds)}; it is {deed!r}")
        try:
            deeds[deed](list_id)
        except Problem as problem:
            raise Refused(f"there is no audience {list_id!r} to {deed.replace('_', ' ')}") from problem
        return {"audiences": [audience.id for audience in account.audiences]}

    async def clock(self, request: web.Request) -> Any:
        seconds = (await body_of(request)).get("advance")
        if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not 0 <= seconds <= 10**9:
            raise Refused(f"advance must be a number of seconds, not negative; it is {seconds!r}")
        self._world.account.clock.advance(seconds)
        return {"now": self._world.account.clock.now()}

    async def webhooks(self, request: web.Request) -> Any:
        return {"deliveries": self._world.deliveries.report()}

    async def contacts(self, request: web.Request) -> Any:
        body = await body_of(request)
        count, status = count_of(body, "count", MAX_FILL), body.get("status", Status.SUBSCRIBED)
        if status not in WRITABLE:
            raise Refused(f"status must be one of {', '.join(sorted(WRITABLE))}; it is {status!r}")
        audience = audience_of(self._world.account, body.get("list_id"))
        return {"added": fill(audience, count, Status(status), self._world.account.clock.now())}

    async def register_application(self, request: web.Request) -> Any:
        body = await body_of(request)
        given = {name: str(body.get(name, "")) for name in ("redirect_uri", "client_id", "client_secret")}
        try:
            return asdict(self._world.account.oauth.register(**given))
        except ValueError as error:
            raise Refused(str(error)) from error

    async def revoke(self, request: web.Request) -> Any:
        return {"revoked": self._world.account.oauth.revoke((await body_of(request)).get("token"))}

    async def _do(self, act: Callable[[Audience, str, dict[str, Any], int], None], request: web.Request) -> Any:
        body, email = await body_of(request), request.match_info["email"]
        audience = audience_of(self._world.account, body.get("list_id"))
        act(audience, email, body, self._world.account.clock.now())
        self._world.deliver()
        return _standing(audience, str(body.get("new_email", email)))


def _standing(audience: Audience, email: str) -> dict[str, Any]:
    """`status` is that of the contact, or `forgotten`, or `unknown`."""
    contact, key = audience.of_email(email), digest(email)
    return {
        "email": email,
        "list_id": audience.id,
        "status": contact.status if contact else ("forgotten" if key in audience.forgotten else "unknown"),
        "standing": contact.standing if contact else None,
        "contact_id": audience.contact_id(contact) if contact else None,
        "confirmation_mails": audience.mails[key],
    }
