"""What people wrote -> ledger: conversations and answers to surveys, read in one batch; and somebody hears of them."""

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from accord.domain.activity import Activity, Held, held
from accord.domain.connection import Connection
from accord.domain.contact import ContactStatus, NewContact
from accord.domain.folding import KeyOf
from accord.domain.inbox import (
    A_BATCH,
    PATIENCE,
    Asked,
    Response,
    Told,
    answered,
    is_news_to_people,
    is_stranger,
    may_be_stranger,
    may_have_written,
    written,
)
from accord.domain.notice import wrote
from accord.domain.run import Run
from accord.errors import Rejected
from accord.ports import Audience, Clock, Ledger, Outbox
from accord.ports.activity import ActivityLedger
from accord.ports.audiences import AudienceMemory
from accord.ports.inbox import AskedContact, Inbox
from accord.ports.tending import Mail
from accord.usecases.pulling.tell_inbox import told_inbox

A_LOOK = 1000
"""Addresses that are looked at together."""
AT_ONCE = 500
"""Answers that are stored together, and contacts that are created in one call."""
STRANGERS = "strangers"
"""People who answered a survey, whom nobody knew: they are non-subscribed contacts now."""
LEFT_OUT = "inbox_left_out"
"""Whether Mailchimp did not tell what people wrote: the next pull asks again."""


