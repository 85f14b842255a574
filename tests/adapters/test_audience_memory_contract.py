"""The contract of the port `AudienceMemory`, on the fake and on DynamoDB: all that is remembered of one audience."""

from typing import Any

import pytest

from accord.adapters.dynamodb.audiences import DynamoDBAudienceMemory
from accord.domain.address import Address, Origin
from accord.domain.contact import ContactStatus
from accord.ports import Claim, Ledger
from accord.ports.audiences import DIGITS, AudienceMemory, Marked
from tests.adapters.conftest import FreshTable
from tests.adapters.ledger_values import AUDIENCE, NOON, claimed, holder, intent, record
from tests.adapters.test_ledger_contract_lists import all_of
from tests.fake_audiences import FakeAudienceMemory
from tests.fakes import FakeLedger

type Both = tuple[Ledger, AudienceMemory]


@pytest.fixture(params=["fake", "dynamodb"])
def both(request: pytest.FixtureRequest) -> Both:
    """A ledger, and what it remembers of audiences."""
    if request.param == "fake":
        fake = FakeLedger()
        return fake, FakeAudienceMemory(fake)
    table: FreshTable = request.getfixturevalue("table")
    return table.ledger(), DynamoDBAudienceMemory(table.client, table.name, workers=1)


def stored(ledger: Ledger, key: str, audience_id: str = AUDIENCE, **known: Any) -> Address:
    """An address of which this is known now."""
    before = ledger.addresses(audience_id, [key])[key]
    address = before.model_copy(update={"holders": (), **known})
    assert ledger.claim(audience_id, [Claim(address, before.revision)]) == set()
    return address


def test_every_address_of_which_something_was_seen_is_remembered_once_with_its_contact(both: Both) -> None:
    ledger, memory = both
    seen = {f"{number:02x}f0": list(ContactStatus)[number % len(ContactStatus)] for number in range(40)}
    for key, status in seen.items():
        stored(ledger, key, seen=status)

    found = all_of(lambda after: memory.remembered(AUDIENCE, after, 7))

    assert sorted(found) == sorted(seen.items())


def test_an_opt_out_is_remembered_where_no_contact_is_any_more(both: Both) -> None:
    ledger, memory = both
    stored(ledger, "fa11", unsubscribed_at=NOON)

    assert memory.remembered(AUDIENCE, None, 10).items == [("fa11", None)]


def test_neither_a_holder_nor_an_open_attempt_nor_another_audience_makes_something_seen(both: Both) -> None:
    ledger, memory = both
    ledger.save_intents(AUDIENCE, [intent(record("gustave"), ("den0", holder("gustave")))])
    ledger.claim(AUDIENCE, [Claim(claimed(Address(key="a770"), "token"), 0)])
    stored(ledger, "e15e", "another", seen=ContactStatus.SUBSCRIBED)

    assert memory.remembered(AUDIENCE, None, 10).items == []
    assert memory.remembered("another", None, 10).items == [("e15e", ContactStatus.SUBSCRIBED)]


def test_what_is_seen_under_an_attempt_is_remembered_and_what_is_gone_is_not(both: Both) -> None:
    ledger, memory = both
    address = stored(ledger, "cafe")
    ledger.claim(AUDIENCE, [Claim(claimed(address, "token"), 1)])

    ledger.release(AUDIENCE, [address.model_copy(update={"seen": ContactStatus.PENDING})], "token")

    assert memory.remembered(AUDIENCE, None, 10).items == [("cafe", ContactStatus.PENDING)]

    stored(ledger, "cafe", seen=None)

    assert memory.remembered(AUDIENCE, None, 10).items == []


def test_summaries_are_the_addresses_without_their_holders(both: Both) -> None:
    ledger, memory = both
    ledger.save_intents(AUDIENCE, [intent(record("gustave"), ("cafe", holder("gustave")))])
    address = stored(ledger, "cafe", seen=ContactStatus.SUBSCRIBED, tags=("Clients",))

    found = memory.summaries(AUDIENCE, ["cafe", "0000", "cafe"])

    assert found == {"cafe": address.model_copy(update={"revision": 2})}


def test_a_cursor_of_another_audience_is_refused(both: Both) -> None:
    ledger, memory = both
    for number in range(3):
        stored(ledger, f"{number}ace", seen=ContactStatus.SUBSCRIBED)
    cursor = memory.remembered(AUDIENCE, None, 1).next

    with pytest.raises(ValueError, match="cursor"):
        memory.remembered("another", cursor, 1)


def test_only_addresses_whose_key_begins_with_one_of_the_digits_are_listed(both: Both) -> None:
    ledger, memory = both
    for digit in DIGITS:
        stored(ledger, f"{digit}0", seen=ContactStatus.SUBSCRIBED)

    found = all_of(lambda after: memory.remembered(AUDIENCE, after, 2, "07f"))

    assert [entry.key for entry in found] == ["00", "70", "f0"]


def test_a_mark_is_known_as_long_as_nobody_is_to_be_told_of_what_was_seen(both: Both) -> None:
    ledger, memory = both
    ledger.save_intents(AUDIENCE, [intent(record("gustave"), ("0dd", holder("gustave")))])
    stored(ledger, "cafe", seen=ContactStatus.SUBSCRIBED, mark="m1", origin=Origin.CREATED)
    stored(ledger, "fa11", seen=ContactStatus.SUBSCRIBED, mark="m2", untold=True)

    found = memory.marks(AUDIENCE, ["cafe", "fa11", "0dd", "0000"])

    assert found == {"cafe": Marked("m1", ours=True), "fa11": Marked("", ours=False)}
