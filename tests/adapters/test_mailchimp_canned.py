"""Answers that the simulator does not give, and Mailchimp might."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from requests.adapters import BaseAdapter

from accord.adapters.mailchimp.audience import MailchimpAudience
from accord.domain.contact import ContactPatch, NewContact
from accord.domain.values import subscriber_hash
from accord.errors import Misconfigured, Refusal, Rejected, Retryable
from tests.adapters.audience_fixtures import SOMEBODY, SUBSCRIBED


class Canned(BaseAdapter):
    """Answers every request from a function of its method and query, and keeps the bodies that were sent."""

    def __init__(self, answer: Callable[[str, dict[str, str]], tuple[int, Any]]) -> None:
        super().__init__()
        self._answer = answer
        self.sent: list[Any] = []

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        query = {name: values[0] for name, values in parse_qs(urlsplit(request.url or "").query).items()}
        self.sent.append(json.loads(request.body) if request.body else query)
        response = requests.Response()
        response.status_code, body = self._answer(request.method or "", query)
        response._content = json.dumps(body).encode()
        return response

    def close(self) -> None:
        """Nothing is open."""


def canned(answer: Callable[[str, dict[str, str]], tuple[int, Any]]) -> tuple[MailchimpAudience, Canned]:
    session, transport = requests.Session(), Canned(answer)
    session.mount("https://", transport)
    base_url = "https://us1.api.mailchimp.com/3.0"
    return MailchimpAudience(base_url=base_url, api_key="k-us1", audience_id="a1", session=session), transport


def always(status: int, body: Any) -> MailchimpAudience:
    return canned(lambda method, query: (status, body))[0]


def test_in_a_bulk_answer_addresses_are_matched_without_case_and_the_unmatched_are_other() -> None:
    results = always(
        200,
        {
            "new_members": [
                {"id": "1a", "email_address": "GISELE.gaufre@waffle.test"},
                {"email_address": "b@waffle.test"},
            ],
            "updated_members": [{"id": "1d", "email_address": "d@waffle.test"}],
            "errors": [{"email_address": "", "error": "must opt in again", "error_code": "ERROR_GENERIC"}, "?"],
        },
    ).create([SOMEBODY, *(NewContact(email=f"{name}@waffle.test", status=SUBSCRIBED) for name in "bcd")])
    assert results[:2] == ["1a", subscriber_hash("b@waffle.test")]
    assert [(r.refusal, r.detail) for r in results if isinstance(r, Rejected)] == [
        (Refusal.OTHER, "unanswered"),
        (Refusal.EXISTS, ""),
    ]


def test_a_bulk_creation_that_is_refused_as_a_whole_is_raised_so_that_halves_can_be_tried() -> None:
    body = {"title": "Invalid Resource", "detail": "...", "errors": [{"field": "members.item:1.email_address"}]}
    with pytest.raises(Rejected) as caught:
        always(400, body).create([SOMEBODY, NewContact(email="innocent@waffle.test", status=SUBSCRIBED)])
    assert caught.value.refusal is Refusal.EMAIL_REFUSED


def test_a_bulk_creation_asks_for_no_change_of_those_who_exist() -> None:
    audience, transport = canned(lambda method, query: (200, {}))
    audience.create([SOMEBODY])
    assert transport.sent[0]["update_existing"] is False


def test_a_page_shorter_than_it_promises_is_not_taken_for_the_whole() -> None:
    member = {"id": "1a", "email_address": "a@b.test", "status": "subscribed"}
    with pytest.raises(Retryable, match="1 of 2"):
        list(always(200, {"members": [member], "total_items": 2}).contacts(archived=False))
    with pytest.raises(Retryable):
        list(always(200, {"members": [member]}).contacts(archived=False))
    with pytest.raises(Retryable):
        always(200, {"merge_fields": [], "categories": [], "total_items": 3}).setup()


def test_a_default_listing_that_holds_the_archived_is_freed_of_them() -> None:
    members = [
        {"id": "1a", "email_address": "a@attic.test", "status": "archived"},
        {"id": "1b", "email_address": "b@attic.test", "status": "subscribed"},
        {"id": "1c", "email_address": "", "status": "subscribed"},  # reached by SMS only
    ]
    pages = list(always(200, {"members": members, "total_items": 3}).contacts(archived=False))
    assert [[contact.email for contact in page] for page in pages] == [["b@attic.test"]]


def test_contacts_without_a_time_of_change_are_paged_by_offset() -> None:
    everyone = [{"id": f"{n}a", "email_address": f"{n}@clockless.test", "status": "subscribed"} for n in range(2100)]

    def answer(method: str, query: dict[str, str]) -> tuple[int, Any]:
        start = int(query["offset"])
        assert "since_last_changed" not in query
        return 200, {"members": everyone[start : start + int(query["count"])], "total_items": len(everyone)}

    pages = list(canned(answer)[0].contacts(archived=False))
    assert [len(page) for page in pages] == [1000, 1000, 100]


def test_a_contact_that_can_not_be_read_makes_the_answer_unreadable() -> None:
    strange = {"id": "1a", "email_address": "odd@duck.test", "status": "levitating"}
    with pytest.raises(Retryable) as read:
        always(200, strange).read("1a")
    with pytest.raises(Retryable) as written:
        always(200, strange).change("1a", ContactPatch())
    assert (read.value.effect_unknown, written.value.effect_unknown) == (False, True)
    assert "duck" not in str(read.value)


def test_a_tag_that_mailchimp_refuses_and_does_not_have_is_refused() -> None:
    def answer(method: str, query: dict[str, str]) -> tuple[int, Any]:
        if method == "POST":
            return 400, {"title": "Bad Request", "detail": "Sorry, no."}
        return 200, {"tags": [{"id": 5, "name": "Waffles and more"}], "total_items": 1}

    with pytest.raises(Rejected) as caught:
        canned(answer)[0].create_tag("waffles")
    assert (caught.value.refusal, caught.value.detail) == (Refusal.OTHER, "Bad Request")


def test_a_new_tag_without_an_id_is_of_unknown_effect() -> None:
    with pytest.raises(Retryable) as caught:
        always(200, {"name": "Waffles"}).create_tag("Waffles")
    assert caught.value.effect_unknown


def test_a_read_that_is_refused_otherwise_is_not_taken_for_nobody() -> None:
    with pytest.raises(Rejected):
        always(400, {"title": "Invalid Action"}).read("1a")


@pytest.mark.parametrize("reference", ["", "gisele@waffle.test", "../segments", "a/b", "a?b"])
def test_a_contact_is_referred_to_by_hash_or_contact_id_only(reference: str) -> None:
    audience = always(500, {})
    for act in (audience.read, audience.archive, audience.erase):
        with pytest.raises(ValueError, match="referred to"):
            act(reference)


@pytest.mark.parametrize("audience_id", ["", "a/b", "../x"])
def test_an_audience_id_that_is_none_is_refused(audience_id: str) -> None:
    with pytest.raises(Misconfigured, match="audience id"):
        MailchimpAudience(base_url="https://api.mailchimp.com", api_key="k", audience_id=audience_id)
