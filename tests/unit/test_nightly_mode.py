"""S3: changes of the day go out in the night; opt-outs and erasures do not wait (promise 9)."""

from datetime import timedelta

import pytest

from accord.domain.connection import Connection
from accord.domain.contact import ContactStatus
from accord.domain.history import Cause, CauseKind
from accord.domain.nights import begins_after, is_night, is_within
from accord.domain.reasons import ReasonCode, Status
from tests.builders import NOON, a_connection, a_member, a_policy, erased, left, minutes, opted_out, upserted
from tests.nights import Nights
from tests.scene import Scene, calls_made

EMAIL = "dormouse@hedge.test"
WAITING = (Status.PENDING, ReasonCode.WAITING_FOR_NIGHT)


def nightly(**given: object) -> Connection:
    """Synchronised once a day, in Paris; noon of the tests is one o'clock there."""
    return a_connection(policy=a_policy(sync_mode="nightly"), time_zone="Europe/Paris", **given)


def until_night(scene: Scene) -> None:
    """Time passes until the night has begun, and whoever is due is offered."""
    night = begins_after(scene.connection, scene.clock.now())
    scene.pass_((night - scene.clock.now()).total_seconds() + 60)
    scene.offer()


def test_s3_a_change_waits_until_the_night_and_is_then_carried() -> None:
    scene = Scene(nightly())
    scene.post(upserted(a_member(EMAIL)))

    assert scene.status() == WAITING
    assert calls_made(scene) == []
    assert scene.record().due_at == NOON + timedelta(hours=14)  # three o'clock in Paris
    scene.pass_(13 * 3600)
    scene.offer()
    assert scene.status() == WAITING

    until_night(scene)

    assert scene.status()[0] is Status.SYNCED
    assert scene.seen(EMAIL) is ContactStatus.SUBSCRIBED


def test_s3_the_changes_of_a_day_are_one_call_in_the_night() -> None:
    scene = Scene(nightly())
    scene.post(upserted(a_member(EMAIL)))
    until_night(scene)
    calls_made(scene)
    scene.pass_(12 * 3600)
    for number in range(5):
        scene.clock.pass_(60)
        scene.post(upserted(a_member(EMAIL, plan=f"Plan {number}"), at=scene.clock.now()))
    assert calls_made(scene) == []

    until_night(scene)

    assert calls_made(scene) == ["change"]
    contact = scene.audience.of(EMAIL)
    assert contact is not None
    assert contact.merge_fields["PLAN"] == "Plan 4"


@pytest.mark.parametrize("ends", ["opts out", "is erased"])
def test_p9_who_opts_out_or_is_erased_waits_for_no_night(ends: str) -> None:
    scene = Scene(nightly())
    scene.post(upserted(a_member(EMAIL)))
    until_night(scene)
    scene.pass_(9 * 3600)
    at = scene.clock.now()
    assert not is_within(scene.connection, at)

    scene.post(erased(at=at) if ends == "is erased" else upserted(a_member(EMAIL, consent=opted_out(at)), at=at))

    assert scene.seen(EMAIL) is (None if ends == "is erased" else ContactStatus.UNSUBSCRIBED)
    assert scene.status()[0] is (Status.ERASED if ends == "is erased" else Status.UNSUBSCRIBED)


def test_who_leaves_is_archived_in_the_night() -> None:
    scene = Scene(nightly())
    scene.post(upserted(a_member(EMAIL)))
    until_night(scene)
    scene.pass_(9 * 3600)
    scene.post(left(at=scene.clock.now()))
    assert (scene.status(), scene.seen(EMAIL)) == (WAITING, ContactStatus.SUBSCRIBED)

    until_night(scene)

    assert scene.seen(EMAIL) is ContactStatus.ARCHIVED


def test_who_is_excluded_is_told_so_at_once() -> None:
    scene = Scene(nightly())
    scene.post(upserted(a_member(EMAIL, consent=None)))

    assert scene.status() == (Status.EXCLUDED, ReasonCode.NO_CONSENT)


def test_a3_the_first_import_does_not_wait_for_a_night_and_what_comes_after_it_does() -> None:
    scene = Scene(nightly(approved_at=NOON + minutes(5)))
    scene.post(upserted(a_member(EMAIL)))
    scene.clock.pass_(600)
    scene.post(upserted(a_member("vole@hedge.test"), "m-2", scene.clock.now()))

    assert scene.seen(EMAIL) is ContactStatus.SUBSCRIBED
    assert scene.status("m-2") == WAITING


def test_what_an_operator_asks_for_is_done_at_once() -> None:
    scene = Scene(nightly())
    scene.post(upserted(a_member(EMAIL)))

    scene.ledger.touch("burrow", ["m-1"], scene.clock.now(), Cause(kind=CauseKind.OPERATOR, at=scene.clock.now()))
    scene.offer()

    assert scene.seen(EMAIL) is ContactStatus.SUBSCRIBED


def test_drift_that_the_night_finds_is_mended_in_it() -> None:
    scene = Scene(nightly())
    scene.post(upserted(a_member(EMAIL, tags=("Clients",))))
    until_night(scene)
    scene.audience.people[next(iter(scene.audience.people))].contact = scene.audience.of(EMAIL).model_copy(  # type: ignore[union-attr]
        update={"tags": (), "last_changed": scene.clock.now()}
    )
    assert is_within(scene.connection, scene.clock.now())

    Nights(scene).night()

    assert scene.audience.of(EMAIL).tags == ("Clients",)  # type: ignore[union-attr]


@pytest.mark.parametrize("hours", range(0, 24 * 200, 37))
def test_a_night_is_begun_when_it_is_within_and_over_before_the_next_one_begins(hours: int) -> None:
    connection, at = nightly(), NOON + timedelta(hours=hours)
    begins = begins_after(connection, at)

    assert at < begins <= at + timedelta(hours=25)
    assert is_within(connection, begins)
    assert not is_within(connection, begins - timedelta(seconds=1))
    assert is_night(connection, begins + minutes(20))
