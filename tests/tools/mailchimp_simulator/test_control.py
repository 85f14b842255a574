"""What people and staff are told to do, the clock, a reset, and the command line."""

import re
import signal
import subprocess
import sys

import pytest
import requests

from tests.tools.mailchimp_simulator.zookeeper import Zookeeper
from tools.mailchimp_simulator import Simulator

HEN = "hen@coop.test"


def refusal(keeper: Zookeeper, path: str, body: object) -> str:
    answer = keeper.control("POST", path, body)
    assert answer.status_code == 400
    error: str = answer.json()["error"]
    return error


def test_a_person_subscribes_changes_and_leaves(keeper: Zookeeper) -> None:
    assert keeper.person(HEN, "subscribe", merge_fields={"FNAME": "Hen"})["status"] == "subscribed"
    assert keeper.person(HEN, "update_profile", merge_fields={"LNAME": "Coop"}, language="fr")["standing"] == "free"
    moved = keeper.person(HEN, "change_email", new_email="chick@coop.test")
    assert (moved["email"], moved["status"]) == ("chick@coop.test", "subscribed")
    assert keeper.get("members/chick@coop.test")["full_name"] == "Hen Coop"
    left = keeper.person("chick@coop.test", "unsubscribe", reason="Too many eggs")
    assert (left["status"], left["standing"]) == ("unsubscribed", "left")
    assert keeper.get("members/chick@coop.test")["unsubscribe_reason"] == "Too many eggs"
    assert keeper.person("chick@coop.test", "subscribe")["standing"] == "free"


def test_staff_add_tag_archive_and_bring_back(keeper: Zookeeper) -> None:
    keeper.staff(HEN, "add_contact", status="unsubscribed", merge_fields={"FNAME": "Hen"}, tags=["Layers"])
    keeper.staff(HEN, "tag", name="Brown")
    keeper.staff(HEN, "untag", name="layers")
    keeper.staff(HEN, "edit", merge_fields={"LNAME": "Coop"}, new_email="rooster@coop.test")
    assert keeper.staff("rooster@coop.test", "archive")["status"] == "archived"
    assert keeper.staff("rooster@coop.test", "unarchive")["status"] == "unsubscribed"
    shown = keeper.get("members/rooster@coop.test")
    assert ([tag["name"] for tag in shown["tags"]], shown["full_name"], shown["source"]) == (
        ["Brown"],
        "Hen Coop",
        "Admin Add",
    )
    assert keeper.staff("rooster@coop.test", "delete_permanently")["status"] == "forgotten"


def test_staff_bring_back_one_who_was_asked_without_asking_again(keeper: Zookeeper) -> None:
    keeper.add(HEN, "pending")
    keeper.staff(HEN, "archive")
    assert keeper.staff(HEN, "unarchive") | {"status": "pending", "confirmation_mails": 1} == keeper.standing(HEN)


def test_an_audience_is_lost_and_brought_back_with_everybody_in_it(keeper: Zookeeper) -> None:
    keeper.add(HEN)
    path = f"audiences/{keeper.simulator.list_id}"

    assert keeper.control("POST", path, {"deed": "lose"}).json() == {"audiences": []}
    assert keeper.refused("GET", f"members/{HEN}")["status"] == 404
    assert "to lose" in refusal(keeper, path, {"deed": "lose"})
    assert keeper.control("POST", path, {"deed": "bring_back"}).json() == {"audiences": [keeper.simulator.list_id]}
    assert keeper.get(f"members/{HEN}")["status"] == "subscribed"
    assert "to bring back" in refusal(keeper, path, {"deed": "bring_back"})
    assert "deed must be one of" in refusal(keeper, path, {"deed": "eat"})


