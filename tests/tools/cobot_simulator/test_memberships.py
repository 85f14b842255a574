"""Memberships as Cobot shows them: to a space's admin, six times a minute."""

from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from tests.tools.cobot_simulator.conftest import Admin


def test_a_member_joins_without_a_user_and_is_shown_alone_and_among_all(admin: Admin) -> None:
    queen = admin.join("Queen Bee", custom_fields={"Newsletter": "yes"})

    shown = admin.call("GET", f"memberships/{queen}").json()

    assert (shown["name"], shown["user"], shown["email"], shown["confirmed_at"]) == ("Queen Bee", None, None, None)
    assert shown["plan"] == {"name": "Flex desk"}
    assert [(field["label"], field["value"]) for field in shown["custom_fields"]] == [("Newsletter", "yes")]
    assert admin.call("GET", "memberships").json() == [shown]


def test_what_a_member_does_is_shown(admin: Admin) -> None:
    drone = admin.join("Drone")
    admin.do(drone, "confirm")
    admin.do(drone, "connect_user", email="drone@hive.test")
    admin.do(drone, "change_plan", plan="Honeycomb")
    admin.do(drone, "update", phone="+49 30 123", address={"full_address": "1 Wax Lane\n10115 Berlin"})
    admin.do(drone, "set_fields", fields={"Newsletter": "yes"})
    admin.do(drone, "set_fields", fields={"Newsletter": ""})
    shown: dict[str, Any] = admin.do(drone, "cancel", canceled_to="2031/01/01")

    assert shown == admin.call("GET", f"memberships/{drone}").json()
    assert (shown["email"], shown["user"]["email"]) == ("drone@hive.test", "drone@hive.test")
    assert (shown["plan"]["name"], shown["canceled_to"]) == ("Honeycomb", "2031/01/01")
    assert datetime.strptime(shown["confirmed_at"], "%Y/%m/%d %H:%M:%S %z").date() == datetime.now(UTC).date()
    assert [(field["label"], field["value"]) for field in shown["custom_fields"]] == [("Newsletter", "")]
    assert admin.do(drone, "uncancel")["canceled_to"] is None


def test_who_has_gone_is_not_among_the_current_members(admin: Admin) -> None:
    ended, deleted = admin.join("Wasp"), admin.join("Hornet")
    admin.do(ended, "end")
    admin.do(deleted, "delete")

    assert admin.call("GET", "memberships").json() == []
    assert admin.call("GET", f"memberships/{ended}").status_code == 200
    assert admin.call("GET", f"memberships/{deleted}").status_code == 404


def test_the_seventh_reading_of_a_minute_is_refused(admin: Admin) -> None:
    assert [admin.call("GET", "memberships").status_code for _ in range(8)] == [200] * 6 + [429] * 2

    admin.cobot.tell("clock", advance=61)
    assert admin.call("GET", "memberships").status_code == 200
    assert admin.cobot.ask("calls") == {"total": 9, "refused": 2, "by_route": {"GET /{space}/api/memberships": 9}}


def test_the_limit_can_be_lifted(admin: Admin) -> None:
    admin.cobot.tell("pace", per_minute=None)

    assert {admin.call("GET", "memberships").status_code for _ in range(20)} == {200}


def test_only_a_token_of_the_space_s_admin_opens_it(admin: Admin) -> None:
    stranger = admin.cobot.tell("spaces", space="anthill")["token"]

    assert admin.call("GET", "memberships", token=stranger).status_code == 401
    assert requests.get(f"{admin.url}/api/memberships", timeout=10).status_code == 401
    admin.cobot.tell("spaces/beehive/revoke")
    assert admin.call("GET", "memberships").status_code == 401


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("spaces", {"space": "beehive"}),
        ("spaces", {"space": "a/b"}),
        ("spaces/moon/members", {"name": "Moth"}),
        ("spaces/beehive/members/nobody", {"deed": "confirm"}),
        ("pace", {"per_minute": "fast"}),
        ("clock", {}),
    ],
)
def test_an_order_that_makes_no_sense_is_refused(admin: Admin, path: str, body: dict[str, Any]) -> None:
    with pytest.raises(requests.HTTPError, match="400"):
        admin.cobot.tell(path, **body)
