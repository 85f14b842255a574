"""How a campaign's recipient looks in its report: one view for all of the report's collections."""

from collections.abc import Callable, Iterable
from typing import Any

from tools.mailchimp_simulator.api.rendering import links, merge_fields
from tools.mailchimp_simulator.api.router import Call
from tools.mailchimp_simulator.domain.audience import Audience
from tools.mailchimp_simulator.domain.campaigns import Campaign
from tools.mailchimp_simulator.domain.contact import Contact, Status
from tools.mailchimp_simulator.domain.mailing import Mailing, address_in, digest_in
from tools.mailchimp_simulator.domain.problems import not_found

type Extra = Callable[[int], Any]


def reported(call: Call) -> tuple[Audience, Campaign]:
    """The campaign that the path names, once there is a report: only a campaign "marked as Sent" has one.

    Raises Problem 404, also while it is still sending (uncertain; the stricter reading).
    """
    audience, campaign = call.account.campaign(call.params["campaign_id"])
    if not campaign.is_sent:
        raise not_found()
    return audience, campaign


class Rows:
    """Renders rows of one collection of a campaign's report: only what is wanted is computed.

    A contact who was permanently deleted keeps the row, with an anonymised address and nothing else (FACTS 5.5,
    uncertain); one who was archived keeps it whole; one who changed the address shows that at the time of sending.
    """

    def __init__(self, call: Call, path: str, collection: str, *names: str, **extra: Extra) -> None:
        """`names` of the common parts that a row has; `extra` parts get the row. No collection: a row by itself."""

        def wants(name: str) -> bool:
            return not collection or call.projection.wants(collection, name)

        self._audience, self._campaign = reported(call)
        self._call = call
        self._path = f"/reports/{self._campaign.id}/{path}"
        self._parts = [(name, _PARTS[name]) for name in (*_ALWAYS, *names) if wants(name)]
        self._extra = [(name, part) for name, part in extra.items() if wants(name)]
        self._with_links = wants("_links")
        is_active = call.account.is_active(self._audience)
        fixed = {"campaign_id": self._campaign.id, "list_id": self._audience.id, "list_is_active": is_active}
        self._fixed = {name: value for name, value in fixed.items() if wants(name)}

    @property
    def mailing(self) -> Mailing:
        return self._campaign.mailing

    def page(self, name: str, rows: Iterable[int], total: int, **more: Any) -> dict[str, Any]:
        """One page of the collection; the caller has cut it already."""
        ways = links(self._call.outside.url, ("self", self._path), ("parent", f"/reports/{self._campaign.id}"))
        shown = [self(row) for row in rows]
        return {name: shown, "campaign_id": self._campaign.id, **more, "total_items": total, "_links": ways}

    def __call__(self, row: int) -> dict[str, Any]:
        contact = self.mailing.recipients[row]
        shown: dict[str, Any] = {name: part(self._audience, self._campaign, contact) for name, part in self._parts}
        shown |= self._fixed
        for name, part in self._extra:
            shown[name] = part(row)
        if self._with_links:
            email_id = digest_in(contact, self._campaign.number).hex()
            shown["_links"] = links(
                self._call.outside.url, ("self", f"{self._path}/{email_id}"), ("parent", self._path)
            )
        return shown

    def named(self) -> int:
        """The row that the path names by the hash of the address it was sent to. Raises Problem 404."""
        subscriber_hash = self._call.params["subscriber_hash"].lower()
        for contact in self._audience.all_of_hash(subscriber_hash):
            row = self._campaign.row_of(contact)
            if row is not None and digest_in(contact, self._campaign.number).hex() == subscriber_hash:
                return row
        raise not_found()


def _contact_status(audience: Audience, campaign: Campaign, contact: Contact) -> str:
    if contact.get("forgotten"):
        return "deleted"
    return "non-subscribed" if contact.status is Status.TRANSACTIONAL else contact.status


_ALWAYS = ("email_id", "email_address")
_PARTS: dict[str, Callable[[Audience, Campaign, Contact], Any]] = {
    "email_id": lambda audience, campaign, contact: digest_in(contact, campaign.number).hex(),
    "email_address": lambda audience, campaign, contact: address_in(contact, campaign.number),
    "merge_fields": lambda audience, campaign, contact: merge_fields(audience, contact),
    "vip": lambda audience, campaign, contact: contact.get("vip", False),
    "contact_status": _contact_status,
}
