"""A cave of members in agreement, most of whose changes go out in a batch."""

from typing import Any

from accord.domain.reasons import ReasonCode, Status
from tests.builders import a_member, upserted
from tests.scene import Scene

SOME = 7
SYNCED = (Status.SYNCED, ReasonCode.IN_AGREEMENT)
IN_BATCH = (Status.PENDING, ReasonCode.IN_BATCH)


def bat(number: int) -> str:
    return f"bat-{number}@cave.test"


def plans(scene: Scene) -> list[object]:
    return [person.contact.merge_fields.get("PLAN") for person in scene.audience.people.values()]


def a_cave(bats: int = SOME, above: int = 5) -> Scene:
    """So many members, in agreement; more than `above` updates go out as a batch."""
    scene = Scene(batch_above=above)
    everybody = [upserted(a_member(bat(n), plan="Day"), f"m-{n}", index=n) for n in range(bats)]
    scene.post(*everybody)
    scene.clock.pass_(60)
    scene.audience.calls.clear()
    return scene


def change_plans(scene: Scene, plan: str = "Night", bats: int = SOME, **given: Any) -> None:
    at = scene.clock.now()
    changes = [upserted(a_member(bat(n), plan=plan, **given), f"m-{n}", at=at, index=n) for n in range(bats)]
    scene.post(*changes)
    scene.clock.pass_(1)


def statuses(scene: Scene, bats: int = SOME) -> set[tuple[Status, ReasonCode]]:
    return {scene.status(f"m-{n}") for n in range(bats)}
