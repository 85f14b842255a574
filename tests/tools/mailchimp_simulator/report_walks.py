"""Walks along the routes of campaigns, reports, activity, conversations and surveys, for the test of conformity."""

from collections.abc import Callable
from typing import Any

from tests.tools.mailchimp_simulator.zookeeper import Zookeeper, hash_of

LIST = "/lists/{list_id}"
MEMBER = LIST + "/members/{subscriber_hash}"
REPORT = "/reports/{campaign_id}"
SURVEY = "/reporting/surveys/{survey_id}"
HOATZIN = "hoatzin@swamp.test"
JABIRU = "jabiru@swamp.test"
type Inspect = Callable[..., Any]


def walk_campaigns(inspect: Inspect, keeper: Zookeeper) -> None:
    for email in (HOATZIN, JABIRU):
        keeper.add(email)
    keeper.staff(HOATZIN, "tag", name="Wading")
    key = {"campaign_id": keeper.tell("POST", "campaigns", {"subject": "Rain", "to": "Wading"})["id"]}
    keeper.tell("POST", "campaigns", {"subject": "Flood", "sending": True})
    inspect("GET", "/campaigns", sort_field="send_time", sort_dir="DESC", member_id=hash_of(HOATZIN))
    assert len(inspect("GET", "/campaigns")["campaigns"]) == 2
    inspect("GET", "/campaigns/{campaign_id}", **key)
    inspect("GET", LIST)
    inspect("DELETE", "/campaigns/{campaign_id}", **key)


def walk_reports(inspect: Inspect, keeper: Zookeeper) -> None:
    made = keeper.tell("POST", "campaigns", {"subject": "Wind"})
    keeper.person(HOATZIN, "open", times=2)
    keeper.person(HOATZIN, "click")
    keeper.person(JABIRU, "soft_bounce")
    keeper.person(JABIRU, "complain", campaign_id=made["id"])
    keeper.person(HOATZIN, "unsubscribe", campaign_id=made["id"], reason="Wet")
    key = {"campaign_id": made["id"]}
    hoatzin, link = key | {"subscriber_hash": hash_of(HOATZIN)}, key | {"link_id": made["links"][0]["id"]}
    inspect("GET", "/reports")
    inspect("GET", REPORT, **key)
    for part, collection in (
        ("sent-to", "sent_to"),
        ("email-activity", "emails"),
        ("unsubscribed", "unsubscribes"),
        ("open-details", "members"),
    ):
        assert inspect("GET", f"{REPORT}/{part}", **key)[collection]
        inspect("GET", f"{REPORT}/{part}/{{subscriber_hash}}", **hoatzin)
    inspect("GET", REPORT + "/click-details", sort_field="total_clicks", **key)
    inspect("GET", REPORT + "/click-details/{link_id}", **link)
    assert inspect("GET", REPORT + "/click-details/{link_id}/members", **link)["members"]
    inspect("GET", REPORT + "/click-details/{link_id}/members/{subscriber_hash}", **(link | hoatzin))
    complaint = inspect("GET", REPORT + "/abuse-reports", **key)["abuse_reports"][0]
    inspect("GET", REPORT + "/abuse-reports/{report_id}", report_id=complaint["id"], **key)


def walk_activity(inspect: Inspect, keeper: Zookeeper) -> None:
    key = {"subscriber_hash": hash_of(HOATZIN)}
    keeper.person(HOATZIN, "reply")
    keeper.post(f"members/{hash_of(HOATZIN)}/notes", {"note": "Smells"})
    made = keeper.tell("POST", "conversations", {"email": HOATZIN, "message": "Leaves?"})
    keeper.tell("POST", "surveys", {"title": "Leaves", "questions": [{"query": "Which?", "type": "text"}]})
    keeper.person(HOATZIN, "answer_survey", answers={"Which?": "Green"})
    inspect("POST", MEMBER + "/events", {"name": "waded", "properties": {"depth": "1 m"}}, **key)
    inspect("GET", MEMBER + "/events", **key)
    feed = inspect("GET", MEMBER + "/activity-feed", count=1000, **key)["activity"]
    kinds = {"sent", "open", "click", "unsub", "inbox_thread", "note", "conversation", "survey_response", "event"}
    assert kinds | {"generic_signup"} == {item["activity_type"] for item in feed}
    inspect("GET", MEMBER + "/activity", **key)
    inspect("GET", MEMBER + "/activity-feed", subscriber_hash=hash_of(JABIRU))
    conversation = {"conversation_id": made["id"]}
    inspect("GET", "/conversations")
    inspect("GET", "/conversations/{conversation_id}", **conversation)
    inspect("GET", "/conversations/{conversation_id}/messages", **conversation)
    message = conversation | {"message_id": made["message_id"]}
    inspect("GET", "/conversations/{conversation_id}/messages/{message_id}", **message)


def walk_surveys(inspect: Inspect, keeper: Zookeeper) -> None:
    questions = [
        {"query": "Which leaf?", "type": "pickOne", "options": ["Arum", "Mangrove"], "is_required": True},
        {"query": "Which months?", "type": "pickMany", "options": ["May", "June"]},
        {"query": "How fresh?", "type": "range"},
        {"query": "Why?", "type": "text"},
        {"query": "Your address", "type": "email"},
    ]
    made = keeper.tell("POST", "surveys", {"title": "Leaves", "questions": questions})
    answers = {"Which leaf?": "Arum", "Which months?": ["May", "June"], "How fresh?": 9, "Why?": "Soft"}
    keeper.person(HOATZIN, "answer_survey", answers=answers)
    keeper.person("stranger@swamp.test", "answer_survey", answers=answers)
    key = {"survey_id": made["id"]}
    inspect("GET", LIST + "/surveys")
    inspect("GET", LIST + "/surveys/{survey_id}", **key)
    inspect("GET", "/reporting/surveys")
    inspect("GET", SURVEY, **key)
    inspect("GET", SURVEY + "/questions", **key)
    for question in made["questions"]:
        inspect("GET", SURVEY + "/questions/{question_id}", question_id=question["id"], **key)
        answered = inspect("GET", SURVEY + "/questions/{question_id}/answers", question_id=question["id"], **key)
        assert answered["total_items"] == 2
    responses = inspect("GET", SURVEY + "/responses", **key)["responses"]
    for response in responses:
        inspect("GET", SURVEY + "/responses/{response_id}", response_id=response["response_id"], **key)


WALKS = (walk_campaigns, walk_reports, walk_activity, walk_surveys)
