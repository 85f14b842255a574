"""/lists/{list_id}/merge-fields and /interest-categories: what an audience's contacts can hold."""

from dataclasses import asdict
from typing import Any

from tools.mailchimp_simulator.api.rendering import links
from tools.mailchimp_simulator.api.router import Call, route
from tools.mailchimp_simulator.domain.interests import Category, Interest
from tools.mailchimp_simulator.domain.merge_fields import MergeField

_FIELDS = "/lists/{list_id}/merge-fields"
_CATEGORIES = "/lists/{list_id}/interest-categories"
_CATEGORY = _CATEGORIES + "/{interest_category_id}"
_INTERESTS = _CATEGORY + "/interests"


def _field(call: Call, field: MergeField) -> dict[str, Any]:
    path = f"/lists/{call.audience.id}/merge-fields"
    ways = links(call.outside.url, ("self", f"{path}/{field.merge_id}"), ("parent", path))
    return asdict(field) | {"list_id": call.audience.id, "_links": ways}


@route("GET", _FIELDS)
def list_fields(call: Call) -> dict[str, Any]:
    """EMAIL is not among them: it is no merge field of its own."""
    wanted = call.query.get("required")
    found = [
        field
        for field in call.audience.fields
        if call.query.get("type", field.type) == field.type
        and (wanted is None or field.required is call.flag("required"))
    ]
    return {
        "merge_fields": [_field(call, field) for field in call.cut(found)],
        "list_id": call.audience.id,
        "total_items": len(found),
        "_links": [],
    }


@route("POST", _FIELDS)
def create_field(call: Call) -> dict[str, Any]:
    return _field(call, call.audience.fields.create(call.body()))


@route("GET", _FIELDS + "/{merge_id}")
def get_field(call: Call) -> dict[str, Any]:
    return _field(call, call.audience.fields.get(call.params["merge_id"]))


@route("PATCH", _FIELDS + "/{merge_id}")
def change_field(call: Call) -> dict[str, Any]:
    return _field(call, call.audience.fields.change(call.params["merge_id"], call.body()))


@route("DELETE", _FIELDS + "/{merge_id}")
def delete_field(call: Call) -> None:
    call.audience.fields.delete(call.params["merge_id"])


def _category(call: Call, category: Category) -> dict[str, Any]:
    shown = {"id": category.id, "title": category.title, "type": category.type}
    return shown | {"display_order": category.display_order, "list_id": call.audience.id, "_links": []}


def _interest(call: Call, interest: Interest, counts: dict[str, int]) -> dict[str, Any]:
    count = {"subscriber_count": str(counts.get(interest.id, 0))}
    return asdict(interest) | count | {"list_id": call.audience.id, "_links": []}


def _counts(call: Call, category: Category) -> dict[str, int]:
    counts = dict.fromkeys(category.interests, 0)
    for contact in call.audience:
        for interest_id in contact.interests:
            if interest_id in counts:
                counts[interest_id] += 1
    return counts


@route("GET", _CATEGORIES)
def list_categories(call: Call) -> dict[str, Any]:
    found = [
        each for each in call.audience.interests.categories.values() if call.query.get("type", each.type) == each.type
    ]
    return {
        "list_id": call.audience.id,
        "categories": [_category(call, category) for category in call.cut(found)],
        "total_items": len(found),
        "_links": [],
    }


@route("POST", _CATEGORIES)
def create_category(call: Call) -> dict[str, Any]:
    return _category(call, call.audience.interests.create(call.body()))


@route("GET", _CATEGORY)
def get_category(call: Call) -> dict[str, Any]:
    return _category(call, _named(call))


@route("PATCH", _CATEGORY)
def change_category(call: Call) -> dict[str, Any]:
    return _category(call, call.audience.interests.change(call.params["interest_category_id"], call.body()))


@route("DELETE", _CATEGORY)
def delete_category(call: Call) -> None:
    gone = _named(call)
    _drop(call, frozenset(gone.interests))
    del call.audience.interests.categories[gone.id]


def _named(call: Call) -> Category:
    return call.audience.interests.get(call.params["interest_category_id"])


def _drop(call: Call, interests: frozenset[str]) -> None:
    for contact in call.audience:
        contact.interests -= interests


@route("GET", _INTERESTS)
def list_interests(call: Call) -> dict[str, Any]:
    category = _named(call)
    counts = _counts(call, category)
    page = call.cut(list(category.interests.values()))
    return {
        "interests": [_interest(call, interest, counts) for interest in page],
        "list_id": call.audience.id,
        "category_id": category.id,
        "total_items": len(category.interests),
        "_links": [],
    }


@route("POST", _INTERESTS)
def create_interest(call: Call) -> dict[str, Any]:
    return _interest(call, _named(call).create(call.body()), {})


@route("GET", _INTERESTS + "/{interest_id}")
def get_interest(call: Call) -> dict[str, Any]:
    category = _named(call)
    return _interest(call, category.get(call.params["interest_id"]), _counts(call, category))


@route("PATCH", _INTERESTS + "/{interest_id}")
def change_interest(call: Call) -> dict[str, Any]:
    category = _named(call)
    return _interest(call, category.change(call.params["interest_id"], call.body()), _counts(call, category))


@route("DELETE", _INTERESTS + "/{interest_id}")
def delete_interest(call: Call) -> None:
    category = _named(call)
    gone = category.get(call.params["interest_id"])
    _drop(call, frozenset((gone.id,)))
    del category.interests[gone.id]
