"""A full audience and its campaigns in seconds, for benchmarks: made without a request each."""

from random import Random

from tools.mailchimp_simulator.domain.audience import Audience
from tools.mailchimp_simulator.domain.contact import Status
from tools.mailchimp_simulator.domain.sending import begin, finish

_FIRST = ("Anna", "Bruno", "Chloé", "Dimitri", "Esra", "Farid", "Giulia", "Hugo", "Ines", "Jonas")
_LAST = ("Duval", "Meyer", "Rossi", "Novak", "Silva", "Yilmaz", "Dubois", "Keller", "Moreau", "Santos")
_APART = 60


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


def fill_campaigns(
    audience: Audience, count: int, now: int, *, opens: float, clicks: float, seed: int
) -> dict[str, list[str] | int]:
    """Send campaigns to everybody who is subscribed, a minute apart and the last now.

    `opens` and `clicks` are shares of the recipients, rounded: so many open once, and the first of these click one
    link. The same seed gives the same rows.
    """
    dice, made, opened, clicked = Random(seed), [], 0, 0
    for number in range(count):
        sent = now - (count - 1 - number) * _APART
        campaign = begin(audience, f"Newsletter {audience.campaigns_so_far + 1}", sent)
        mailing = campaign.mailing
        openers = dice.sample(range(len(mailing)), round(len(mailing) * opens))
        clickers = openers[: round(len(mailing) * clicks)]
        for row in openers:
            mailing.open(row, dice.randint(sent, now))
        for row in clickers:
            mailing.click(row, row % len(mailing.links), now)
        finish(audience, campaign, now)
        made.append(campaign.id)
        opened, clicked = opened + len(openers), clicked + len(clickers)
    return {"campaigns": made, "opens": opened, "clicks": clicked}
