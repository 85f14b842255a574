"""The official client, `mailchimp-marketing`, with nothing changed but its host."""

from typing import Any

import mailchimp_marketing
import pytest
from mailchimp_marketing.api_client import ApiClientError

from tests.tools.mailchimp_simulator.zookeeper import Zookeeper, hash_of
from tools.mailchimp_simulator import Simulator

YAK = "yak@plateau.test"


@pytest.fixture
def client(simulator: Simulator) -> Any:
    made = mailchimp_marketing.Client({"api_key": simulator.api_key, "server": "us1"})
    made.api_client.host = simulator.url
    return made


def test_it_runs_a_newsletter(client: Any, simulator: Simulator) -> None:
    list_id = simulator.list_id
    assert client.ping.get() == {"health_status": "Everything's Chimpy!"}
    added = client.lists.add_list_member(list_id, {"email_address": YAK, "status": "subscribed", "tags": ["Woolly"]})
    assert added["id"] == hash_of(YAK)
    client.lists.update_list_member_tags(list_id, hash_of(YAK), {"tags": [{"name": "Tame", "status": "active"}]})
    client.lists.set_list_member(list_id, hash_of(YAK), {"email_address": YAK, "status_if_new": "subscribed"})
    client.lists.update_list_member(list_id, hash_of(YAK), {"merge_fields": {"FNAME": "Yak"}})
    page = client.lists.get_list_members_info(list_id, count=1000, fields=["members.full_name", "members.tags_count"])
    assert page == {"members": [{"full_name": "Yak", "tags_count": 2}]}
    more = [{"email_address": f"yak-{number}@plateau.test", "status": "pending"} for number in range(3)]
    assert client.lists.batch_list_members(list_id, {"members": more})["total_created"] == 3
    client.lists.delete_list_member(list_id, hash_of(YAK))
    client.lists.delete_list_member_permanent(list_id, hash_of(YAK))
    with pytest.raises(ApiClientError) as refused:
        client.lists.add_list_member(list_id, {"email_address": YAK, "status": "subscribed"})
    assert "Forgotten Email Not Subscribed" in refused.value.text
    assert refused.value.status_code == 400


def test_it_reads_what_became_of_a_campaign(client: Any, simulator: Simulator) -> None:
    list_id = simulator.list_id
    with Zookeeper(simulator) as keeper:
        keeper.add(YAK)
        campaign_id = keeper.tell("POST", "campaigns", {"subject": "Snow"})["id"]
        keeper.person(YAK, "open")
        keeper.person(YAK, "reply")
        question = {"query": "How deep?", "type": "text"}
        survey_id = keeper.tell("POST", "surveys", {"title": "Snow", "questions": [question]})["id"]
        keeper.person(YAK, "answer_survey", answers={"How deep?": "Knee"})
    sent = client.campaigns.list(count=1000, status="sent", sort_field="send_time")["campaigns"]
    assert [campaign["id"] for campaign in sent] == [campaign_id]
    assert client.reports.get_campaign_report(campaign_id)["opens"]["open_rate"] == 1
    page = client.reports.get_email_activity_for_campaign(campaign_id, count=1000, since="2020-01-01T00:00:00+00:00")
    assert [event["action"] for event in page["emails"][0]["activity"]] == ["open"]
    assert client.reports.get_campaign_recipients(campaign_id)["sent_to"][0]["email_id"] == hash_of(YAK)
    feed = client.lists.get_list_member_activity_feed(list_id, YAK, activity_filters=["inbox_thread", "open"])
    assert {item["activity_type"] for item in feed["activity"]} == {"inbox_thread", "open"}
    answers = client.reporting.get_survey_responses_all(survey_id)["responses"]
    assert answers[0]["contact"]["email"] == YAK
    assert client.conversations.list()["total_items"] == 0
    client.campaigns.remove(campaign_id)
    with pytest.raises(ApiClientError) as refused:
        client.reports.get_campaign_report(campaign_id)
    assert refused.value.status_code == 404


def test_a_token_opens_it_as_the_key_does(simulator: Simulator) -> None:
    client = mailchimp_marketing.Client({"access_token": simulator.api_key, "server": "us1"})
    client.api_client.host = simulator.url
    assert client.lists.get_all_lists()["total_items"] == 1
