"""What a cold start may load: each function by its import, and those that answer HTTP with their first request."""

import os
import re
import subprocess
import sys

import pytest

from accord import clients
from tests.functions.conftest import Stack
from tests.unit.house import FUNCTIONS, PACKAGE, functions, imports

IMPORTED = {
    "annotated_types",
    "aws_lambda_powertools",
    "botocore",  # powertools looks whether it is there, and loads next to nothing of it
    "jmespath",
    "pydantic",
    "pydantic_core",
    "typing_extensions",
    "typing_inspection",
}
"""Other people's packages that any function may import."""
CALLS_AWS = {"certifi", "dateutil", "six", "standardwebhooks", "urllib3"}
"""And that a first request may load. Not boto3: it adds nothing to botocore that Accord uses."""
CALLS_OTHERS = {"charset_normalizer", "cython_runtime", "idna", "requests", "simplejson"}
FIRST_REQUEST: dict[str, set[str]] = {
    "connect_cobot": CALLS_OTHERS,
    "connect_mailchimp": CALLS_OTHERS,
    "manage_connections": set(),
    "manage_imports": set(),
    "manage_members": set(),
    "manage_plans": set(),
    "receive_audience_events": set(),
    "receive_changes": set(),
    "receive_cobot_events": set(),
    "show_activity": set(),
    "show_badges": set(),
}
"""The functions that answer HTTP, and what the first request to each may load beside that."""
PROGRAM = """
import sys
before = set(sys.modules)

def loaded():
    names = {name.partition(".")[0] for name in sys.modules.keys() - before}
    print(*(name for name in names - sys.stdlib_module_names - {"app", "accord"} if not name.startswith("_")))

import app
loaded()
from accord import bootstrap
getattr(bootstrap, sys.argv[1], str)()
loaded()
"""


def test_all_functions_that_answer_http_are_looked_at() -> None:
    answering = {
        name
        for name in functions()
        if any("accord.adapters.http" in each for each in imports(FUNCTIONS / name / "app.py"))
    }

    assert answering == FIRST_REQUEST.keys()


def test_no_service_of_aws_is_called_that_botocore_is_not_told_of() -> None:
    called = re.findall(r'(?:client_of|create_client)\("(\w+)"', (PACKAGE / "clients.py").read_text())

    assert set(called) == set(clients.SERVICES)


@pytest.mark.parametrize("function", functions())
def test_a_cold_start_loads_nothing_that_it_does_not_use(stack: Stack, function: str) -> None:
    paths = {"PYTHONPATH": os.pathsep.join(map(str, (FUNCTIONS / function, PACKAGE.parent)))}
    answers = FIRST_REQUEST.get(function)
    command = [sys.executable, "-P", "-c", PROGRAM, function if answers is not None else "no function"]
    # As in the template; on the stage `local` addresses under `.test` are made known first.
    settings = {"AWS_DEFAULT_REGION": "eu-west-3", "PYDANTIC_DISABLE_PLUGINS": "__all__", "STAGE": "prod"}
    ran = subprocess.run(command, env=os.environ | settings | paths, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
    imported, ready = (set(line.split()) for line in ran.stdout.splitlines())

    assert imported <= IMPORTED
    if answers is not None:
        assert CALLS_AWS <= ready <= IMPORTED | CALLS_AWS | answers
