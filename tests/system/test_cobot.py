"""A space of Cobot, an application that needs no code: what its members do reaches the audience (PRODUCTS C1 to C9)."""

import time
from collections.abc import Iterator

import pytest
import requests

from accord.domain.connection import ConnectionState
from tests.system.cobot_space import BOX, CobotSpace, another_space
from tests.system.watching import eventually
from tools.cobot_simulator import CobotSimulator
from tools.local_stack import LocalStack

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def cobot() -> Iterator[CobotSimulator]:
    with CobotSimulator() as running:
        running.tell("pace", per_minute=None)  # the stories are told without waiting for the next minute
        yield running


@pytest.fixture(scope="module")
def hive(stack: LocalStack, cobot: CobotSimulator) -> CobotSpace:
    return another_space(stack, cobot, "hive")


def test_c1_linking_a_space_adds_its_members_at_once(stack: LocalStack, cobot: CobotSimulator) -> None:
    ids: dict[str, str] = {}

    def settle(told: CobotSimulator) -> None:
        for name, box in (("settler", "yes"), ("doubter", "")):
            member = {"name": f"{name.title()} Bee", "email": f"{name}@hive.test", "custom_fields": {BOX: box}}
            ids[name] = told.tell("spaces/oldhive/members", **member)["id"]

    cobot.forget_calls()
    hive = another_space(stack, cobot, "oldhive", before=settle)

    assert hive.reaches(ids["settler"], "synced")["consent"]["source"] == f"Cobot: {BOX}"
    assert hive.reaches(ids["doubter"], "excluded")["reason"]["code"] == "no_consent"
    assert hive.application.seen("settler@hive.test") == "subscribed"
    assert hive.application.seen("doubter@hive.test") == "unknown"
    calls = cobot.ask("calls")["by_route"]
    assert calls["GET /{space}/api/memberships"] == 1
    assert "GET /{space}/api/memberships/{id}" not in calls


def test_a_space_that_lets_accord_in_no_longer_breaks_its_connection_and_says_what_to_do(
    stack: LocalStack, cobot: CobotSimulator
) -> None:
    hive = another_space(stack, cobot, "lockedhive")
    cobot.tell("spaces/lockedhive/revoke")

    hive.joins("Locked Bee", ticked=True, email="locked@hive.test")

    eventually("the connection is broken", lambda: hive.connection.state is ConnectionState.BROKEN)
    assert hive.connection.state_reason.endswith("connect the space again")
    assert hive.application.seen("locked@hive.test") == "unknown"


def test_c2_and_c6_whoever_ticks_the_box_at_registration_is_added_with_all_fields(hive: CobotSpace) -> None:
    queen = hive.joins("Queen Bee", ticked=True, email="queen@hive.test", phone="+49 30 123", plan="Honeycomb")

    shown = hive.reaches(queen, "synced")

    assert (shown["email"], shown["consent"]["status"]) == ("queen@hive.test", "opted_in")
    assert hive.application.seen("queen@hive.test") == "subscribed"
    fields = hive.application.fields("queen@hive.test")
    assert (fields["FNAME"], fields["LNAME"], fields["PHONE"], fields["PLAN"]) == (
        "Queen",
        "Bee",
        "+49 30 123",
        "Honeycomb",
    )
    assert fields["BIRTHDAY"] == "03/12"
    assert (fields["ADDRESS"]["addr1"], fields["ADDRESS"]["city"]) == ("1 Wax Lane", "Berlin")


def test_c4_four_moments_push_a_member(hive: CobotSpace) -> None:
    worker = hive.joins("Worker Bee", ticked=True)
    assert hive.reaches(worker, "excluded")["reason"]["code"] == "no_email"

    hive.does(worker, "confirm")
    hive.does(worker, "connect_user", email="worker@hive.test")
    hive.reaches(worker, "synced", FNAME="Worker")
    hive.does(worker, "change_plan", plan="Wax wing")
    hive.reaches(worker, "synced", PLAN="Wax wing")
    hive.does(worker, "update", name="Maya Bee")
    hive.reaches(worker, "synced", FNAME="Maya", PLAN="Wax wing")

    assert hive.application.fields("worker@hive.test")["JOINED"]


