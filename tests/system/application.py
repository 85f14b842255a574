"""One connected application, as a system test sees it: what it says, what Accord answers, what Mailchimp shows."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from accord.domain.connection import Policy
from accord.domain.values import subscriber_hash
from tests.system.watching import PATIENCE
from tools.connect import Wanted, connect
from tools.connect.stack import find_stack
from tools.local_stack import STACK_NAME, Api, LocalStack
from tools.sample_application import signed_headers

LONG_AGO = "2024-05-01T09:00:00Z"
AGREED = {"status": "opted_in", "at": LONG_AGO, "source": "signup form", "wording": "I agree to receive newsletters"}

type Answer = dict[str, Any]


def moment(seconds_from_now: float = 0.0) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds_from_now)).isoformat(timespec="microseconds")


def agreed_now() -> Answer:
    return {"status": "opted_in", "at": moment(), "source": "preferences page"}


def declined_now() -> Answer:
    return {"status": "opted_out", "at": moment(), "source": "preferences page"}


def upserted(member_id: str, **member: Any) -> Answer:
    """A change that happens now; the member consents unless told otherwise (`consent=None`: not a word on it)."""
    member.setdefault("consent", AGREED)
    told = {name: value for name, value in member.items() if name != "consent" or value is not None}
    return {"type": "member.upserted", "id": member_id, "occurred_at": moment(), "member": told}


@dataclass(frozen=True)
class Application:
    """One connection of the stack, with its secrets, and the audience that it is joined to."""

    stack: LocalStack
    api: Api
    audience_id: str
    signing_secret: str
    token: str
    operator_token: str

    # --- what it says -----------------------------------------------------------------------------------------------

    def say(self, member_id: str, *, timeout: float = PATIENCE, **member: Any) -> Answer:
        """Post the member as they are now, signed; their status once this change is settled."""
        return self.tell(upserted(member_id, **member), timeout=timeout)[0]

    def leaves(self, member_id: str) -> Answer:
        """The member was deleted upstream; their status once this is settled."""
        return self.tell({"type": "member.left", "id": member_id, "occurred_at": moment()})[0]

    def tell(self, *changes: Answer, timeout: float = PATIENCE) -> list[Answer]:
        """Post the changes in one request; how their members stand once all are settled."""
        receipt = self.api.post(changes)
        assert receipt.refused == (), f"refused: {receipt.refused}"
        return [self.settled(change["id"], change["occurred_at"], timeout) for change in changes]

    def settled(self, member_id: str, at: str, timeout: float = PATIENCE) -> Answer:
        """The member's status, as soon as a change of that moment, or a later one, is settled."""

        def done(member: Answer) -> bool:
            known = datetime.fromisoformat(str(member["version"]))
            return known >= datetime.fromisoformat(at) and member["status"] != "pending"

        return self.api.wait_for(member_id, done, timeout)

    def becomes(self, member_id: str, status: str, reason: str, timeout: float = PATIENCE) -> Answer:
        """The member as soon as they stand so."""
        return self.api.wait_for(
            member_id, lambda member: (member["status"], member["reason"]["code"]) == (status, reason), timeout
        )

    def send(
        self, method: str, path: str = "members", body: object = None, *, token: str | None = None, **headers: str
    ) -> requests.Response:
        """Any request to a route of this connection; `body` as JSON, or as it is when it is text or bytes."""
        data = body if isinstance(body, bytes | str | None) else json.dumps(body)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            sent["authorization"] = f"Bearer {token}"
        data = data.encode() if isinstance(data, str) else data
        return requests.request(method, f"{self.api.url}/{path}", data=data, headers=sent, timeout=30)

    def post_signed(self, body: object, request_id: str | None = None) -> requests.Response:
        """A signed POST of exactly this body."""
        text = body if isinstance(body, str) else json.dumps(body)
        headers = signed_headers(self.signing_secret, text, request_id)
        return requests.post(f"{self.api.url}/members", data=text.encode(), headers=headers, timeout=30)

    # --- what Accord answers ----------------------------------------------------------------------------------------

    def kinds(self, member_id: str) -> list[str]:
        """What the member's history tells, oldest first."""
        return [event["kind"] for event in reversed(self.api.history(member_id)["events"])]

    # --- what Mailchimp shows ---------------------------------------------------------------------------------------

    def standing(self, email: str) -> Answer:
        """`status` (also `unknown`, `forgotten`), `contact_id`, `confirmation_mails`; costs no call."""
        url = f"{self.stack.audience.control_url}/people/{email}"
        found: Answer = requests.get(url, params={"list_id": self.audience_id}, timeout=30).json()
        return found

    def seen(self, email: str) -> str:
        """The contact's status in Mailchimp."""
        status: str = self.standing(email)["status"]
        return status

    def contact(self, email: str) -> Answer:
        """The contact as Mailchimp's API shows it."""
        return self.mailchimp("GET", f"members/{subscriber_hash(email)}")

    def fields(self, email: str) -> Answer:
        """The merge fields that are not empty."""
        return {tag: value for tag, value in self.contact(email)["merge_fields"].items() if value}

    def tags(self, email: str) -> set[str]:
        return {tag["name"] for tag in self.contact(email)["tags"]}

    def mailchimp(self, method: str, path: str, body: Answer | None = None) -> Answer:
        """One call to a route of the audience, as its owner makes it."""
        return _call(self.stack, method, f"/lists/{self.audience_id}/{path}", body)

    def person(self, email: str, deed: str, **settings: Any) -> Answer:
        return self.stack.audience.person(email, deed, list_id=self.audience_id, **settings)

    def staff(self, email: str, deed: str, **settings: Any) -> Answer:
        return self.stack.audience.staff(email, deed, list_id=self.audience_id, **settings)


