"""A refused request leaves no trace, whatever it held."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tools.mailchimp_simulator.domain.audience import Audience
from tools.mailchimp_simulator.domain.audience_settings import DEFAULT_SETTINGS
from tools.mailchimp_simulator.domain.contact import Contact, Status
from tools.mailchimp_simulator.domain.problems import Problem
from tools.mailchimp_simulator.domain.webhooks import Announcement
from tools.mailchimp_simulator.domain.writes import change, create, upsert

BODIES = st.fixed_dictionaries(
    {},
    optional={
        "email_address": st.sampled_from(["ox@field.test", "elk@field.test", "gone@field.test", "ox@example.com", 7]),
        "status": st.sampled_from([*Status, "sleepy", None]),
        "status_if_new": st.sampled_from([*Status]),
        "merge_fields": st.dictionaries(
            st.sampled_from(["FNAME", "BIRTHDAY", "ADDRESS", "WINGS"]), st.sampled_from(["Ox", "", 3, None, {}])
        ),
        "tags": st.lists(st.sampled_from(["Horned", "", " ", "x" * 101, 5]), max_size=3),
        "interests": st.just({"unknown": True}),
        "vip": st.sampled_from([True, "yes"]),
        "timestamp_opt": st.sampled_from(["2020-01-01T00:00:00Z", "soon"]),
        "ip_opt": st.sampled_from(["192.0.2.1", "here"]),
    },
)


def snapshot(audience: Audience) -> Any:
    def held(contact: Contact) -> tuple[Any, ...]:
        return tuple(str(getattr(contact, name)) for name in Contact.__slots__)

    tags = [(segment.name, len(segment.members)) for segment in audience.segments]
    return [held(contact) for contact in audience], tags, dict(audience.mails), set(audience.forgotten)


@settings(max_examples=500, deadline=None)
@given(requests=st.lists(st.tuples(st.sampled_from([create, upsert, change]), BODIES), max_size=6))
def test_a_refusal_changes_nothing(requests: list[tuple[Any, dict[str, Any]]]) -> None:
    outbox = list[Announcement]()
    audience = Audience(1, DEFAULT_SETTINGS, outbox, 1)
    audience.webhooks.create({"url": "http://field.test", "events": {"subscribe": True}, "sources": {"api": True}})
    create(audience, {"email_address": "ox@field.test", "status": "unsubscribed"}, 1)
    audience.forgotten.add(create(audience, {"email_address": "gone@field.test", "status": "pending"}, 1).digest)
    for now, (write, body) in enumerate(requests, start=2):
        before, told = snapshot(audience), len(outbox)
        try:
            if write is create:
                create(audience, body, now)
            else:
                write(audience, "ox@field.test", body, now)
        except Problem:
            assert snapshot(audience) == before
            assert len(outbox) == told
        counted = audience.by_arrival.total(frozenset(Status))
        assert counted == audience.by_change.total(frozenset(Status)) == len(list(audience)) == len(audience)
