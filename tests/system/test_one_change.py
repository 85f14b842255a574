"""The story of one change, through real HTTP: posted, queued, synced, shown, listed, tried again."""

import uuid

import pytest
import requests

from tests.system.application import AGREED, Answer, Application, moment, upserted

pytestmark = pytest.mark.system


def test_a_signed_change_is_accepted_carried_and_told(zoo: Application) -> None:
    change = upserted("wombat", email="wombat@burrow.test", first_name="Wilhelmina", tags=["Diggers"])
    answer = zoo.post_signed({"changes": [change]})
    assert (answer.status_code, answer.headers["content-type"]) == (202, "application/json")
    assert answer.json() == {"accepted": [{"index": 0, "id": "wombat"}], "refused": []}

    shown = zoo.settled("wombat", change["occurred_at"])
    assert shown["status"] == "synced"
    assert shown["reason"]["code"] == "in_agreement"
    assert shown["email"] == "wombat@burrow.test"
    assert shown["version"] == shown["synced_version"]
    assert shown["consent"]["status"] == "opted_in"
    assert shown["contact"]["status"] == "subscribed"

    contact = zoo.contact("wombat@burrow.test")
    assert (contact["status"], contact["merge_fields"]["FNAME"]) == ("subscribed", "Wilhelmina")
    told = zoo.api.history("wombat")["events"]
    assert [event["kind"] for event in told] == ["tagged", "created"]
    assert all(event["sentence"] and "wombat@" not in event["sentence"] for event in told)


def test_put_and_delete_with_the_token(zoo: Application) -> None:
    at = moment()
    body = {"occurred_at": at, "member": {"email": "numbat@log.test", "first_name": "Numbert", "consent": AGREED}}
    put = zoo.send("PUT", "members/numbat", body, token=zoo.token)
    assert (put.status_code, put.json()) == (202, {"accepted": [{"index": 0, "id": "numbat"}], "refused": []})
    assert zoo.settled("numbat", at)["status"] == "synced"

    deleted = zoo.send("DELETE", "members/numbat", token=zoo.token)
    assert deleted.status_code == 202
    gone = zoo.api.wait_for("numbat", lambda member: member["status"] == "archived")
    assert (gone["reason"]["code"], zoo.seen("numbat@log.test")) == ("left", "archived")


def test_p06_erasing_is_another_verb_and_leaves_no_address_behind(zoo: Application) -> None:
    zoo.say("moth", email="moth@lamp.test", first_name="Mothilda")
    answer = zoo.send("DELETE", "members/moth?erase=true", token=zoo.token)
    assert answer.status_code == 202
    uuid.UUID(answer.json()["erasure"])
    gone = zoo.api.wait_for("moth", lambda member: member["status"] == "erased")
    assert (gone["email"], gone["consent"], zoo.seen("moth@lamp.test")) == (None, None, "forgotten")


def test_p12_c8_why_anna_is_not_there_in_english_and_in_french(zoo: Application) -> None:
    zoo.say("koala", email="koala@gumtree.test", first_name="Koalina", consent={"status": "unknown"})
    english, french = (zoo.api.member("koala", language) for language in ("en", "fr-FR,en;q=0.5"))
    assert english is not None
    assert french is not None
    assert english["reason"] == {
        "code": "no_consent",
        "message": "The member never agreed to receive the newsletter.",
        "next_step": "Ask for their consent in your application and send it with the member.",
    }
    assert french["reason"]["message"] == "Le membre n'a jamais accepté de recevoir la newsletter."


def test_operators_see_lists_and_counts(zoo: Application) -> None:
    before = zoo.api.counts()
    zoo.tell(*(upserted(f"meerkat-{n}", email=f"meerkat{n}@dune.test", consent={"status": "unknown"}) for n in "abc"))
    after = zoo.api.counts()
    assert after["excluded"] - before["excluded"] == 3
    assert sum(after.values()) - sum(before.values()) == 3
    listed = _members(zoo, status="excluded", limit="2")
    assert {"meerkat-a", "meerkat-b", "meerkat-c"} <= listed.keys()
    line = listed["meerkat-a"]
    assert (line["status"], line["reason"]["code"], "email" in line) == ("excluded", "no_consent", False)
    assert "meerkat-a" not in _members(zoo, status="synced", limit="500")


def test_operators_see_failures_and_try_them_again(zoo: Application) -> None:
    failed = zoo.say("unicorn", email="unicorn@example.com", first_name="Unity")
    assert (failed["status"], failed["reason"]["code"]) == ("failed", "email_refused")
    assert "unicorn" in [line["id"] for line in zoo.api.failures()["failures"]]
    assert "email_refused" in [reason["code"] for reason in zoo.api.failures()["reasons"]]

    calls = _refused_creations(zoo)
    again = zoo.say("unicorn", email="unicorn@example.com", first_name="Unity")
    assert (again["status"], _refused_creations(zoo)) == ("failed", calls)

    one = zoo.send("POST", "members/unicorn/retry", token=zoo.operator_token)
    assert (one.status_code, one.json()) == (202, {"retried": 1})
    zoo.api.wait_for("unicorn", lambda member: member["status"] == "failed")
    assert _refused_creations(zoo) == calls + 1

    others = zoo.send("POST", "failures/retry", {"reason": "dead_letter"}, token=zoo.operator_token)
    assert (others.status_code, others.json()) == (202, {"retried": 0, "more": False})
    (refused,) = [each["count"] for each in zoo.api.failures()["reasons"] if each["code"] == "email_refused"]
    all_of_it = zoo.send("POST", "failures/retry", {"reason": "email_refused"}, token=zoo.operator_token)
    assert (all_of_it.status_code, all_of_it.json()) == (202, {"retried": refused, "more": False})
    zoo.api.wait_for("unicorn", lambda member: member["status"] == "failed")
    assert zoo.kinds("unicorn").count("retried") == 2


def test_what_nobody_has_heard_of_is_404(zoo: Application) -> None:
    assert zoo.send("GET", "members/bunyip", token=zoo.token).status_code == 404
    assert zoo.send("GET", "members/bunyip/history", token=zoo.token).status_code == 404
    assert zoo.send("POST", "members/bunyip/retry", token=zoo.operator_token).status_code == 404
    elsewhere = zoo.api.url.replace(zoo.api.connection_id, "no-such-zoo")
    headers = {"authorization": f"Bearer {zoo.operator_token}"}
    assert requests.get(f"{elsewhere}/counts", headers=headers, timeout=30).status_code == 404


def _refused_creations(zoo: Application) -> int:
    creations: int = zoo.stack.audience.calls()["by_route"].get("POST /3.0/lists/{list_id}", 0)
    return creations


def _members(zoo: Application, **query: str) -> dict[str, Answer]:
    """The lines on all pages of the operator's list, by member."""
    lines: list[Answer] = []
    after: str | None = ""
    while after is not None:
        params = query | ({"after": after} if after else {})
        headers = {"authorization": f"Bearer {zoo.operator_token}"}
        page = requests.get(f"{zoo.api.url}/members", params=params, headers=headers, timeout=30).json()
        lines += page["members"]
        after = page["next"]
    return {line["id"]: line for line in lines}
