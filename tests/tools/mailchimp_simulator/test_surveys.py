"""Surveys: who answered what, known to the audience or not."""

from typing import Any

import pytest

from tests.tools.mailchimp_simulator.test_activity import kinds
from tests.tools.mailchimp_simulator.test_batches import done, results
from tests.tools.mailchimp_simulator.test_campaigns import refusal
from tests.tools.mailchimp_simulator.zookeeper import Zookeeper, hash_of

QUOLL = "quoll@gully.test"
STRANGER = "stranger@gully.test"
PICK = {"query": "Which den?", "type": "pickOne", "options": ["Log", "Cave"], "is_required": True}
RANGE = {"query": "How warm?", "type": "range"}
MANY = {"query": "Which nights?", "type": "pickMany", "options": ["Mon", "Tue", "Wed"]}
EMAIL = {"query": "Your address", "type": "email"}


def ask(keeper: Zookeeper, *questions: object, **more: object) -> Any:
    return keeper.tell(
        "POST", "surveys", {"title": "Dens", "questions": questions or [PICK, RANGE, MANY, EMAIL], **more}
    )


def answer(keeper: Zookeeper, email: str, den: str = "Log", **more: object) -> Any:
    return keeper.person(email, "answer_survey", **{"answers": {"Which den?": den}, **more})


def responses(keeper: Zookeeper, survey: Any, **params: object) -> list[Any]:
    page = keeper.get(f"/reporting/surveys/{survey['id']}/responses", **params)
    assert page["total_items"] == len(page["responses"])
    found: list[Any] = page["responses"]
    return found


def test_a_response_holds_questions_and_answers_of_a_contact(keeper: Zookeeper) -> None:
    added = keeper.add(QUOLL, merge_fields={"FNAME": "Quoll"})
    survey = ask(keeper)
    answer(keeper, QUOLL, answers={"Which den?": "Cave", "How warm?": 7, "Which nights?": ["Mon", "Wed"]})
    shown = responses(keeper, survey)[0]
    assert shown["is_new_contact"] is False
    assert shown["contact"] == {
        "email_id": hash_of(QUOLL),
        "contact_id": added["contact_id"],
        "status": "Subscribed",
        "email": QUOLL,
        "phone": "",
        "full_name": "Quoll",
        "consents_to_one_to_one_messaging": True,
    }
    whole = keeper.get(f"/reporting/surveys/{survey['id']}/responses/{shown['response_id']}")
    assert [(each["query"], each["answer"]) for each in whole["results"]] == [
        ("Which den?", "Cave"),
        ("How warm?", "7"),
        ("Which nights?", "Mon, Wed"),
        ("Your address", QUOLL),
    ]
    assert kinds(keeper, QUOLL, activity_filters="survey_response") == ["survey_response"]


def test_a_stranger_is_no_contact_and_shows_the_address_only_where_it_was_asked_for(keeper: Zookeeper) -> None:
    survey, silent = ask(keeper), ask(keeper, PICK, title="Dens again")
    answer(keeper, STRANGER, survey_id=survey["id"])
    answer(keeper, STRANGER, survey_id=silent["id"])
    contact = responses(keeper, survey)[0]["contact"]
    assert (contact["email"], contact["email_id"]) == (STRANGER, hash_of(STRANGER))
    assert (contact["status"], contact["contact_id"]) == ("Non-Subscribed", "")
    assert responses(keeper, silent)[0]["contact"]["email"] == ""
    assert keeper.get("members", count=0)["total_items"] == 0


@pytest.mark.parametrize(("double", "status"), [(False, "subscribed"), (True, "pending")])
def test_a_stranger_who_ticks_the_box_is_signed_up(keeper: Zookeeper, double: bool, status: str) -> None:
    keeper.patch("", {"double_optin": double})
    survey = ask(keeper)
    assert answer(keeper, STRANGER, subscribe=True)["status"] == status
    shown = responses(keeper, survey, respondent_familiarity_is="new")[0]
    assert (shown["is_new_contact"], shown["contact"]["email"]) == (True, STRANGER)


