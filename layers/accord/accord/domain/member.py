"""A person as upstream knows them: the full state that a change carries."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints, field_validator
from pydantic.networks import validate_email

from accord.domain.consent import Consent
from accord.domain.values import Value

MAX_TAGS = 100


def _empty(value: Any) -> Any:
    return "" if value is None else value


Text = Annotated[str, BeforeValidator(_empty), StringConstraints(max_length=1000)]
"""A text that may be empty; null means empty, as an omitted field does."""

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
"""The name of a tag, a group or a custom field."""


class PostalAddress(Value):
    """A postal address as upstream has it; `country` is an ISO 3166 code or a name."""

    line1: Text = ""
    line2: Text = ""
    city: Text = ""
    state: Text = ""
    postal_code: Text = ""
    country: Text = ""


class MemberState(StrEnum):
    """Whether the membership runs. A deletion upstream is no state, but the change `member.left`."""

    ACTIVE = "active"
    CANCELLED = "cancelled"


class Member(Value):
    """The full state of a member: an omitted field is empty, except `consent`, which means *as last stated*."""

    email: str | None = None
    first_name: Text = ""
    last_name: Text = ""
    phone: Text = ""
    birthday: date | None = None
    address: PostalAddress | None = None
    plan: Text = ""
    joined_on: date | None = None
    state: MemberState = MemberState.ACTIVE
    language: Text = ""
    tags: Annotated[tuple[Name, ...], Field(max_length=MAX_TAGS)] = ()
    groups: dict[Name, tuple[Name, ...]] = {}
    consent: Consent | None = None
    fields: dict[Name, str | int | float | bool | None] = {}

    @field_validator("email")
    @classmethod
    def _well_formed(cls, email: str | None) -> str | None:
        """A syntactically valid address or null. The domain is not looked up; reserved domains are refused."""
        if email is None or not email.strip():
            return None
        return validate_email(email.strip())[1]
