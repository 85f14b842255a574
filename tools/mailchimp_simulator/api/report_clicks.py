"""/reports/{campaign_id}/click-details: the links of a campaign, and who clicked them."""

from typing import Any

from tools.mailchimp_simulator.api.rendering import links
from tools.mailchimp_simulator.api.report_rows import Rows, reported
from tools.mailchimp_simulator.api.router import Call, route
from tools.mailchimp_simulator.domain.campaigns import Campaign
from tools.mailchimp_simulator.domain.clock import iso
from tools.mailchimp_simulator.domain.mailing import Link
from tools.mailchimp_simulator.domain.problems import not_found

_CLICKS = "/reports/{campaign_id}/click-details"
_LINK = _CLICKS + "/{link_id}"


def _shown(call: Call, campaign: Campaign, link: Link) -> dict[str, Any]:
    mailing, path = campaign.mailing, f"/reports/{campaign.id}/click-details"
    unique = sum(len(each.rows) for each in mailing.links)
    return {
        "id": link.id,
        "url": link.url,
        "total_clicks": link.clicks,
        "click_percentage": link.clicks / mailing.clicks if mailing.clicks else 0,
        "unique_clicks": len(link.rows),
        "unique_click_percentage": len(link.rows) / unique if unique else 0,
        "last_click": iso(link.last_click),
        "campaign_id": campaign.id,
        "_links": links(call.outside.url, ("self", f"{path}/{link.id}"), ("parent", path)),
    }


def _link(call: Call) -> tuple[Campaign, int]:
    """The campaign, and the number of the link that the path names. Raises Problem 404."""
    campaign = reported(call)[1]
    for number, link in enumerate(campaign.mailing.links):
        if link.id == call.params["link_id"]:
            return campaign, number
    raise not_found()


@route("GET", _CLICKS)
def list_click_details(call: Call) -> dict[str, Any]:
    """Every link of the campaign, also those that nobody clicked."""
    campaign = reported(call)[1]
    found = list(campaign.mailing.links)
    match call.choice("sort_field", ("total_clicks", "unique_clicks")):
        case "total_clicks":
            found.sort(key=lambda link: link.clicks)
        case "unique_clicks":
            found.sort(key=lambda link: len(link.rows))
    if call.choice("sort_dir", ("ASC", "DESC")) == "DESC":
        found.reverse()
    return {
        "urls_clicked": [_shown(call, campaign, link) for link in call.cut(found)],
        "campaign_id": campaign.id,
        "total_items": len(found),
        "_links": links(call.outside.url, ("self", f"/reports/{campaign.id}/click-details")),
    }


@route("GET", _LINK)
def get_click_details(call: Call) -> dict[str, Any]:
    campaign, number = _link(call)
    return _shown(call, campaign, campaign.mailing.links[number])


def _clicked(call: Call, collection: str = "") -> tuple[Rows, Link]:
    campaign, number = _link(call)
    link = campaign.mailing.links[number]
    rows = Rows(
        call,
        f"click-details/{link.id}/members",
        collection,
        "merge_fields",
        "vip",
        "contact_status",
        clicks=lambda row: sum(event.link == number for event in campaign.mailing.events(row)),
        url_id=lambda row: link.id,
    )
    return rows, link


@route("GET", _LINK + "/members")
def list_clickers(call: Call) -> dict[str, Any]:
    rows, link = _clicked(call, "members")
    return rows.page("members", call.cut(link.rows), len(link.rows))


@route("GET", _LINK + "/members/{subscriber_hash}")
def get_clicker(call: Call) -> dict[str, Any]:
    rows, link = _clicked(call)
    row = rows.named()
    if row not in link.rows:
        raise not_found()
    return rows(row)
