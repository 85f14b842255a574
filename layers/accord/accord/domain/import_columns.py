"""The first line of an imported file -> which column is which field of a member, or why it can not be read so.

Fields are named as on the wire, without `member.`: `email`, `address.city`, `fields.company`. Beside them there are
those that only files have: `name` (first and last name in one), `address` (all of it in one), `opted_in_at`,
`opted_out_at` (the time of that, whatever the status says) and `opted_out` (yes means that the person opted out).
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from accord.domain.values import Value

MAX_COLUMNS = 200

_WIRE = [
    "id",
    "version",
    "occurred_at",
    "email",
    "first_name",
    "last_name",
    "phone",
    "birthday",
    "address.line1",
    "address.line2",
    "address.city",
    "address.state",
    "address.postal_code",
    "address.country",
    "plan",
    "joined_on",
    "state",
    "language",
    "tags",
    "consent.status",
    "consent.at",
    "consent.source",
    "consent.wording",
]
_ENGLISH = {
    "id": "member id, member number, user id, external id",
    "email": "e-mail, email address, e-mail address, mail",
    "name": "name, full name",
    "first_name": "given name, forename, fname",
    "last_name": "surname, family name, lname",
    "phone": "phone number, telephone, telephone number, mobile, mobile phone, mobile number",
    "birthday": "birth date, date of birth, dob",
    "address": "address, full address, postal address, mailing address",
    "address.line1": "address 1, address line 1, line 1, street, street address",
    "address.line2": "address 2, address line 2, line 2",
    "address.city": "city, town",
    "address.state": "province, county, state/province",
    "address.postal_code": "postal code, post code, zip, zip code",
    "address.country": "country, country code",
    "plan": "membership, membership plan, membership type, subscription plan",
    "joined_on": "joined, join date, date joined, member since",
    "state": "member state, membership state, membership status",
    "language": "lang, locale",
    "tags": "tag, labels",
    "consent.status": "consent, newsletter, newsletter consent, marketing consent, email consent, opt-in, opted in, "
    "subscribed, accepts marketing, accepts email marketing",
    "consent.source": "opt-in source",
    "consent.wording": "consent text",
    "opted_in_at": "optin time, opt-in date, opted in at, consent date, consent time, consented at",
    "opted_out": "opt-out, opted out, unsubscribed, email blacklisted",
    "opted_out_at": "unsub time, opt-out date, opted out at, unsubscribe date, unsubscribed at",
    "status": "status",
    "region": "region",
    "euid": "euid",
    "leid": "leid",
}
_FRENCH = {
    "id": "identifiant, numéro d'adhérent, n° d'adhérent, numéro de membre",
    "email": "adresse e-mail, adresse mail, adresse électronique, courriel",
    "name": "nom complet",
    "first_name": "prénom",
    "last_name": "nom, nom de famille",
    "phone": "téléphone, tél, numéro de téléphone, portable, téléphone portable, mobile",
    "birthday": "date de naissance, anniversaire",
    "address": "adresse, adresse postale, adresse complète",
    "address.line1": "adresse 1, adresse ligne 1, rue",
    "address.line2": "adresse 2, adresse ligne 2, complément d'adresse",
    "address.city": "ville, commune, localité",
    "address.state": "département",
    "address.postal_code": "code postal, cp",
    "address.country": "pays, code pays",
    "plan": "formule, abonnement, type d'adhésion",
    "joined_on": "date d'adhésion, date d'inscription, membre depuis, adhérent depuis",
    "state": "état, statut du membre, statut de l'adhésion",
    "language": "langue",
    "tags": "étiquettes, étiquette",
    "consent.status": "consentement, statut du consentement, inscrit à la newsletter, abonné à la newsletter, "
    "accepte la newsletter",
    "consent.source": "source du consentement, origine du consentement",
    "consent.wording": "texte du consentement",
    "opted_in_at": "date de consentement, date du consentement",
    "opted_out": "désinscrit, désabonné",
    "opted_out_at": "date de désinscription, date de désabonnement",
    "status": "statut",
}
_OF_MAILCHIMP = [
    "MEMBER_RATING",
    "OPTIN_IP",
    "CONFIRM_TIME",
    "CONFIRM_IP",
    "LATITUDE",
    "LONGITUDE",
    "GMTOFF",
    "DSTOFF",
    "TIMEZONE",
    "CC",
    "LAST_CHANGED",
    "NOTES",
    "UNSUB_CAMPAIGN_TITLE",
    "UNSUB_CAMPAIGN_ID",
    "UNSUB_REASON",
    "UNSUB_REASON_OTHER",
    "CLEAN_TIME",
    "CLEAN_CAMPAIGN_TITLE",
    "CLEAN_CAMPAIGN_ID",
]
"""What Mailchimp's export of an audience says of its contacts and nobody upstream could say of a member."""
_NONE = "none"
_OWN_NAME = re.compile(r"(fields|groups)\.(.+)", re.IGNORECASE | re.DOTALL)


