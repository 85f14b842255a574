"""What people write comes to the members whom it is of (PRODUCTS I1 to I5), on the running system."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest

from tests.system.application import Answer, Application, another_application, upserted
from tests.system.test_activity import did, pull, send, told
from tests.system.watching import eventually
from tools.local_stack import LocalStack
from tools.sample_application import SampleApplication

pytestmark = pytest.mark.system

PUFFIN, AUK = "puffin@reef.test", "auk@reef.test"
TASTE, ADDRESS = "Which fish do you like?", "Where can we write to?"


@dataclass(frozen=True)
class Reef:
    """An application with two members, a campaign, a survey, and an endpoint for notices."""

    zoo: Application
    post: SampleApplication

    def noticed(self, kind: str) -> list[Answer]:
        """The notices of that kind that arrived, as soon as there are some."""
        eventually(f"a {kind} arrives", lambda: self._of(kind))
        return self._of(kind)

    def _of(self, kind: str) -> list[Answer]:
        return [notice["data"] for notice in self.post.notices() if notice["type"] == kind]


@pytest.fixture
def reef(stack: LocalStack) -> Iterator[Reef]:
    with SampleApplication() as post:
        zoo = another_application(stack, f"cliff-{uuid4().hex[:8]}", notice_url=f"{post.url}/notices")
        post.trust(zoo.signing_secret)
        people = {"puffin": PUFFIN, "auk": AUK}
        zoo.tell(*(upserted(name, email=email, first_name=name.capitalize()) for name, email in people.items()))
        send(zoo, "Herrings")
        questions = [{"query": TASTE, "type": "text"}, {"query": ADDRESS, "type": "email"}]
        told(zoo, "surveys", title="Fish", list_id=zoo.audience_id, questions=questions)
        yield Reef(zoo, post)


def test_i1_i5_a_reply_belongs_to_its_member_and_somebody_is_told(reef: Reef) -> None:
    reef.zoo.person(PUFFIN, "reply", subject="Re: Herrings")

    pull(reef.zoo)

    (thread,) = did(reef.zoo, "members/puffin/activity", kind="inbox_thread")
    assert (thread["thread"]["subject"], thread["detail"]) == ("Re: Herrings", "inbound")
    assert thread["link"].startswith("https://")
    assert did(reef.zoo, "members/auk/activity", kind="inbox_thread") == []
    (notice,) = reef.noticed("contact.replied")
    assert (notice["id"], notice["link"]) == ("puffin", thread["link"])


def test_i2_i5_answers_to_a_survey_come_with_their_questions_once(reef: Reef) -> None:
    reef.zoo.person(AUK, "answer_survey", answers={TASTE: "Herring"})

    pull(reef.zoo)
    pull(reef.zoo)

    (response,) = did(reef.zoo, "members/auk/activity", kind="survey_response")
    assert response["survey"]["title"] == "Fish"
    assert {"question": TASTE, "answer": "Herring"} in response["survey"]["answers"]
    assert [notice["id"] for notice in reef.noticed("contact.answered_survey")] == ["auk"]


def test_i3_a_stranger_who_answers_becomes_a_contact_without_any_consent(reef: Reef) -> None:
    stranger = f"gannet-{uuid4().hex[:6]}@sea.test"
    reef.zoo.person(stranger, "answer_survey", answers={TASTE: "Mackerel"})

    run = pull(reef.zoo)

    assert run["counts"]["strangers"] == 1
    assert reef.zoo.seen(stranger) == "transactional"
    gannet = reef.zoo.say("gannet", email=stranger, first_name="Gannet", consent={"status": "unknown"})
    assert (gannet["status"], gannet["reason"]["code"]) == ("excluded", "no_consent")
    assert reef.zoo.seen(stranger) == "transactional"


def test_i4_who_wants_no_messages_one_to_one_keeps_the_newsletter(reef: Reef) -> None:
    reef.zoo.person(PUFFIN, "consent_to_one_to_one", consents=False)
    reef.zoo.say("puffin", email=PUFFIN, first_name="Puffina")  # written to, and seen

    puffin = reef.zoo.api.wait_for("puffin", lambda member: member["one_to_one"] is False)

    assert puffin["status"] == "synced"
    assert reef.zoo.seen(PUFFIN) == "subscribed"
