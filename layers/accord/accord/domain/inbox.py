"""What people write, as far as Mailchimp's API tells it: conversations from outside, and answers to surveys. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from accord.domain.activity import Activity, ActivityKind, Answer, Held, receivers
from accord.domain.address import Address
from accord.domain.contact import ContactStatus
from accord.domain.values import Moment, Value

A_BATCH = 10_000
"""Contacts that are asked about in one batch."""
PATIENCE = timedelta(hours=6)
"""So long a batch is waited for; then the next pull asks again."""


NEWS = timedelta(days=14)
"""So long what somebody wrote is news: for two pulls, be one of them late. What a first pull finds may be years old."""


class Survey(NamedTuple):
    """One of the audience."""

    id: str
    title: str


class Response(NamedTuple):
    """Who answered a survey, and when. `contact_id` is empty where the audience has no such contact."""

    survey: Survey
    id: str
    at: datetime
    email: str
    contact_id: str = ""


class Thread(NamedTuple):
    """The outside of a conversation."""

    id: str
    at: datetime
    subject: str = ""
    url: str = ""
    direction: str = ""
    author: str = ""


class Told(NamedTuple):
    """What one read of a batch gave: the conversations of a contact, under the name by which it was asked about; or a
    response with its answers, whose survey has no title here."""

    name: str = ""
    threads: tuple[Thread, ...] = ()
    response: Response | None = None
    answers: tuple[Answer, ...] = ()


class Asked(Value):
    """How far the asking is, in a run: the batch whose results are waited for, and where it goes on after it."""

    batch_id: str = ""
    asked_at: Moment
    cursor: str | None = None
    surveys: dict[str, str] = {}
    """The titles of those whose answers are asked for, by id."""
    over: bool = False


def may_have_written(address: Address) -> bool:
    """Whether a conversation with this contact is possible: it is Accord's, there, and was mailed at some time."""
    there = address.seen not in {None, ContactStatus.TRANSACTIONAL} and address.forgotten_at is None
    return there and address.ours and address.erased_at is None and bool(address.reference)


def is_stranger(response: Response, address: Address) -> bool:
    """Whether somebody answered of whom neither Mailchimp nor Accord knows anything. Whoever is remembered, be it as
    erased or forgotten, is none."""
    return not response.contact_id and "@" in response.email and address.revision == 0 and not address.holders


def may_be_stranger(response: Response, now: datetime) -> bool:
    """Whether that is to be looked at: whoever answered long ago was looked at then."""
    return not response.contact_id and response.at >= now - NEWS


def written(threads: Iterable[Thread], holders: Sequence[Held]) -> Iterator[Activity]:
    """The conversations of a contact, for whoever held its address then."""
    for thread in threads:
        for holder in receivers(holders, thread.at):
            if holder.erased_at is None:
                yield Activity(
                    member_id=holder.member_id,
                    campaign_id=thread.id,
                    kind=ActivityKind.INBOX_THREAD,
                    at=thread.at,
                    link=thread.url,
                    detail=thread.direction.lower(),
                    subject=thread.subject,
                    author=thread.author,
                )


def answered(response: Response, answers: tuple[Answer, ...], holders: Sequence[Held]) -> Iterator[Activity]:
    """A response, for whoever held its address then; the same one with its answers and without."""
    for holder in receivers(holders, response.at):
        if holder.erased_at is None:
            yield Activity(
                member_id=holder.member_id,
                campaign_id=response.survey.id,
                kind=ActivityKind.SURVEY_RESPONSE,
                at=response.at,
                subject=response.survey.title,
                answers=answers,
            )


def is_news_to_people(event: Activity, now: datetime) -> bool:
    """Whether somebody is to be told: neither of what is old, nor of what the newsletter's own people wrote."""
    return event.at >= now - NEWS and (event.kind is ActivityKind.SURVEY_RESPONSE or event.detail != "outbound")
