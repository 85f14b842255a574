"""An operator's choices -> Mailchimp: audiences with all their settings, their groups, segments and permissions."""

from collections.abc import Sequence
from typing import Any

import requests

from accord.adapters.mailchimp.contacts import interests_of, objects
from accord.adapters.mailchimp.errors import Subject
from accord.adapters.mailchimp.http import MailchimpHttp, unreadable
from accord.domain.connection import FieldType, Interest, MergeField
from accord.domain.new_audience import NewAudience

PAGE_SIZE = 1000
_CONTACT = ("company", "address1", "address2", "city", "state", "zip", "country", "phone")
_DEFAULTS = ("from_name", "from_email", "subject", "language")
_SETTINGS = (
    "name",
    "permission_reminder",
    "double_optin",
    "marketing_permissions",
    "notify_on_subscribe",
    "notify_on_unsubscribe",
)


class MailchimpSetup:
    """The account of an API key or token. Raises Retryable and Misconfigured; Rejected where Mailchimp refuses what is
    to be made. What is there already under a name is taken as it is. `timeout` is in seconds."""

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

    def create_audience(self, wanted: NewAudience) -> str:
        """The id of the new audience. Misconfigured when the plan has no room for one."""
        said = wanted.model_dump()
        body: dict[str, Any] = {name: said[name] for name in _SETTINGS}
        body["contact"] = {name: said[name] for name in _CONTACT}
        body["campaign_defaults"] = {name: said[name] for name in _DEFAULTS}
        body["email_type_option"] = False
        made = self._http.call("POST", "/lists", subject=Subject.ACCOUNT, body=body)
        if not made.get("id"):
            raise unreadable(reads=False)
        return str(made["id"])

    def create_group(self, audience_id: str, category: str, names: Sequence[str]) -> tuple[Interest, ...]:
        """All interests of the category, made where there are none of that name, whatever its case."""
        path = f"/lists/{audience_id}/interest-categories"
        known = {str(each.get("title", "")).casefold(): each for each in self._all(path, "categories", "id,title")}
        found = known.get(category.casefold()) or self._http.call(
            "POST", path, subject=Subject.AUDIENCE, body={"title": category, "type": "checkboxes"}
        )
        path += f"/{found.get('id')}/interests"
        there = self._all(path, "interests", "id,name")
        have = {str(each.get("name", "")).casefold() for each in there}
        for name in names:
            if name.casefold() not in have:
                have.add(name.casefold())
                there.append(self._http.call("POST", path, subject=Subject.AUDIENCE, body={"name": name}))
        return interests_of(str(found.get("title", category)), there)

    def create_value_segment(self, audience_id: str, name: str, field: MergeField, value: str) -> int:
        """The id of a saved segment of those whose field says so: one for each plan, say."""
        chosen = field.type in (FieldType.RADIO, FieldType.DROPDOWN)
        condition = {"condition_type": "SelectMerge" if chosen else "TextMerge", "op": "is"}
        return self._create_segment(audience_id, name, condition | {"field": field.tag, "value": value})

    def create_tag_segment(self, audience_id: str, name: str, tag_id: int) -> int:
        """The id of a saved segment of those who have the tag."""
        condition = {"condition_type": "StaticSegment", "field": "static_segment", "op": "static_is", "value": tag_id}
        return self._create_segment(audience_id, name, condition)

    def saved_segments(self, audience_id: str) -> dict[str, int]:
        """The ids of the saved segments by their names in small letters. Tags are static segments, not saved ones."""
        found = self._all(f"/lists/{audience_id}/segments", "segments", "id,name", {"type": "saved"})
        return {str(each.get("name", "")).casefold(): int(each["id"]) for each in found if each.get("id")}

    def _create_segment(self, audience_id: str, name: str, condition: dict[str, Any]) -> int:
        """One of that name that is there may have been changed by people since: it is theirs, and stays."""
        path = f"/lists/{audience_id}/segments"
        there = self.saved_segments(audience_id).get(name.casefold())
        if there is not None:
            return there
        options = {"match": "all", "conditions": [condition]}
        made = self._http.call("POST", path, subject=Subject.AUDIENCE, body={"name": name, "options": options})
        if not isinstance(made.get("id"), int):
            raise unreadable(reads=False)
        return int(made["id"])

    def _all(
        self, path: str, collection: str, fields: str, query: dict[str, str | int] | None = None
    ) -> list[dict[str, Any]]:
        """Every entry of a collection, 1,000 a call: unasked, Mailchimp shows ten."""
        wanted = ",".join(("total_items", *(f"{collection}.{name}" for name in fields.split(","))))
        found: list[dict[str, Any]] = []
        while True:
            params = {**(query or {}), "count": PAGE_SIZE, "offset": len(found), "fields": wanted}
            page = objects(self._http.call("GET", path, subject=Subject.AUDIENCE, params=params).get(collection))
            found += page
            if len(page) < PAGE_SIZE:
                return found
