"""What is known of an address goes along when a connection is joined to another audience: what holds people back."""

from datetime import datetime

from accord.domain.address import Address
from accord.domain.consent import newer
from accord.domain.values import newest


def inherited(address: Address, before: Address) -> Address:
    """The address in the audience that was chosen, with what the audience before knows against mailing it: opt-outs,
    complaints, bounces, permanent deletions, erasures. What the person's own confirmation answered there since, save an
    erasure, is none of it any more. The confirmation itself stays behind, as does an archiving by the staff: both were
    about that audience."""

    def standing(*moments: datetime | None) -> datetime | None:
        at = newest(*moments)
        return at if not newer(before.confirmed_at, at) else None

    return address.model_copy(
        update={
            "unsubscribed_at": newest(address.unsubscribed_at, standing(before.unsubscribed_at, before.compliance_at)),
            "complained_at": newest(address.complained_at, standing(before.complained_at)),
            "bounced_at": newest(address.bounced_at, standing(before.bounced_at)),
            "forgotten_at": newest(address.forgotten_at, standing(before.forgotten_at)),
            "erased_at": newest(address.erased_at, before.erased_at),
        }
    )
