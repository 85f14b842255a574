"""C10, A4: saved segments per plan and per tag, made once, on request."""

from collections.abc import Callable
from typing import Any

import pytest

from accord.domain.connection import MergeField
from accord.errors import Misconfigured, Refusal, Rejected
from accord.usecases.connecting.create_segments import By, CreatedSegments, CreateSegments
from accord.usecases.connecting.reach_account import NotNowError, ReachAccount, SettingsRefusedError
from tests.builders import NOON, SETUP, a_connection, minutes
from tests.fake_connections import FakeAccount, FakeConnectionSecrets
from tests.fakes import FakeClock, FakeLedger


class FakeSegments:
    """`Segments` in a dictionary; every call costs a minute."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.made: dict[str, tuple[str, str | int]] = {}
        self.there = {"plan: drone": 7}
        self.trouble: Exception | None = None

    def saved_segments(self, audience_id: str) -> dict[str, int]:
        assert audience_id == "audience1"
        if isinstance(self.trouble, Misconfigured):
            raise self.trouble
        return dict(self.there)

    def create_value_segment(self, audience_id: str, name: str, field: MergeField, value: str) -> int:
        return self._create(name, field.tag, value)

    def create_tag_segment(self, audience_id: str, name: str, tag_id: int) -> int:
        return self._create(name, "tag", tag_id)

    def _create(self, name: str, *asked: Any) -> int:
        if self.trouble is not None:
            raise self.trouble
        self.clock.pass_(60)
        self.made[name] = asked
        return 100 + len(self.made)


class Hive:
    """A live connection of bees."""

    def __init__(self, **given: object) -> None:
        self.ledger, self.clock, secrets = FakeLedger(), FakeClock(), FakeConnectionSecrets()
        self.segments = FakeSegments(self.clock)
        arn = secrets.create("burrow", {"mailchimp_api_key": "honey-us1"})
        self.connection = a_connection(secret_arn=arn, **given)
        self.ledger.save_audience_setup("burrow", SETUP.model_copy(update={"tags": {"Nurse": 4, "Guard": 3}}))
        reach = ReachAccount(secrets, lambda _url, _key: FakeAccount())
        self.create = CreateSegments(self.ledger, reach, lambda _url, _key: self.segments, self.clock)

    def make(self, by: By, values: list[str] | None = None, patience: int = 9) -> CreatedSegments:
        return self.create(self.connection, by, values, NOON + minutes(patience))


def test_c10_each_plan_gets_a_segment_and_one_that_is_there_stays() -> None:
    hive = Hive()

    created = hive.make(By.PLAN, ["Worker", "DRONE"])

    assert [(each.name, each.id, each.made) for each in created.segments] == [
        ("Plan: Worker", 101, True),
        ("Plan: DRONE", 7, False),
    ]
    assert hive.segments.made == {"Plan: Worker": ("PLAN", "Worker")}


def test_a4_all_tags_get_one_unless_some_are_named() -> None:
    hive = Hive()

    assert [each.value for each in hive.make(By.TAG).segments] == ["Guard", "Nurse"]
    assert hive.segments.made == {"Tag: Guard": ("tag", 3), "Tag: Nurse": ("tag", 4)}
    assert [each.value for each in hive.make(By.TAG, ["nurse"]).segments] == ["Nurse"]


def test_what_there_was_no_time_for_is_left_to_ask_for_again() -> None:
    created = Hive().make(By.PLAN, ["Worker", "Queen", "Drone"], patience=1)

    assert [each.value for each in created.segments] == ["Worker", "Drone"]
    assert created.left == ("Queen",)


@pytest.mark.parametrize(
    ("by", "values", "fields"),
    [(By.PLAN, None, ["values"]), (By.TAG, ["Guard", "Wasp", "Hornet"], ["values[1]", "values[2]"])],
)
def test_what_can_not_be_made_is_named(by: By, values: list[str] | None, fields: list[str]) -> None:
    hive = Hive()

    with pytest.raises(SettingsRefusedError) as caught:
        hive.make(by, values)

    assert [error.field for error in caught.value.errors] == fields
    assert hive.segments.made == {}


@pytest.mark.parametrize("state", ["draft", "checked", "awaiting_approval", "paused", "broken", "disconnected"])
def test_nothing_is_made_before_a_connection_is_live_or_while_it_is_not(state: str) -> None:
    with pytest.raises(NotNowError, match=state):
        Hive(state=state).make(By.TAG)


def test_plans_that_are_written_to_no_field_have_no_segments() -> None:
    for mapping in ({"first_name": "FNAME"}, {"plan": "NECTAR"}):
        with pytest.raises(NotNowError, match="map plan"):
            Hive(mapping=mapping).make(By.PLAN, ["Worker"])


@pytest.mark.parametrize(
    ("trouble", "field"),
    [
        (lambda: Rejected(Refusal.OTHER, "Bad Request"), "values[0]"),
        (lambda: Misconfigured("Mailchimp does not accept the API key (401): store a valid one"), "mailchimp_api_key"),
    ],
)
def test_what_mailchimp_refuses_says_what_to_do(trouble: Callable[[], Exception], field: str) -> None:
    hive = Hive()
    hive.segments.trouble = trouble()

    with pytest.raises(SettingsRefusedError) as caught:
        hive.make(By.PLAN, ["Worker"])

    assert [error.field for error in caught.value.errors] == [field]
