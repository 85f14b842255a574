"""The contract of the port `Ledger`, on the fake and on DynamoDB: claims, settlements, and who loses."""

import pytest

from accord.domain.address import Address
from accord.domain.contact import ContactStatus
from accord.domain.reasons import ReasonCode, Status
from accord.ports import Claim, Ledger, Settlement
from tests.adapters.ledger_values import (
    AUDIENCE,
    BARN,
    NEIGHBOUR,
    address,
    attempt,
    claimed,
    event,
    holder,
    intent,
    later,
    opted_out_at,
    record,
    saved,
    settled,
    taken,
)

# Holders


def test_members_of_two_connections_with_equal_ids_are_two_holders(ledger: Ledger) -> None:
    saved(ledger, record("gustave"), "k-duck")
    namesake = holder("gustave", connection_id="the-attic")
    other = record("gustave", connection_id="the-attic")
    ledger.save_intents(AUDIENCE, [intent(other, ("k-duck", namesake))])

    assert address(ledger, "k-duck").holders == (namesake, holder("gustave"))


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

    outcome = ledger.settle(AUDIENCE, [Settlement(settled(known), (done,), "tick", (told,))])

    assert outcome == {"gustave": True}
    assert ledger.records(BARN, ["gustave"]) == {"gustave": settled(known).stored}
    assert address(ledger, "k-duck") == done.model_copy(update={"revision": mine.revision + 1})
    assert ledger.history(BARN, "gustave", None, 10).items == [told]


def test_a_settlement_stores_what_the_other_holders_must_hear_and_raises_each_address_once(ledger: Ledger) -> None:
    known = saved(ledger, record("gustave", due_at=later(seconds=60)), "k-duck")
    mine, other = taken(ledger, "k-duck", "tick"), address(ledger, "k-goose")
    done = mine.model_copy(update={"attempt": None, "seen": ContactStatus.UNSUBSCRIBED})
    declined = holder("gustave").model_copy(update={"declined_at": later(minutes=1)})
    holders = (("k-duck", declined), ("k-goose", declined))

    assert ledger.settle(AUDIENCE, [Settlement(settled(known), (done,), "tick", (), holders)]) == {"gustave": True}

    assert address(ledger, "k-duck") == done.model_copy(update={"revision": mine.revision + 1, "holders": (declined,)})
    assert address(ledger, "k-goose").holders == (declined,)
    assert address(ledger, "k-goose").revision == other.revision + 1


def test_two_settlements_that_meet_at_one_address_are_both_stored(ledger: Ledger) -> None:
    pair = [saved(ledger, record(name, due_at=later(seconds=60)), "k-duck") for name in ("gustave", "gisele")]
    declined = [holder(duck.member_id).model_copy(update={"declined_at": later(minutes=1)}) for duck in pair]

    outcome = ledger.settle(
        AUDIENCE,
        [Settlement(settled(duck), holders=(("k-duck", entry),)) for duck, entry in zip(pair, declined, strict=True)],
    )

    assert outcome == {"gustave": True, "gisele": True}
    assert set(address(ledger, "k-duck").holders) == set(declined)


def test_among_many_settlements_only_the_one_that_lost_is_not_stored(ledger: Ledger) -> None:
    ducks = [saved(ledger, record(f"duck-{n}", due_at=later(seconds=60)), f"k-{n}") for n in range(40)]
    places = [taken(ledger, f"k-{n}", f"tick-{n}") for n in range(40)]
    ledger.touch(BARN, ["duck-7"], later(seconds=30), NEIGHBOUR)
    done = [place.model_copy(update={"attempt": None, "seen": ContactStatus.SUBSCRIBED}) for place in places]

    outcome = ledger.settle(
        AUDIENCE,
        [
            Settlement(settled(duck), (address_,), f"tick-{n}", (event(duck.member_id, n),))
            for n, (duck, address_) in enumerate(zip(ducks, done, strict=True))
        ],
    )

    assert [member_id for member_id, stored in outcome.items() if not stored] == ["duck-7"]
    assert address(ledger, "k-7").seen is None
    assert {address(ledger, f"k-{n}").seen for n in range(40) if n != 7} == {ContactStatus.SUBSCRIBED}
    assert ledger.counts(BARN) == {Status.SYNCED: 39, Status.PENDING: 1}


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

    outcome = ledger.settle(AUDIENCE, [Settlement(settled(known), (done,), "slow", (event("gustave", 1),))])

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
