"""The contract of the port `Ledger`, on the fake and on DynamoDB: records, intents, and who holds an address."""

from accord.domain.address import MAX_HOLDERS, Address
from accord.domain.reasons import Status
from accord.ports import Ledger
from tests.adapters.ledger_values import (
    AUDIENCE,
    BARN,
    address,
    held,
    holder,
    intent,
    latecomer,
    later,
    opted_out_at,
    record,
    saved,
    statement,
)

# Records and intents


def test_a_member_nobody_spoke_of_has_no_record(ledger: Ledger) -> None:
    assert ledger.records(BARN, ["the-yeti"]) == {}
    assert ledger.records(BARN, []) == {}


def test_a_stored_record_is_read_as_it_was_given_one_revision_on_and_counted(ledger: Ledger) -> None:
    wanted = record(
        "gustave", position="p1", version=3, addresses=(held("k-duck"),), current="k-duck", due_at=later(seconds=60)
    )

    assert ledger.save_intents(AUDIENCE, [intent(wanted)]) == set()

    found = ledger.records(BARN, ["gustave", "the-yeti", "gustave"])
    assert found == {"gustave": wanted.model_copy(update={"revision": 1, "counted": Status.PENDING})}
    assert found["gustave"] == wanted.stored


def test_many_records_are_stored_and_read_at_once(ledger: Ledger) -> None:
    choir = [record(f"singer-{number}") for number in range(230)]

    assert ledger.save_intents(AUDIENCE, [intent(singer) for singer in choir]) == set()

    assert ledger.records(BARN, {singer.member_id for singer in choir}) == {
        singer.member_id: singer.stored for singer in choir
    }


def test_members_of_two_connections_are_two_members(ledger: Ledger) -> None:
    here, there = record("m-1", version=1), record("m-1", version=2, connection_id="the-attic")

    ledger.save_intents(AUDIENCE, [intent(here)])
    ledger.save_intents(AUDIENCE, [intent(there)])

    assert ledger.records(BARN, ["m-1"])["m-1"].version == 1
    assert ledger.records("the-attic", ["m-1"])["m-1"].version == 2


def test_of_two_workers_that_fold_on_the_same_record_the_second_loses(ledger: Ledger) -> None:
    known = saved(ledger, record("gustave"))
    first, second = (known.model_copy(update={"version": version}) for version in (2, 3))
    assert ledger.save_intents(AUDIENCE, [intent(first)]) == set()

    lost = ledger.save_intents(AUDIENCE, [intent(second, ("k-duck", holder("gustave"))), intent(record("hortense"))])

    assert lost == {"gustave"}
    assert ledger.records(BARN, ["gustave", "hortense"]) == {
        "gustave": first.stored,
        "hortense": record("hortense").stored,
    }
    assert address(ledger, "k-duck").holders == ()


def test_of_two_workers_that_see_a_new_member_the_second_loses(ledger: Ledger) -> None:
    saved(ledger, record("gustave", version=1), "k-duck")

    assert ledger.save_intents(AUDIENCE, [intent(record("gustave", version=2))]) == {"gustave"}
    assert ledger.records(BARN, ["gustave"])["gustave"].version == 1


def test_a_record_nobody_stored_can_not_be_followed(ledger: Ledger) -> None:
    assert ledger.save_intents(AUDIENCE, [intent(record("ghost", revision=4))]) == {"ghost"}
    assert ledger.records(BARN, ["ghost"]) == {}


def test_an_overtaken_change_is_in_the_history_once_however_often_it_is_delivered(ledger: Ledger) -> None:
    late = latecomer("gustave", later(minutes=-5))
    known = saved(ledger, record("gustave", version=9))

    assert ledger.save_intents(AUDIENCE, [intent(known, superseded=(late,))]) == set()
    assert ledger.save_intents(AUDIENCE, [intent(known.stored, superseded=(late, late))]) == set()

    (line,) = ledger.history(BARN, "gustave", None, 10).items
    assert (line.member_id, line.kind, line.version, line.at) == ("gustave", "superseded", 7, later(minutes=-5))


def test_statements_do_not_stand_in_the_way_of_their_record(ledger: Ledger) -> None:
    said = statement("Yes to the newsletter, no to the flamingos")

    assert ledger.save_intents(AUDIENCE, [intent(record("gustave"), statements=(said, said))]) == set()
    assert ledger.save_intents(AUDIENCE, [intent(record("gustave").stored, statements=(said,))]) == set()
    assert ledger.records(BARN, ["gustave"])["gustave"].revision == 2


# Addresses and their holders


def test_every_statement_is_kept_once_the_oldest_first(ledger: Ledger) -> None:
    said = tuple(statement(f"{number} geese", later(minutes=number)) for number in range(3))
    known = saved(ledger, record("gustave"), "k-duck")
    ledger.save_intents(AUDIENCE, [intent(known, statements=(said[2], said[0], said[0], said[1]))])

    assert ledger.statements(BARN, "gustave") == list(said)
    assert ledger.statements(BARN, "gisele") == []


def test_an_unknown_address_is_empty_with_revision_zero(ledger: Ledger) -> None:
    assert ledger.addresses(AUDIENCE, ["k-atlantis", "k-atlantis"]) == {"k-atlantis": Address(key="k-atlantis")}


def test_a_holder_is_seen_at_their_address_and_raises_its_revision(ledger: Ledger) -> None:
    saved(ledger, record("gustave"), "k-duck")
    one = address(ledger, "k-duck")
    saved(ledger, record("hortense"), "k-duck")
    two = address(ledger, "k-duck")

    assert one.holders == (holder("gustave"),)
    assert {found.member_id for found in two.holders} == {"gustave", "hortense"}
    assert 0 < one.revision < two.revision


def test_a_holder_who_leaves_stays_in_memory(ledger: Ledger) -> None:
    known = saved(ledger, record("gustave"), "k-duck")
    gone = holder("gustave", until=later(hours=1), memory=opted_out_at(later(hours=1)))

    ledger.save_intents(AUDIENCE, [intent(known, ("k-duck", gone))])

    assert address(ledger, "k-duck").holders == (gone,)


def test_the_same_key_in_another_audience_is_another_address(ledger: Ledger) -> None:
    saved(ledger, record("gustave"), "k-duck")

    assert ledger.addresses("another", ["k-duck"]) == {"k-duck": Address(key="k-duck")}


def test_too_many_holders_are_seen_to_be_too_many(ledger: Ledger) -> None:
    for number in range(60):
        saved(ledger, record(f"twin-{number:02d}"), "k-reception")

    assert len(address(ledger, "k-reception").current_holders) == MAX_HOLDERS + 1


def test_those_who_hold_an_address_are_seen_before_those_who_held_it_and_an_opt_out_before_the_rest(
    ledger: Ledger,
) -> None:
    for number in range(60):
        gone = holder(f"alumnus-{number:02d}", until=later(days=number))
        ledger.save_intents(AUDIENCE, [intent(record(gone.member_id), ("k-reception", gone))])
    grumpy = holder("00-grumpy", until=later(minutes=1), memory=opted_out_at(later(minutes=1)))
    ledger.save_intents(AUDIENCE, [intent(record("00-grumpy"), ("k-reception", grumpy))])
    saved(ledger, record("000-first-by-name"), "k-reception")
    saved(ledger, record("zz-last-by-name"), "k-reception")

    seen = address(ledger, "k-reception")

    assert {found.member_id for found in seen.current_holders} == {"000-first-by-name", "zz-last-by-name"}
    assert grumpy in seen.holders
    assert len(seen.holders) <= MAX_HOLDERS + 1
