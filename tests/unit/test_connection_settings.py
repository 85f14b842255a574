"""What an operator says of a connection, the presets, and what a change would do in words."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pydantic import ValidationError

from accord.domain.changes import OrderBy
from accord.domain.cobot import Cobot
from accord.domain.connection import (
    Departure,
    ExistingContacts,
    OnEmailChange,
    OptIn,
    Policy,
    Preset,
    SyncMode,
)
from accord.domain.connection_settings import ConnectionSettings, MappedTwiceError, NewConnection, with_settings
from accord.domain.policy_change_texts import effect_of
from accord.domain.policy_changes import SETTINGS, changes_between
from accord.domain.presets import PRESETS
from tests.builders import a_connection

policies = st.fixed_dictionaries(
    {},
    optional={
        "on_leave": st.sampled_from(Departure),
        "on_cancel": st.sampled_from(Departure),
        "on_email_change": st.sampled_from(OnEmailChange),
        "opt_in": st.sampled_from(OptIn),
        "existing_contacts": st.sampled_from(ExistingContacts),
        "sync_mode": st.sampled_from(SyncMode),
        "profile_changes_upstream": st.booleans(),
        "activity_upstream": st.booleans(),
    },
)
said = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["", "Badger & Sons"]),
        "preset": st.sampled_from(Preset),
        "policies": policies,
        "mapping": st.fixed_dictionaries({}, optional={"plan": st.sampled_from(["SETT", None])}),
        "order_by": st.sampled_from(["occurred_at", "version", "received"]),
        "language": st.sampled_from(["en", "fr"]),
        "notice_url": st.sampled_from([None, "https://sett.test/notices"]),
        "email": st.sampled_from([None, "badger@sett.test"]),
        "cobot": st.sampled_from([None, {"space": "sett"}, {"space": "sett", "consent_field": "Newsletter"}]),
    },
)


def settings(**given: Any) -> ConnectionSettings:
    return ConnectionSettings.model_validate(given)


@pytest.fixture(autouse=True)
def _test_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    import email_validator

    domains = [domain for domain in email_validator.SPECIAL_USE_DOMAIN_NAMES if domain != "test"]
    monkeypatch.setattr(email_validator, "SPECIAL_USE_DOMAIN_NAMES", domains)


# Presets


def test_the_recommended_preset_is_what_a_connection_has_anyway() -> None:
    assert PRESETS[Preset.RECOMMENDED].policy == Policy()
    assert PRESETS[Preset.RECOMMENDED].mapping == a_connection().mapping


def test_another_space_is_not_linked_and_another_field_of_the_same_one_changes_nothing_of_the_link() -> None:
    linked = Cobot(space="sett", webhook_secret_hashes=("hash",), told_at="https://a.test/", base_url="http://b.test")
    before = a_connection(cobot=linked)

    same = with_settings(before, settings(cobot={"space": "sett", "consent_field": "News"})).cobot
    other = with_settings(before, settings(cobot={"space": "drey"})).cobot

    assert same == linked.model_copy(update={"consent_field": "News"})
    assert other == Cobot(space="drey")


def test_c3_c5_c9_cobot_keeps_who_leaves_and_old_addresses_and_asks_twice() -> None:
    policy = PRESETS[Preset.COBOT].policy

    assert (policy.on_leave, policy.on_cancel) == (Departure.KEEP, Departure.KEEP)
    assert policy.on_email_change is OnEmailChange.KEEP_OLD
    assert policy.opt_in is OptIn.DOUBLE


def test_c6_c10_cobot_carries_its_fields_and_the_day_of_sign_up() -> None:
    wanted = {"first_name", "last_name", "address", "phone", "birthday", "plan", "joined_on"}

    assert PRESETS[Preset.COBOT].mapping.keys() == wanted


def test_a1_a2_a7_anaba_goes_one_way_overwrites_and_archives() -> None:
    policy = PRESETS[Preset.ANABA].policy

    assert policy.existing_contacts is ExistingContacts.OVERWRITE
    assert policy.on_leave is Departure.ARCHIVE
    assert (policy.sync_mode, policy.profile_changes_upstream) == (SyncMode.REALTIME, False)


def test_s1_s3_s8_calendarspots_goes_at_night_with_its_three_fields() -> None:
    preset = PRESETS[Preset.CALENDARSPOTS]

    assert preset.mapping == {"first_name": "FNAME", "last_name": "LNAME", "birthday": "BIRTHDAY"}
    assert (preset.policy.sync_mode, preset.policy.profile_changes_upstream) == (SyncMode.NIGHTLY, False)


@pytest.mark.parametrize("preset", Preset)
def test_the_mapping_of_a_preset_is_one_that_an_operator_may_send(preset: Preset) -> None:
    assert settings(mapping=PRESETS[preset].mapping).mapping == PRESETS[preset].mapping


# Changes


@examples(max_examples=300)
@given(said)
def test_what_is_not_said_stays(given: dict[str, Any]) -> None:
    before = a_connection(name="Sett", notice_url="https://old.test", email="old@sett.test", cobot=Cobot(space="old"))

    changed = with_settings(before, settings(**given))

    for name in {"name", "order_by", "language", "notice_url", "email", "cobot", "preset"} - given.keys():
        assert getattr(changed, name) == getattr(before, name)
    if "preset" not in given:
        unsaid = Policy.model_fields.keys() - given.get("policies", {}).keys()
        assert all(getattr(changed.policy, name) == getattr(before.policy, name) for name in unsaid)
    for name, value in given.get("policies", {}).items():
        assert getattr(changed.policy, name) == value
    assert with_settings(changed, settings(**given)) == changed


@examples(max_examples=300)
@given(said)
def test_every_difference_is_told_once_and_in_both_languages(given: dict[str, Any]) -> None:
    before = a_connection(notice_url="https://old.test", email="old@sett.test", cobot=Cobot(space="old"))
    changed = with_settings(before, settings(**given))

    told = changes_between(before, changed, "en")

    differing = {name for name in Policy.model_fields if getattr(before.policy, name) != getattr(changed.policy, name)}
    assert {each.field for each in told if each.field.startswith("policies.")} == {f"policies.{n}" for n in differing}
    assert len({each.field for each in told}) == len(told)
    assert (before == changed.model_copy(update={"notices_stopped": ""})) is (told == [])
    french = changes_between(before, changed, "fr")
    assert [each[:3] for each in french] == [each[:3] for each in told]
    for en, fr in zip(told, french, strict=True):
        assert en.before != en.after
        assert en.effect.endswith(".")
        assert fr.effect.endswith(".")
        assert en.effect != fr.effect


def test_a_preset_is_chosen_and_what_is_said_beside_it_comes_after_it() -> None:
    chosen = with_settings(a_connection(), settings(preset="cobot", policies={"opt_in": "single"}))

    assert chosen.policy == PRESETS[Preset.COBOT].policy.model_copy(update={"opt_in": OptIn.SINGLE})


def test_a_field_is_added_to_the_mapping_and_another_left_out() -> None:
    changed = with_settings(a_connection(), settings(mapping={"fields.shoe size": "SHOES", "plan": None}))

    assert changed.mapping["fields.shoe size"] == "SHOES"
    assert "plan" not in changed.mapping
    assert changed.mapping["first_name"] == "FNAME"


def test_two_fields_can_not_go_to_one_tag() -> None:
    with pytest.raises(MappedTwiceError, match=r"^PLAN$"):
        with_settings(a_connection(), settings(mapping={"fields.tariff": "PLAN"}))


def test_an_endpoint_that_is_given_anew_be_it_the_same_one_is_told_again() -> None:
    stopped = a_connection(notice_url="https://old.test", notices_stopped="410 Gone")

    assert with_settings(stopped, settings(notice_url="https://new.test")).notices_stopped == ""
    assert with_settings(stopped, settings(notice_url="https://old.test")).notices_stopped == ""
    assert with_settings(stopped, settings(name="Sett")).notices_stopped == "410 Gone"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"id": "Burrow"}, "id"),
        ({"id": "-burrow"}, "id"),
        ({"id": "b" * 64}, "id"),
        ({"mapping": {"shoe_size": "SHOES"}}, "mapping"),
        ({"mapping": {"fields. ": "SHOES"}}, "mapping"),
        ({"mapping": {"plan": "ELEVENCHARS"}}, "mapping"),
        ({"mapping": {"plan": "plan"}}, "mapping"),
        ({"permissions": {"plan": "Email"}}, "permissions"),
        ({"permissions": {"consent": " "}}, "permissions"),
        ({"policies": {"on_leave": "erase"}}, "policies"),
        ({"policies": {"profile_changes_upstream": "true"}}, "policies"),
        ({"preset": "mews"}, "preset"),
        ({"email": "badger(at)sett"}, "email"),
        ({"cobot": {"space": "https://sett.cobot.me"}}, "cobot"),
        ({"mailchimp_api_key": "a key with blanks"}, "mailchimp_api_key"),
        ({"token": "s3cret"}, "token"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_field_and_never_repeated(given: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        NewConnection.model_validate({"id": "burrow"} | given)

    assert caught.value.errors(include_input=False)[0]["loc"][0] == field
    assert "a key with blanks" not in str(caught.value)


def test_p21_a_permission_is_added_and_another_left_out() -> None:
    known = a_connection(permissions={"consent": "Email", "fields.post": "Direct Mail"})
    changed = with_settings(known, settings(permissions={"fields.ads": " Ads ", "consent": None}))
    assert changed.permissions == {"fields.post": "Direct Mail", "fields.ads": "Ads"}
    assert with_settings(changed, settings(preset="cobot")).permissions == changed.permissions


def test_the_address_is_not_a_field_to_map() -> None:
    with pytest.raises(ValidationError):
        settings(mapping={"plan": "EMAIL"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((name, value) for name in SETTINGS if name != "order_by" for value in ("something", None)),
        *(("order_by", order.value) for order in OrderBy),
    ],
)
def test_every_setting_has_words_for_what_a_change_does_in_both_languages(name: str, value: str | None) -> None:
    assert effect_of(name, value, "en") != effect_of(name, value, "fr")


@pytest.mark.parametrize("zone", ["Europe/Paris", "Etc/GMT+8", "UTC", " America/Lima "])
def test_a_time_zone_is_a_name_of_the_iana_database(zone: str) -> None:
    assert ConnectionSettings(time_zone=zone).time_zone == zone.strip()


@pytest.mark.parametrize("zone", ["Paris", "", "+02:00", "../etc/passwd", "Europe/Atlantis", "x" * 100])
def test_what_is_no_time_zone_is_refused_with_the_remedy(zone: str) -> None:
    with pytest.raises(ValidationError) as refused:
        ConnectionSettings(time_zone=zone)
    assert [error["loc"] for error in refused.value.errors()] == [("time_zone",)]
