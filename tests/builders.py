"""Values for tests, with names that tell which test they belong to. All addresses are under the reserved `.test`."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from accord.domain.changes import Arrived, Erased, Left, Upserted
from accord.domain.connection import AudienceSetup, Connection, FieldType, Interest, MergeField, Policy
from accord.domain.consent import Consent, ConsentStatus
from accord.domain.member import Member, PostalAddress
from accord.domain.values import address_key

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
"""The moment at which tests begin."""

KEY = b"a key that hashes addresses in tests only"


def key_of(text: str) -> str:
    """The keyed digest that tests use: of an address, its address key."""
    return address_key(KEY, text)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def no_us_phone(_text: str) -> str | None:
    """For audiences whose phone fields are international."""
    return None


def opted_in(at: datetime | None = NOON - timedelta(days=30), **given: Any) -> Consent:
    return Consent(status=ConsentStatus.OPTED_IN, at=at, source="signup form", **given)


def opted_out(at: datetime | None = NOON - timedelta(days=10)) -> Consent:
    return Consent(status=ConsentStatus.OPTED_OUT, at=at, source="preferences page")


def a_member(email: str | None = "wombat@burrow.test", **given: Any) -> Member:
    """A consenting member with a first name; everything else as given."""
    given.setdefault("first_name", "Wilma")
    given.setdefault("consent", opted_in())
    return Member(email=email, **given)


def a_full_member(email: str = "walrus@icefloe.test", **given: Any) -> Member:
    """A member with a value in every field."""
    return a_member(
        email,
        **{
            "last_name": "Walrus",
            "phone": "+33612345678",
            "birthday": date(1990, 3, 12),
            "address": PostalAddress(line1="1 quai du Phoque", city="Paris", postal_code="75002", country="FR"),
            "plan": "Full time",
            "joined_on": date(2024, 5, 1),
            "language": "fr",
            "tags": ("Clients",),
            "groups": {"Interests": ("Gardening",)},
            "fields": {"company": "Tusk & Sons"},
        }
        | given,
    )


def upserted(member: Member, id_: str = "m-1", at: datetime = NOON, index: int = 0, **given: Any) -> Arrived:
    change = Upserted(type="member.upserted", id=id_, occurred_at=at, member=member, **given)
    return Arrived(change=change, received_at=max(at, NOON), index=index)


def left(id_: str = "m-1", at: datetime = NOON) -> Arrived:
    return Arrived(change=Left(type="member.left", id=id_, occurred_at=at), received_at=max(at, NOON))


def erased(id_: str = "m-1", at: datetime = NOON) -> Arrived:
    return Arrived(change=Erased(type="member.erased", id=id_, occurred_at=at), received_at=max(at, NOON))


def a_connection(**given: Any) -> Connection:
    """A live connection whose audience has been read."""
    return Connection(
        **{
            "id": "burrow",
            "audience_id": "audience1",
            "api_base_url": "http://127.0.0.1:9/3.0",
            "audience_read_at": NOON - timedelta(days=1),
        }
        | given
    )


def a_policy(**given: Any) -> Policy:
    return Policy(**given)


SETUP = AudienceSetup(
    merge_fields=(
        MergeField(tag="FNAME", type=FieldType.TEXT),
        MergeField(tag="LNAME", type=FieldType.TEXT),
        MergeField(tag="ADDRESS", type=FieldType.ADDRESS),
        MergeField(tag="PHONE", type=FieldType.PHONE),
        MergeField(tag="BIRTHDAY", type=FieldType.BIRTHDAY),
        MergeField(tag="PLAN", type=FieldType.TEXT),
        MergeField(tag="JOINED", type=FieldType.DATE),
    ),
    interests=(Interest(category="Interests", name="Gardening", id="i-garden"),),
    tags={"Clients": 11},
)
"""What a test audience can hold."""