def test_c8_whoever_was_not_added_did_not_agree_and_is_told_so_in_words(hive: CobotSpace) -> None:
    drone = hive.joins("Drone Bee", ticked=False, email="drone@hive.test")

    shown = hive.reaches(drone, "excluded")
    assert shown["reason"]["code"] == "no_consent"
    assert shown["reason"]["message"]
    assert shown["reason"]["next_step"]
    assert hive.application.seen("drone@hive.test") == "unknown"

    hive.ticks(drone, ticked=True)
    hive.reaches(drone, "synced")
    assert hive.application.seen("drone@hive.test") == "subscribed"


def test_c9_the_box_is_changeable_later(hive: CobotSpace) -> None:
    moth = hive.joins("Moth", ticked=True, email="moth@lamp.test")
    hive.reaches(moth, "synced")

    hive.ticks(moth, ticked=False)
    hive.reaches(moth, "unsubscribed")
    assert hive.application.seen("moth@lamp.test") == "unsubscribed"

    hive.ticks(moth, ticked=True)
    hive.reaches(moth, "synced")
    assert hive.application.seen("moth@lamp.test") == "subscribed"


def test_c3_whoever_unsubscribed_stays_so_until_they_tick_the_box_anew_and_confirm(hive: CobotSpace) -> None:
    lark = hive.joins("Lark", ticked=True, email="lark@meadow.test")
    hive.reaches(lark, "synced")
    hive.application.person("lark@meadow.test", "unsubscribe")
    hive.reaches(lark, "unsubscribed")

    before = hive.application.api.member(lark)
    hive.does(lark, "change_plan", plan="Nest")
    hive.application.api.wait_for(lark, lambda member: before is not None and member["version"] != before["version"])
    hive.reaches(lark, "unsubscribed")
    assert hive.application.seen("lark@meadow.test") == "unsubscribed"

    hive.ticks(lark, ticked=False)
    hive.application.api.wait_for(lark, lambda member: member["consent"]["status"] == "opted_out")
    hive.ticks(lark, ticked=True)
    hive.reaches(lark, "awaiting_confirmation")
    assert hive.application.seen("lark@meadow.test") == "pending"


def test_whoever_is_deleted_in_cobot_is_archived(hive: CobotSpace) -> None:
    wasp = hive.joins("Wasp", ticked=True, email="wasp@hive.test")
    hive.reaches(wasp, "synced")

    hive.does(wasp, "delete")

    hive.reaches(wasp, "archived")
    assert hive.application.seen("wasp@hive.test") == "archived"


def test_cobot_is_answered_at_once_and_strangers_with_404(hive: CobotSpace, cobot: CobotSimulator) -> None:
    queen = hive.joins("Second Queen", ticked=True, email="queen-2@hive.test")
    hive.reaches(queen, "synced")
    url = f"{hive.application.stack.info.api_url}/cobot/webhooks/hive/guessed"

    assert requests.post(url, json={"url": "https://hive.cobot.me/api/memberships/1"}, timeout=30).status_code == 404
    eventually(
        "every event was taken", lambda: all(d["state"] == "delivered" for d in cobot.ask("deliveries")["deliveries"])
    )


def test_a_crowd_of_events_about_one_member_is_few_calls(hive: CobotSpace, cobot: CobotSimulator) -> None:
    ant = hive.joins("Ant", ticked=True, email="ant@hill.test")
    hive.reaches(ant, "synced")
    cobot.forget_calls()

    for number in range(20):
        hive.does(ant, "change_plan", plan=f"Hill {number}")
    hive.reaches(ant, "synced", PLAN="Hill 19")
    time.sleep(3)  # whatever still waits has its turn

    assert cobot.ask("calls")["total"] < 20
