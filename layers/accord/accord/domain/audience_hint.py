"""What Mailchimp's webhooks tell: that something happened to a contact. Only a hint: the contact is read again.

The report of a campaign hints at what no webhook told.
"""

from enum import StrEnum

from accord.domain.values import Moment, Value

FORGOTTEN_DOMAIN = "forgotten.mailchimp.com"
"""Where Mailchimp puts a permanently deleted contact's address (FACTS section 5.5)."""


class HintKind(StrEnum):
    """The types of Mailchimp's webhooks for an audience that concern email (FACTS section 5.4)."""

    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"
    PROFILE = "profile"
    UPEMAIL = "upemail"
    CLEANED = "cleaned"
    CAMPAIGN = "campaign"
    REPORT = "report"
    """No webhook: a campaign's report shows an opt-out, a complaint or a bounce that none had told."""


class AudienceHint(Value):
    """One webhook, without what is read again anyway. Addresses are normalised; `upemail` has two of them.

    Nothing here is believed: not that the contact is in that state, nor that the webhook came in the order of what
    happened. `fired_at` has whole seconds and, as far as is known, is in UTC (FACTS section 5.4).
    """

    kind: HintKind
    received_at: Moment
    fired_at: Moment | None = None
    email: str = ""
    old_email: str = ""

    @property
    def is_forgotten(self) -> bool:
        """Whether it names the address under which Mailchimp keeps who was permanently deleted."""
        return self.email.endswith(FORGOTTEN_DOMAIN) or self.old_email.endswith(FORGOTTEN_DOMAIN)
