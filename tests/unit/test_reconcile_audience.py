"""The night: what it finds, what it repairs, what it leaves alone, and what it costs (P07, P16, P17, P18, P19)."""

from typing import Any

import pytest

from accord.domain.contact import Contact, ContactPatch, ContactStatus
from accord.domain.reasons import ReasonCode, Status
from accord.domain.run import RunState
from accord.domain.sweep import Found, PagePlace
from accord.domain.values import subscriber_hash
from accord.errors import Retryable
from tests.builders import a_full_member, a_member, a_policy, upserted
from tests.fakes import FakeAudience, Trouble
from tests.nights import Nights
from tests.scene import Scene, calls_made

EMAIL, OTHER = "barn-owl@belfry.test", "tawny-owl@belfry.test"


@pytest.fixture
def nights() -> Nights:
    """A member who is in the audience with everything, one night ago."""
    scene = Scene()
    scene.post(upserted(a_full_member(EMAIL)))
    nights = Nights(scene)
    nights.night()
    calls_made(scene)
    return nights


def edit(nights: Nights, email: str = EMAIL, **shown: Any) -> None:
    """Somebody changes the contact in Mailchimp."""
    person = nights.scene.audience.people[subscriber_hash(email)]
    person.contact = person.contact.model_copy(update={"last_changed": nights.scene.clock.now(), **shown})


def shown(nights: Nights, email: str = EMAIL) -> dict[str, Any]:
    contact = nights.scene.audience.of(email)
    assert contact is not None
    return contact.model_dump()


def test_a_night_without_drift_reads_each_thousand_once_and_changes_nothing(nights: Nights) -> None:
    known = dict(nights.scene.ledger.stored_addresses)

    run = nights.night()

    assert calls_made(nights.scene) == ["page", "page"]  # those in the audience, and the archived
    assert nights.scene.ledger.stored_addresses == known
    assert (run.state, run.calls, run.least, run.done, run.total) == (RunState.DONE, 2, 2, 1, 1)
    assert run.counts == {"contacts": 1}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"merge_fields": {"FNAME": "Owlbert"}}, Found.FIELDS),
        ({"tags": ()}, Found.TAGS),
        ({"interests": {"i-garden": False}}, Found.GROUPS),
        ({"language": "en"}, Found.LANGUAGE),
    ],
)
def test_p17_p18_what_somebody_changed_of_ours_is_written_anew_once(
    nights: Nights, change: dict[str, Any], found: Found
) -> None:
    before = shown(nights)
    nights.scene.clock.pass_(3600)
    if "merge_fields" in change:
        change = {"merge_fields": {**before["merge_fields"], "FNAME": "Owlbert"}}
    edit(nights, **change)

    run = nights.night()

    assert run.counts[found] == 1
    again = shown(nights)
    assert {name: again[name] for name in change} == {name: before[name] for name in change}
    calls_made(nights.scene)
    quiet = nights.night()
    assert calls_made(nights.scene) == ["page", "page"]
    assert found not in quiet.counts


def test_p16_what_others_added_is_counted_and_left_alone(nights: Nights) -> None:
    nights.scene.audience.add(OTHER, merge_fields={"FNAME": "Tawny"}, tags=("Night shift",))
    nights.scene.clock.pass_(3600)
    edit(nights, tags=("Clients", "Night shift"), merge_fields={**shown(nights)["merge_fields"], "CLAWS": "8"})

    run = nights.night()

    assert (run.counts[Found.NOT_OURS], run.counts[Found.NEW]) == (1, 1)
    assert shown(nights, OTHER)["tags"] == ("Night shift",)
    assert shown(nights)["tags"] == ("Clients", "Night shift")
    assert set(calls_made(nights.scene)) == {"page"}


def test_p07_an_unsubscribe_that_no_webhook_told_is_found_and_counted(nights: Nights) -> None:
    nights.scene.audience.turn(EMAIL, ContactStatus.UNSUBSCRIBED)

    run = nights.night()

    assert run.counts[Found.MISSED] == 1
    assert nights.scene.status() == (Status.UNSUBSCRIBED, ReasonCode.UNSUBSCRIBED_IN_MAILCHIMP)
    assert Found.MISSED not in nights.night().counts


def test_who_opted_out_is_not_written_to_however_the_contact_looks(nights: Nights) -> None:
    nights.scene.audience.turn(EMAIL, ContactStatus.UNSUBSCRIBED)
    nights.night()
    calls_made(nights.scene)
    edit(nights, tags=(), language="en")

    nights.night()
    nights.night()

    assert set(calls_made(nights.scene)) == {"page"}


def test_a_contact_that_was_deleted_is_looked_for_and_known_to_be_gone(nights: Nights) -> None:
    del nights.scene.audience.people[subscriber_hash(EMAIL)]

    run = nights.night()

    assert (run.counts[Found.GONE], run.calls) == (1, 4)
    assert nights.scene.status() == (Status.DELETED_IN_MAILCHIMP, ReasonCode.PERMANENTLY_DELETED)
    assert Found.GONE not in nights.night().counts


def test_p10_a_contact_that_took_another_address_is_followed(nights: Nights) -> None:
    nights.scene.audience.move(EMAIL, OTHER)

    nights.night()

    assert nights.scene.status() == (Status.SYNCED, ReasonCode.IN_AGREEMENT)
    assert nights.scene.seen(OTHER) is ContactStatus.SUBSCRIBED
    assert len(nights.scene.audience.people) == 1


