"""After a night: a webhook that told nothing of what was found is made anew, and totals are set right (S5)."""

import pytest

from accord.domain.contact import ContactStatus
from accord.domain.reasons import Status
from accord.domain.sweep import Found
from tests.builders import a_full_member, upserted
from tests.nights import Nights
from tests.scene import Scene

EMAIL = "barn-owl@belfry.test"


@pytest.fixture
def nights() -> Nights:
    """A member who is in the audience, one night ago."""
    scene = Scene()
    scene.post(upserted(a_full_member(EMAIL)))
    nights = Nights(scene)
    nights.night()
    return nights


def registered(nights: Nights) -> None:
    """The connection has a webhook, whose secret is `old`."""
    told = {"webhook_secret_hashes": ("old",), "secret_arn": nights.secrets.create("burrow", {})}
    nights.scene.ledger.save_connection(nights.scene.connection.model_copy(update=told))
    nights.webhook.add(f"{nights.webhook.url}old")


def test_s5_a_webhook_that_told_nothing_of_what_was_found_is_registered_anew(nights: Nights) -> None:
    registered(nights)
    nights.scene.audience.turn(EMAIL, ContactStatus.UNSUBSCRIBED)

    run = nights.night()

    assert (run.counts[Found.MISSED], run.counts[Found.WEBHOOK]) == (1, 1)
    assert [webhook.secret for webhook in nights.webhook.kept] == ["secret-of-the-night"]
    assert Found.WEBHOOK not in nights.night().counts


def test_s5_a_webhook_that_tells_something_is_left_as_it_is(nights: Nights) -> None:
    registered(nights)
    nights.scene.hear("profile", EMAIL)
    nights.scene.audience.turn(EMAIL, ContactStatus.UNSUBSCRIBED)

    run = nights.night()

    assert (run.counts[Found.MISSED], run.counts[Found.HEARD]) == (1, 1)
    assert [webhook.secret for webhook in nights.webhook.kept] == ["old"]


def test_a_full_night_sets_the_totals_by_status_right(nights: Nights) -> None:
    nights.scene.ledger.counted["burrow"][Status.FAILED] += 2

    assert nights.night(incremental=True).counts.get(Found.RECOUNTED) is None
    assert nights.night().counts[Found.RECOUNTED] == 2
    assert nights.scene.ledger.counts("burrow") == {Status.SYNCED: 1}
