"""/lists/{list_id}/surveys and /reporting/surveys: what was asked, and by how many it was answered.

The specification leaves open what `/lists/{list_id}/surveys` answers: it is what the reports tell of a survey.
"""

from typing import Any

from tools.mailchimp_simulator.api.rendering import links
from tools.mailchimp_simulator.api.router import Call, route
from tools.mailchimp_simulator.domain.audience import Audience
from tools.mailchimp_simulator.domain.clock import iso
from tools.mailchimp_simulator.domain.problems import not_found
from tools.mailchimp_simulator.domain.surveys import Survey

_LIST = "/lists/{list_id}/surveys"
_REPORTS = "/reporting/surveys"


def _shown(audience: Audience, survey: Survey) -> dict[str, Any]:
    return {
        "id": survey.id,
        "web_id": survey.web_id,
        "list_id": audience.id,
        "list_name": audience.settings["name"],
        "title": survey.title,
        "url": f"https://us1.list-manage.test/survey?u=accord&id={survey.id}",
        "status": survey.status,
        "published_at": iso(survey.published),
        "created_at": iso(survey.created),
        "updated_at": iso(survey.updated),
        "total_responses": len(survey.responses),
    }


def _page(call: Call, found: list[tuple[Audience, Survey]], path: str) -> dict[str, Any]:
    return {
        "surveys": [_shown(*each) for each in call.cut(found)],
        "total_items": len(found),
        "_links": links(call.outside.url, ("self", path)),
    }


@route("GET", _LIST)
def list_surveys(call: Call) -> dict[str, Any]:
    """Paged, though the specification names no `count` (uncertain; the stricter reading)."""
    found = [(call.audience, survey) for survey in call.audience.surveys.values()]
    return _page(call, found, f"/lists/{call.audience.id}/surveys")


@route("GET", _LIST + "/{survey_id}")
def get_survey(call: Call) -> dict[str, Any]:
    survey = call.audience.surveys.get(call.params["survey_id"])
    if survey is None:
        raise not_found()
    return _shown(call.audience, survey)


@route("GET", _REPORTS)
def list_survey_reports(call: Call) -> dict[str, Any]:
    return _page(call, call.account.surveys(), _REPORTS)


@route("GET", _REPORTS + "/{survey_id}")
def get_survey_report(call: Call) -> dict[str, Any]:
    return _shown(*call.account.survey(call.params["survey_id"]))
