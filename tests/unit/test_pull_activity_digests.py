"""Upstream hears of what is new, some members at a time: all of them, under one name however often a page is read."""

import json
from typing import Any

import pytest

from accord.adapters.http.notices import shown_notice, written_notice
from accord.domain.notice import MOST_MEMBERS, Notice, NoticeType, digests
from accord.errors import Retryable
from accord.usecases.showing.show_digest import ShowDigest
from accord.usecases.showing.show_notices import Told
from tests.builders import NOON, a_connection, a_member, a_policy, erased, minutes, upserted
from tests.pulls import GATE, Pulls, clicked, opened
from tests.scene import Scene

MEMBERS = {f"m-{number}": f"lynx-{number}@ridge.test" for number in range(1, 4)}


@pytest.fixture
def scene() -> Scene:
    found = Scene(a_connection(policy=a_policy(activity_upstream=True), notice_url="https://app.test/notices"))
    found.post(*(upserted(a_member(email), id_, index=n) for n, (id_, email) in enumerate(MEMBERS.items())))
    found.pass_(3600)
    return found


@pytest.fixture
def pulls(scene: Scene) -> Pulls:
    pulls = Pulls(scene)
    campaign = pulls.reports.send("spring", pulls.now, MEMBERS.values())
    campaign.did["lynx-1@ridge.test"] = [opened(pulls.now + minutes(1)), clicked(pulls.now + minutes(2))]
    return pulls


def told(pulls: Pulls) -> list[Notice]:
    return [each.notice for each in pulls.outbox.lying.values()]


def test_a_digest_has_five_hundred_members_at_the_most_and_all_are_in_one() -> None:
    members = {f"m-{number}" for number in range(1201)}

    found = digests("burrow", "spring", "a page", members, NOON)

    assert [len(each.members) for each in found] == [MOST_MEMBERS, MOST_MEMBERS, 201]
    assert {member for each in found for member in each.members} == members
    assert len({each.id for each in found}) == 3
    assert found == digests("burrow", "spring", "a page", members, NOON)


def test_members_of_whom_something_is_new_are_told_of_and_no_others(pulls: Pulls) -> None:
    pulls.weekly()
    (first,) = told(pulls)
    assert (first.type, first.campaign_id, set(first.members)) == (NoticeType.ACTIVITY, "spring", set(MEMBERS))
    pulls.reports.sent_campaigns["spring"].did["lynx-2@ridge.test"] = [opened(pulls.now)]

    pulls.weekly()

    assert [each.members for each in told(pulls)[1:]] == [("m-2",)]


def test_a_page_that_is_read_again_after_a_crash_tells_under_the_same_name(
    pulls: Pulls, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = pulls.begin()
    tries = iter([Retryable("DynamoDB is busy", effect_unknown=False)])
    save = pulls.activity.save_campaign

    def crash(*given: Any) -> None:
        if pulls.outbox.lying:
            for error in tries:
                raise error
        save(*given)

    monkeypatch.setattr(pulls.activity, "save_campaign", crash)
    with pytest.raises(Retryable):
        pulls.carry_out(run)
    pulls.carry_out(run)

    assert [set(each.members) for each in told(pulls)] == [set(MEMBERS)]


def test_nobody_is_told_where_the_connection_does_not_want_that(scene: Scene, pulls: Pulls) -> None:
    scene.ledger.save_connection(scene.connection.model_copy(update={"policy": a_policy()}))

    pulls.weekly()

    assert told(pulls) == []


def test_what_is_sent_holds_all_that_they_did_and_nothing_of_whoever_was_erased_since(
    scene: Scene, pulls: Pulls
) -> None:
    pulls.weekly()
    (notice,) = told(pulls)
    scene.post(erased("m-3", at=pulls.now))
    scene.settle_all()

    digest = ShowDigest(pulls.activity)(scene.connection, notice)
    document = json.loads(written_notice(Told(notice, None, digest), scene.connection))

    assert document["type"] == "activity.digest"
    assert document["data"]["campaign"]["subject"] == "About spring"
    did = {each["id"]: [event["kind"] for event in each["activity"]] for each in document["data"]["members"]}
    assert did == {"m-1": ["clicked", "opened", "sent"], "m-2": ["sent"]}
    assert document["data"]["members"][0]["activity"][0]["link"] == GATE
    assert "@" not in json.dumps(document)


def test_the_feed_names_the_members_alone(pulls: Pulls) -> None:
    pulls.weekly()
    (notice,) = told(pulls)

    data = shown_notice(Told(notice, None), "en")["data"]

    assert data == {"campaign": {"id": "spring"}, "members": [{"id": member} for member in sorted(MEMBERS)]}
