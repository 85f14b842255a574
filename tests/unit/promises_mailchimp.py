"""Mailchimp in the random histories: it keeps what it answered, and sees that a reconfirmation only lowers."""

from datetime import datetime

from accord.domain.actions import Lower
from accord.domain.contact import Contact, ContactPatch, ContactStatus
from accord.usecases.member_work import MemberWork
from accord.usecases.perform_action import perform
from tests.builders import key_of
from tests.fakes import FakeAudience


class Witness(FakeAudience):
    """Mailchimp in small, that keeps the contact it showed last."""

    answer: Contact | None = None

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


def lower(mailchimp: Witness, work: MemberWork, action: Lower, now: datetime) -> MemberWork:
    """Whatever Accord knows of it, the contact must be subscribed when it is written to."""
    before, calls = mailchimp.found(work.addresses[action.key].reference), len(mailchimp.calls)
    try:
        return perform(mailchimp, work, action, now, key_of)
    finally:
        if "change" in mailchimp.calls[calls:]:
            assert before is not None, "promise 4: nobody is there to be lowered"
            assert before.status is ContactStatus.SUBSCRIBED, "promise 4: raised"