def demo_application(stack: LocalStack) -> Application:
    """The connection that the stack itself has made."""
    info = stack.info
    return Application(
        stack, stack.api, info.audience_id, info.signing_secret, info.upstream_token, info.operator_token
    )


def another_application(
    stack: LocalStack,
    name: str,
    policy: Policy | None = None,
    *,
    groups: Iterable[str] = (),
    mapping: dict[str, str] | None = None,
    notice_url: str = "",
) -> Application:
    """A connection with an audience of its own. `groups` are the choices of its category "Interests"; the merge
    fields of `mapping` are created as texts; notices go to `notice_url`."""
    mapping = mapping or {}
    audience_id: str = _call(stack, "POST", "/lists", AUDIENCE | {"name": f"The {name}"})["id"]
    for tag in mapping.values():
        _call(stack, "POST", f"/lists/{audience_id}/merge-fields", {"tag": tag, "name": tag.title(), "type": "text"})
    if groups:
        categories = f"/lists/{audience_id}/interest-categories"
        category = _call(stack, "POST", categories, {"title": "Interests", "type": "checkboxes"})["id"]
        for group in groups:
            _call(stack, "POST", f"{categories}/{category}/interests", {"name": group})
    clients = stack.emulator.client
    joined = connect(
        find_stack(STACK_NAME, clients),
        Wanted(name, audience_id, policy=policy or Policy(), mapping=mapping, notice_url=notice_url),
        stack.audience.account.api_key,
        base_url=stack.audience.account.url,
        clients=clients,
    )
    operator_token = stack.info.operator_token
    secrets = {"signing_secret": joined.signing_secret, "upstream_token": joined.token}
    api = Api(stack.info.api_url, name, operator_token=operator_token, **secrets)
    return Application(stack, api, audience_id, joined.signing_secret, joined.token, operator_token)


AUDIENCE: Answer = {
    "permission_reminder": "You are a member and agreed to receive this newsletter.",
    "email_type_option": False,
    "contact": {"company": "Zoo", "address1": "1 quai du Phoque", "city": "Paris", "country": "FR"},
    "campaign_defaults": {
        "from_name": "Zoo",
        "from_email": "newsletter@accord.test",
        "subject": "News",
        "language": "en",
    },
}


def _call(stack: LocalStack, method: str, path: str, body: Answer | None = None) -> Answer:
    account = stack.audience.account
    answer = requests.request(method, account.url + path, json=body, auth=("the owner", account.api_key), timeout=30)
    assert answer.ok, f"Mailchimp answers {method} {path} with {answer.status_code}: {answer.text}"
    found: Answer = answer.json() if answer.content else {}
    return found
