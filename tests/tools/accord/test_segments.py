"""`accord connections segments`: asked for by plan or tag, and shown with what was there."""

from tests.tools.accord.conftest import Command
from tests.tools.accord.documents import ZOO
from tests.tools.accord.small_accord import SmallAccord

FULL = {"id": 7, "name": "Plan: Full zoo", "value": "Full zoo", "made": True}
HALF = {"id": 8, "name": "Plan: Half zoo", "value": "Half zoo", "made": False}


def test_segments_are_shown_with_what_was_there_and_what_is_left(api: SmallAccord, accord: Command) -> None:
    api.tell(f"POST {ZOO}/segments", {"segments": [FULL, HALF], "left": ["Night zoo"]})

    seen = accord("connections", "segments", "zoo", "plan", "Full zoo", "Half zoo", "Night zoo")

    assert seen.status == 0
    assert api.sent[0].body == {"by": "plan", "values": ["Full zoo", "Half zoo", "Night zoo"]}
    full, half = (line for line in seen.out.splitlines() if "Plan:" in line)
    assert ("made" in full, "was there" in half) == (True, True)
    assert "Night zoo" in seen.err


def test_all_tags_are_meant_where_none_is_named(api: SmallAccord, accord: Command) -> None:
    answer = {"segments": [FULL], "left": []}
    api.tell(f"POST {ZOO}/segments", answer)

    assert accord("connections", "segments", "zoo", "tag", "--json").document == answer
    assert api.sent[0].body == {"by": "tag"}
