"""An audience: its contacts and everything defined for them, and the ways in which a contact's state moves."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from tools.mailchimp_simulator.domain.addresses import digest, forgotten_address, unique_email_id
from tools.mailchimp_simulator.domain.campaigns import Campaign
from tools.mailchimp_simulator.domain.clock import fired_at
from tools.mailchimp_simulator.domain.contact import BY_ADMIN, Contact, Source, Standing, Status, contact_id
from tools.mailchimp_simulator.domain.conversations import Conversation
from tools.mailchimp_simulator.domain.ids import short_id
from tools.mailchimp_simulator.domain.interests import Interests
from tools.mailchimp_simulator.domain.merge_fields import MergeFields
from tools.mailchimp_simulator.domain.register import Register
from tools.mailchimp_simulator.domain.segments import Segments
from tools.mailchimp_simulator.domain.surveys import Survey
from tools.mailchimp_simulator.domain.webhooks import Announcement, Form, Webhooks

# Room for ten million contacts and a hundred thousand segments in each of 400 audiences, within 32 bits.
WEB_IDS = 10_000_000
PERMISSIONS = ("Email", "Direct Mail", "Customized Online Advertising")


class Audience:
    """Contacts by the MD5 of their address, in order of arrival and of change; who was forgotten; mails sent.

    `settings` is the body of `POST /lists`, `outbox` collects what the webhooks must be told.
    """

    def __init__(
        self,
        number: int,
        settings: dict[str, Any],
        outbox: list[Announcement],
        now: int,
        id: str = "",  # noqa: A002
    ) -> None:
        self.id = id or short_id()
        self.web_id = number
        self.settings = settings
        self.created = now
        self.fields = MergeFields()
        self.interests = Interests()
        self.segments = Segments(number * 100_000)
        self.webhooks = Webhooks()
        self.permission_ids = tuple(short_id() for _ in PERMISSIONS)
        self._outbox = outbox
        self._next_web_id = number * WEB_IDS
        self.version = 0
        self.campaigns_so_far = 0
        self.cached_stats: tuple[int, dict[str, Any]] | None = None
        self.forget_everybody()

    def forget_everybody(self) -> None:
        """No contact, no memory of one, no campaign and survey; fields, tags, interests and webhooks stay."""
        self._contacts: dict[bytes, Contact] = {}
        self.by_arrival = Register()
        self.by_change = Register()
        self._first_web_id = self._next_web_id
        self.forgotten: set[bytes] = set()
        self.mails: Counter[bytes] = Counter()
        self.campaigns: dict[str, Campaign] = {}
        self.conversations: dict[str, Conversation] = {}
        self.surveys: dict[str, Survey] = {}
        self.last_mailed: int | None = None
        self.campaign_last_sent: int | None = None
        self._former: dict[bytes, list[Contact]] = {}
        self.segments.empty()
        self.cached_stats = None
        self.version += 1

    def __len__(self) -> int:
        return len(self._contacts)

    def __iter__(self) -> Iterator[Contact]:
        return iter(self.by_arrival)

    def of_email(self, email: str) -> Contact | None:
        return self._contacts.get(digest(email))

    def of_hash(self, subscriber_hash: str) -> Contact | None:
        """By the MD5 of the lower-cased address only."""
        try:
            return self._contacts.get(bytes.fromhex(subscriber_hash))
        except ValueError:
            return None

    def of_any(self, key: str) -> Contact | None:
        """By subscriber hash, email address or contact_id (FACTS 2)."""
        if "@" in key:
            return self.of_email(key)
        return self.of_hash(key) or self._of_contact_id(key)

    def all_of_hash(self, subscriber_hash: str) -> list[Contact]:
        """Whoever has, and whoever had, the address of that hash when a campaign was sent."""
        try:
            key = bytes.fromhex(subscriber_hash)
        except ValueError:
            return []
        current = self._contacts.get(key)
        return ([current] if current else []) + self._former.get(key, [])

    def contact_id(self, contact: Contact) -> str:
        return contact_id(self.id, contact.web_id)

    def add(self, email: str, status: Status, now: int) -> Contact:
        """A contact of that address, of which nothing is told yet and nobody told."""
        contact = Contact(email, status, self._next_web_id, now)
        self._next_web_id += 1
        self._contacts[contact.digest] = contact
        self.by_arrival.append(contact)
        contact.change_place = self.by_change.append(contact)
        self.version += 1
        return contact

    def touch(self, contact: Contact, now: int) -> None:
        """The contact changed: it is now the latest in the order of changes."""
        place = contact.change_place
        contact.last_changed = now
        contact.change_place = self.by_change.append(contact)
        self.by_change.remove(place)
        self.version += 1

    def set_status(self, contact: Contact, status: Status, now: int) -> None:
        before, contact.status = contact.status, status
        if status is not Status.SUBSCRIBED:
            contact.put("status_since", now)
        self.by_arrival.restate(contact.web_id - self._first_web_id, before, status)
        self.by_change.restate(contact.change_place, before, status)
        self.touch(contact, now)

    def begin(self, contact: Contact, status: Status, now: int, source: Source, campaign_id: str = "") -> None:
        """What a status brings with it when it is newly given: the date, the mail, the webhook."""
        match status:
            case Status.SUBSCRIBED:
                contact.opted_in = now
                self.announce("subscribe", contact, source, now)
            case Status.PENDING:
                self.mails[contact.digest] += 1
            case Status.CLEANED:
                if contact.standing is not Standing.COMPLAINED:
                    contact.standing = Standing.BOUNCED
                data = {"list_id": self.id, "campaign_id": campaign_id, "reason": "hard", "email": contact.email}
                self.send("cleaned", source, now, [(f"data[{name}]", text) for name, text in data.items()])
            case Status.UNSUBSCRIBED:
                contact.put("unsubscribed_at", now)
                if source is not Source.USER:
                    contact.put("unsubscribe_reason", BY_ADMIN)
            case _:
                pass

    def give_status(
        self,
        contact: Contact,
        status: Status,
        now: int,
        source: Source,
        reason: str = "manual",
        campaign_id: str = "",
    ) -> bool:
        """Change the status with its consequences; False when it is the contact's already."""
        before = contact.status
        if before is status:
            return False
        if status is Status.ARCHIVED:
            contact.put("before_archive", before)
        self.set_status(contact, status, now)
        self.begin(contact, status, now, source, campaign_id)
        if status is Status.UNSUBSCRIBED and before is Status.SUBSCRIBED:
            of_campaign = {"campaign_id": campaign_id} if campaign_id else {}
            self.announce("unsubscribe", contact, source, now, action="unsub", reason=reason, **of_campaign)
        elif status is Status.ARCHIVED:
            # No event is documented; old documentation calls it action=delete (FACTS 5.5, uncertain).
            self.announce("unsubscribe", contact, source, now, action="delete", reason="manual")
        return True

    def readdress(self, contact: Contact, email: str, now: int, source: Source) -> None:
        """Another address for the same contact: `id` and `unique_email_id` change, `contact_id` stays (FACTS 2)."""
        old_email = contact.email
        if self.campaigns:
            contact.put("former", [*contact.get("former", []), (self.campaigns_so_far, old_email)])
            self._former.setdefault(contact.digest, []).append(contact)
        del self._contacts[contact.digest]
        contact.email, contact.digest = email, digest(email)
        self._contacts[contact.digest] = contact
        self.touch(contact, now)
        new_id = unique_email_id(contact.digest)
        form = [("data[new_id]", new_id), ("data[new_email]", email), ("data[old_email]", old_email)]
        self.send("upemail", source, now, [("data[list_id]", self.id), *form])
        self.announce("profile", contact, source, now)

    def forget(self, contact: Contact, now: int, source: Source) -> None:
        """Delete the contact for good. The webhook, and the campaigns that were sent to the contact, show an
        anonymised address and nothing else of them (FACTS 5.5, uncertain).
        """
        del self._contacts[contact.digest]
        self.by_arrival.remove(contact.web_id - self._first_web_id)
        self.by_change.remove(contact.change_place)
        self.segments.let_go(contact, now)
        self.forgotten.add(contact.digest)
        self.conversations = {each.id: each for each in self.conversations.values() if each.web_id != contact.web_id}
        self.version += 1
        contact.email = forgotten_address(contact.digest)
        contact.digest, contact.opted_in = digest(contact.email), None
        contact.values, contact.interests, contact.rare = (), frozenset(), {"forgotten": True}
        self.announce("unsubscribe", contact, source, now, action="delete", reason="manual")

    def announce(self, event: str, contact: Contact, source: Source, now: int, **more: str) -> None:
        """Tell the webhooks about a contact; `more` stands before the rest, as in the recorded unsubscribes."""
        if not any(webhook.wants(event, source) for webhook in self.webhooks):
            return
        data = {
            **more,
            "id": unique_email_id(contact.digest),
            "email": contact.email,
            "email_type": contact.get("email_type", "html"),
            "ip_opt": contact.get("ip_opt", ""),
            "web_id": str(contact.web_id),
        }
        form = [(f"data[{name}]", text) for name, text in data.items()]
        self.send(event, source, now, [*form, *self._merges(contact), ("data[list_id]", self.id)])

    def send(self, event: str, source: Source, now: int, data: Iterable[tuple[str, str]]) -> None:
        """Tell the webhooks that ask for it."""
        form: Form = [("type", event), ("fired_at", fired_at(now)), *data]
        self._outbox += [Announcement(webhook, form) for webhook in self.webhooks if webhook.wants(event, source)]

    def _merges(self, contact: Contact) -> Form:
        merges = [("EMAIL", contact.email)]
        merges += [(field.tag, flat(contact.value(field.merge_id))) for field in self.fields]
        chosen = {
            category.id: ", ".join(i.name for i in category.interests.values() if i.id in contact.interests)
            for category in self.interests.categories.values()
        }
        if chosen:
            merges.append(("INTERESTS", ", ".join(filter(None, chosen.values()))))
        form = [(f"data[merges][{tag}]", text) for tag, text in merges]
        for number, category in enumerate(self.interests.categories.values()):
            grouping = {"id": category.id, "unique_id": category.id, "name": category.title}
            grouping["groups"] = chosen[category.id]
            form += [(f"data[merges][GROUPINGS][{number}][{name}]", text) for name, text in grouping.items()]
        return form

    def _of_contact_id(self, key: str) -> Contact | None:
        try:
            contact = self.by_arrival.at(int(key[:8], 16) - self._first_web_id)
        except ValueError:
            return None
        return contact if contact and self.contact_id(contact) == key else None


def flat(value: Any) -> str:
    """A merge value as webhooks and full-text search show it: an address on one line, a number as text."""
    if isinstance(value, dict):
        parts = ("addr1", "addr2", "city", "state", "zip", "country")
        return "  ".join(value[part] for part in parts if value.get(part))
    return str(value)
