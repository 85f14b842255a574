"""The contract of the port `Ledger`, on the fake and on DynamoDB: intents, claims, settlements, and who loses."""

import pytest

from accord.domain.address import MAX_HOLDERS, Address
from accord.domain.contact import ContactStatus
from accord.domain.reasons import ReasonCode, Status
from accord.domain.record import Record
from accord.ports import Claim, Ledger, Settlement
from tests.adapters.ledger_values import (
    AUDIENCE,
    BARN,
    attempt,
    claimed,
    event,
    held,
    holder,
    intent,
    latecomer,
    later,
    opted_out_at,
    record,
    settled,
    statement,
)


def saved(ledger: Ledger, wanted: Record, *keys: str) -> Record:
    """The record as stored, its member holding the addresses."""
    assert ledger.save_intents(AUDIENCE, [intent(wanted, *((key, holder(wanted.member_id)) for key in keys))]) == set()
    return wanted.stored


def address(ledger: Ledger, key: str) -> Address:
    return ledger.addresses(AUDIENCE, [key])[key]


def taken(ledger: Ledger, key: str, token: str) -> Address:
    """The address, claimed with the token, as it is then."""
    free = address(ledger, key)
    assert ledger.claim(AUDIENCE, [Claim(claimed(free, token), free.revision)]) == set()
    return address(ledger, key)


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


# Claims


def test_of_two_workers_that_claim_an_address_the_second_loses(ledger: Ledger) -> None:
    saved(ledger, record("gustave"), "k-duck")
    free = address(ledger, "k-duck")

    assert ledger.claim(AUDIENCE, [Claim(claimed(free, "tick"), free.revision)]) == set()
    assert ledger.claim(AUDIENCE, [Claim(claimed(free, "tock"), free.revision)]) == {"k-duck"}

    seen = address(ledger, "k-duck")
    assert seen == claimed(free, "tick").model_copy(update={"revision": free.revision + 1})
    assert seen.holders == (holder("gustave"),)


def test_an_address_nobody_knew_can_be_claimed_once(ledger: Ledger) -> None:
    new = Address(key="k-atlantis", subscriber_hash="c0ffee")

    assert ledger.claim(AUDIENCE, [Claim(claimed(new, "tick"), 0)]) == set()
    assert ledger.claim(AUDIENCE, [Claim(claimed(new, "tock"), 0)]) == {"k-atlantis"}
    assert address(ledger, "k-atlantis") == claimed(new, "tick").model_copy(update={"revision": 1})


def test_only_the_claims_that_failed_are_named(ledger: Ledger) -> None:
    taken(ledger, "k-duck", "tick")

    claims = [Claim(claimed(Address(key=key), "tock"), 0) for key in ("k-duck", "k-goose", "k-swan")]

    assert ledger.claim(AUDIENCE, claims) == {"k-duck"}
    assert address(ledger, "k-goose").attempt == attempt("tock")


def test_a_holder_who_changed_since_the_reading_makes_the_claim_fail(ledger: Ledger) -> None:
    known = saved(ledger, record("gustave"), "k-duck")
    read = address(ledger, "k-duck")
    declined = holder("gustave", memory=opted_out_at(later(minutes=1)))
    ledger.save_intents(AUDIENCE, [intent(known, ("k-duck", declined))])

    assert ledger.claim(AUDIENCE, [Claim(claimed(read, "too late"), read.revision)]) == {"k-duck"}
    assert address(ledger, "k-duck").attempt is None
    assert address(ledger, "k-duck").holders == (declined,)


def test_an_expired_claim_can_be_taken_over_by_whoever_read_it(ledger: Ledger) -> None:
    stale = taken(ledger, "k-duck", "tick")

    assert ledger.claim(AUDIENCE, [Claim(claimed(stale, "tock"), stale.revision)]) == set()
    assert address(ledger, "k-duck").attempt == attempt("tock")


# Settlements


def test_a_settlement_stores_record_address_and_event_and_ends_the_claim(ledger: Ledger) -> None:
    known = saved(ledger, record("gustave", due_at=later(seconds=60)), "k-duck")
    mine = taken(ledger, "k-duck", "tick")
    done = mine.model_copy(update={"attempt": None, "seen": ContactStatus.SUBSCRIBED, "contact_id": "c-1"})
    told = event("gustave", 1, kind="created", status=Status.SYNCED)

    outcome = ledger.settle(AUDIENCE, [Settlement(settled(known), (done,), "tick", told)])

    assert outcome == {"gustave": True}
    assert ledger.records(BARN, ["gustave"]) == {"gustave": settled(known).stored}
    assert address(ledger, "k-duck") == done.model_copy(update={"revision": mine.revision + 1})
    assert ledger.history(BARN, "gustave", None, 10).items == [told]


def test_both_addresses_of_a_move_are_settled_together(ledger: Ledger) -> None:
    known = saved(ledger, record("gustave"), "k-duck", "k-goose")
    places = [taken(ledger, key, "tick") for key in ("k-duck", "k-goose")]
    done = tuple(place.model_copy(update={"attempt": None}) for place in places)

    assert ledger.settle(AUDIENCE, [Settlement(known, done, "tick")]) == {"gustave": True}
    assert [address(ledger, key).attempt for key in ("k-duck", "k-goose")] == [None, None]


def test_what_sent_nothing_settles_the_record_alone(ledger: Ledger) -> None:
    known = saved(ledger, record("gustave", due_at=later(seconds=60)))
    excluded = settled(known, Status.EXCLUDED, ReasonCode.NO_CONSENT)

    assert ledger.settle(AUDIENCE, [Settlement(excluded)]) == {"gustave": True}
    assert ledger.records(BARN, ["gustave"]) == {"gustave": excluded.stored}
    assert ledger.settle(AUDIENCE, [Settlement(excluded)]) == {"gustave": False}


