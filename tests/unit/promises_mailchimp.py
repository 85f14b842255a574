"""Mailchimp in the random histories: it keeps what it answered, and sees that a reconfirmation only lowers."""

from datetime import datetime

from accord.domain.actions import Lower
from accord.domain.connection import Connection, MarketingPermission
from accord.domain.contact import Contact, ContactPatch, ContactStatus
from accord.domain.marketing_permissions import stated
from accord.domain.payload import Payload, payload_of
from accord.domain.record import Record
from accord.domain.values import subscriber_hash
from accord.ports import Clock
from accord.usecases.settling.member_work import MemberWork
from accord.usecases.settling.perform_action import perform
from tests.builders import SETUP, key_of, no_us_phone
from tests.fakes import FakeAudience

NEWS = MarketingPermission(id="p-news", text="News")
PURPOSE = "news"
PERMITTED = {f"fields.{PURPOSE}": NEWS.text}


class Witness(FakeAudience):
    """Mailchimp in small, that keeps the contact it showed last."""

    answer: Contact | None = None

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock, permissions=(NEWS,))
        self.switched_off: dict[str | None, datetime] = {}
        """When a person last switched the permission off, by their `contact_id`."""

    def refuse(self, email: str) -> None:
        """The person switches the permission off, where it is on."""
        person = self.people.get(subscriber_hash(email))
        if person is not None and NEWS.id in person.permissions:
            self.permit(email, NEWS.id, on=False)
            self.switched_off[person.contact.contact_id] = self.clock.now()

    def read(self, reference: str) -> Contact | None:
        self.answer = super().read(reference)
        return self.answer

    def found(self, reference: str) -> Contact | None:
        """The contact under one of its names, as anybody else may read it."""
        person = self._find(reference)
        return person.contact if person else None

    def change(self, reference: str, patch: ContactPatch) -> Contact:
        self.answer = super().change(reference, patch)
        return self.answer


def payload_for(record: Record, connection: Connection) -> Payload | None:
    """What the contact of a member should show."""
    profile, own = record.profile, record.own_change
    if profile is None or profile.email is None:
        return None
    if own is not None and own.email:
        profile = profile.model_copy(update={"email": own.email})
    payload = payload_of(profile, connection.mapping, SETUP, no_us_phone)
    permissions = stated(record, connection.permissions, (NEWS,))
    return payload.model_copy(update={"permissions": permissions}) if isinstance(payload, Payload) else None


def lower(mailchimp: Witness, work: MemberWork, action: Lower, now: datetime) -> MemberWork:
    """Whatever Accord knows of it, the contact must be subscribed when it is written to."""
    before, calls = mailchimp.found(work.addresses[action.key].reference), len(mailchimp.calls)
    try:
        return perform(mailchimp, work, action, now, key_of)
    finally:
        if "change" in mailchimp.calls[calls:]:
            assert before is not None, "promise 4: nobody is there to be lowered"
            assert before.status is ContactStatus.SUBSCRIBED, "promise 4: raised"
