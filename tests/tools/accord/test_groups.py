"""`accord connections groups`: a group made, and what to do for those who lacked it."""

import pytest

from tests.tools.accord.conftest import Command
from tests.tools.accord.documents import ZOO, connection
from tests.tools.accord.small_accord import SmallAccord

GROUP = {"category": "Interests", "interests": [{"id": "i-1", "name": "Gardening"}]}


@pytest.mark.parametrize(
    ("state", "next_step"), [("live", "accord failures retry zoo"), ("draft", "accord connections test zoo")]
)
def test_a_group_is_shown_with_the_next_step(api: SmallAccord, accord: Command, state: str, next_step: str) -> None:
    api.tell(f"POST {ZOO}/groups", {"group": GROUP, "connection": connection(state)})

    seen = accord("connections", "groups", "zoo", "Interests", "Gardening")

    assert seen.status == 0
    assert api.sent[0].body == {"category": "Interests", "names": ["Gardening"]}
    assert "Gardening" in seen.out
    assert next_step in seen.err