def test_who_lost_the_claim_settles_nothing(ledger: Ledger) -> None:
    known = saved(ledger, record("gustave"), "k-duck")
    mine = taken(ledger, "k-duck", "slow")
    ledger.claim(AUDIENCE, [Claim(claimed(mine, "fast"), mine.revision)])
    done = mine.model_copy(update={"attempt": None, "seen": ContactStatus.SUBSCRIBED})

    outcome = ledger.settle(AUDIENCE, [Settlement(settled(known), (done,), "slow", event("gustave", 1))])

    assert outcome == {"gustave": False}
    assert ledger.records(BARN, ["gustave"]) == {"gustave": known}
    assert address(ledger, "k-duck").attempt == attempt("fast")
    assert address(ledger, "k-duck").seen is None
    assert ledger.history(BARN, "gustave", None, 10).items == []


def test_who_lost_one_of_two_claims_settles_neither(ledger: Ledger) -> None:
    known = saved(ledger, record("gustave"), "k-duck", "k-goose")
    places = [taken(ledger, key, token) for key, token in (("k-duck", "tick"), ("k-goose", "somebody else"))]
    done = tuple(place.model_copy(update={"attempt": None}) for place in places)

    assert ledger.settle(AUDIENCE, [Settlement(known, done, "tick")]) == {"gustave": False}
    assert address(ledger, "k-duck") == places[0]


def test_a_newer_intent_during_the_attempt_makes_the_settlement_fail_and_leaves_the_claim(ledger: Ledger) -> None:
    known = saved(ledger, record("gustave"), "k-duck")
    mine = taken(ledger, "k-duck", "tick")
    newer = saved(ledger, known.model_copy(update={"version": 2}))
    done = mine.model_copy(update={"attempt": None})

    assert ledger.settle(AUDIENCE, [Settlement(settled(known), (done,), "tick")]) == {"gustave": False}
    assert ledger.records(BARN, ["gustave"]) == {"gustave": newer}
    assert address(ledger, "k-duck") == mine

    assert ledger.settle(AUDIENCE, [Settlement(settled(newer), (done,), "tick")]) == {"gustave": True}


def test_a_holder_who_arrives_during_the_attempt_survives_its_settlement(ledger: Ledger) -> None:
    known = saved(ledger, record("gustave"), "k-duck")
    mine = taken(ledger, "k-duck", "tick")
    saved(ledger, record("hortense"), "k-duck")
    done = mine.model_copy(update={"attempt": None, "seen": ContactStatus.SUBSCRIBED})

    assert ledger.settle(AUDIENCE, [Settlement(settled(known), (done,), "tick")]) == {"gustave": True}

    seen = address(ledger, "k-duck")
    assert {found.member_id for found in seen.holders} == {"gustave", "hortense"}
    assert seen.seen is ContactStatus.SUBSCRIBED
    assert seen.revision > mine.revision + 1


def test_an_attempt_of_unknown_effect_may_stay_on_a_settled_address(ledger: Ledger) -> None:
    known = saved(ledger, record("gustave"), "k-duck")
    mine = taken(ledger, "k-duck", "tick")
    open_still = claimed(mine, "tick").model_copy(update={"tags": ("Flamingo",)})

    assert ledger.settle(AUDIENCE, [Settlement(known, (open_still,), "tick")]) == {"gustave": True}
    assert address(ledger, "k-duck").attempt == attempt("tick")
    assert address(ledger, "k-duck").tags == ("Flamingo",)


def test_the_settlements_of_a_batch_stand_or_fall_one_by_one(ledger: Ledger) -> None:
    gustave, hortense = (saved(ledger, record(name)) for name in ("gustave", "hortense"))
    saved(ledger, gustave)

    outcome = ledger.settle(AUDIENCE, [Settlement(settled(gustave)), Settlement(settled(hortense))])

    assert outcome == {"gustave": False, "hortense": True}


def test_a_member_who_shares_an_address_is_settled_once_per_claim(ledger: Ledger) -> None:
    gustave, hortense = (saved(ledger, record(name), "k-duck") for name in ("gustave", "hortense"))
    done = taken(ledger, "k-duck", "tick").model_copy(update={"attempt": None})
    assert ledger.settle(AUDIENCE, [Settlement(gustave, (done,), "tick")]) == {"gustave": True}

    assert ledger.settle(AUDIENCE, [Settlement(hortense, (done,), "tick")]) == {"hortense": False}


def test_a_released_address_is_stored_while_the_attempt_stands(ledger: Ledger) -> None:
    mine = taken(ledger, "k-duck", "tick")

    ledger.release(AUDIENCE, [mine.model_copy(update={"attempt": None, "seen": ContactStatus.CLEANED})], "tick")

    seen = address(ledger, "k-duck")
    assert (seen.attempt, seen.seen, seen.revision) == (None, ContactStatus.CLEANED, mine.revision + 1)


@pytest.mark.parametrize("token", ["slow", "never seen"])
def test_an_address_is_not_released_by_who_lost_it(ledger: Ledger, token: str) -> None:
    lost = taken(ledger, "k-duck", "slow")
    ledger.claim(AUDIENCE, [Claim(claimed(lost, "fast"), lost.revision)])

    ledger.release(AUDIENCE, [lost.model_copy(update={"attempt": None}), Address(key="k-atlantis")], token)

    assert address(ledger, "k-duck").attempt == attempt("fast")
    assert address(ledger, "k-atlantis") == Address(key="k-atlantis")
