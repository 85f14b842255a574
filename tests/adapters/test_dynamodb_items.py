"""Every value of the ledger -> an item of DynamoDB -> the same value, whatever it holds."""

import json
import string
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from accord.adapters.dynamodb.connection_items import connection_item, connection_of
from accord.adapters.dynamodb.definition import TABLE
from accord.adapters.dynamodb.events import event_item, event_of, superseded_event
from accord.adapters.dynamodb.items import (
    INDEX_SHARDS,
    address_item,
    address_of,
    holder_item,
    item,
    moment,
    record_item,
    record_of,
    setup_item,
    setup_of,
    shard_of,
    stamp,
    statement_item,
)
from accord.domain.address import Address, Attempt, Effect, Holder, Origin, PermissionWritten, Who
from accord.domain.changes import OrderBy
from accord.domain.connection import (
    AudienceSetup,
    Connection,
    ConnectionState,
    Departure,
    FieldType,
    Interest,
    MarketingPermission,
    MergeField,
    OptIn,
    Policy,
)
from accord.domain.connection_reasons import ConnectionReason
from accord.domain.consent import Consent, ConsentStatus, Memory
from accord.domain.contact import ContactStatus
from accord.domain.history import Event
from accord.domain.member import Member, MemberState, PostalAddress
from accord.domain.reasons import ReasonCode, Status
from accord.domain.record import HeldAddress, Presence, Reason, Record, Refusal
from tests.adapters.ledger_values import AUDIENCE, BARN, NOON, latecomer, later, record, statement

EXAMPLES = 300

moments = st.datetimes(timezones=st.just(UTC))
maybe = st.none() | moments
texts = st.text(max_size=12)
names = st.text(alphabet=string.ascii_letters + "éß☂", min_size=1, max_size=8)
keys = st.text(alphabet="0123456789abcdef", min_size=40, max_size=40)
ids = st.text(alphabet=string.ascii_letters + string.digits + "._:|~+=-", min_size=1, max_size=128)
versions = st.none() | st.integers(0, 10**18 - 1) | texts
reasons = st.builds(Reason, code=st.sampled_from(ReasonCode), detail=texts)
memories = st.builds(Memory, opted_in_at=maybe, opted_out_at=maybe)
consents = st.builds(Consent, status=st.sampled_from(ConsentStatus), at=maybe, source=texts, wording=texts)
values = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)

members = st.builds(
    Member,
    email=st.sampled_from([None, "ottoline@otters.test", "Zoë.O'Hare+barn@otters.test"]),
    first_name=texts,
    birthday=st.none() | st.dates(date(1900, 1, 1)),
    address=st.none() | st.builds(PostalAddress, line1=texts, country=texts),
    state=st.sampled_from(MemberState),
    tags=st.lists(names, max_size=3).map(tuple),
    groups=st.dictionaries(names, st.lists(names, max_size=2).map(tuple), max_size=2),
    consent=st.none() | consents,
    fields=st.dictionaries(names, values | texts, max_size=3),
)

records = st.builds(
    Record,
    connection_id=ids,
    member_id=ids,
    revision=st.integers(0, 10**6),
    presence=st.sampled_from(Presence),
    position=texts,
    version=versions,
    profile=st.none() | members,
    profile_mark=texts,
    memory=memories,
    consent=st.none() | consents,
    returned_at=maybe,
    addresses=st.lists(
        st.builds(HeldAddress, key=keys, since=moments, left_at=maybe, until=maybe),
        max_size=3,
    ).map(tuple),
    current=st.none() | keys,
    settled_version=versions,
    refusal=st.none() | st.builds(Refusal, digest=texts, reason=reasons),
    holders_changed=st.booleans(),
    status=st.sampled_from(Status),
    reason=reasons,
    since=moments,
    attempts=st.integers(0, 99),
    due_at=maybe,
    counted=st.none() | st.sampled_from(Status),
)

holders = st.builds(Holder, connection_id=ids, member_id=ids, since=moments, memory=memories, until=maybe)

