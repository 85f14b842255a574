"""The contract of the port `Inbox`, on the fake and on the simulator, which is held to the specification."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Protocol

import pytest
import requests

from accord.adapters.mailchimp.http import MailchimpHttp
from accord.adapters.mailchimp.inbox import MailchimpInbox
from accord.domain.activity import Answer
from accord.domain.inbox import Response, Survey, Thread, Told
from accord.domain.values import subscriber_hash
from accord.errors import Refusal, Rejected
from accord.ports.inbox import AskedContact, Inbox
from tests.fake_inbox import FakeInbox
from tools.mailchimp_simulator import Simulator

PUFFIN, AUK, STRANGER = "puffin@reef.test", "auk@reef.test", "stranger@sea.test"
QUESTION = "What do you drink?"


class World(Protocol):
    """Mailchimp, and people who write."""

    inbox: Inbox

    def reply(self, person: str, subject: str) -> None: ...

    def answer(self, person: str, answer: str) -> None: ...


class FakeWorld:
    """What people write lies in dictionaries."""

    def __init__(self) -> None:
        self.fake = FakeInbox()
        self.inbox: Inbox = self.fake
        self.survey = Survey("s-1", "Drinks")

    def reply(self, person: str, subject: str) -> None:
        thread = Thread("t-1", datetime.now(UTC), subject, "https://mailchimp.test/t-1", "INBOUND", person)
        self.fake.threads.setdefault(subscriber_hash(person), []).append(thread)

    def answer(self, person: str, answer: str) -> None:
        kept = self.fake.answered.setdefault(self.survey, [])
        response = Response(self.survey, f"r-{len(kept)}", datetime.now(UTC), person, "" if person == STRANGER else "c")
        kept.append((response, (Answer(question=QUESTION, answer=answer),)))


class SimulatedWorld:
    """What people write is told to the simulator."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        http = MailchimpHttp(base_url=simulator.url, api_key=simulator.api_key, allow_any_host=True)
        self.inbox: Inbox = MailchimpInbox(http, simulator.list_id, allow_any_host=True)
        for person in (PUFFIN, AUK):
            self._told(f"staff/{person}", deed="add_contact", status="subscribed")
        questions = [{"query": QUESTION, "type": "text"}, {"query": "Your address?", "type": "email"}]
        self._told("surveys", title="Drinks", questions=questions)

    def reply(self, person: str, subject: str) -> None:
        self._told(f"people/{person}", deed="reply", subject=subject)

    def answer(self, person: str, answer: str) -> None:
        self._told(f"people/{person}", deed="answer_survey", answers={QUESTION: answer})

    def _told(self, path: str, **body: Any) -> None:
        answer = requests.post(f"{self.simulator.control_url}/{path}", json=body, timeout=10)
        assert answer.status_code == 200, answer.text


@pytest.fixture(params=["fake", "mailchimp"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    if request.param == "fake":
        yield FakeWorld()
        return
    with Simulator(latency=0) as simulator:
        yield SimulatedWorld(simulator)


def told(world: World, batch_id: str) -> list[Told]:
    """What the batch read, as soon as it has ended."""
    for _ in range(200):
        if (found := world.inbox.told(batch_id)) is not None:
            return list(found)
        time.sleep(0.05)
    raise AssertionError("the batch did not end")


def asked(*people: str) -> list[AskedContact]:
    return [AskedContact(f"name-of-{person.partition('@')[0]}", subscriber_hash(person)) for person in people]


def test_a_conversation_is_told_under_the_name_of_its_contact(world: World) -> None:
    world.reply(PUFFIN, "Re: Spring")

    found = {each.name: each.threads for each in told(world, world.inbox.ask(asked(PUFFIN, AUK), []))}

    (thread,) = found["name-of-puffin"]
    assert (thread.subject, thread.direction) == ("Re: Spring", "INBOUND")
    assert thread.url.startswith("https://")
    assert found["name-of-auk"] == ()


def test_a_response_is_listed_and_read_with_its_answers(world: World) -> None:
    world.answer(PUFFIN, "Tea")
    (survey,) = world.inbox.surveys()

    (response,) = world.inbox.responses(survey)
    (read,) = told(world, world.inbox.ask([], [response]))

    assert (survey.title, response.email, bool(response.contact_id)) == ("Drinks", PUFFIN, True)
    assert Answer(question=QUESTION, answer="Tea") in read.answers
    assert read.response is not None
    assert (read.response.id, read.response.email, read.response.survey.id) == (response.id, PUFFIN, survey.id)


def test_a_stranger_answers_without_a_contact(world: World) -> None:
    world.answer(STRANGER, "Rum")
    (survey,) = world.inbox.surveys()

    (response,) = world.inbox.responses(survey)

    assert (response.email, response.contact_id) == (STRANGER, "")


def test_a_contact_that_is_not_there_any_more_tells_nothing(world: World) -> None:
    world.reply(PUFFIN, "Re: Spring")

    found = told(world, world.inbox.ask(asked(PUFFIN, "ghost@reef.test"), []))

    assert [each.name for each in found if each.threads] == ["name-of-puffin"]


def test_nothing_is_asked_in_no_batch(world: World) -> None:
    with pytest.raises(ValueError, match="at least one"):
        world.inbox.ask([], [])


def test_a_batch_that_is_not_there_is_refused(world: World) -> None:
    with pytest.raises(Rejected) as refused:
        world.inbox.told("nobody-made-it")

    assert refused.value.refusal is Refusal.NOT_FOUND


def test_a_survey_that_is_not_there_is_refused(world: World) -> None:
    with pytest.raises(Rejected):
        world.inbox.responses(Survey("nobody-made-it", ""))
