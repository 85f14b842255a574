"""A space is connected as a person does it: over the operator API, and the pages of Cobot (PRODUCTS C1 to C9)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from tests.system.application import Answer
from tests.system.cobot_space import BOX, WAX_LANE
from tests.system.watching import eventually, holds
from tools.cobot_simulator import CobotSimulator
from tools.local_stack import LocalStack

pytestmark = pytest.mark.system

SPACE = "apiary"


@dataclass
class Apiary:
    """A space with its connection, and whoever sets it up."""

    stack: LocalStack
    cobot: CobotSimulator
    token: str = ""

    def ask(self, method: str, path: str, body: object = None, status: int = 200, token: str = "") -> Answer:
        """Any route, as an operator unless another token is given."""
        headers = {"authorization": f"Bearer {token or self.stack.info.operator_token}"}
        url = f"{self.stack.info.api_url}{path}"
        answer = requests.request(method, url, json=body, headers=headers, timeout=40)
        assert answer.status_code == status, answer.text
        found: Answer = answer.json()
        return found

    def of_connection(self, method: str, path: str = "", body: object = None) -> Answer:
        return self.ask(method, f"/v1/connections/{SPACE}{path}", body)

    @property
    def lacks(self) -> str:
        """Why the connection stands as it does."""
        code: str = self.of_connection("GET")["connection"]["reason"]["code"]
        return code

    def authorise(self) -> requests.Response:
        """The operator begins, the admin agrees in Cobot, and the browser follows to the page of Accord."""
        url = self.ask("GET", f"/cobot/oauth/start?connection={SPACE}")["authorize_url"]
        assert url.startswith(f"{self.cobot.url}/oauth/authorize?")
        return requests.get(url, timeout=40)

    def new_audience(self) -> str:
        """What the owner of the Mailchimp account has made there."""
        account = self.stack.audience.account
        body: Answer = {
            "name": "Friends of the Apiary",
            "permission_reminder": "You are a member and agreed to receive this newsletter.",
            "email_type_option": False,
            "contact": {"company": "Apiary", "address1": "1 Wax Lane", "city": "Berlin", "country": "DE"},
            "campaign_defaults": {
                "from_name": "Apiary",
                "from_email": "buzz@apiary.test",
                "subject": "Buzz",
                "language": "en",
            },
        }
        answer = requests.post(f"{account.url}/lists", json=body, auth=("the owner", account.api_key), timeout=30)
        audience_id: str = answer.json()["id"]
        return audience_id

    def joins(self, name: str, box: str) -> str:
        """The id of a new member."""
        fields = {BOX: box, "Birthday": "1990/03/12"}
        email = f"{name.partition(' ')[0].lower()}@{SPACE}.test"
        member: Answer = self.cobot.tell(
            f"spaces/{SPACE}/members", name=name, email=email, address=WAX_LANE, plan="Comb", custom_fields=fields
        )
        member_id: str = member["id"]
        return member_id

    def ticks(self, member_id: str, box: str) -> None:
        self.cobot.tell(f"spaces/{SPACE}/members/{member_id}", deed="set_fields", fields={BOX: box})

    def member(self, member_id: str) -> Answer | None:
        headers = {"authorization": f"Bearer {self.token}"}
        url = f"{self.stack.info.api_url}/v1/connections/{SPACE}/members/{member_id}"
        answer = requests.get(url, headers=headers, timeout=30)
        found: Answer = answer.json()
        return found if answer.ok else None

    def reaches(self, member_id: str, wanted: Callable[[Answer], bool]) -> Answer:
        """The member, as soon as it is as wanted."""
        seen: list[Answer] = []

        def done() -> bool:
            found = self.member(member_id)
            seen[:] = [found] if found is not None and wanted(found) else []
            return bool(seen)

        eventually("the member stands as wanted", done)
        return seen[0]


def consent(status: str) -> Callable[[Answer], bool]:
    return lambda member: bool(member["consent"]["status"] == status)


@pytest.fixture(scope="module")
def apiary(stack: LocalStack) -> Iterator[Apiary]:
    """The space, its first two members, and a connection to it that has an account of Mailchimp and no more."""
    assert stack.cobot is not None
    stack.cobot.tell("spaces", space=SPACE)
    stack.cobot.tell("pace", per_minute=None)
    account = stack.audience.account
    made = Apiary(stack, stack.cobot)
    body: dict[str, Any] = {
        "id": SPACE,
        "application": "cobot",
        "preset": "cobot",
        "mailchimp_api_key": account.api_key,
        "mailchimp_base_url": account.url,
    }
    made.token = made.ask("POST", "/v1/connections", body, 201)["credentials"]["token"]
    yield made
    logs = stack.emulator.logs("ConnectCobot") + stack.emulator.logs("ManageConnections")
    assert [secret for secret in ("hush", "/cobot/webhooks/", account.api_key) if secret in logs] == []


def test_c7_setting_up_is_adding_choosing_the_space_giving_a_key_and_picking_the_audience(apiary: Apiary) -> None:
    assert apiary.lacks == "cobot_space_missing"
    started = apiary.ask("GET", f"/cobot/oauth/start?connection={SPACE}", status=409)
    assert "cobot.space" in started["detail"]

    space = {"space": SPACE, "consent_field": BOX, "birthday_field": "Birthday"}
    apiary.of_connection("PATCH", "", {"cobot": space})
    assert apiary.lacks == "cobot_not_authorised"

    apiary.cobot.tell("admin", agrees=False)
    assert "Cobot is not connected" in apiary.authorise().text
    assert apiary.lacks == "cobot_not_authorised"
    apiary.cobot.tell("admin", agrees=True)

    apiary.joins("Elder Bee", "yes")  # is there before the space is linked
    page = apiary.authorise()
    assert (page.status_code, "Cobot is connected" in page.text) == (200, True), page.text
    assert requests.get(page.url, timeout=30).status_code == 400, "its state was used"
    assert apiary.lacks == "audience_missing"

    audience_id = apiary.new_audience()
    assert audience_id in {each["id"] for each in apiary.of_connection("GET", "/audiences")["audiences"]}
    chosen = apiary.of_connection("PUT", "/audience", {"id": audience_id})["connection"]
    assert chosen["reason"]["code"] == "ready_to_check"
    found = apiary.of_connection("POST", "/test")
    assert [check["check"] for check in found["checks"] if not check["ok"]] == []
    assert "space" in {check["check"] for check in found["checks"]}
    assert found["connection"]["state"] != "draft"


def test_c1_members_who_were_there_before_are_read_by_one_call_and_wait_for_the_approval(apiary: Apiary) -> None:
    elder = next(iter(apiary.cobot.space(SPACE).members))

    shown = apiary.reaches(elder, lambda member: bool(member["reason"]["code"] == "awaiting_approval"))

    assert (shown["status"], shown["consent"]["status"]) == ("pending", "opted_in")
    assert shown["consent"]["source"] == f"Cobot: {BOX}"


def test_c2_whoever_ticks_the_box_at_registration_comes_at_once_and_waits_too(apiary: Apiary) -> None:
    novice = apiary.joins("Novice Bee", "yes")

    shown = apiary.reaches(novice, consent("opted_in"))

    assert (shown["email"], shown["status"]) == ("novice@apiary.test", "pending")
    holds("nobody is added before the approval", lambda: _standing(apiary, "novice@apiary.test") == "unknown", 2)


def test_c8_why_somebody_is_not_in_the_audience_is_said_in_words(apiary: Apiary) -> None:
    recluse = apiary.joins("Recluse Bee", "")

    shown = apiary.reaches(recluse, consent("unknown"))

    assert shown["reason"]["message"].endswith(".")
    assert shown["reason"]["next_step"].endswith(".")


def test_c9_the_box_is_the_first_opt_in_mailchimp_asks_for_the_second_and_it_is_changeable_later(
    apiary: Apiary,
) -> None:
    assert apiary.of_connection("GET")["connection"]["policies"]["opt_in"] == "double"
    fickle = apiary.joins("Fickle Bee", "yes")
    apiary.reaches(fickle, consent("opted_in"))

    apiary.ticks(fickle, "")
    apiary.reaches(fickle, consent("opted_out"))

    apiary.ticks(fickle, "yes")
    apiary.reaches(fickle, consent("opted_in"))


def test_a9_a_space_that_is_disconnected_tells_nothing_and_is_read_again_once_authorised_anew(apiary: Apiary) -> None:
    assert apiary.cobot.space(SPACE).subscriptions
    apiary.of_connection("POST", "/disconnect", {"reason": "Winter"})
    assert apiary.lacks == "disconnected_by_operator"
    assert apiary.cobot.space(SPACE).subscriptions == {}
    late = apiary.joins("Late Bee", "yes")
    holds("nothing is told", lambda: apiary.member(late) is None, 2)

    apiary.of_connection("POST", "/reconnect")
    assert apiary.lacks == "cobot_not_authorised"
    assert apiary.authorise().status_code == 200

    apiary.reaches(late, consent("opted_in"))
    apiary.of_connection("POST", "/disconnect")


def _standing(apiary: Apiary, email: str) -> str:
    url = f"{apiary.stack.audience.control_url}/people/{email}"
    audience_id = apiary.of_connection("GET")["connection"]["audience"]["id"]
    status: str = requests.get(url, params={"list_id": audience_id}, timeout=30).json()["status"]
    return status
