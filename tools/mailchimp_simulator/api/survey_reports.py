"""/reporting/surveys/{survey_id}: questions, answers and responses. None of them is paged (FACTS 1.9)."""

from collections import Counter
from typing import Any

from tools.mailchimp_simulator.api.rendering import full_name, links
from tools.mailchimp_simulator.api.router import Call, route
from tools.mailchimp_simulator.domain.addresses import digest
from tools.mailchimp_simulator.domain.audience import Audience
from tools.mailchimp_simulator.domain.clock import iso
from tools.mailchimp_simulator.domain.contact import Contact, Status
from tools.mailchimp_simulator.domain.surveys import RANGE, Familiarity, Kind, Question, Response, Survey

_SURVEY = "/reporting/surveys/{survey_id}"
_QUESTION = _SURVEY + "/questions/{question_id}"
# The others have no word of their own there: whoever is pending, transactional or unknown is not subscribed.
_STATUSES = {
    Status.SUBSCRIBED: "Subscribed",
    Status.UNSUBSCRIBED: "Unsubscribed",
    Status.CLEANED: "Cleaned",
    Status.ARCHIVED: "Archived",
}


def _path(survey: Survey, *parts: str) -> str:
    return "/".join((f"/reporting/surveys/{survey.id}", *parts))


def _contact(audience: Audience, response: Response) -> dict[str, Any]:
    """A contact as of today; of a stranger the address that they gave; of one who was deleted nothing (uncertain)."""
    contact, email = response.contact, response.email
    if contact is None or response.is_forgotten:
        email = "" if contact else email
        shown = {"email_id": digest(email).hex() if email else "", "contact_id": "", "status": "Non-Subscribed"}
        return shown | {"email": email, "phone": "", "full_name": "", "consents_to_one_to_one_messaging": False}
    return _present(audience, contact) | {"phone": ""}


def _present(audience: Audience, contact: Contact) -> dict[str, Any]:
    return {
        "email_id": contact.id,
        "contact_id": audience.contact_id(contact),
        "status": _STATUSES.get(contact.status, "Non-Subscribed"),
        "email": contact.email,
        "full_name": full_name(audience, contact),
        "consents_to_one_to_one_messaging": contact.get("consents_to_one_to_one_messaging", True),
    }


def _value(question: Question, response: Response) -> str:
    """Empty for the address that a deleted contact gave."""
    if question.kind is Kind.EMAIL and response.is_forgotten:
        return ""
    return response.answers[question.id].value


def _respondents(call: Call, survey: Survey) -> list[Response]:
    familiarity = call.choice("respondent_familiarity_is", frozenset(Familiarity))
    return [each for each in survey.responses if familiarity in ("", each.familiarity)]


def _question(survey: Survey, question: Question) -> dict[str, Any]:
    responses = [each for each in survey.responses if question.id in each.answers]
    shown: dict[str, Any] = {
        "id": question.id,
        "survey_id": survey.id,
        "query": question.query,
        "type": question.kind,
        "total_responses": len(responses),
        "is_required": question.is_required,
    }
    answers = [each.answers[question.id] for each in responses]
    if question.options:
        counts = Counter(option for answer in answers for option in answer.chosen)
        labels = question.options.items()
        shown |= {"has_other": False, "other_label": ""}
        shown["options"] = [{"id": option, "label": label, "count": counts[option]} for option, label in labels]
    if question.kind is Kind.RANGE:
        ratings = [int(answer.value) for answer in answers]
        shown |= {"range_low_label": str(RANGE[0]), "range_high_label": str(RANGE[-1])}
        shown["average_rating"] = sum(ratings) / len(ratings) if ratings else 0
    if question.kind is Kind.EMAIL:
        familiar = Counter(each.familiarity for each in responses)
        shown["contact_counts"] = {each: familiar[each] for each in Familiarity}
        shown |= {"subscribe_checkbox_enabled": True, "subscribe_checkbox_label": "Subscribe"}
    return shown


def _response(audience: Audience, response: Response) -> dict[str, Any]:
    return {
        "response_id": response.id,
        "submitted_at": iso(response.moment),
        "contact": _contact(audience, response),
        "is_new_contact": response.familiarity is Familiarity.NEW,
    }


@route("GET", _SURVEY + "/questions")
def list_questions(call: Call) -> dict[str, Any]:
    _, survey = call.account.survey(call.params["survey_id"])
    return {
        "questions": [_question(survey, question) for question in survey.questions],
        "total_items": len(survey.questions),
        "_links": links(call.outside.url, ("self", _path(survey, "questions"))),
    }


@route("GET", _QUESTION)
def get_question(call: Call) -> dict[str, Any]:
    _, survey = call.account.survey(call.params["survey_id"])
    return _question(survey, survey.question(call.params["question_id"]))


@route("GET", _QUESTION + "/answers")
def list_answers(call: Call) -> dict[str, Any]:
    audience, survey = call.account.survey(call.params["survey_id"])
    question = survey.question(call.params["question_id"])
    answers = [
        {
            "id": response.answers[question.id].id,
            "value": _value(question, response),
            **_response(audience, response),
        }
        for response in _respondents(call, survey)
        if question.id in response.answers
    ]
    ways = links(call.outside.url, ("self", _path(survey, "questions", question.id, "answers")))
    return {"answers": answers, "total_items": len(answers), "_links": ways}


@route("GET", _SURVEY + "/responses")
def list_responses(call: Call) -> dict[str, Any]:
    """All of them at once, the oldest first: there is no `count`."""
    audience, survey = call.account.survey(call.params["survey_id"])
    question, option = call.query.get("answered_question"), call.query.get("chose_answer")
    found = [
        response
        for response in _respondents(call, survey)
        if (not question or question in response.answers)
        and (not option or any(option in answer.chosen for answer in response.answers.values()))
    ]
    return {
        "responses": [_response(audience, response) for response in found],
        "total_items": len(found),
        "_links": links(call.outside.url, ("self", _path(survey, "responses"))),
    }


@route("GET", _SURVEY + "/responses/{response_id}")
def get_response(call: Call) -> dict[str, Any]:
    audience, survey = call.account.survey(call.params["survey_id"])
    response = survey.response(call.params["response_id"])
    results = [
        {
            "question_id": question.id,
            "question_type": question.kind,
            "query": question.query,
            "answer": _value(question, response),
        }
        for question in survey.questions
        if question.id in response.answers
    ]
    return _response(audience, response) | {"results": results}