def test_responses_are_filtered_and_never_paged(keeper: Zookeeper) -> None:
    keeper.add(QUOLL)
    survey = ask(keeper)
    answer(keeper, QUOLL, "Cave")
    for number in range(11):
        answer(keeper, f"stranger-{number}@gully.test")
    log, _ = survey["questions"][0]["options"]
    assert len(responses(keeper, survey)) == len(responses(keeper, survey, count=5, offset=5)) == 12
    assert len(responses(keeper, survey, chose_answer=log)) == 11
    assert len(responses(keeper, survey, respondent_familiarity_is="known")) == 1
    assert len(responses(keeper, survey, answered_question=survey["questions"][1]["id"])) == 0
    path = f"/reporting/surveys/{survey['id']}"
    assert keeper.refused("GET", f"{path}/responses", respondent_familiarity_is="old")["status"] == 400
    batch = done(keeper, {"method": "GET", "path": f"{path}/responses", "operation_id": "all"})
    assert [len(response["responses"]) for _, response in results(batch)["all"]] == [12]


def test_questions_count_their_answers(keeper: Zookeeper) -> None:
    keeper.add(QUOLL)
    survey = ask(keeper)
    answer(keeper, QUOLL, answers={"Which den?": "Cave", "How warm?": 6})
    answer(keeper, STRANGER, answers={"Which den?": "Log", "How warm?": 9})
    path = f"/reporting/surveys/{survey['id']}/questions"
    pick, warm, nights, address = keeper.get(path)["questions"]
    assert {option["label"]: option["count"] for option in pick["options"]} == {"Log": 1, "Cave": 1}
    assert (warm["average_rating"], warm["total_responses"], nights["total_responses"]) == (7.5, 2, 0)
    assert address["contact_counts"] == {"new": 0, "known": 1, "unknown": 1}
    answers = keeper.get(f"{path}/{pick['id']}/answers", respondent_familiarity_is="unknown")["answers"]
    assert [(each["value"], each["contact"]["email"]) for each in answers] == [("Log", STRANGER)]
    assert keeper.get(f"{path}/{nights['id']}")["type"] == "pickMany"


def test_a_response_follows_its_contact_until_it_is_deleted(keeper: Zookeeper) -> None:
    keeper.add(QUOLL, merge_fields={"FNAME": "Quoll"})
    survey = ask(keeper)
    answer(keeper, QUOLL)
    keeper.person(QUOLL, "change_email", new_email="moved@gully.test")
    assert responses(keeper, survey)[0]["contact"]["email"] == "moved@gully.test"
    keeper.staff("moved@gully.test", "archive")
    assert responses(keeper, survey)[0]["contact"]["status"] == "Archived"
    keeper.staff("moved@gully.test", "delete_permanently")
    shown = responses(keeper, survey)[0]
    whole = keeper.get(f"/reporting/surveys/{survey['id']}/responses/{shown['response_id']}")
    contact = {"email": "", "email_id": "", "contact_id": "", "full_name": ""}
    assert shown["contact"] | contact == shown["contact"]
    assert whole["results"][-1]["answer"] == ""
    assert "gully.test" not in str(whole)


def test_surveys_are_listed_by_audience_and_by_account(keeper: Zookeeper) -> None:
    survey = ask(keeper)
    ask(keeper, PICK, title="Draft", status="unpublished")
    shown = keeper.get("surveys")["surveys"]
    assert [(each["title"], each["status"]) for each in shown] == [("Dens", "published"), ("Draft", "unpublished")]
    assert shown[1]["published_at"] == ""
    assert keeper.get(f"surveys/{survey['id']}")["total_responses"] == 0
    assert keeper.get("/reporting/surveys", count=1)["total_items"] == 2
    report = f"/reporting/surveys/{survey['id']}"
    lost = ("surveys/lost", "/reporting/surveys/lost", f"{report}/questions/lost", f"{report}/responses/lost")
    assert [keeper.refused("GET", path)["status"] for path in lost] == [404] * 4


def test_what_makes_no_sense_is_refused(keeper: Zookeeper) -> None:
    assert "questions" in refusal(keeper, "surveys", {"title": "Dens"})
    assert "options" in refusal(keeper, "surveys", {"title": "Dens", "questions": [{**RANGE, "options": ["Log"]}]})
    assert "no survey is a published" in refusal(keeper, f"people/{QUOLL}", {"deed": "answer_survey"})
    ask(keeper)

    def refused(answers: object, **more: object) -> str:
        return refusal(keeper, f"people/{QUOLL}", {"deed": "answer_survey", "answers": answers, **more})

    assert "must be answered" in refused({})
    assert "no question" in refused({"Which tree?": "Gum"})
    assert "Chosen must be of" in refused({"Which den?": "Tree"})
    assert "whole number" in refused({"Which den?": "Log", "How warm?": 11})
    ask(keeper, PICK)
    assert "asks for an email" in refused({"Which den?": "Log"}, subscribe=True)
