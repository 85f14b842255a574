"""What an upstream application may say of a member, and the order in which changes count."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints, TypeAdapter

from accord.domain.consent import Statement
from accord.domain.history import Cause, CauseKind, cause_of_plan
from accord.domain.member import Member
from accord.domain.values import Moment, Value, stamp

MAX_VERSION = 10**18

MEMBER_ID = r"^[A-Za-z0-9._:|~+=-]{1,128}$"
MemberId = Annotated[str, StringConstraints(pattern=MEMBER_ID)]
"""Upstream's own name of a member. No `@`: an email address is personal data, and it changes."""


class _Change(Value):
    id: MemberId
    occurred_at: Moment | None = None
    version: Annotated[int, Field(ge=0, lt=MAX_VERSION)] | None = None


class Upserted(_Change):
    """This member is now so."""

    type: Literal["member.upserted"]
    member: Member


class Left(_Change):
    """This member was deleted upstream."""

    type: Literal["member.left"]


class Erased(_Change):
    """This person asked to be erased."""

    type: Literal["member.erased"]


MemberChange = Annotated[Upserted | Left | Erased, Field(discriminator="type")]

member_change: TypeAdapter[Upserted | Left | Erased] = TypeAdapter(
    MemberChange, config=ConfigDict(defer_build=True, hide_input_in_errors=True)
)


class OrderBy(StrEnum):
    """What orders the changes of a connection: exactly one of the three (DESIGN section 6)."""

    OCCURRED_AT = "occurred_at"
    VERSION = "version"
    RECEIVED = "received"


class Arrived(Value):
    """An accepted change with when it first arrived and its place in the request."""

    change: MemberChange
    received_at: Moment
    index: int = 0
    request: str = ""
    """The `webhook-id` of the request that brought it, where it had one."""
    file: str = ""
    """The import that brought it, by the id of its run; `index` is then the line's place in the file."""
    plan: str = ""
    """The plan by which an operator took over the contact that it was made from."""

    def position(self, order: OrderBy) -> str:
        """Where this change stands among all of its member: later sorts higher, as text. Ties go to the later
        arrival, then to the higher index. The same change delivered twice has the same position."""
        arrival = stamp(self.received_at)
        match order:
            case OrderBy.OCCURRED_AT:
                first = stamp(self.change.occurred_at or self.received_at)
            case OrderBy.VERSION:
                first = f"{self.change.version or 0:019d}"
            case OrderBy.RECEIVED:
                first = arrival
        return f"{first}|{arrival}|{self.index:07d}"

    def shown_version(self, order: OrderBy) -> int | str:
        """The version that answers show: upstream's own number, or else the time that orders the change."""
        if self.change.version is not None:
            return self.change.version
        moment = self.change.occurred_at if order is OrderBy.OCCURRED_AT else None
        return stamp(moment or self.received_at)

    @property
    def cause(self) -> Cause:
        """What the history names as the cause of what follows."""
        if self.file:
            return Cause(kind=CauseKind.FILE, at=self.received_at, detail=self.file, run=self.file)
        if self.plan:
            return cause_of_plan(self.plan, self.received_at)
        return Cause(kind=CauseKind.CHANGE, at=self.received_at, detail=self.request)

    def statement(self, order: OrderBy) -> Statement | None:
        """The consent statement that this change carries, if any."""
        if not isinstance(self.change, Upserted) or self.change.member.consent is None:
            return None
        return Statement(
            consent=self.change.member.consent,
            stated_at=self.change.occurred_at or self.received_at,
            received_at=self.received_at,
            change=self.position(order),
        )
