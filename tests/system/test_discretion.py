"""Whether what the stack checks at its end would be found: its functions' logs, all stories over (conftest.py)."""

import pytest

from tests.system.application import Application
from tests.system.discretion import indiscretions
from tools.local_stack import LocalStack

pytestmark = pytest.mark.system


def test_a_story_is_told_in_the_logs_and_nothing_personal_with_it(stack: LocalStack, zoo: Application) -> None:
    zoo.say("wombat-2", email="wombat-2@burrow.test", first_name="Wilhelmina")
    logs = stack.emulator.logs()
    assert '"synced"' in logs
    assert indiscretions(logs, [zoo.token, zoo.operator_token, zoo.signing_secret]) == set()


def test_addresses_names_and_secrets_are_found_where_they_do_stand() -> None:
    logs = '{"to": "wombat%40burrow.test", "from": "emu@outback.test", "name": "Wilhelmina", "key": "s3cret"}'
    assert indiscretions(logs, ["s3cret", "other"]) == {
        "wombat%40burrow.test",
        "emu@outback.test",
        "Wilhelmina",
        "s3cret",
    }
