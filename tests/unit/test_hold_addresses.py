"""Members who were accepted before an audience was chosen hold their addresses there as well."""

import pytest

from accord.domain.connection import Connection
from accord.domain.reasons import ReasonCode, Status
from accord.errors import Retryable
from accord.usecases.tending.hold_addresses import HoldAddresses
from tests.builders import NOON, a_connection, a_member, erased, key_of, minutes, opted_out, upserted
from tests.scene import Scene

EMAIL = "den@burrow.test"
KEY = key_of(EMAIL)


def choose(scene: Scene, **given: str) -> Connection:
    """The audience is chosen, and everything approved."""
    scene.connection = a_connection(**given)
    scene.ledger.save_connection(scene.connection)
    return scene.connection


def holders(scene: Scene) -> set[str]:
    address = scene.ledger.addresses(scene.connection.audience_id, [KEY])[KEY]
    return {holder.member_id for holder in address.holders}


def held(scene: Scene) -> int:
    """All pages; how many members there were."""
    hold, total = HoldAddresses(scene.ledger, scene.clock), 0
    count, after = hold(scene.connection)
    total += count
    while after is not None:
        count, after = hold(scene.connection, after)
        total += count
    return total


def test_an_opt_out_from_before_the_choice_closes_the_address_for_others() -> None:
    scene = Scene(a_connection(state="draft", audience_id=""))
    scene.post(upserted(a_member(EMAIL, consent=opted_out(NOON)), "vixen"))
    choose(scene)
    assert holders(scene) == set()

    assert held(scene) == 1
    scene.post(upserted(a_member(EMAIL), "fox", at=NOON + minutes(1)))

    assert holders(scene) == {"vixen", "fox"}
    assert scene.status("fox") == (Status.SHARED, ReasonCode.OPTED_OUT_BY_OTHER_HOLDER)
    assert scene.seen(EMAIL) is None


def test_it_changes_nothing_else_and_can_be_done_again() -> None:
    scene = Scene(a_connection(state="draft", audience_id=""))
    scene.post(upserted(a_member(EMAIL), "fox"), upserted(a_member(None), "ghost"))
    choose(scene)
    before = {each: scene.record(each).model_copy(update={"revision": 0}) for each in ("fox", "ghost")}

    assert held(scene) == held(scene) == 2

    after = {each: scene.record(each).model_copy(update={"revision": 0}) for each in ("fox", "ghost")}
    assert after == before
    assert holders(scene) == {"fox"}
    assert sum(scene.ledger.counts("burrow").values()) == 2


def test_however_many_members_there_are_all_of_them_hold_their_addresses() -> None:
    scene = Scene(a_connection(state="draft", audience_id=""))
    scene.post(*(upserted(a_member(f"cub-{n}@burrow.test"), f"cub-{n}", index=n) for n in range(230)))
    choose(scene)

    assert held(scene) == 230

    keys = [key_of(f"cub-{n}@burrow.test") for n in range(230)]
    assert all(address.holders for address in scene.ledger.addresses("audience1", keys).values())


def test_a_worker_who_is_always_faster_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(a_connection(state="draft", audience_id=""))
    scene.post(upserted(a_member(EMAIL), "fox"))
    choose(scene)
    monkeypatch.setattr(scene.ledger, "save_intents", lambda _audience, _intents: {"fox"})

    with pytest.raises(Retryable):
        held(scene)


def test_s6_everybody_who_was_done_with_in_the_audience_before_waits_for_this_one_but_who_is_erased() -> None:
    scene = Scene()
    scene.post(upserted(a_member(EMAIL), "fox"), upserted(a_member(None), "ghost"), upserted(a_member("x@x.test"), "x"))
    scene.post(erased("x", NOON + minutes(1)))
    scene.settle_all()
    choose(scene, state="checked", audience_id="audience2")

    assert held(scene) == held(scene) == 3

    waiting = (Status.PENDING, ReasonCode.AWAITING_APPROVAL)
    assert [scene.status(each) for each in ("fox", "ghost", "x")] == [
        waiting,
        waiting,
        (Status.ERASED, ReasonCode.ERASURE),
    ]
    assert scene.ledger.counts("burrow") == {Status.PENDING: 2, Status.ERASED: 1}
    assert scene.record("x").settled
