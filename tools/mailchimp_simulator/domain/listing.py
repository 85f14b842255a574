"""Reading many contacts: filters, order and pages of `GET members` (FACTS 1.3)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tools.mailchimp_simulator.domain.addresses import unique_email_id
from tools.mailchimp_simulator.domain.audience import Audience
from tools.mailchimp_simulator.domain.clock import parse_time
from tools.mailchimp_simulator.domain.contact import Contact, Status
from tools.mailchimp_simulator.domain.problems import bad_request

LISTED_BY_DEFAULT = frozenset(Status) - {Status.ARCHIVED}
_SORT_FIELDS = ("timestamp_opt", "timestamp_signup", "last_changed")


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked of the contacts; times are exclusive bounds. `filters` are those that no order helps with."""

    statuses: frozenset[Status]
    after: int | None
    before: int | None
    sort_field: str
    backwards: bool
    filters: tuple[tuple[str, str], ...]


def parse(params: Mapping[str, str]) -> Query:
    """Query parameters as they came. Raises Problem 400.

    Without a status the archived are left out (uncertain: "archived are missed"). Sorting by `last_changed`, and
    bounds of it without another order, cost the same for a page at the end as for the first; without either, contacts
    come in the order of their arrival.
    """
    status = params.get("status")
    if status is not None and status not in frozenset(Status):
        raise bad_request(f"{status} is not a valid status.")
    if "unsubscribed_since" in params and status != Status.UNSUBSCRIBED:
        raise bad_request("The unsubscribed_since filter can only be used with a status of unsubscribed.")
    if "since_last_campaign" in params and status is None:
        raise bad_request("The since_last_campaign filter requires a status.")
    interest_params = [name in params for name in ("interest_category_id", "interest_ids", "interest_match")]
    if any(interest_params) and not all(interest_params):
        raise bad_request("interest_category_id, interest_ids and interest_match must be used together.")
    after, before = _time(params, "since_last_changed"), _time(params, "before_last_changed")
    sort_field = params.get("sort_field") or ("" if after is None and before is None else "last_changed")
    if sort_field not in ("", *_SORT_FIELDS):
        raise bad_request(f"{sort_field} is not a field to sort by.")
    if params.get("sort_dir", "ASC").upper() not in ("ASC", "DESC"):
        raise bad_request("sort_dir must be ASC or DESC.")
    return Query(
        statuses=LISTED_BY_DEFAULT if status is None else frozenset((Status(status),)),
        after=after,
        before=before,
        sort_field=sort_field,
        backwards=params.get("sort_dir", "ASC").upper() == "DESC",
        filters=tuple(
            sorted((name, value) for name, value in params.items() if name in _FILTERS or name in _OTHER_FILTERS)
        ),
    )


class Listing:
    """Pages of an audience's contacts. What needs a scan is remembered until a contact changes."""

    def __init__(self, audience: Audience) -> None:
        self._audience = audience
        self._remembered: tuple[int, Query, list[Contact]] | None = None

    def page(self, query: Query, offset: int, count: int) -> tuple[list[Contact], int]:
        """The contacts of the page, and how many there are on all pages."""
        if query.filters or query.sort_field in ("timestamp_opt", "timestamp_signup"):
            found = self._scan(query)
            return found[offset : offset + count], len(found)
        by_change = query.sort_field == "last_changed"
        register = self._audience.by_change if by_change else self._audience.by_arrival
        total = register.total(query.statuses, after=query.after, before=query.before)
        page = register.page(
            query.statuses, offset, count, backwards=query.backwards, after=query.after, before=query.before
        )
        return page, total

    def _scan(self, query: Query) -> list[Contact]:
        if self._remembered and self._remembered[:2] == (self._audience.version, query):
            return self._remembered[2]
        tests = [_FILTERS[name](value) for name, value in query.filters if name in _FILTERS]
        tests += _interest_test(dict(query.filters))
        if ("since_last_campaign", "true") in query.filters:
            last = self._audience.last_mailed
            tests.append(lambda contact: last is None or contact.status_since > last)
        found = [
            contact
            for contact in (self._audience.by_change if query.sort_field == "last_changed" else self._audience)
            if contact.status in query.statuses
            and (query.after is None or contact.last_changed > query.after)
            and (query.before is None or contact.last_changed < query.before)
            and all(test(contact) for test in tests)
        ]
        if query.sort_field == "timestamp_opt":
            found.sort(key=lambda contact: contact.opted_in or 0)
        elif query.sort_field == "timestamp_signup":
            found.sort(key=lambda contact: contact.get("timestamp_signup", ""))
        if query.backwards:
            found.reverse()
        self._remembered = (self._audience.version, query, found)
        return found


Test = Callable[[Contact], bool]


def _since_opt(text: str) -> Test:
    moment = _moment("since_timestamp_opt", text)
    return lambda contact: contact.opted_in is not None and contact.opted_in > moment


def _before_opt(text: str) -> Test:
    moment = _moment("before_timestamp_opt", text)
    return lambda contact: contact.opted_in is not None and contact.opted_in < moment


def _unsubscribed_since(text: str) -> Test:
    moment = _moment("unsubscribed_since", text)
    return lambda contact: contact.get("unsubscribed_at", 0) > moment


def _vip_only(text: str) -> Test:
    return lambda contact: text != "true" or contact.get("vip", False) is True


_FILTERS: dict[str, Callable[[str], Test]] = {
    "since_timestamp_opt": _since_opt,
    "before_timestamp_opt": _before_opt,
    "unsubscribed_since": _unsubscribed_since,
    "vip_only": _vip_only,
    "email_type": lambda text: lambda contact: contact.get("email_type", "html") == text,
    "unique_email_id": lambda text: lambda contact: unique_email_id(contact.digest) == text,
}
_OTHER_FILTERS = ("interest_category_id", "interest_ids", "interest_match", "since_last_campaign")


def _interest_test(params: Mapping[str, str]) -> list[Test]:
    if "interest_ids" not in params:
        return []
    asked = frozenset(params["interest_ids"].split(","))
    match params["interest_match"]:
        case "any":
            return [lambda contact: not asked.isdisjoint(contact.interests)]
        case "all":
            return [lambda contact: asked <= contact.interests]
        case "none":
            return [lambda contact: asked.isdisjoint(contact.interests)]
        case other:
            raise bad_request(f"{other} is not a valid interest_match.")


def _time(params: Mapping[str, Any], name: str) -> int | None:
    return _moment(name, params[name]) if params.get(name) else None


def _moment(name: str, text: str) -> int:
    try:
        return parse_time(text)
    except ValueError as error:
        raise bad_request(f"{name} is not a valid date and time.") from error
