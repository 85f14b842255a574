"""P21: consent to purposes becomes marketing permissions, and what a person switches off stays off."""

import pytest

from accord.domain.connection import AudienceSetup, MarketingPermission
from accord.domain.contact import ContactStatus
from accord.domain.marketing_permissions import shown_as
from accord.domain.payload import Payload
from accord.domain.reasons import Status
from accord.domain.values import subscriber_hash
from tests.builders import SETUP, a_connection, a_member, a_policy, minutes, opted_in, opted_out, upserted
from tests.fakes import Trouble
from tests.scene import Scene, calls_made

EMAIL, POST, ADS = (
    MarketingPermission(id=f"p-{number}", text=text) for number, text in enumerate(("Email", "Direct Mail", "Ads"))
)
SHOWN = (EMAIL, POST, ADS)
MAPPED = {"consent": "email", "fields.post": "direct MAIL", "fields.ads": ADS.id}
WOMBAT = "wombat@burrow.test"


class Purposes(Scene):
    """A scene whose connection maps purposes to the permissions of its audience."""

    def __init__(self, *, learnt: bool = True, **given: object) -> None:
        super().__init__(connection=a_connection(permissions=MAPPED, **given))
        self.audience.permissions = SHOWN
        self.moment = 0
        if learnt:
            self.ledger.save_audience_setup("burrow", SETUP.model_copy(update={"permissions": SHOWN}))

    def state(self, id_: str = "m-1", email: str = WOMBAT, **given: object) -> None:
        """Upstream posts the member anew: `fields`, and whatever else is given."""
        self.moment += 1
        at = self.clock.now() + minutes(self.moment)
        self.post(upserted(a_member(email, **given), id_, at))

    def on(self, email: str = WOMBAT) -> set[str]:
        return set(self.audience.people[subscriber_hash(email)].permissions)


def test_p21_a_members_purposes_become_permissions() -> None:
    scene = Purposes()

    scene.state(fields={"post": True, "ads": False}, tags=("Clients",))

    assert scene.on() == {EMAIL.id, POST.id}
    assert calls_made(scene) == ["create", "tag_contact", "change"]
    scene.state(fields={"post": "false", "ads": "true"}, tags=("Clients",))
    assert scene.on() == {EMAIL.id, ADS.id}
    assert calls_made(scene) == ["change"]
    scene.state(fields={"post": "false", "ads": "true"}, tags=("Clients",))
    assert calls_made(scene) == []


def test_p21_a_purpose_that_is_not_stated_is_not_written() -> None:
    scene = Purposes()
    scene.state(fields={"post": "yes please", "ads": None})
    assert scene.on() == {EMAIL.id}
    scene.audience.permit(WOMBAT, ADS.id, on=True)
    scene.state(fields={}, plan="Day")
    assert scene.on() == {EMAIL.id, ADS.id}


def test_p21_nothing_is_written_to_who_only_denies_and_what_they_grant_themselves_ends_with_a_newer_no() -> None:
    scene = Purposes()
    scene.connection = a_connection(permissions={"fields.ads": "Ads"})
    scene.ledger.save_connection(scene.connection)
    scene.state(fields={"ads": False})
    assert calls_made(scene) == ["create"]
    scene.state("m-2", "wallaby@burrow.test")
    scene.audience.permit("wallaby@burrow.test", ADS.id, on=True)
    scene.state("m-2", "wallaby@burrow.test", fields={"ads": False})
    assert scene.on("wallaby@burrow.test") == set()


def test_p21_a_permission_that_a_person_switched_off_stays_off_through_other_updates() -> None:
    scene = Purposes()
    scene.state(fields={"post": True})
    for permission in (EMAIL, POST):
        scene.audience.permit(WOMBAT, permission.id, on=False)
    scene.pass_(3600)

    scene.state(fields={"post": True}, plan="Day")
    scene.state(fields={"post": True, "ads": True}, first_name="Wanda")
    scene.state(fields={"ads": True})
    scene.state(fields={"post": True, "ads": True}, consent=opted_in(scene.clock.now()))
    assert scene.on() == {ADS.id}

    scene.state(fields={"post": False, "ads": True})
    scene.state(fields={"post": True, "ads": True})
    assert scene.on() == {ADS.id, POST.id}