written = st.dictionaries(
    keys, st.builds(PermissionWritten, on=st.booleans(), by=st.none() | st.builds(Who, ids, ids)), max_size=2
)

addresses = st.builds(
    Address,
    key=keys,
    revision=st.integers(0, 10**6),
    holders=st.lists(holders, max_size=4, unique_by=lambda holder: holder.who).map(
        lambda found: tuple(sorted(found, key=lambda holder: holder.who))
    ),
    subscriber_hash=texts,
    contact_id=st.none() | texts,
    seen=st.none() | st.sampled_from(ContactStatus),
    seen_at=maybe,
    origin=st.none() | st.sampled_from(Origin),
    digest=st.none() | texts,
    written=st.dictionaries(names, texts, max_size=3),
    interests=st.lists(names, max_size=3).map(tuple),
    tags=st.lists(names, max_size=3).map(tuple),
    permissions=written,
    confirmed_at=maybe,
    unsubscribed_at=maybe,
    compliance_at=maybe,
    bounced_at=maybe,
    complained_at=maybe,
    forgotten_at=maybe,
    archived_by_us_at=maybe,
    archived_by_staff_at=maybe,
    erased_at=maybe,
    asked_for=maybe,
    attempt=st.none()
    | st.builds(
        Attempt, token=texts, effects=st.lists(st.sampled_from(Effect)).map(tuple), until=moments, permissions=written
    ),
)

connections = st.builds(
    Connection,
    id=ids,
    audience_id=ids,
    api_base_url=texts,
    order_by=st.sampled_from(OrderBy),
    policy=st.builds(Policy, on_leave=st.sampled_from(Departure), opt_in=st.sampled_from(OptIn)),
    mapping=st.dictionaries(names, names, max_size=3),
    permissions=st.dictionaries(names, names, max_size=3),
    state=st.sampled_from(ConnectionState),
    state_code=st.none() | st.sampled_from(ConnectionReason),
    state_reason=texts,
    state_since=maybe,
    revision=st.integers(0, 10**6),
    token_hashes=st.lists(texts, max_size=2).map(tuple),
    language=st.sampled_from(["en", "fr"]),
    audience_read_at=maybe,
)

setups = st.builds(
    AudienceSetup,
    permissions=st.lists(st.builds(MarketingPermission, id=names, text=texts), max_size=2).map(tuple),
    merge_fields=st.lists(
        st.builds(MergeField, tag=names, type=st.sampled_from(FieldType), choices=st.lists(names).map(tuple)),
        max_size=3,
    ).map(tuple),
    interests=st.lists(st.builds(Interest, category=names, name=names, id=names), max_size=3).map(tuple),
    tags=st.dictionaries(names, st.integers(0, 10**9), max_size=3),
)

events = st.builds(
    Event,
    member_id=ids,
    at=st.datetimes(min_value=datetime(1970, 1, 1), timezones=st.just(UTC), max_value=datetime(9000, 1, 1)),  # noqa: DTZ001
    id=names,
    kind=st.sampled_from(["created", "superseded", "refused"]),
    version=versions,
    status=st.none() | st.sampled_from(Status),
    reason=st.none() | st.sampled_from(ReasonCode),
    detail=texts,
    contact_status=st.none() | st.sampled_from(ContactStatus),
)


@settings(max_examples=EXAMPLES)
@given(records)
def test_a_record_comes_back_as_it_is_once_stored(value: Record) -> None:
    assert record_of(record_item(value)) == value.stored


@settings(max_examples=EXAMPLES)
@given(addresses)
def test_an_address_comes_back_with_its_holders(value: Address) -> None:
    stored = [holder_item(AUDIENCE, value.key, holder) for holder in value.holders]

    found = address_of(value.key, [address_item(AUDIENCE, value, value.revision), *stored])

    assert found == value


@settings(max_examples=EXAMPLES)
@given(connections)
def test_a_connection_comes_back(value: Connection) -> None:
    assert connection_of(connection_item(value)) == value