class MatchedColumns(Value):
    """What the columns of a file were understood as. Shown to the person who brought it."""

    headers: tuple[str, ...]
    """As they were written, on one line, 100 characters at most; a column without one by its number."""
    positions: dict[str, int]
    """By field: the place of its column, from 0."""
    passed_over: tuple[str, ...] = ()
    """Headers that are known and mean nothing here."""
    unknown: tuple[str, ...] = ()
    day_first: bool = False
    """The headers are French: so 03/04/2024 is a day in April."""

    @property
    def understood(self) -> dict[str, str]:
        """The field of each header that was understood, in the order of the columns."""
        return {self.headers[place]: field for field, place in sorted(self.positions.items(), key=lambda p: p[1])}


class ImportRefused(NamedTuple):
    """Nothing of the file can be taken: why, with the columns by name, and what to do."""

    reason: str


def folded(name: str) -> str:
    """A word as it is compared: without case, accents, spaces and punctuation. Empty when nothing is left."""
    return "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if c.isalnum())


def match_columns(headers: Sequence[str]) -> MatchedColumns | ImportRefused:
    """Which column is which field. `fields.<name>` and `groups.<category>` are taken by any name; other columns that
    nobody knows are listed and passed over, never guessed at."""
    if refused := _no_header(headers):
        return refused
    shown = tuple(_shown(header) or f"column {place}" for place, header in enumerate(headers, 1))
    fields = _in_context([_field(header) for header in headers], {folded(header) for header in headers})
    if refused := _unclear(fields, shown):
        return refused
    return MatchedColumns(
        headers=shown,
        positions={field: place for place, field in enumerate(fields) if field not in {None, _NONE}},
        passed_over=tuple(header for header, field in zip(shown, fields, strict=True) if field == _NONE),
        unknown=tuple(header for header, field in zip(shown, fields, strict=True) if field is None),
        day_first=any(folded(header) in _ONLY_FRENCH for header in headers),
    )


def _shown(header: str) -> str:
    return " ".join(header.split())[:100]


def _field(header: str) -> str | None:
    """What a column is, taken alone."""
    name = header.strip().removeprefix("member.")
    if found := _OWN_NAME.fullmatch(name):
        return f"{found[1].lower()}.{_shown(found[2])}"
    return _FIELDS.get(folded(name))


def _in_context(fields: Sequence[str | None], names: AbstractSet[str]) -> list[str | None]:
    """What the columns are beside each other: some words mean this in one file and that in another."""
    others = set(fields)
    of_mailchimp = bool(names & {"memberrating", "euid", "leid"})
    ids = [field for field in ("id", "euid", "leid") if field in others]
    meant: dict[str | None, str] = {field: "id" if field == ids[0] else _NONE for field in ids}
    if others & {"first_name", "last_name"}:
        meant["name"] = _NONE
    if others & {"address.city", "address.postal_code"} and "address.line1" not in others:
        meant["address"] = "address.line1"
    if names & _TOWN and "address.state" not in others:
        meant["state"] = "address.state"  # but not beside `address.city`: there it is a field of the wire
    if of_mailchimp:
        meant["status"] = "consent.status"
    # Mailchimp's own REGION is where it thinks that the person is, by their IP address.
    meant["region"] = _NONE if of_mailchimp else "address.state"
    return [meant.get(field, field) for field in fields]


def _no_header(headers: Sequence[str]) -> ImportRefused | None:
    if not any(map(_shown, headers)):
        return ImportRefused("The first line is empty. It must name the columns: email, first_name, consent.status...")
    if len(headers) > MAX_COLUMNS:
        return ImportRefused(
            f"The file has {len(headers)} columns; {MAX_COLUMNS} are the most. Remove those that are not needed."
        )
    if any("@" in header for header in headers):  # not repeated: it is somebody's address
        return ImportRefused(
            "The first line holds an email address. Put a line above it that names the columns: "
            "email, first_name, consent.status..."
        )
    return None


def _unclear(fields: Sequence[str | None], shown: Sequence[str]) -> ImportRefused | None:
    by_field: defaultdict[str | None, list[str]] = defaultdict(list)
    for field, header in zip(fields, shown, strict=True):
        by_field[field].append(f'"{header}"')
    if "status" in by_field:
        return ImportRefused(
            f"The column {by_field['status'][0]} may be about the membership or about the newsletter. "
            "Rename it to state or to consent.status."
        )
    doubled = [
        f"The columns {' and '.join(named)} are both read as {field}."
        for field, named in by_field.items()
        if len(named) > 1 and field not in {None, _NONE}
    ]
    if doubled:
        return ImportRefused(f"{' '.join(doubled[:5])} Rename or remove all but one.")
    if not {"id", "email"} & by_field.keys():
        return ImportRefused(
            f"No column is named email or id, and one of them must be there. The columns are: {', '.join(shown[:20])}."
        )
    return None


def _spelt(names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Every name as it is compared, and its field."""
    return ((folded(name), field) for field, listed in names.items() for name in listed.split(","))


_FIELDS: dict[str, str] = (
    {folded(name): _NONE for name in _OF_MAILCHIMP}
    | dict(_spelt(_FRENCH))
    | dict(_spelt(_ENGLISH))
    | {folded(field): field for field in _WIRE}
)
_ONLY_FRENCH = frozenset(dict(_spelt(_FRENCH))) - {name for name, _ in _spelt(_ENGLISH)} - set(map(folded, _WIRE))
_TOWN = frozenset(folded(name) for name in ("city", "town", "zip", "zip code", "postal code", "post code"))
