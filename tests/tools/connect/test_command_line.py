"""What a person sees and may say: the key stays out of the command line, and every refusal says what to do."""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

import tools.connect.__main__ as command
from accord.adapters.dynamodb.ledger import DynamoDBLedger
from accord.adapters.mailchimp.account import AudienceSummary
from tools.connect import ConnectError, Stack, Wanted
from tools.connect.connecting import connect
from tools.connect.examples import explained
from tools.connect.stack import StackError, find_stack
from tools.mailchimp_simulator import Simulator

type Run = Callable[..., int]


@pytest.fixture
def run(stack: Stack, simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(command, "find_stack", lambda name: replace(stack, name=name))
    monkeypatch.setenv("MAILCHIMP_API_KEY", simulator.api_key)
    return lambda *arguments: command.main(["--base-url", simulator.url, *arguments])


def test_one_command_makes_a_connection_named_after_its_audience(
    run: Run, api_url: str, ledger: DynamoDBLedger, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run() == 0

    said = capsys.readouterr().out
    connection = ledger.connection("les-amis-du-kiwi")
    assert connection is not None
    assert f"{api_url}/v1/connections/les-amis-du-kiwi/members" in said
    assert "whsec_" in said
    assert "the connection les-amis-du-kiwi is live" in said


def test_choices_are_taken_from_the_command_line(run: Run, ledger: DynamoDBLedger) -> None:
    assert run("--connection", "kea", "--order-by", "version", "--opt-in", "double", "--language", "fr") == 0

    connection = ledger.connection("kea")
    assert connection is not None
    assert (connection.order_by, connection.policy.opt_in, connection.language) == ("version", "double", "fr")


def test_a_custom_field_is_mapped_beside_the_recommended_ones(run: Run, ledger: DynamoDBLedger) -> None:
    assert run("--connection", "kea", "--map", "fields.nest=NEST") == 0

    connection = ledger.connection("kea")
    assert connection is not None
    assert connection.mapping["fields.nest"] == "NEST"
    assert connection.mapping["first_name"] == "FNAME"


def test_the_key_may_come_from_a_file(
    run: Run, simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILCHIMP_API_KEY", "wr0ng-us21")
    file = tmp_path / "key"
    file.write_text(f"{simulator.api_key}\n")

    assert run("--api-key-file", str(file)) == 0


def test_the_key_can_not_be_given_on_the_command_line(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run("--api-key", "k1w1-us21")

    assert "unrecognized arguments" in capsys.readouterr().err


def test_without_a_key_and_nobody_to_ask_it_says_where_to_put_one(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("MAILCHIMP_API_KEY")

    assert run() == 1

    assert "MAILCHIMP_API_KEY" in capsys.readouterr().err


def test_a_wrong_key_is_said_and_not_repeated(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MAILCHIMP_API_KEY", "wr0ng-us21")

    assert run() == 1

    said = capsys.readouterr()
    assert "does not accept the API key" in said.err
    assert "wr0ng" not in said.out + said.err


def test_an_unknown_audience_is_said(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--audience", "nosuch") == 1

    assert "no audience 'nosuch'" in capsys.readouterr().err


TWO = [AudienceSummary("a1", "Kea", 1_200), AudienceSummary("a2", "[Kiwi] & friends", 3)]


def test_with_several_audiences_and_nobody_to_ask_it_names_them() -> None:
    with pytest.raises(ConnectError, match="--audience a1, --audience a2"):
        command._audience(TWO, None, Console())


def test_a_person_chooses_among_several_audiences(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", Typing("2\n"))

    chosen = command._audience(TWO, None, Console())

    assert chosen.id == "a2"
    said = capsys.readouterr().out
    assert "[Kiwi] & friends" in said
    assert "1,200" in said


def test_an_account_without_an_audience_is_said() -> None:
    with pytest.raises(ConnectError, match="no audience yet"):
        command._audience([], None, Console())


class Typing(io.StringIO):
    """Somebody at a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_second_time_is_refused(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run() == 0
    assert run() == 1

    assert "name another with --connection" in capsys.readouterr().err


@pytest.mark.parametrize("mapping", ["fields.nest", "=NEST", "fields.nest=a tag"])
def test_a_mapping_names_a_field_and_a_tag(run: Run, mapping: str) -> None:
    with pytest.raises(SystemExit):
        run("--map", mapping)


@pytest.mark.parametrize(
    ("name", "connection_id"),
    [
        ("Les Amis du Kiwi!", "les-amis-du-kiwi"),
        ("  Été 2026 ", "ete-2026"),
        ("鳥", "members"),
        ("k" * 80, "k" * 63),
        ("k" * 62 + " kea", "k" * 62),
    ],
)
def test_a_connection_id_is_made_of_the_name_of_the_audience(name: str, connection_id: str) -> None:
    assert command.connection_id_of(name) == connection_id


@pytest.mark.parametrize("order", ["occurred_at", "version", "received"])
def test_the_python_example_can_be_pasted(stack: Stack, simulator: Simulator, wanted: Wanted, order: Any) -> None:
    made = connect(stack, replace(wanted, order_by=order), simulator.api_key, base_url=simulator.url)

    lines = explained(made).split("\n\n")
    code = "\n".join(line[2:] for block in lines if "import" in block or "now =" in block for line in block.split("\n"))

    compile(code, "example", "exec")
    assert made.signing_secret in code


def test_a_stack_is_found_by_its_outputs() -> None:
    found = find_stack("aviary", lambda service: Formation("prod"))

    assert found == Stack("aviary", "prod", "https://api.test", "table", "arn:key")


def test_a_local_api_is_reached_by_its_path() -> None:
    found = find_stack("aviary", lambda service: Formation("local"))

    assert found.api_url == "http://127.0.0.1:4566/_aws/execute-api/a1/$default"


def test_a_stack_of_something_else_is_said() -> None:
    with pytest.raises(StackError, match="not one of Accord"):
        find_stack("aviary", lambda service: Formation("prod", without="TableName"))


class Formation:
    """CloudFormation, as far as the tools ask it."""

    class meta:  # noqa: N801  # boto3's name
        endpoint_url = "http://127.0.0.1:4566"

    def __init__(self, stage: str, without: str = "") -> None:
        outputs = {
            "ApiUrl": "https://api.test",
            "ApiId": "a1",
            "TableName": "table",
            "AddressKeySecretArn": "arn:key",
        }
        self.described = {
            "Outputs": [{"OutputKey": k, "OutputValue": v} for k, v in outputs.items() if k != without],
            "Parameters": [{"ParameterKey": "Stage", "ParameterValue": stage}],
        }

    def describe_stacks(self, StackName: str) -> dict[str, Any]:  # noqa: N803  # boto3's name
        return {"Stacks": [self.described]}
