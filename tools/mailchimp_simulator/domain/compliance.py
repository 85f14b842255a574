"""Which statuses the API may give to a contact, whatever the caller believes about consent (FACTS 3, 6 and 7)."""

from tools.mailchimp_simulator.domain.contact import Standing, Status
from tools.mailchimp_simulator.domain.problems import in_compliance_state


def permit(email: str, standing: Standing, wanted: Status) -> None:
    """Raise Problem 400 when the API may not give the status.

    `subscribed` is refused to everyone who left, bounced or complained, and stays so while they are `pending`: only
    their own confirmation ends it. `pending` is refused to those who complained. What the API itself unsubscribed is
    FREE: the API can undo it. Standing outlives archiving (uncertain; the stricter reading).
    """
    if wanted is Status.SUBSCRIBED and standing is not Standing.FREE:
        raise in_compliance_state(email)
    if wanted is Status.PENDING and standing is Standing.COMPLAINED:
        raise in_compliance_state(email)
