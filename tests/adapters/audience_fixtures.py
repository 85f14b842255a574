"""Two worlds in which the contract of `Audience` is tried: the fake's, and the real adapter's on the simulator."""

from collections.abc import Callable
from typing import Any, Protocol
from urllib.parse import quote

import pytest
import requests

from accord.adapters.mailchimp.audience import MailchimpAudience
from accord.adapters.mailchimp.http import MailchimpHttp
from accord.adapters.mailchimp.listing import MailchimpListing
from accord.domain.connection import MarketingPermission
from accord.domain.contact import Contact, ContactStatus, NewContact
from accord.domain.values import subscriber_hash
from accord.errors import Refusal, Rejected
from accord.ports import Audience
from accord.ports.reconciling import AudienceListing
from tests.fake_reconciling import FakeListing
from tests.fakes import FakeAudience, FakeClock
from tools.mailchimp_simulator import Simulator

SUBSCRIBED = ContactStatus.SUBSCRIBED
SOMEBODY = NewContact(email="gisele.gaufre@waffle.test", status=SUBSCRIBED)
HASH = subscriber_hash(SOMEBODY.email)


class World(Protocol):
    """An audience, and what happens in it without Accord."""

    @property
    def audience(self) -> Audience: ...

    @property
    def listing(self) -> AudienceListing: ...

    def person(self, email: str, deed: str, **more: Any) -> None:
        """What the person does: unsubscribe, complain, hard_bounce, change_email (new_email), confirm."""

    def staff(self, email: str, deed: str, **more: Any) -> None:
        """What the newsletter's owner does: archive, delete_permanently."""

    def asking_permissions(self) -> Audience:
        """The audience with its GDPR fields on, for a connection that maps permissions."""

    def permitted(self, email: str) -> set[str]:
        """The marketing permissions of a contact that are on, by id."""


def given(world: World, email: str, status: ContactStatus = ContactStatus.SUBSCRIBED) -> Contact:
    """A contact that Accord created."""
    created = world.audience.create([NewContact(email=email, status=status, merge_fields={"FNAME": "Given"})])
    assert created == [subscriber_hash(email)]
    return seen(world, email)


def seen(world: World, email: str) -> Contact:
    """The contact of an address, which must be there."""
    contact = world.audience.read(subscriber_hash(email))
    assert contact is not None
    return contact


class FakeWorld:
    """The fake that the use cases are tested with."""

    def __init__(self) -> None:
        self._audience = FakeAudience(FakeClock())

    @property
    def audience(self) -> Audience:
        return self._audience

    @property
    def listing(self) -> AudienceListing:
        return FakeListing(self._audience)

    def person(self, email: str, deed: str, **more: Any) -> None:
        turns = {"confirm": ContactStatus.SUBSCRIBED, "hard_bounce": ContactStatus.CLEANED}
        person = self._audience.people[subscriber_hash(email)]
        match deed:
            case "change_email":
                self._audience._move(person, more["new_email"])
            case "unsubscribe" | "complain":
                self._audience.turn(email, ContactStatus.UNSUBSCRIBED)
                person.contact = person.contact.model_copy(update={"complained": deed == "complain"})
            case _:
                self._audience.turn(email, turns[deed])

    def staff(self, email: str, deed: str, **more: Any) -> None:
        match deed:
            case "archive":
                self._audience.turn(email, ContactStatus.ARCHIVED, by_person=False)
            case "delete_permanently":
                self._audience.erase(subscriber_hash(email))
            case _:
                raise ValueError(f"staff do not {deed} here")

    def asking_permissions(self) -> Audience:
        texts = enumerate(("Email", "Direct Mail"))
        self._audience.permissions = tuple(MarketingPermission(id=f"p-{n}", text=text) for n, text in texts)
        return self._audience

    def permitted(self, email: str) -> set[str]:
        return set(self._audience.people[subscriber_hash(email)].permissions)


class SimulatedWorld:
    """The real adapter against the simulator."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self._audience = self.adapter()

    @property
    def audience(self) -> Audience:
        return self._audience

    @property
    def listing(self) -> AudienceListing:
        http = MailchimpHttp(base_url=self.simulator.url, api_key=self.simulator.api_key, allow_any_host=True)
        return MailchimpListing(http, self.simulator.list_id)

    def adapter(self, **settings: Any) -> MailchimpAudience:
        """Another adapter for the same audience, with other settings."""
        own: dict[str, Any] = {"api_key": self.simulator.api_key, "audience_id": self.simulator.list_id, "timeout": 5.0}
        return MailchimpAudience(base_url=self.simulator.url, allow_any_host=True, **(own | settings))

    def person(self, email: str, deed: str, **more: Any) -> None:
        self.tell("POST", f"people/{quote(email)}", {"deed": deed, **more})

    def staff(self, email: str, deed: str, **more: Any) -> None:
        self.tell("POST", f"staff/{quote(email)}", {"deed": deed, **more})

    def asking_permissions(self) -> Audience:
        self._asked("PATCH", "", json={"marketing_permissions": True})
        return self.adapter(with_permissions=True)

    def permitted(self, email: str) -> set[str]:
        shown = self._asked("GET", f"/members/{subscriber_hash(email)}")["marketing_permissions"]
        return {each["marketing_permission_id"] for each in shown if each["enabled"]}

    def _asked(self, method: str, path: str, **more: Any) -> Any:
        """A call of Mailchimp's API, as others may make it."""
        url, auth = f"{self.simulator.url}/lists/{self.simulator.list_id}{path}", ("any", self.simulator.api_key)
        answer = requests.request(method, url, auth=auth, timeout=5, **more)
        assert answer.ok, answer.text
        return answer.json()

    def tell(self, method: str, what: str, body: dict[str, Any] | None = None) -> Any:
        """A call to the simulator's own routes."""
        answer = requests.request(method, f"{self.simulator.control_url}/{what}", json=body, timeout=5)
        assert answer.ok, answer.text
        return answer.json()

    def calls(self) -> dict[str, int]:
        """The Mailchimp calls since `forget_calls`, by route."""
        by_route: dict[str, int] = self.tell("GET", "calls")["by_route"]
        return {route.replace("/3.0", ""): count for route, count in by_route.items()}

    def forget_calls(self) -> None:
        self.tell("DELETE", "calls")

    def fault(self, kind: str) -> None:
        """The next call fails so."""
        self.tell("POST", "faults", {"kind": kind, "times": 1})

    def begin_anew(self) -> None:
        """An audience without contacts, without faults, without calls made."""
        self.tell("POST", "reset")
        self.tell("DELETE", "faults")
        self.forget_calls()


def new(email: str, status: ContactStatus = ContactStatus.SUBSCRIBED, **merge_fields: str) -> NewContact:
    """A line of a bulk creation."""
    return NewContact(email=email, status=status, merge_fields=dict(merge_fields))


def refused(act: Callable[[], object]) -> Refusal:
    """Why the act was refused."""
    with pytest.raises(Rejected) as caught:
        act()
    return caught.value.refusal


def everybody(audience: Audience, *, archived: bool) -> dict[str, Contact]:
    """All contacts of a listing, by address."""
    found = [contact for page in audience.contacts(archived=archived) for contact in page]
    by_email = {contact.email: contact for contact in found}
    assert len(by_email) == len(found)  # nobody comes twice while nothing changes
    return by_email
