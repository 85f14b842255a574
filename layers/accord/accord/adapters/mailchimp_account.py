"""What joining an account to Accord needs of Mailchimp: its audiences, new ones, their fields and sign-up forms."""

from collections.abc import Sequence
from typing import NamedTuple

import requests

from accord.adapters.mailchimp_contacts import merge_field_of, objects
from accord.adapters.mailchimp_errors import Subject
from accord.adapters.mailchimp_http import MailchimpHttp, unreadable
from accord.domain.connection import FieldType, MergeField

DEFAULT_REMINDER = "You receive this newsletter because you agreed to it as a member."


class AudienceSummary(NamedTuple):
    """An audience of the account. `member_count` are the subscribed, as of up to five minutes ago."""

    id: str
    name: str
    member_count: int


class RegisteredWebhook(NamedTuple):
    """A webhook of an audience; whoever made it."""

    id: str
    url: str


EVENTS = ("subscribe", "unsubscribe", "profile", "cleaned", "upemail", "campaign")
"""All that Mailchimp tells of email (FACTS section 5.1)."""


class Sender(NamedTuple):
    """Who sends the newsletter: the law wants company and postal address in every one. `country` has two letters."""

    company: str
    address: str
    city: str
    country: str
    from_name: str
    from_email: str


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

    def create_audience(
        self, name: str, sender: Sender, *, language: str = "en", reminder: str = DEFAULT_REMINDER
    ) -> str:
        """The id of the new audience. Misconfigured when the plan has no room for one (a 403)."""
        body = {
            "name": name,
            "contact": {
                "company": sender.company,
                "address1": sender.address,
                "city": sender.city,
                "country": sender.country,
            },
            "permission_reminder": reminder,
            "campaign_defaults": {
                "from_name": sender.from_name,
                "from_email": sender.from_email,
                "subject": name,
                "language": language,
            },
            "email_type_option": False,
        }
        answer = self._http.call("POST", "/lists", subject=Subject.ACCOUNT, body=body)
        if not answer.get("id"):
            raise unreadable(reads=False)
        return str(answer["id"])

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
        return [RegisteredWebhook(str(each.get("id", "")), str(each.get("url", ""))) for each in found]

    def create_webhook(self, audience_id: str, url: str) -> str:
        """Of all events, but those of our own writes: they would come back as an echo (FACTS section 5.6). The secret
        with which Mailchimp signs, told only now; empty where it does not sign."""
        sources = {"user": True, "admin": True, "api": False}  # what is not said has no documented default
        body = {"url": url, "events": dict.fromkeys(EVENTS, True), "sources": sources}
        answer = self._http.call("POST", f"/lists/{audience_id}/webhooks", subject=Subject.AUDIENCE, body=body)
        return str(answer.get("signing_secret") or "")

    def delete_webhook(self, audience_id: str, webhook_id: str) -> None:
        """Nothing comes to its URL any more."""
        self._http.call("DELETE", f"/lists/{audience_id}/webhooks/{webhook_id}", subject=Subject.AUDIENCE)
