"""Members, addresses and intents for the tests of the ledger: a coworking space with a flamingo problem."""

from datetime import UTC, datetime, timedelta

from accord.domain.address import Address, Attempt, Effect, Holder
from accord.domain.changes import Arrived, Left
from accord.domain.connection import Connection
from accord.domain.consent import Consent, ConsentStatus, Memory, Statement
from accord.domain.folding import Intent
from accord.domain.history import Cause, CauseKind, Event
from accord.domain.reasons import ReasonCode, Status
from accord.domain.record import HeldAddress, Reason, Record
from accord.ports import Claim, Ledger

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
BARN = "the-barn"
AUDIENCE = "a0b1c2d3e4"
NEIGHBOUR = Cause(kind=CauseKind.OTHER_MEMBER, at=NOON, detail="gisele")


def later(**time: float) -> datetime:
    """Noon and a little more."""
    return NOON + timedelta(**time)


def connection(connection_id: str = BARN) -> Connection:
    """A connection with settings that are not the defaults."""
    return Connection(
        id=connection_id,
        audience_id=AUDIENCE,
        api_base_url="https://us21.api.mailchimp.com/3.0",
        mapping={"first_name": "VORNAME", "fields.desk": "DESK"},
        token_hashes=("5ca1ab1e", "0ddba11"),
        language="fr",
        audience_read_at=NOON,
    )


def record(member_id: str, **values: object) -> Record:
    """A record that was never stored."""
    return Record.model_validate({"connection_id": BARN, "member_id": member_id, "since": NOON} | values)


def settled(known: Record, status: Status = Status.SYNCED, code: ReasonCode = ReasonCode.IN_AGREEMENT) -> Record:
    """The record with nothing left to do."""
    return known.model_copy(update={"status": status, "reason": Reason(code=code), "due_at": None})


def intent(
    wanted: Record,
    *holders: tuple[str, Holder],
    statements: tuple[Statement, ...] = (),
    superseded: tuple[Arrived, ...] = (),
) -> Intent:
    """What changes of this member came to."""
    return Intent(wanted, statements, superseded, holders, material=True)


def holder(member_id: str, **values: object) -> Holder:
    """Somebody who has the address since noon."""
    return Holder.model_validate({"connection_id": BARN, "member_id": member_id, "since": NOON} | values)


def opted_out_at(moment: datetime) -> Memory:
    """The memory of a person who declined then."""
    return Memory(opted_out_at=moment)


def statement(words: str, at: datetime = NOON) -> Statement:
    """An opt-in, with the wording that was shown."""
    consent = Consent(status=ConsentStatus.OPTED_IN, at=at, source="a napkin", wording=words)
    return Statement(consent=consent, stated_at=at, received_at=at, change=f"{at.isoformat()}|0001")


def latecomer(member_id: str, at: datetime, version: int = 7) -> Arrived:
    """A change that a newer one has overtaken."""
    return Arrived(change=Left(type="member.left", id=member_id, version=version), received_at=at)


def attempt(token: str) -> Attempt:
    """A claim for an update, until two minutes and a half past noon."""
    return Attempt(token=token, effects=(Effect.WRITE,), until=later(seconds=150))


def claimed(address: Address, token: str) -> Address:
    """The address with an attempt."""
    return address.model_copy(update={"attempt": attempt(token)})


def event(member_id: str, number: int, **values: object) -> Event:
    """The event of one minute past noon, two minutes, and so on."""
    at = later(minutes=number)
    return Event.model_validate(
        {"member_id": member_id, "at": at, "id": f"{at.isoformat()}-{number}", "kind": "updated"} | values
    )


def held(key: str, **values: object) -> HeldAddress:
    """An address of a record, since noon."""
    return HeldAddress.model_validate({"key": key, "since": NOON} | values)


def saved(ledger: Ledger, wanted: Record, *keys: str) -> Record:
    """The record as stored, its member holding the addresses."""
    assert ledger.save_intents(AUDIENCE, [intent(wanted, *((key, holder(wanted.member_id)) for key in keys))]) == set()
    return wanted.stored


def address(ledger: Ledger, key: str) -> Address:
    """The address as it is now."""
    return ledger.addresses(AUDIENCE, [key])[key]


def taken(ledger: Ledger, key: str, token: str) -> Address:
    """The address, claimed with the token, as it is then."""
    free = address(ledger, key)
    assert ledger.claim(AUDIENCE, [Claim(claimed(free, token), free.revision)]) == set()
    return address(ledger, key)
