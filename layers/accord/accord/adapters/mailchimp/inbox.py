"""What people wrote, out of Mailchimp's surveys and activity feeds: the adapter of the port `Inbox`."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from accord.adapters.mailchimp import batch_calls
from accord.adapters.mailchimp.batch_results import download
from accord.adapters.mailchimp.contacts import moment_of, objects
from accord.adapters.mailchimp.errors import Subject
from accord.adapters.mailchimp.http import MailchimpHttp
from accord.domain.activity import Answer
from accord.domain.audience_hint import FORGOTTEN_DOMAIN
from accord.domain.inbox import Response, Survey, Thread, Told
from accord.domain.pulling import A_PAGE
from accord.ports.inbox import AskedContact

CONTACT, RESPONSE = "contact-", "response-"
"""How the operations of a batch are named."""


class MailchimpInbox:
    """One audience. `timeout` is in seconds, for each piece of a batch's results."""

    def __init__(
        self, http: MailchimpHttp, audience_id: str, *, timeout: float = 60.0, allow_any_host: bool = False
    ) -> None:
        self._http = http
        self._audience_id = audience_id
        self._timeout = timeout
        self._allow_any_host = allow_any_host

    def surveys(self) -> list[Survey]:
        """Mailchimp lists those of all audiences; the others are left out."""
        fields = "surveys.id,surveys.title,surveys.list_id,surveys.total_responses,total_items"
        params: dict[str, str | int] = {"count": A_PAGE, "fields": fields}
        answer = self._http.call("GET", "/reporting/surveys", subject=Subject.ACCOUNT, params=params)
        own = [each for each in objects(answer.get("surveys")) if each.get("list_id") == self._audience_id]
        answered = [each for each in own if each.get("total_responses")]
        return [Survey(str(each["id"]), str(each.get("title") or "")) for each in answered if each.get("id")]

    def responses(self, survey: Survey) -> list[Response]:
        """Of whoever was permanently deleted nothing is told."""
        path = f"/reporting/surveys/{survey.id}/responses"
        answer = self._http.call("GET", path, subject=Subject.REPORT)
        found = (_response_of(survey, each) for each in objects(answer.get("responses")))
        return [each for each in found if each is not None]

    def ask(self, contacts: Sequence[AskedContact], responses: Sequence[Response]) -> str:
        """One POST. Raises ValueError where nothing is asked."""
        return batch_calls.begin(self._http, [*map(self._feed, contacts), *map(_answers, responses)])

    def told(self, batch_id: str) -> Iterator[Told] | None:
        """One GET; the results are read from elsewhere, without the key."""
        url = batch_calls.results_at(self._http, batch_id)
        return self._results(url) if url is not None else None

    def _results(self, url: str) -> Iterator[Told]:
        for entry in download(url, self._timeout, allow_any_host=self._allow_any_host):
            if (told := _told(entry)) is not None:
                yield told

    def _feed(self, contact: AskedContact) -> dict[str, Any]:
        path = f"{batch_calls.member_path(self._audience_id, contact.reference)}/activity-feed"
        params = {"activity_filters": "inbox_thread", "count": str(A_PAGE), "fields": "activity"}
        return {"method": "GET", "path": path, "operation_id": f"{CONTACT}{contact.name}", "params": params}


def _answers(response: Response) -> dict[str, Any]:
    path = f"/reporting/surveys/{response.survey.id}/responses/{response.id}"
    return {"method": "GET", "path": path, "operation_id": f"{RESPONSE}{response.survey.id}"}


def _told(entry: Mapping[str, Any]) -> Told | None:
    """None for what could not be read: it is not there any more, or the next pull asks again."""
    name = str(entry.get("operation_id") or "")
    try:
        body = json.loads(str(entry.get("response") or ""))
    except ValueError:
        return None
    if entry.get("status_code") != 200 or not isinstance(body, dict):
        return None
    if name.startswith(CONTACT):
        threads = (_thread_of(each) for each in objects(body.get("activity")))
        return Told(name.removeprefix(CONTACT), threads=tuple(each for each in threads if each is not None))
    if name.startswith(RESPONSE):
        answers = tuple(
            Answer(question=str(each.get("query") or ""), answer=str(each.get("answer") or ""))
            for each in objects(body.get("results"))
        )
        response = _response_of(Survey(name.removeprefix(RESPONSE), ""), body)
        return Told(response=response, answers=answers) if response is not None else None
    return None


def _thread_of(item: Mapping[str, Any]) -> Thread | None:
    """None for another kind of activity, or one without id or time."""
    at, id_ = moment_of(item.get("created_at_timestamp")), str(item.get("id") or "")
    if item.get("activity_type") != "inbox_thread" or at is None or not re.fullmatch(r"[\w-]+", id_):
        return None
    texts = (str(item.get(f"thread_{name}") or "") for name in ("subject", "url", "direction", "author"))
    return Thread(id_, at, *texts)


def _response_of(survey: Survey, response: Mapping[str, Any]) -> Response | None:
    at, id_ = moment_of(response.get("submitted_at")), str(response.get("response_id") or "")
    contact = response.get("contact")
    if at is None or not re.fullmatch(r"[\w-]+", id_) or not isinstance(contact, dict):
        return None
    email = str(contact.get("email") or "")
    if not email or email.endswith(FORGOTTEN_DOMAIN):
        return None
    return Response(survey, id_, at, email, str(contact.get("contact_id") or ""))