def test_p21_it_stays_off_when_the_member_comes_back_or_takes_another_address() -> None:
    scene = Purposes()
    scene.state(fields={"post": True})
    scene.audience.permit(WOMBAT, POST.id, on=False)
    scene.state(fields={"post": True}, state="cancelled")
    assert scene.seen(WOMBAT) is ContactStatus.ARCHIVED
    scene.state(fields={"post": True}, consent=opted_in(scene.clock.now()))
    assert (scene.seen(WOMBAT), scene.on()) == (ContactStatus.SUBSCRIBED, {EMAIL.id})
    scene.state(email="new@burrow.test", fields={"post": True})
    assert scene.on("new@burrow.test") == {EMAIL.id}


def test_p21_another_contact_of_the_same_person_gets_none_until_it_is_stated_anew() -> None:
    scene = Purposes(policy=a_policy(on_email_change="keep_old"))
    scene.state(fields={"post": True})
    scene.audience.permit(WOMBAT, POST.id, on=False)
    scene.state(email="new@burrow.test", fields={"post": True})
    assert scene.on("new@burrow.test") == set()
    for says in (False, True):
        scene.state(email="new@burrow.test", fields={"post": says})
    assert scene.on("new@burrow.test") == {POST.id}


def test_p21_nothing_is_switched_on_for_a_contact_that_was_there_before_until_it_is_stated_anew() -> None:
    scene = Purposes()
    scene.audience.add(WOMBAT)
    scene.audience.permit(WOMBAT, ADS.id, on=True)
    scene.state(fields={"post": True, "ads": False})
    assert scene.on() == set()
    scene.state(fields={"post": False})
    scene.state(fields={"post": True})
    assert scene.on() == {POST.id}


def test_p21_contacts_that_are_left_as_they_are_keep_their_permissions() -> None:
    scene = Purposes(policy=a_policy(existing_contacts="leave"))
    scene.audience.add(WOMBAT)
    scene.audience.permit(WOMBAT, ADS.id, on=True)
    scene.state(fields={"ads": False})
    assert scene.on() == {ADS.id}


def test_p21_who_shares_an_address_switches_nothing_on_that_another_switched_off() -> None:
    scene = Purposes()
    scene.state("m-1", fields={"post": True})
    scene.state("m-2", fields={"post": True, "ads": True})
    scene.audience.permit(WOMBAT, POST.id, on=False)
    scene.state("m-1", fields={"post": False})
    scene.state("m-1", email="alone@burrow.test", fields={"post": False})
    scene.settle_all()
    assert scene.record("m-2").status is Status.SYNCED
    assert scene.on() == {EMAIL.id, ADS.id}


@pytest.mark.parametrize("trouble", [Trouble.TIMEOUT, Trouble.TIMEOUT_AFTER_EFFECT, Trouble.LATE_EFFECT])
def test_p21_a_call_of_unknown_effect_neither_loses_a_permission_nor_brings_one_back(trouble: Trouble) -> None:
    scene = Purposes()
    fates = iter((None, trouble))
    scene.audience.trouble = lambda _name: next(fates, None)
    scene.state(fields={"post": True})
    scene.settle_all()
    assert scene.on() == {EMAIL.id, POST.id}

    fates = iter((Trouble.TIMEOUT_AFTER_EFFECT,))
    scene.state(fields={"post": True, "ads": True})
    assert scene.on() == {permission.id for permission in SHOWN}
    scene.pass_(60)
    scene.audience.permit(WOMBAT, ADS.id, on=False)
    scene.settle_all()
    assert scene.on() == {EMAIL.id, POST.id}


