"""The whole API: importing the modules fills the router."""

from tools.mailchimp_simulator.api import (  # noqa: F401
    account,
    batches,
    campaigns,
    conversations,
    definitions,
    lists,
    member_activity,
    member_events,
    member_tags,
    members,
    report_clicks,
    reports,
    segments,
    survey_reports,
    surveys,
    webhooks,
)
from tools.mailchimp_simulator.api.router import route

find = route.find
answer = route.answer
names = frozenset(each.name for each in route.routes)
