"""/ (the account), /ping and /search-members."""

from typing import Any

from tools.mailchimp_simulator.api.rendering import full_name, links, one_member
from tools.mailchimp_simulator.api.router import Call, route
from tools.mailchimp_simulator.domain.audience import Audience
from tools.mailchimp_simulator.domain.audience_settings import DEFAULT_SETTINGS
from tools.mailchimp_simulator.domain.clock import iso
from tools.mailchimp_simulator.domain.contact import Contact, Status
from tools.mailchimp_simulator.domain.problems import bad_request

SEARCH_LIMIT = 30


@route("GET", "/")
def get_account(call: Call) -> dict[str, Any]:
    account, contact = call.account, DEFAULT_SETTINGS["contact"]
    parts = {"addr1": contact["address1"], "addr2": contact["address2"]}
    parts |= {name: contact[name] for name in ("company", "city", "state", "zip", "country")}
    return {
        "account_id": account.id,
        "login_id": account.id[:8],
        "account_name": "Accord",
        "email": DEFAULT_SETTINGS["campaign_defaults"]["from_email"],
        "first_name": "Accord",
        "last_name": "",
        "username": "accord",
        "avatar_url": "",
        "role": "owner",
        "member_since": iso(account.created),
        "pricing_plan_type": "monthly",
        "first_payment": iso(account.created),
        "account_timezone": "Europe/Paris",
        "account_industry": "Nonprofit",
        "contact": parts,
        "pro_enabled": False,
        "last_login": iso(account.created),
        "total_subscribers": account.total_subscribers(),
        "industry_stats": {"open_rate": 0.2, "bounce_rate": 0.01, "click_rate": 0.03},
        "_links": links(call.outside.url, ("self", "/"), ("lists", "/lists")),
    }


@route("GET", "/ping")
def ping(call: Call) -> dict[str, Any]:
    return {"health_status": "Everything's Chimpy!"}


@route("GET", "/search-members")
def search_members(call: Call) -> dict[str, Any]:
    """Exact: the address; full search: a part of the address or of the name. A scan, 30 of each at most."""
    query = call.query.get("query", "").strip().lower()
    if len(query) < 2:
        raise bad_request("The query must be at least two characters long.")
    list_id = call.query.get("list_id")
    audiences = [call.account.audience(list_id)] if list_id else call.account.audiences
    exact = [(audience, contact) for audience in audiences if (contact := audience.of_email(query))]
    full = [
        (audience, contact)
        for audience in audiences
        for contact in audience
        if query in contact.email.lower() or query in full_name(audience, contact).lower()
    ]
    return {
        name: {"members": [_shown(call, *each) for each in found[:SEARCH_LIMIT]], "total_items": len(found)}
        for name, found in (("exact_matches", _listed(exact)), ("full_search", _listed(full)))
    } | {"_links": []}


def _listed(found: list[tuple[Audience, Contact]]) -> list[tuple[Audience, Contact]]:
    return [(audience, contact) for audience, contact in found if contact.status is not Status.ARCHIVED]


def _shown(call: Call, audience: Audience, contact: Contact) -> dict[str, Any]:
    return one_member(audience, call.outside.url, contact)
