"""The whole API: importing the modules fills the router. Reports, campaigns and surveys join here."""

from tools.mailchimp_simulator.api import (  # noqa: F401
    account,
    batches,
    definitions,
    lists,
    member_tags,
    members,
    segments,
    webhooks,
)
from tools.mailchimp_simulator.api.router import route

find = route.find
answer = route.answer
names = frozenset(each.name for each in route.routes)
