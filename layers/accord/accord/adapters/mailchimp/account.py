"""What joining an account to Accord needs of Mailchimp: its audiences, new ones, their fields and sign-up forms."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import requests

from accord.adapters.mailchimp.audience import PAGE_SIZE, MailchimpAudience
from accord.adapters.mailchimp.contacts import merge_field_of, objects
from accord.adapters.mailchimp.errors import Subject
from accord.adapters.mailchimp.http import MailchimpHttp, unreadable
from accord.adapters.mailchimp.setup import MailchimpSetup
from accord.domain.connection import AudienceSetup, FieldType, MergeField
from accord.domain.contact import ContactStatus
from accord.domain.new_audience import NewAudience
from accord.ports.connections import ListedAudience, ListedAudiences
from accord.ports.keeping import EVENTS, RegisteredWebhook


class AudienceSummary(NamedTuple):
    """An audience of the account. `member_count` are the subscribed, as of up to five minutes ago."""

    id: str
    name: str
    member_count: int


class MailchimpAccount:
    """The account of an API key. Raises Retryable and Misconfigured; Rejected where Mailchimp refuses what is to be
    made. `timeout` is in seconds."""

    def __init__(
        self,
        base_url: str,
        api_key: str,
        *,
        timeout: float = 60.0,
        session: requests.Session | None = None,
        allow_any_host: bool = False,
    ) -> None:
        self._http = MailchimpHttp(
            base_url=base_url, api_key=api_key, timeout=timeout, session=session, allow_any_host=allow_any_host
        )
        self._setup = MailchimpSetup(base_url, api_key, timeout=timeout, session=session, allow_any_host=allow_any_host)

        def audience(audience_id: str, *, with_permissions: bool = False) -> MailchimpAudience:
            return MailchimpAudience(
                base_url=base_url,
                api_key=api_key,
                audience_id=audience_id,
                timeout=timeout,
                session=session,
                allow_any_host=allow_any_host,
                with_permissions=with_permissions,
            )

        self._audience = audience

    def name(self) -> str:
        """What the account calls itself: `GET /`, which also tells whether Mailchimp takes the key."""
        fields = {"fields": "account_name"}
        return str(self._http.call("GET", "/", subject=Subject.ACCOUNT, params=fields).get("account_name", ""))

    def listed(self) -> ListedAudiences:
        """All audiences with what one chooses by, and whether the plan has room for more (FACTS section 1.2)."""
        names = ("id", "name", "stats.member_count", "double_optin", "marketing_permissions", "subscribe_url_long")
        fields = ",".join(("constraints.may_create", *(f"lists.{name}" for name in names)))
        answer = self._http.call("GET", "/lists", subject=Subject.ACCOUNT, params={"count": 1000, "fields": fields})
        audiences = tuple(
            ListedAudience(
                id=str(each["id"]),
                name=str(each.get("name", "")),
                member_count=int(each.get("stats", {}).get("member_count", 0)),
                double_optin=bool(each.get("double_optin")),
                marketing_permissions=bool(each.get("marketing_permissions")),
                signup_form_url=str(each.get("subscribe_url_long", "")),
            )
            for each in objects(answer.get("lists"))
            if each.get("id")
        )
        constraints = answer.get("constraints")
        return ListedAudiences(audiences, bool(constraints.get("may_create")) if constraints else True)

    def setup(self, audience_id: str, *, permissions: bool = False) -> AudienceSetup:
        """The audience's merge fields, groups and tags; with `permissions`, one call more."""
        return self._audience(audience_id, with_permissions=permissions).setup()

    def billed(self, audience_id: str) -> Iterator[list[str]]:
        """In pages of 1,000. Whether a listing holds the archived is not settled (FACTS section 1.3), so they are
        taken out of it, and so are the cleaned."""
        free = {ContactStatus.ARCHIVED.value, ContactStatus.CLEANED.value}
        read = 0
        while True:
            params: dict[str, str | int] = {"count": PAGE_SIZE, "offset": read, "fields": "members.id,members.status"}
            path = f"/lists/{audience_id}/members"
            answer = self._http.call("GET", path, subject=Subject.AUDIENCE, params=params)
            members = objects(answer.get("members"))
            yield [str(member["id"]) for member in members if member.get("status") not in free]
            read += len(members)
            if len(members) < PAGE_SIZE:
                return

    def ping(self) -> None:
        """Returns when Mailchimp takes the key."""
        self._http.call("GET", "/ping", subject=Subject.ACCOUNT)

    def audiences(self) -> list[AudienceSummary]:
        """All audiences of the account: 1,000 at most, more than any plan has."""
        fields = "lists.id,lists.name,lists.stats.member_count,total_items"
        answer = self._http.call("GET", "/lists", subject=Subject.ACCOUNT, params={"count": 1000, "fields": fields})
        return [
            AudienceSummary(
                str(each["id"]), str(each.get("name", "")), int(each.get("stats", {}).get("member_count", 0))
            )
            for each in objects(answer.get("lists"))
            if each.get("id")
        ]

    def create_audience(self, wanted: NewAudience) -> str:
        """The id of the new audience. Misconfigured when the plan has no room for one: `listed` says so before."""
        return self._setup.create_audience(wanted)

    def create_merge_field(
        self, audience_id: str, tag: str, name: str, field_type: FieldType, choices: Sequence[str] = ()
    ) -> MergeField:
        """The field as Mailchimp made it: it may shorten the tag (FACTS section 6). Hidden on the sign-up form."""
        body = {"tag": tag, "name": name, "type": field_type.value, "public": False}
        options = {"options": {"choices": list(choices)}} if choices else {}
        path = f"/lists/{audience_id}/merge-fields"
        answer = self._http.call("POST", path, subject=Subject.AUDIENCE, body=body | options)
        try:
            return merge_field_of(answer)
        except ValueError:
            raise unreadable(reads=False) from None

    def signup_form_url(self, audience_id: str) -> str:
        """The audience's own sign-up form, the one way back for those whom the API may not bring back."""
        answer = self._http.call(
            "GET", f"/lists/{audience_id}", subject=Subject.AUDIENCE, params={"fields": "subscribe_url_long"}
        )
        return str(answer.get("subscribe_url_long", ""))

    def webhooks(self, audience_id: str) -> list[RegisteredWebhook]:
        """All webhooks of the audience; an audience has a few."""
        answer = self._http.call("GET", f"/lists/{audience_id}/webhooks", subject=Subject.AUDIENCE)
        found = objects(answer.get("webhooks"))
        return [
            RegisteredWebhook(
                str(each.get("id", "")),
                str(each.get("url", "")),
                _chosen(each.get("events")),
                _chosen(each.get("sources")),
            )
            for each in found
        ]

    def create_webhook(self, audience_id: str, url: str) -> str:
        """Of all events, but those of our own writes: they would come back as an echo (FACTS section 5.6). The secret
        with which Mailchimp signs, told only now; empty where it does not sign."""
        body = {"url": url, **_everything_but_ours()}
        answer = self._http.call("POST", f"/lists/{audience_id}/webhooks", subject=Subject.AUDIENCE, body=body)
        return str(answer.get("signing_secret") or "")

    def change_webhook(self, audience_id: str, webhook_id: str) -> None:
        """Let it tell what `create_webhook` asks for; URL and signing secret stay."""
        path = f"/lists/{audience_id}/webhooks/{webhook_id}"
        self._http.call("PATCH", path, subject=Subject.AUDIENCE, body=_everything_but_ours())

    def delete_webhook(self, audience_id: str, webhook_id: str) -> None:
        """Nothing comes to its URL any more."""
        self._http.call("DELETE", f"/lists/{audience_id}/webhooks/{webhook_id}", subject=Subject.AUDIENCE)


def _everything_but_ours() -> dict[str, dict[str, bool]]:
    """What is not said has no documented default (FACTS section 5.1)."""
    return {"events": dict.fromkeys(EVENTS, True), "sources": {"user": True, "admin": True, "api": False}}


def _chosen(switches: object) -> frozenset[str]:
    return frozenset(name for name, on in switches.items() if on) if isinstance(switches, dict) else frozenset()