def test_p21_what_is_off_stays_off_at_the_address_that_the_person_chose_in_mailchimp() -> None:
    scene = Purposes()
    scene.state(fields={"post": True})
    scene.audience.permit(WOMBAT, POST.id, on=False)
    scene.audience.move(WOMBAT, "own@burrow.test")
    scene.hear("upemail", "own@burrow.test", WOMBAT)
    scene.state(fields={"post": True}, plan="Day")
    scene.settle_all()
    contact = scene.audience.of("own@burrow.test")
    assert contact is not None
    assert (contact.merge_fields["PLAN"], scene.on("own@burrow.test")) == ("Day", {EMAIL.id})


@pytest.mark.parametrize("there_before", [False, True])
def test_p21_what_is_off_stays_off_when_it_is_unknown_whether_the_contact_was_moved(*, there_before: bool) -> None:
    scene = Purposes()
    if there_before:
        scene.audience.add(WOMBAT)
    scene.state(fields={"post": True})
    scene.audience.permit(WOMBAT, POST.id, on=False)
    fates = iter((Trouble.ERROR_AFTER_EFFECT,))
    scene.audience.trouble = lambda _name: next(fates, None)
    scene.state(email="new@burrow.test", fields={"post": True}, plan="Day")
    scene.settle_all()
    assert scene.seen(WOMBAT) is None
    assert POST.id not in scene.on("new@burrow.test")


def test_p21_a_no_whose_effect_is_unknown_is_said_again() -> None:
    scene = Purposes()
    scene.state(fields={"post": True})
    fates = iter((Trouble.TIMEOUT,))
    scene.audience.trouble = lambda _name: next(fates, None)
    scene.state(fields={"post": False})
    scene.pass_(60)
    scene.audience.permit(WOMBAT, ADS.id, on=False)
    scene.settle_all()
    assert scene.on() == {EMAIL.id}


def test_p21_an_audience_without_contacts_learns_later() -> None:
    scene = Purposes(learnt=False)

    scene.state(fields={"post": True})

    assert scene.ledger.audience_setup("burrow").permissions == SHOWN
    assert scene.on() == {EMAIL.id, POST.id}


def test_p21_where_the_ids_can_not_be_read_yet_the_next_change_of_the_member_carries_them() -> None:
    scene = Purposes(learnt=False)
    scene.audience.trouble = lambda name: Trouble.ERROR if name == "setup" else None
    scene.state(fields={"post": True})
    assert scene.on() == set()
    assert calls_made(scene) == ["create", "setup"]

    scene.ledger.save_audience_setup("burrow", SETUP.model_copy(update={"permissions": SHOWN}))
    scene.state(fields={"post": True}, plan="Day")
    assert scene.on() == {EMAIL.id, POST.id}


def test_p21_an_opt_out_unsubscribes_and_needs_no_permission() -> None:
    scene = Purposes()
    scene.state(fields={"post": True})
    calls_made(scene)
    scene.state(fields={"post": True}, consent=opted_out(scene.clock.now()))
    assert scene.seen(WOMBAT) is ContactStatus.UNSUBSCRIBED
    assert calls_made(scene) == ["change"]


def test_a_connection_that_maps_none_neither_reads_nor_writes_any() -> None:
    scene = Scene()
    scene.audience.permissions = SHOWN
    scene.post(upserted(a_member(WOMBAT, fields={"post": True})))
    assert calls_made(scene) == ["create"]


def test_without_permissions_a_payload_has_the_digest_that_ledgers_hold() -> None:
    payload = Payload(email=WOMBAT, merge_fields={"FNAME": "Wilma"}, language="fr", tags=("Clients",))
    assert payload.digest == "7fc81d33b8a356573f33f0821dac45ce"
    digests = {payload.model_copy(update={"permissions": {"p": on}}).digest for on in (True, False)}
    assert len({*digests, payload.digest}) == 3


def test_a_permission_is_found_by_its_text_or_id_whatever_the_case() -> None:
    assert [shown_as(wished, SHOWN) for wished in (" email ", "P-1", "Fax")] == [EMAIL.id, POST.id, None]
    assert shown_as("Email", AudienceSetup().permissions) is None
