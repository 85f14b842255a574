"""What is known of a person's will. Statements only ever add up: joining them in any order gives the same memory."""

from datetime import datetime
from enum import StrEnum
from typing import Self

from accord.domain.values import BEGINNING, Moment, Value, newest


class ConsentStatus(StrEnum):
    """What upstream says of a member's consent. `unknown` after `opted_in` withdraws nothing."""

    OPTED_IN = "opted_in"
    OPTED_OUT = "opted_out"
    UNKNOWN = "unknown"


class Consent(Value):
    """Consent as upstream states it: the status, when the person gave or withdrew it, where, and the words shown."""

    status: ConsentStatus
    at: Moment | None = None
    source: str = ""
    wording: str = ""


class Statement(Value):
    """One consent statement with its source, kept as proof. `stated_at` orders statements that carry no time."""

    consent: Consent
    stated_at: Moment
    received_at: Moment
    change: str
    """The position of the change that carried it: the same statement, delivered twice, is one."""


class Memory(Value):
    """What upstream stated of one person, reduced to the newest of each kind. A join-semilattice under `joined`."""

    opted_in_at: Moment | None = None
    opted_out_at: Moment | None = None

    def joined(self, other: Self) -> Self:
        """Both memories in one. Commutative, associative, idempotent: order and repetition do not matter."""
        return self.model_copy(
            update={
                "opted_in_at": newest(self.opted_in_at, other.opted_in_at),
                "opted_out_at": newest(self.opted_out_at, other.opted_out_at),
            }
        )

    @property
    def stands_opted_out(self) -> bool:
        """Whether the newest statement is an opt-out. On a tie the opt-out wins."""
        return self.opted_out_at is not None and (self.opted_in_at is None or self.opted_in_at <= self.opted_out_at)


def memory_of(statement: Statement) -> Memory:
    """What one statement adds. An opt-in without a time is older than everything; an opt-out without one is as new
    as the change that carries it: of two readings, always the one that mails less."""
    match statement.consent.status:
        case ConsentStatus.OPTED_IN:
            return Memory(opted_in_at=statement.consent.at or BEGINNING)
        case ConsentStatus.OPTED_OUT:
            return Memory(opted_out_at=statement.consent.at or statement.stated_at)
        case ConsentStatus.UNKNOWN:
            return Memory()


def newer(opt_in: datetime | None, than: datetime | None) -> bool:
    """Whether an opt-in is there and newer than the moment given; anything is newer than a moment that never was."""
    return opt_in is not None and (than is None or opt_in > than)
