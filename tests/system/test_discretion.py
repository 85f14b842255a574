"""After all that happened on the stack: what its functions have logged."""

import re

import pytest

from tests.system.application import Application
from tools.local_stack import LocalStack

pytestmark = pytest.mark.system

ADDRESS = re.compile(r"[\w.+'-]+(?:@|%40|\\u0040)[\w.-]+\.(?:test|com)", re.IGNORECASE)
NAMES = (
    "Wilhelmina",
    "Gnorbert",
    "Emutiful",
    "Dodolores",
    "Walruska",
    "Tuskova",
    "Badgerina",
    "Krakenia",
    "Beekeepers",
)


def test_nothing_personal_is_in_any_log_of_this_run(stack: LocalStack, zoo: Application, keepers: Application) -> None:
    zoo.say("wombat-2", email="wombat-2@burrow.test", first_name="Wilhelmina")  # so that it holds when run alone
    logs = stack.emulator.logs()
    assert '"synced"' in logs
    assert set(ADDRESS.findall(logs)) == set()
    secrets = [zoo.token, zoo.operator_token, zoo.signing_secret, keepers.token, keepers.signing_secret]
    secrets += [stack.audience.account.api_key, "+33639980017", "1990-03-12", "quai du Phoque", "Tusk & Sons"]
    assert [secret for secret in (*secrets, *NAMES) if secret in logs] == []
