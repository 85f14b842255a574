"""The settings of an audience: what `POST` and `PATCH /lists` take (FACTS 1.2)."""

from typing import Any

from tools.mailchimp_simulator.domain.body import Body, read, required

DEFAULT_SETTINGS: dict[str, Any] = {
    "name": "Members",
    "contact": {
        "company": "Accord",
        "address1": "1 rue de la Paix",
        "address2": "",
        "city": "Paris",
        "state": "IDF",
        "zip": "75002",
        "country": "FR",
        "phone": "",
    },
    "permission_reminder": "You are a member and agreed to receive this newsletter.",
    "campaign_defaults": {
        "from_name": "Accord",
        "from_email": "newsletter@accord.test",
        "subject": "",
        "language": "en",
    },
    "email_type_option": False,
    "double_optin": False,
    "marketing_permissions": False,
    "use_archive_bar": True,
    "notify_on_subscribe": "",
    "notify_on_unsubscribe": "",
}
_REQUIRED_PARTS = {
    "contact": ("company", "address1", "city", "country"),
    "campaign_defaults": ("from_name", "from_email", "subject", "language"),
}


def settings_of(body: Body) -> dict[str, Any]:
    """The settings of a new audience. Raises Problem 400 naming a required field that is missing."""
    required(body, "name")
    required(body, "permission_reminder")
    for name, parts in _REQUIRED_PARTS.items():
        part: dict[str, Any] = read(body, name, dict, {})
        for each in parts:
            _require_part(part, name, each)
    return changed({**DEFAULT_SETTINGS, "contact": {}, "campaign_defaults": {}}, _with_flag(body))


def changed(settings: dict[str, Any], body: Body) -> dict[str, Any]:
    """The settings with those of the body written over them; fields that are not settings are ignored."""
    result = dict(settings)
    for name, before in DEFAULT_SETTINGS.items():
        if name in body:
            value = read(body, name, type(before), before)
            result[name] = {**_EMPTY_PARTS[name], **result[name], **value} if isinstance(before, dict) else value
    return result


_EMPTY_PARTS = {name: dict.fromkeys(DEFAULT_SETTINGS[name], "") for name in _REQUIRED_PARTS}


def _with_flag(body: Body) -> Body:
    if "email_type_option" not in body:
        required({}, "email_type_option")
    return body


def _require_part(part: Body, name: str, each: str) -> None:
    required({f"{name}.{each}": part.get(each, "")}, f"{name}.{each}")
