"""/lists/{list_id}/members/{subscriber_hash}/events: what an application says that a contact did."""

from typing import Any

from tools.mailchimp_simulator.api.members import named
from tools.mailchimp_simulator.api.rendering import links
from tools.mailchimp_simulator.api.router import Call, route
from tools.mailchimp_simulator.domain.body import read, required
from tools.mailchimp_simulator.domain.clock import iso, parse_time
from tools.mailchimp_simulator.domain.feed import Item
from tools.mailchimp_simulator.domain.problems import unfit

NAME_LENGTH = range(2, 31)
_EVENTS = "/lists/{list_id}/members/{subscriber_hash}/events"


@route("GET", _EVENTS)
def list_events(call: Call) -> dict[str, Any]:
    """The newest first."""
    items: list[Item] = [item for item in named(call).get("feed", []) if item.kind == "event"][::-1]
    events = [
        {
            "occurred_at": iso(item.moment),
            "name": item.details["event_name"],
            "properties": dict(line.split(": ", 1) for line in item.details["event_properties"]),
        }
        for item in call.cut(items)
    ]
    return {
        "events": events,
        "total_items": len(items),
        "_links": links(call.outside.url, ("self", call.request.path)),
    }


@route("POST", _EVENTS)
def create_event(call: Call) -> None:
    """In the feed its properties are lines of text: of what form is not specified."""
    contact, body = named(call), call.body()
    name, properties = required(body, "name"), read(body, "properties", dict, {})
    if len(name) not in NAME_LENGTH:
        raise unfit(("name", f"Must be {NAME_LENGTH[0]}-{NAME_LENGTH[-1]} characters in length."))
    if not all(isinstance(value, str) for value in properties.values()):
        raise unfit(("properties", "Schema describes string, another type found instead"))
    lines = [f"{key}: {value}" for key, value in properties.items()]
    item = Item(_moment(call), "event", None, {"event_name": name, "event_properties": lines})
    contact.put("feed", [*contact.get("feed", []), item])


def _moment(call: Call) -> int:
    text = read(call.body(), "occurred_at", str, "")
    try:
        return parse_time(text) if text else call.now
    except ValueError as error:
        raise unfit(("occurred_at", "This value is not a valid datetime.")) from error