@dataclass(frozen=True, slots=True)
class AskInbox:
    """One step after the other, each of which may be done again: what is known is not told twice."""

    ledger: Ledger
    memory: AudienceMemory
    activity: ActivityLedger
    outbox: Outbox
    mail: Mail
    inbox_of: Callable[[Connection], Inbox]
    audience_of: Callable[[Connection], Audience]
    clock: Clock
    key_of: KeyOf
    kept: timedelta
    """So long activity is kept: what is older is not written."""

    def __call__(self, connection: Connection, run: Run) -> Run:
        """The run one step further; its `inbox` is over, or has a batch that is to be waited for. Raises what
        the ports raise."""
        try:
            if run.inbox is None or not run.inbox.batch_id:
                return self._ask(connection, run)
            return self._read(connection, run, run.inbox)
        except Rejected:
            return self._given_up(run)

    # --- asking -----------------------------------------------------------------------------------------------------

    def _ask(self, connection: Connection, run: Run) -> Run:
        """A batch about the next contacts, and with the first of them about the answers to surveys."""
        inbox, found = self.inbox_of(connection), Counter(run.counts)
        cursor = run.inbox.cursor if run.inbox is not None else None
        calls, responses = 0, list[Response]()
        if run.inbox is None:
            all_responses, calls = _responses(inbox)
            strangers, creations = self._take_in(connection, all_responses)
            found[STRANGERS] += strangers
            calls += creations
            responses = self._new(connection, all_responses)
        contacts, following = self._contacts(connection, cursor)
        titles = {response.survey.id: response.survey.title for response in responses}
        nobody = not (contacts or responses)
        asked = Asked(asked_at=self.clock.now(), cursor=following, surveys=titles, over=nobody)
        if not asked.over:
            asked = asked.model_copy(update={"batch_id": inbox.ask(contacts, responses)})
            calls += 1
        made = {"calls": run.calls + calls, "least": run.least + calls, "counts": dict(+found)}
        return run.model_copy(update={"inbox": asked, **made})

    def _contacts(self, connection: Connection, cursor: str | None) -> tuple[list[AskedContact], str | None]:
        """Who could have written, some thousand at a time, and where to go on. Without a campaign nobody replies."""
        found: list[AskedContact] = []
        if not any(each.audience_id == connection.audience_id for each in self.activity.campaigns(connection.id)):
            return found, None
        while len(found) < A_BATCH:
            page = self.memory.remembered(connection.audience_id, cursor, A_LOOK)
            known = self.memory.summaries(connection.audience_id, [each.key for each in page.items])
            found += [AskedContact(each.key, each.reference) for each in known.values() if may_have_written(each)]
            cursor = page.next
            if cursor is None:
                break
        return found, cursor

    def _new(self, connection: Connection, responses: Sequence[Response]) -> list[Response]:
        """Those of members, of whom nothing is stored yet."""
        new: list[Response] = []
        young = [response for response in responses if response.at >= self.clock.now() - self.kept]
        for some in itertools.batched(young, AT_ONCE, strict=False):
            events = {event: response for response, event in self._events_of(connection, some)}
            known = self.activity.known(connection.id, events, self.clock.now())
            new += dict.fromkeys(response for event, response in events.items() if event not in known)
        return new

    def _events_of(self, connection: Connection, responses: Iterable[Response]) -> Iterator[tuple[Response, Activity]]:
        keys = {response: self.key_of(response.email) for response in responses}
        known = self.ledger.addresses(connection.audience_id, set(keys.values()))
        for response, key in keys.items():
            yield from ((response, each) for each in answered(response, (), held(known[key].holders, connection.id)))

    def _take_in(self, connection: Connection, responses: Sequence[Response]) -> tuple[int, int]:
        """Whoever is unknown to everybody becomes a contact that is not subscribed: to have answered is no consent. How
        many there were, and the calls that it took."""
        number = calls = 0
        recent = (response for response in responses if may_be_stranger(response, self.clock.now()))
        for some in itertools.batched(recent, AT_ONCE, strict=False):
            emails = {self.key_of(response.email): response for response in some}
            known = self.ledger.addresses(connection.audience_id, emails)
            strangers = [each for key, each in emails.items() if is_stranger(each, known[key])]
            if strangers:
                new = [NewContact(email=each.email, status=ContactStatus.TRANSACTIONAL) for each in strangers]
                made = self.audience_of(connection).create(new)
                number, calls = number + sum(not isinstance(each, Rejected) for each in made), calls + 1
        return number, calls

    # --- reading ----------------------------------------------------------------------------------------------------

    def _read(self, connection: Connection, run: Run, asked: Asked) -> Run:
        """What the batch read, once it is over."""
        told = self.inbox_of(connection).told(asked.batch_id)
        run = run.model_copy(update={"calls": run.calls + 1})
        if told is None:
            return self._given_up(run) if self.clock.now() - asked.asked_at > PATIENCE else run
        found, news = Counter(run.counts), 0
        something = (each for each in told if each.threads or each.response is not None)
        for some in itertools.batched(something, AT_ONCE, strict=False):
            events = self._store(connection, some, asked)
            found.update(event.kind.value for event in events)
            news += self._tell(connection, events)
        if news and connection.email:
            self.mail.send(connection.email, *told_inbox(connection, news))
        over = asked.model_copy(update={"batch_id": "", "over": asked.cursor is None})
        return run.model_copy(update={"inbox": over, "least": run.least + 1, "counts": dict(+found)})

    def _store(self, connection: Connection, told: Sequence[Told], asked: Asked) -> list[Activity]:
        """What is new of it, for whoever held the address then."""
        keys = [self.key_of(each.response.email) if each.response is not None else each.name for each in told]
        known = self.ledger.addresses(connection.audience_id, set(keys))
        events: dict[object, Activity] = {}
        for key, each in zip(keys, told, strict=True):
            found = _events(each, asked, held(known[key].holders, connection.id))
            events |= {event.name: event for event in found if event.at >= asked.asked_at - self.kept}
        there = self.activity.known(connection.id, list(events.values()), asked.asked_at)
        names = {event.name for event in there}
        new = [event for event in events.values() if event.name not in names]
        self.activity.add(connection.id, new, asked.asked_at)
        gone = self.activity.erased(connection.id, {event.member_id for event in new})
        self.activity.forget(connection.id, sorted(gone))
        return [event for event in new if event.member_id not in gone]

    def _tell(self, connection: Connection, events: Sequence[Activity]) -> int:
        """Upstream hears of each; how many there are to be told of."""
        news = [event for event in events if is_news_to_people(event, self.clock.now())]
        for event in news:
            notice = wrote(connection.id, event, self.clock.now())
            self.outbox.add_notice(connection.id, notice, notify=bool(connection.notice_url))
        return len(news)

    def _given_up(self, run: Run) -> Run:
        over = Asked(asked_at=self.clock.now(), over=True)
        return run.model_copy(update={"inbox": over, "counts": run.counts | {LEFT_OUT: 1}})


def _responses(inbox: Inbox) -> tuple[list[Response], int]:
    """All of them, and the calls that this took. A survey that is deleted meanwhile is left out."""
    surveys, found = inbox.surveys(), list[Response]()
    for survey in surveys:
        with suppress(Rejected):
            found += inbox.responses(survey)
    return found, 1 + len(surveys)


def _events(told: Told, asked: Asked, holders: Sequence[Held]) -> Iterator[Activity]:
    if told.response is None:
        return written(told.threads, holders)
    survey = told.response.survey
    titled = told.response._replace(survey=survey._replace(title=asked.surveys.get(survey.id, "")))
    return answered(titled, told.answers, holders)
