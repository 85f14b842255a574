"""Sample members, as a membership application would post them: the same for the same seed, on every machine."""

import random
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count as counting
from itertools import islice
from typing import Any

from tools.sample_application.names import COUNTRIES, Country

type Change = dict[str, Any]
"""One change, as Accord's wire format has it."""

PLANS = ("Full time", "Part time", "Flex", "Nomad", "Virtual office", "Friend")
TAGS = ("Founders", "Gardeners", "Night owls", "Cyclists", "Choir", "Beekeepers")
WORDING = {
    "fr": "J'accepte de recevoir la newsletter",
    "de": "Ich möchte den Newsletter erhalten",
    "es": "Acepto recibir el boletín",
    "it": "Accetto di ricevere la newsletter",
    "pl": "Zgadzam się na otrzymywanie newslettera",
    "en": "I agree to receive the newsletter",
    "sv": "Jag vill ha nyhetsbrevet",
    "nl": "Ik wil de nieuwsbrief ontvangen",
}

_BLOCK = 20
_WITHOUT = ("unknown", "omitted", "opted_out")
"""In every twenty members one of each does not consent: 15 percent."""
_FIRST_DAY = date(2017, 1, 9)
_DAYS = 2_900  # that is until the end of 2024: in the past, whatever the clock of the machine says
_PLAIN = str.maketrans({"ł": "l", "Ł": "l", "ß": "ss", "ø": "o", "ı": "i", "'": "", " ": "", "’": ""})


def sample_changes(count: int, *, seed: int = 17, occurred_at: datetime | None = None) -> list[Change]:
    """`member.upserted` for `count` members, `m-00001` onwards, each with an address of its own under `.test`.

    Exactly 15 percent of every twenty do not consent. `occurred_at` is now unless given; all else comes from the seed.
    """
    moment = (occurred_at or datetime.now(UTC)).isoformat(timespec="milliseconds")
    return [
        {"type": "member.upserted", "id": f"m-{number:05d}", "occurred_at": moment, "member": member}
        for number, member in enumerate(islice(_members(random.Random(seed)), count), start=1)
    ]


def consents(change: Change) -> bool:
    """Whether the member of this change said yes."""
    consent = change["member"].get("consent")
    return consent is not None and consent["status"] == "opted_in"


def _members(dice: random.Random) -> Iterator[dict[str, Any]]:
    taken: set[str] = set()
    for _ in counting():
        refusing = dict(zip(dice.sample(range(_BLOCK), len(_WITHOUT)), _WITHOUT, strict=True))
        for place in range(_BLOCK):
            yield _member(dice, taken, refusing.get(place, "opted_in"))


def _member(dice: random.Random, taken: set[str], consent: str) -> dict[str, Any]:
    country = dice.choices(COUNTRIES, weights=(6, 4, 3, 3, 3, 3, 2, 2))[0]
    first, last = dice.choice(country.first_names), dice.choice(country.last_names)
    joined = _FIRST_DAY + timedelta(days=dice.randrange(_DAYS))
    member: dict[str, Any] = {
        "email": _email(first, last, country, taken),
        "first_name": first,
        "last_name": last,
        "plan": dice.choices(PLANS, weights=(5, 4, 4, 2, 1, 2))[0],
        "joined_on": joined.isoformat(),
        "language": country.language,
        "tags": sorted(dice.sample(TAGS, dice.choices((0, 1, 2, 3), weights=(5, 4, 2, 1))[0])),
    }
    if dice.random() < 0.6:
        member["birthday"] = (date(1948, 2, 29) + timedelta(days=dice.randrange(57 * 365))).isoformat()
    if dice.random() < 0.7:
        member["address"] = _address(dice, country)
    if country.phone and dice.random() < 0.5:
        member["phone"] = _phone(dice, country)
    if consent != "omitted":
        member["consent"] = _consent(consent, joined, country)
    return member


def _email(first: str, last: str, country: Country, taken: set[str]) -> str:
    name = f"{_plain(first)}.{_plain(last)}"
    email = next(
        email
        for number in counting(1)
        if (email := f"{name}{number if number > 1 else ''}@{country.domain}") not in taken
    )
    taken.add(email)
    return email


def _plain(name: str) -> str:
    """Łukasz -> lukasz"""
    decomposed = unicodedata.normalize("NFKD", name.translate(_PLAIN))
    return decomposed.encode("ascii", "ignore").decode().lower()


def _address(dice: random.Random, country: Country) -> dict[str, str]:
    town, code = dice.choice(country.towns)
    street, house = dice.choice(country.streets), dice.randint(1, 120)
    house_first = country.code in {"FR", "GB"}
    return {
        "line1": f"{house} {street}" if house_first else f"{street} {house}",
        "city": town,
        "postal_code": code,
        "country": country.code,
    }


def _phone(dice: random.Random, country: Country) -> str:
    digits = 12 if country.code == "GB" else 11  # after the plus sign
    missing = digits + 1 - len(country.phone)
    return country.phone + str(dice.randrange(10**missing)).zfill(missing)


def _consent(status: str, joined: date, country: Country) -> dict[str, str]:
    said = {"status": status, "source": "signup form"}
    if status == "unknown":
        return said
    return {**said, "at": f"{joined.isoformat()}T09:00:00Z", "wording": WORDING[country.language]}
