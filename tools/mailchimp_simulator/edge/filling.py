"""A full audience in seconds, for benchmarks: contacts made without a request each."""

from tools.mailchimp_simulator.domain.audience import Audience
from tools.mailchimp_simulator.domain.contact import Status

_FIRST = ("Anna", "Bruno", "Chloé", "Dimitri", "Esra", "Farid", "Giulia", "Hugo", "Ines", "Jonas")
_LAST = ("Duval", "Meyer", "Rossi", "Novak", "Silva", "Yilmaz", "Dubois", "Keller", "Moreau", "Santos")


def fill(audience: Audience, count: int, status: Status, now: int) -> int:
    """Add contacts `member-<n>@filled.test`, each with a name; no webhook, no mail. Returns how many."""
    start = len(audience)
    added = 0
    for number in range(start, start + count):
        email = f"member-{number}@filled.test"
        if audience.of_email(email) is None:
            contact = audience.add(email, status, now)
            contact.opted_in = now if status is Status.SUBSCRIBED else None
            contact.values = (_FIRST[number % 10], _LAST[number // 10 % 10])
            added += 1
    return added
