"""Surveys of an audience: their questions, and what people answered (FACTS 1.9)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tools.mailchimp_simulator.domain.body import Body, one_of, read, required, texts
from tools.mailchimp_simulator.domain.contact import Contact
from tools.mailchimp_simulator.domain.ids import short_id
from tools.mailchimp_simulator.domain.problems import not_found, unfit

MAX_CHOICES = 50
RANGE = range(11)


class Kind(StrEnum):
    PICK_ONE = "pickOne"
    PICK_MANY = "pickMany"
    RANGE = "range"
    TEXT = "text"
    EMAIL = "email"


class Familiarity(StrEnum):
    """`new`: the survey made the contact; `known`: the contact was there; `unknown`: there is none."""

    NEW = "new"
    KNOWN = "known"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Question:
    """`id` is a number in text, as the filter `answered_question` wants it; `options` are labels by id."""

    id: str
    query: str
    kind: Kind
    options: dict[str, str]
    is_required: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """`chosen` are ids of options."""

    id: str
    value: str
    chosen: frozenset[str] = frozenset()


@dataclass(slots=True)
class Response:
    """`contact` is None for a respondent who is not in the audience; `email` is what they gave, if they were asked."""

    id: str
    moment: int
    contact: Contact | None
    email: str
    familiarity: Familiarity
    answers: dict[str, Answer]

    @property
    def is_forgotten(self) -> bool:
        return self.contact is not None and bool(self.contact.get("forgotten"))


@dataclass(slots=True)
class Survey:
    """`published` is None until it is; `responses` are in the order of their arrival."""

    id: str
    web_id: int
    list_id: str
    title: str
    created: int
    updated: int
    published: int | None
    status: str
    questions: list[Question]
    responses: list[Response] = field(default_factory=list)

    @property
    def asks_for_email(self) -> bool:
        return any(question.kind is Kind.EMAIL for question in self.questions)

    def question(self, question_id: str) -> Question:
        """Raises Problem 404."""
        return _the_one(question for question in self.questions if question.id == question_id)

    def response(self, response_id: str) -> Response:
        """Raises Problem 404."""
        return _the_one(response for response in self.responses if response.id == response_id)


def survey_of(body: Body, list_id: str, web_id: int, now: int) -> Survey:
    """From `{"title", "status"?, "questions": [{"query", "type", "options"?, "is_required"?}]}`; raises Problem 400."""
    given: list[Any] = read(body, "questions", list, [])
    if not given or not all(isinstance(each, dict) for each in given):
        raise unfit(("questions", "Schema describes array of objects, at least one."))
    status = one_of(body, "status", ("published", "unpublished"), "published")
    questions = [_question(each, web_id * 100 + number) for number, each in enumerate(given, 1)]
    title = required(body, "title")
    published = now if status == "published" else None
    return Survey(short_id(), web_id, list_id, title, now, now, published, status, questions)


def answers_of(survey: Survey, given: Body) -> dict[str, Answer]:
    """By question id, from values by question id or by the query's text. Raises Problem 400."""
    names = {question.query: question for question in survey.questions}
    names |= {question.id: question for question in survey.questions}
    unknown = given.keys() - names.keys()
    if unknown:
        raise unfit((min(unknown), f"is no question of this survey; there are: {', '.join(names)}"))
    answers = {names[name].id: _READERS[names[name].kind](names[name], value) for name, value in given.items()}
    missing = [each.query for each in survey.questions if each.is_required and each.id not in answers]
    if missing:
        raise unfit((missing[0], "This question must be answered."))
    return answers


def _question(given: Body, number: int) -> Question:
    kind = Kind(one_of(given, "type", frozenset(Kind)))
    labels = texts(given, "options", at_most=MAX_CHOICES)
    if bool(labels) != (kind in (Kind.PICK_ONE, Kind.PICK_MANY)):
        raise unfit(("options", "Labels to choose from, for pickOne and pickMany only."))
    options = {str(number * 100 + place): label for place, label in enumerate(labels, 1)}
    return Question(str(number), required(given, "query"), kind, options, read(given, "is_required", bool, False))


def _choice(question: Question, value: Any) -> Answer:
    return _choices(question, [value])


def _choices(question: Question, value: Any) -> Answer:
    by_label = {label: option for option, label in question.options.items()}
    if not isinstance(value, list) or not value or not all(each in by_label for each in value):
        raise unfit((question.query, f"Chosen must be of: {', '.join(by_label)}."))
    return Answer(short_id(), ", ".join(value), frozenset(by_label[label] for label in value))


def _rating(question: Question, value: Any) -> Answer:
    if not isinstance(value, int) or isinstance(value, bool) or value not in RANGE:
        raise unfit((question.query, f"A whole number from {RANGE[0]} to {RANGE[-1]}."))
    return Answer(short_id(), str(value))


def _text(question: Question, value: Any) -> Answer:
    return Answer(short_id(), required({question.query: value}, question.query))


_READERS: dict[Kind, Callable[[Question, Any], Answer]] = {
    Kind.PICK_ONE: _choice,
    Kind.PICK_MANY: _choices,
    Kind.RANGE: _rating,
    Kind.TEXT: _text,
    Kind.EMAIL: _text,
}


def _the_one[T](found: Iterator[T]) -> T:
    one = next(found, None)
    if one is None:
        raise not_found()
    return one