def test_what_can_not_be_done_is_said(keeper: Zookeeper) -> None:
    assert "is not in the audience" in refusal(keeper, f"people/{HEN}", {"deed": "unsubscribe"})
    assert "deed must be one of: subscribe, unsubscribe" in refusal(keeper, f"people/{HEN}", {"deed": "fly"})
    assert "deed must be one of" in refusal(keeper, f"staff/{HEN}", {"deed": "open"})
    assert "no audience here" in refusal(keeper, f"people/{HEN}", {"deed": "subscribe", "list_id": "barn"})
    assert "accepted values" in refusal(keeper, f"staff/{HEN}", {"deed": "add_contact", "status": "broody"})
    keeper.add(HEN)
    assert "this needs one who is pending" in refusal(keeper, f"people/{HEN}", {"deed": "confirm"})
    assert "new_email" in refusal(keeper, f"people/{HEN}", {"deed": "change_email"})
    assert "already" in refusal(keeper, f"staff/{HEN}", {"deed": "add_contact"})
    assert "does not have the tag" in refusal(keeper, f"staff/{HEN}", {"deed": "untag", "name": "Layers"})
    keeper.person(HEN, "complain")
    keeper.staff(HEN, "archive")
    assert "compliance" in refusal(keeper, f"staff/{HEN}", {"deed": "add_contact"})
    keeper.staff(HEN, "delete_permanently")
    assert "permanently deleted" in refusal(keeper, f"staff/{HEN}", {"deed": "add_contact"})
    assert "advance must be" in refusal(keeper, "clock", {"advance": -1})
    assert "count must be" in refusal(keeper, "contacts", {"count": 0})
    assert "status must be one of" in refusal(keeper, "contacts", {"count": 1, "status": "broody"})
    assert keeper.control("POST", "eggs", {}).status_code == 404


def test_the_clock_moves_what_is_written(keeper: Zookeeper) -> None:
    before = keeper.add(HEN)["last_changed"]
    keeper.tell("POST", "clock", {"advance": 86400 * 365})
    assert int(keeper.patch(f"members/{HEN}", {"language": "fr"})["last_changed"][:4]) == int(before[:4]) + 1


def test_a_reset_forgets_contacts_and_what_was_remembered_of_them(keeper: Zookeeper) -> None:
    keeper.post("merge-fields", {"name": "Eggs", "type": "number", "tag": "EGGS"})
    added = keeper.add(HEN, "pending", tags=["Layers"])
    keeper.post(f"members/{keeper.add('gone@coop.test')['id']}/actions/delete-permanent")
    keeper.tell("POST", "reset")
    assert keeper.get("members")["total_items"] == 0
    assert keeper.standing(HEN) == {
        "email": HEN,
        "list_id": keeper.simulator.list_id,
        "status": "unknown",
        "standing": None,
        "contact_id": None,
        "confirmation_mails": 0,
    }
    assert keeper.refused("GET", f"members/{added['contact_id']}")["status"] == 404
    assert keeper.get("tag-search")["tags"][0]["name"] == "Layers"
    assert keeper.get("merge-fields")["total_items"] == 6
    assert keeper.add("gone@coop.test")["tags"] == []
    assert keeper.add(HEN)["contact_id"] != added["contact_id"]


def test_an_audience_is_filled_without_a_call(keeper: Zookeeper) -> None:
    assert keeper.tell("POST", "contacts", {"count": 1200, "status": "unsubscribed"}) == {"added": 1200}
    assert keeper.get("members", status="unsubscribed", count=0)["total_items"] == 1200
    assert keeper.simulator.fill(10) == 10
    assert keeper.tell("GET", "calls")["total"] == 1


def test_a_taken_port_is_an_error(simulator: Simulator) -> None:
    port = int(simulator.url.split(":")[2].partition("/")[0])
    with pytest.raises(OSError, match="address"), Simulator(port=port):
        pass


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_the_command_line_says_where_it_is_and_ends_cleanly(ending: signal.Signals) -> None:
    command = [sys.executable, "-m", "tools.mailchimp_simulator", "--port", "0", "--api-key", "hen-us1"]
    command += ["--list-id", "c00pc00pc0", "--audience-name", "Coop"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        line = process.stdout.readline()
        said = re.fullmatch(r"(http://127\.0\.0\.1:\d+/3\.0) api_key=hen-us1 list_id=c00pc00pc0\n", line)
        assert said
        answer = requests.get(f"{said[1]}/lists/c00pc00pc0", auth=("any", "hen-us1"), timeout=5)
        assert answer.json()["name"] == "Coop"
        process.send_signal(ending)
        assert process.wait(5) == 0
        assert process.stdout.read() == ""
