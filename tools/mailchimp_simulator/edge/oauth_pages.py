"""/oauth2 of login.mailchimp.com: the page that a person confirms, the token, and where its account is (FACTS 1.1)."""

from html import escape
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from tools.mailchimp_simulator.domain.audience_settings import DEFAULT_SETTINGS
from tools.mailchimp_simulator.domain.oauth import Application, OAuthError
from tools.mailchimp_simulator.edge.world import World

PREFIX = "/oauth2"
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>
<body><h1>{title}</h1>{content}</body></html>
"""
_FORM = """<p>The application {client_id} asks to use the account {account}.</p>
<form method="post" action="{action}">{fields}
<button name="answer" value="allow">Allow</button> <button name="answer" value="deny">Cancel</button></form>"""


class OAuthPages:
    """Whoever opens the page is taken for the account's owner: there is nobody else on this machine."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get(f"{PREFIX}/authorize", self.ask),
            web.post(f"{PREFIX}/authorize", self.decide),
            web.post(f"{PREFIX}/token", self.token),
            web.get(f"{PREFIX}/metadata", self.metadata),
        ]

    async def ask(self, request: web.Request) -> web.Response:
        """The page with the question; it repeats what was asked in hidden fields."""
        try:
            self._application(request.query)
        except OAuthError as error:
            return _refused_page(error)
        fields = "".join(
            f'<input type="hidden" name="{name}" value="{escape(request.query.get(name, ""))}">'
            for name in ("response_type", "client_id", "redirect_uri", "state")
        )
        content = _FORM.format(
            client_id=escape(request.query["client_id"]), account="Accord", action=f"{PREFIX}/authorize", fields=fields
        )
        return _page("Connect to Mailchimp", content)

    async def decide(self, request: web.Request) -> web.Response:
        """Back to the application, with a code or with `access_denied`; `state` goes along as it came."""
        form = {name: str(value) for name, value in (await request.post()).items()}
        try:
            application = self._application(form)
        except OAuthError as error:
            return _refused_page(error)
        if form.get("answer") == "allow":
            answer = {"code": self._world.account.oauth.allow(application, self._world.account.clock.now())}
        else:
            answer = {"error": "access_denied"}
        answer |= {"state": form["state"]} if form.get("state") else {}
        joint = "&" if "?" in application.redirect_uri else "?"
        return web.Response(status=302, headers={"Location": application.redirect_uri + joint + urlencode(answer)})

    async def token(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        account = self._world.account
        try:
            token = account.oauth.exchange(form, account.clock.now())
        except OAuthError as error:
            return _refused(400, error)
        # A token of Mailchimp never expires, and says so with a 0.
        return web.json_response({"access_token": token, "expires_in": 0, "scope": None})

    async def metadata(self, request: web.Request) -> web.Response:
        """The header is `OAuth <token>` in the old documentation; Bearer is taken as well."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        account = self._world.account
        if scheme.lower() not in ("oauth", "bearer") or not account.oauth.opens(token):
            return _refused(401, OAuthError("invalid_token", "The access token provided is invalid."))
        endpoint = self._world.url.removesuffix("/3.0")
        email: str = DEFAULT_SETTINGS["campaign_defaults"]["from_email"]
        login = {"login_id": account.id[:8], "login_name": "accord", "login_email": email, "email": email}
        return web.json_response(
            {
                "dc": account.data_centre,
                "role": "owner",
                "accountname": "Accord",
                "user_id": account.id,
                "login": login,
                "login_url": endpoint,
                "api_endpoint": endpoint,
            }
        )

    def _application(self, asked: Any) -> Application:
        if asked.get("response_type") != "code":
            raise OAuthError("unsupported_response_type", "response_type must be code.")
        return self._world.account.oauth.application(asked.get("client_id", ""), asked.get("redirect_uri", ""))


def _page(title: str, content: str, status: int = 200) -> web.Response:
    return web.Response(status=status, text=_PAGE.format(title=title, content=content), content_type="text/html")


def _refused_page(error: OAuthError) -> web.Response:
    """Shown here and not sent anywhere: the address to send it to is what can not be trusted."""
    return _page("This can not be connected", f"<p>{escape(error.error)}: {escape(str(error))}</p>", 400)


def _refused(status: int, error: OAuthError) -> web.Response:
    return web.json_response({"error": error.error, "error_description": str(error)}, status=status)
