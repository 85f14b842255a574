"""Notices on their way to an application that fails, is slow, or wants none any more: at least once, under one id."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from accord.adapters.dynamodb.ledger import DynamoDBLedger
from tests.system.application import Application, another_application, upserted
from tests.system.hearing import feed, kinds_told
from tests.system.watching import DEAD_LETTERS, NOTICES, eventually, impatient_queues, kill_workers, messages
from tools.local_stack import LocalStack
from tools.sample_application import SampleApplication

pytestmark = pytest.mark.system


@dataclass(frozen=True)
class Owlery:
    """An application with an endpoint of its own, where the post arrives."""

    application: Application
    post: SampleApplication

    def arrives(self, *owls: str) -> None:
        """These are members, with contacts."""
        self.application.tell(*(upserted(owl, email=f"{owl}@owlery.test", first_name="Owlfred") for owl in owls))

    def unsubscribes(self, *owls: str) -> None:
        for owl in owls:
            self.application.person(f"{owl}@owlery.test", "unsubscribe")

    def listed(self) -> list[str]:
        """Of whom notices were taken, in the order in which they were."""
        return [notice["data"]["id"] for notice in self.post.notices()]


@pytest.fixture(scope="module")
def owlery(stack: LocalStack) -> Iterator[Owlery]:
    with SampleApplication() as post:
        application = another_application(stack, "owlery", notice_url=f"{post.url}/notices")
        post.trust(application.signing_secret)
        yield Owlery(application, post)


def test_p07_an_endpoint_that_fails_twice_gets_the_notice_a_third_time_under_the_same_id(owlery: Owlery) -> None:
    owlery.arrives("barn-owl")
    before = len(owlery.post.tries())
    owlery.post.answer_next(500, 503)
    owlery.unsubscribes("barn-owl")
    eventually("the notice is taken", lambda: "barn-owl" in owlery.listed())
    tries = owlery.post.tries()[before:]
    assert [each["answer"] for each in tries] == [500, 503, 204]
    assert {each["id"] for each in tries} == {notice["id"] for notice in feed(owlery.application)}
    assert owlery.listed() == ["barn-owl"]


def test_p07_a_worker_killed_while_the_endpoint_thinks_loses_no_notice(owlery: Owlery, stack: LocalStack) -> None:
    owls = [f"owlet-{number:02d}" for number in range(6)]
    owlery.arrives(*owls)
    before = len(owlery.post.tries())
    with impatient_queues(stack, 4, [NOTICES]):
        owlery.post.answer_next(204, delay=30)
        owlery.unsubscribes(*owls)
        eventually("a notice arrived, and is not answered", lambda: len(owlery.post.tries()) > before, every=0.01)
        assert kill_workers(stack, "NotifyUpstream") >= 1
        eventually("every notice is taken", lambda: set(owls) <= set(owlery.listed()))
        eventually("the first one comes again", lambda: _first_again(owlery, before))
    told = [notice["id"] for notice in feed(owlery.application) if notice["data"]["id"] in owls]
    tries = [each["id"] for each in owlery.post.tries()[before:]]
    assert (len(told), set(tries)) == (len(owls), set(told))
    assert messages(stack, *DEAD_LETTERS) == 0


def _first_again(owlery: Owlery, before: int) -> bool:
    first, *others = [each["id"] for each in owlery.post.tries()[before:]]
    return first in others


def test_an_endpoint_that_is_gone_is_sent_nothing_more_and_the_feed_goes_on(owlery: Owlery, stack: LocalStack) -> None:
    """The last one here: there is no way back from 410 but a new connection."""
    owlery.arrives("tawny-owl", "eagle-owl")
    owlery.post.answer_next(410)
    owlery.unsubscribes("tawny-owl")
    eventually("the endpoint says that it is gone", lambda: owlery.post.tries()[-1]["answer"] == 410)
    ledger = DynamoDBLedger(stack.emulator.client("dynamodb"), stack.outputs["TableName"])
    connection = eventually("notices are stopped", lambda: _stopped(ledger, "owlery"))
    assert "410" in connection

    sent, unsent = len(owlery.post.tries()), _not_sent(stack)
    owlery.unsubscribes("eagle-owl")
    eventually("nothing is sent", lambda: _not_sent(stack) > unsent)
    assert len(owlery.post.tries()) == sent
    for owl in ("tawny-owl", "eagle-owl"):
        assert kinds_told(owlery.application, owl) == ["contact.unsubscribed"]
        assert owl not in owlery.listed()


def _stopped(ledger: DynamoDBLedger, connection_id: str) -> str:
    """Why the connection's notices are not sent any more."""
    connection = ledger.connection(connection_id)
    assert connection is not None
    return connection.notices_stopped


def _not_sent(stack: LocalStack) -> int:
    """How often notify_upstream found that a notice is not to be sent."""
    return stack.emulator.logs("NotifyUpstream").count('"not_sent"')
