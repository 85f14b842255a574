"""What holds for every application that needs no code: the fake, and Cobot as the simulator plays it."""

from collections.abc import Iterator
from typing import Any, Protocol

import pytest

from accord.adapters.cobot.space import CobotApplication
from accord.domain.changes import OrderBy
from accord.domain.cobot import Cobot
from accord.errors import AccordError, Misconfigured
from accord.ports.applications import MembershipApplication
from accord.usecases.validate_change import validate_change
from tests.builders import NOON
from tests.fake_application import FakeApplication
from tools.cobot_simulator import CobotSimulator

CALLBACK = "https://accord.test/cobot/webhooks/hive/"


class World(Protocol):
    """An application, and what happens in it."""

    @property
    def application(self) -> MembershipApplication: ...

    def joins(self, email: str | None, *, ticked: bool) -> str: ...

    def leaves(self, reference: str) -> None: ...

    def locks_accord_out(self) -> None: ...

    def told_to(self) -> set[str]: ...


class FakeWorld:
    """The fake, and its own doors."""

    def __init__(self) -> None:
        self.application = FakeApplication()

    def joins(self, email: str | None, *, ticked: bool) -> str:
        reference = f"m-{len(self.application.known)}"
        self.application.joins(reference, email=email, ticked=ticked)
        return reference

    def leaves(self, reference: str) -> None:
        self.application.leaves(reference)

    def locks_accord_out(self) -> None:
        self.application.broken = Misconfigured("locked out")

    def told_to(self) -> set[str]:
        return self.application.told_to


class CobotWorld:
    """A space of the simulator."""

    def __init__(self, simulator: CobotSimulator, space: str) -> None:
        self.simulator = simulator
        self.space = space
        opened = simulator.tell("spaces", space=space)
        self.cobot = Cobot(space=space, consent_field="Newsletter")
        self.application = CobotApplication(url=opened["url"], token=opened["token"], cobot=self.cobot)

    def joins(self, email: str | None, *, ticked: bool) -> str:
        fields = {"Newsletter": "yes" if ticked else ""}
        joined: dict[str, Any] = self.simulator.tell(
            f"spaces/{self.space}/members", name="Bee", email=email, custom_fields=fields
        )
        reference: str = joined["id"]
        return reference

    def leaves(self, reference: str) -> None:
        self.simulator.tell(f"spaces/{self.space}/members/{reference}", deed="delete")

    def locks_accord_out(self) -> None:
        self.simulator.tell(f"spaces/{self.space}/revoke")

    def told_to(self) -> set[str]:
        return {each.callback_url for each in self.simulator.space(self.space).subscriptions.values()}


@pytest.fixture(scope="module")
def simulator() -> Iterator[CobotSimulator]:
    with CobotSimulator() as running:
        running.tell("pace", per_minute=None)
        yield running


@pytest.fixture(params=["fake", "cobot"])
def world(request: pytest.FixtureRequest, simulator: CobotSimulator) -> World:
    if request.param == "fake":
        return FakeWorld()
    return CobotWorld(simulator, f"hive{abs(hash(request.node.name))}")


def test_all_members_are_shown_with_their_box(world: World) -> None:
    queen, drone = world.joins("queen@hive.test", ticked=True), world.joins(None, ticked=False)

    seen = {member.change["id"]: member for member in world.application.members(NOON)}

    assert seen.keys() == {queen, drone}
    assert (seen[queen].ticked, seen[drone].ticked) == (True, False)
    assert seen[queen].source
    assert seen[queen].change["member"]["email"] == "queen@hive.test"
    assert seen[drone].change["member"]["email"] is None


def test_what_is_shown_is_a_change_that_is_accepted(world: World) -> None:
    queen = world.joins("queen@hive.test", ticked=True)

    change = validate_change(world.application.member(queen, NOON).change, OrderBy.OCCURRED_AT, NOON)

    assert not isinstance(change, tuple)
    assert (change.type, change.id, change.occurred_at) == ("member.upserted", queen, NOON)


def test_whoever_is_not_there_any_more_has_left(world: World) -> None:
    queen = world.joins("queen@hive.test", ticked=True)
    world.leaves(queen)

    seen = world.application.member(queen, NOON)

    assert (seen.change["type"], seen.change["id"], seen.ticked) == ("member.left", queen, None)
    assert world.application.members(NOON) == []


def test_subscribing_twice_and_ending_it_twice_does_no_harm(world: World) -> None:
    for _ in range(2):
        world.application.subscribe(f"{CALLBACK}secret-1")
    world.application.subscribe("https://elsewhere.test/")
    assert world.told_to() == {f"{CALLBACK}secret-1", "https://elsewhere.test/"}

    for _ in range(2):
        world.application.unsubscribe(CALLBACK)
    assert world.told_to() == {"https://elsewhere.test/"}


def test_to_reach_it_changes_nothing(world: World) -> None:
    world.application.subscribe(f"{CALLBACK}secret-1")

    world.application.reach()

    assert world.told_to() == {f"{CALLBACK}secret-1"}


def test_an_application_that_lets_accord_in_no_longer_wakes_a_person(world: World) -> None:
    queen = world.joins("queen@hive.test", ticked=True)
    world.locks_accord_out()

    for call in (
        world.application.reach,
        lambda: world.application.members(NOON),
        lambda: world.application.member(queen, NOON),
        lambda: world.application.subscribe(CALLBACK),
        lambda: world.application.unsubscribe(CALLBACK),
    ):
        with pytest.raises(AccordError) as raised:
            call()
        assert isinstance(raised.value, Misconfigured)