@pytest.mark.parametrize("existing", ["fill_blanks", "leave"])
def test_a2_what_the_policy_leaves_to_others_is_not_fought_over(existing: str) -> None:
    scene = Scene()
    scene.connection = scene.connection.model_copy(update={"policy": a_policy(existing_contacts=existing)})
    scene.ledger.save_connection(scene.connection)
    nights = Nights(scene)
    scene.audience.add(EMAIL)
    nights.night()
    scene.post(upserted(a_member(EMAIL, first_name="Barney")))
    nights.night()
    nights.scene.clock.pass_(3600)
    edit(nights, merge_fields={"FNAME": "Owlbert"})
    calls_made(scene)

    nights.night()

    assert set(calls_made(scene)) == {"page"}
    assert shown(nights)["merge_fields"] == {"FNAME": "Owlbert"}


def test_a_value_that_mailchimp_puts_in_another_form_is_written_no_second_time(
    nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = FakeAudience.change

    def tidied(audience: FakeAudience, reference: str, patch: ContactPatch) -> Contact:
        fields = {**change(audience, reference, patch).merge_fields, "PHONE": "06 12 34 56 78"}
        edit(nights, merge_fields=fields)
        return audience.people[subscriber_hash(EMAIL)].contact

    monkeypatch.setattr(FakeAudience, "change", tidied)
    nights.scene.clock.pass_(3600)
    nights.scene.post(upserted(a_full_member(EMAIL, plan="Part time"), at=nights.scene.clock.now()))
    nights.night()
    calls_made(nights.scene)

    nights.night()

    assert set(calls_made(nights.scene)) == {"page"}


def test_an_incremental_night_reads_what_changed_and_looks_for_nobody(nights: Nights) -> None:
    nights.scene.clock.pass_(86_400)
    nights.scene.audience.add(OTHER)
    nights.scene.audience.turn(EMAIL, ContactStatus.UNSUBSCRIBED)
    nights.scene.clock.pass_(3600)
    nights.night()
    nights.scene.clock.pass_(86_400)
    nights.scene.audience.add("snowy-owl@belfry.test")
    calls_made(nights.scene)

    run = nights.night(incremental=True)

    assert (run.counts[Found.READ], run.total) == (1, 1)
    assert calls_made(nights.scene) == ["page", "page"]


def test_p14_p19_however_many_there_are_each_page_is_read_once_and_all_are_seen(nights: Nights) -> None:
    for number in range(2500):
        nights.scene.audience.add(f"bat-{number}@belfry.test")

    run = nights.night()

    assert (run.done, run.total, run.calls, run.least) == (2501, 2501, 4, 4)
    assert run.counts[Found.NEW] == 2500


def test_p19_who_moves_from_page_to_page_while_these_are_read_is_not_taken_for_gone(nights: Nights) -> None:
    for number in range(2500):
        nights.scene.audience.add(f"bat-{number}@belfry.test")
    nights.night()
    nights.scene.clock.pass_(86_400)

    def stir(place: PagePlace) -> None:
        if place.offset == 2000:  # read first of those that follow: now everybody moves up
            for number in range(600):
                edit(nights, f"bat-{number}@belfry.test", language="de")

    nights.listing.before_page = stir
    nights.night()

    statuses = {a.seen for a in nights.scene.ledger.stored_addresses.values()}
    assert statuses == {ContactStatus.SUBSCRIBED}


def test_p24_a_page_that_failed_is_read_again_and_the_others_are_not(nights: Nights) -> None:
    for number in range(2500):
        nights.scene.audience.add(f"bat-{number}@belfry.test")
    run = nights.begin()
    places = nights.reconcile.begin(run.connection_id, run.id)
    nights.scene.audience.trouble = lambda _name: Trouble.THROTTLED
    with pytest.raises(Retryable):
        nights.pages(run, places)
    nights.scene.audience.trouble = lambda _name: None
    nights.pages(run, places)
    nights.pages(run, places)

    assert nights.close(run).calls == 4


def test_a_run_that_somebody_stopped_reads_no_further_page(nights: Nights) -> None:
    for number in range(1500):
        nights.scene.audience.add(f"bat-{number}@belfry.test")
    run = nights.begin()
    places = nights.reconcile.begin(run.connection_id, run.id)
    nights.runs.save(run.model_copy(update={"state": RunState.STOPPED}))
    calls_made(nights.scene)

    nights.pages(run, places)
    ended = nights.close(run)

    assert (ended.state, calls_made(nights.scene)) == (RunState.STOPPED, [])


def test_s6_an_audience_that_is_gone_ends_the_run_and_pauses_the_connection(nights: Nights) -> None:
    nights.scene.audience.is_gone = True

    run = nights.night()

    assert (run.state, run.detail) == (RunState.FAILED, "404 Resource Not Found: bring the audience back")
    assert nights.scene.ledger.connections["burrow"].lacks_audience


def test_who_was_made_while_the_pages_were_read_is_not_looked_for(nights: Nights) -> None:
    run = nights.begin()
    places = nights.reconcile.begin(run.connection_id, run.id)
    nights.scene.clock.pass_(5)
    nights.scene.post(upserted(a_member(OTHER), "m-2", nights.scene.clock.now()))
    nights.pages(run, places)

    assert Found.GONE not in nights.close(run).counts
