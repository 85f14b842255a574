"""Waiting for members: as long as it takes, no longer, and with an answer that says what there was instead."""

from typing import Any

import pytest

from tools.local_stack import Api, NotSettledError
from tools.local_stack import api as module


class FakeApi(Api):
    """Answers from a list, the last one again and again."""

    def __init__(self, *answers: Any) -> None:
        super().__init__("http://127.0.0.1:1", "demo", signing_secret="", upstream_token="", operator_token="")
        self.answers = list(answers)

    def member(self, member_id: str, language: str = "en") -> dict[str, Any] | None:
        answer: dict[str, Any] | None = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return answer

    def counts(self) -> dict[str, int]:
        answer: dict[str, int] = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return answer


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "POLL", 0.001)


def kakapo(status: str) -> dict[str, Any]:
    return {"status": status, "reason": {"code": f"because_{status}"}}


def test_a_member_is_waited_for_from_before_it_is_known() -> None:
    api = FakeApi(None, kakapo("pending"), kakapo("synced"))

    assert api.wait_for("kakapo", lambda member: member["status"] == "synced") == kakapo("synced")


def test_a_member_that_never_comes_is_named() -> None:
    with pytest.raises(NotSettledError, match=r"kakapo is pending .because_pending."):
        FakeApi(kakapo("pending")).wait_for("kakapo", lambda member: member["status"] == "synced", timeout=0.01)


def test_all_are_settled_when_all_are_there_and_none_is_pending() -> None:
    seen: list[int] = []
    api = FakeApi({}, {"pending": 3}, {"synced": 2}, {"synced": 2, "excluded": 1})

    assert api.wait_until_settled(3, watch=seen.append) == {"synced": 2, "excluded": 1}
    assert seen == [0, 0, 2, 3]


def test_members_that_stay_pending_are_counted() -> None:
    with pytest.raises(NotSettledError, match="1 of 3 members are settled"):
        FakeApi({"pending": 2, "synced": 1}).wait_until_settled(3, timeout=0.01)
