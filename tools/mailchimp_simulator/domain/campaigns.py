"""A campaign of an audience: what was sent, and how far it is."""

from dataclasses import dataclass

from tools.mailchimp_simulator.domain.contact import Contact
from tools.mailchimp_simulator.domain.mailing import Mailing


@dataclass(slots=True)
class Campaign:
    """`number` counts the campaigns of the audience; `segment_id` is None when it went to everybody.

    Of a campaign that `is_sent` there is a report; of one that is still sending, `delivered` rows have their mail.
    """

    id: str
    web_id: int
    list_id: str
    number: int
    subject: str
    segment_id: int | None
    sent: int
    mailing: Mailing
    delivered: int = 0
    is_sent: bool = False

    def row_of(self, contact: Contact) -> int | None:
        """The contact's row, once its mail is out."""
        row = self.mailing.row_of(contact)
        return row if row is not None and row < self.delivered else None
