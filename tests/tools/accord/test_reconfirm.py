"""`accord reconfirm`: how many would be asked, a person's yes, and the asking."""

import pytest

from tests.tools.accord.conftest import Command
from tests.tools.accord.documents import ZOO, run
from tests.tools.accord.small_accord import SmallAccord, problem

PROPOSAL = {"proposal": "r-1", "members": 1200, "asked": 0, "all_counted": False}
ROUTE = f"POST {ZOO}/reconfirm"


@pytest.fixture
def proposing(api: SmallAccord) -> SmallAccord:
    """An Accord whose zoo can be asked."""
    api.tell(ROUTE, PROPOSAL)
    api.tell(ROUTE, {"run": "r-1", "proposal": "r-1", "members": 0, "asked": 0}, status=202)
    api.tell(f"GET {ZOO}/runs/r-1", run("done", 300))
    return api


def test_s4_reconfirm_says_how_many_and_asks_them_after_a_yes(proposing: SmallAccord, accord: Command) -> None:
    seen = accord("reconfirm", "zoo", "--who", "without_proof", "--yes")

    assert seen.status == 0, seen.err
    assert "at least 1,200 to be asked: those without proof of consent" in seen.out
    assert [each.body for each in proposing.sent_to(ROUTE)] == [
        {"who": "without_proof"},
        {"who": "without_proof", "approve": "r-1"},
    ]


def test_reconfirm_asks_and_where_nobody_answers_nobody_is_asked(proposing: SmallAccord, accord: Command) -> None:
    assert accord("reconfirm", "zoo", "--who", "all").status != 0
    assert accord("reconfirm", "zoo").status == 2
    assert [each.body for each in proposing.sent_to(ROUTE)] == [{"who": "all"}]


def test_reconfirm_can_be_looked_at_only(proposing: SmallAccord, accord: Command) -> None:
    assert accord("reconfirm", "zoo", "--who", "all", "--dry-run", "--json").document == PROPOSAL
    assert len(proposing.sent_to(ROUTE)) == 1


def test_what_accord_refuses_is_told(api: SmallAccord, accord: Command) -> None:
    api.tell(ROUTE, problem(409, "The connection is paused."), status=409)
    seen = accord("reconfirm", "zoo", "--who", "all", "--yes")
    assert (seen.status, "paused" in seen.err) == (1, True)