@settings(max_examples=EXAMPLES)
@given(setups)
def test_a_setup_comes_back(value: AudienceSetup) -> None:
    assert setup_of(setup_item(BARN, value)) == value


@settings(max_examples=EXAMPLES)
@given(events)
def test_an_event_comes_back(value: Event) -> None:
    assert event_of(event_item(BARN, value, timedelta(days=365))) == value


@settings(max_examples=EXAMPLES)
@given(moments, moments)
def test_stamps_sort_by_time_and_lose_nothing(one: datetime, other: datetime) -> None:
    assert moment(stamp(one)) == one
    assert (stamp(one) < stamp(other)) == (one < other)


def test_a_summary_without_a_body_is_an_address_with_holders_only() -> None:
    only_holder = Holder(connection_id="the-barn", member_id="ottoline", since=NOON)
    stored = [item(sk="SUMMARY", revision=3), holder_item(AUDIENCE, "k-otter", only_holder)]

    assert address_of("k-otter", stored) == Address(key="k-otter", revision=3, holders=(only_holder,))


def test_what_is_as_usual_is_not_written_out() -> None:
    body = json.loads(record_item(record("ottoline"))["body"]["S"])

    assert body == {
        "connection_id": BARN,
        "member_id": "ottoline",
        "since": "2026-11-22T12:00:00Z",
        "counted": "pending",
    }


def test_a_setting_of_a_connection_is_written_out_even_if_it_is_the_default() -> None:
    body = json.loads(
        connection_item(Connection(id=BARN, audience_id=AUDIENCE, api_base_url="https://api.mailchimp.com/3.0"))[
            "body"
        ]["S"]
    )

    assert body["policy"]["on_leave"] == "archive"
    assert body["mapping"]["first_name"] == "FNAME"


def test_only_what_is_due_is_in_the_index_of_what_is_due() -> None:
    due, done = record_item(record("ottoline", due_at=later(minutes=1))), record_item(record("ottoline"))

    assert due["due_at"] == {"S": "2026-11-22T12:01:00.000000Z"}
    assert due["due_shard"] == {"S": f"DUE#{shard_of(BARN, 'ottoline')}"}
    assert not {"due_at", "due_shard"} & set(done)
    assert done["status_shard"] == {"S": f"STATUS#{BARN}#pending#{shard_of(BARN, 'ottoline')}"}
    assert done["status_since"] == {"S": "2026-11-22T12:00:00.000000Z#ottoline"}


def test_members_spread_over_all_shards_the_same_way_in_every_process() -> None:
    assert (shard_of(BARN, "ottoline"), shard_of(BARN, "gustave")) == (9, 4)
    assert {shard_of(BARN, f"otter-{number}") for number in range(200)} == set(range(INDEX_SHARDS))


def test_the_same_statement_has_the_same_key_and_another_wording_another() -> None:
    one, same, other = (statement_item(BARN, "ottoline", statement(words)) for words in ("Yes", "Yes", "Yes!"))

    assert one == same
    assert one["sk"]["S"] != other["sk"]["S"]
    assert one["sk"]["S"].startswith("CONSENT#2026-11-22T12:00:00.000000Z#")
    assert "expires_at" not in one


def test_overtaken_changes_that_differ_are_two_lines_of_history() -> None:
    lines = {superseded_event(latecomer("ottoline", NOON, version)).id for version in (1, 1, 2)}

    assert len(lines) == 2
    assert all(line.startswith("2026-11-22T12:00:00.000000+00:00#superseded-") for line in lines)


def test_every_attribute_of_a_key_is_defined_once() -> None:
    keyed = [*TABLE["KeySchema"], *(key for index in TABLE["GlobalSecondaryIndexes"] for key in index["KeySchema"])]

    assert sorted(key["AttributeName"] for key in keyed) == sorted(
        attribute["AttributeName"] for attribute in TABLE["AttributeDefinitions"]
    )
