"""Building and deploying: only what changed is built, what AWS alone has is recorded, and failures say why."""

from pathlib import Path

import pytest

from tools.local_aws import Build, BuildError, DeployError, Emulator, build, deploy

from .conftest import Stack

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  AnswerFunction:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: answer, Handler: app.handler, Runtime: python3.13}
"""


@pytest.fixture
def template(tmp_path: Path) -> Path:
    (tmp_path / "answer").mkdir()
    (tmp_path / "answer" / "app.py").write_text("def handler(event, context): return 1\n")
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    return tmp_path / "template.yaml"


def artifacts(built: Build) -> set[str]:
    return {file.name for file in built.folder.glob("*.zip")}


def test_a_build_is_repeated_only_when_a_file_changed(template: Path, base: Path) -> None:
    said: list[str] = []
    first = artifacts(build(template, base, said.append))
    assert said
    said.clear()
    assert artifacts(build(template, base, said.append)) == first
    assert not said
    (template.parent / "answer" / "app.py").write_text("def handler(event, context): return 2\n")
    assert artifacts(build(template, base)) != first


def test_a_build_that_fails_says_why(template: Path, base: Path) -> None:
    template.write_text(TEMPLATE.replace("CodeUri: answer", "CodeUri: nowhere"))
    with pytest.raises(BuildError, match="nowhere"):
        build(template, base)


def test_a_deployment_that_fails_says_why(emulator: Emulator, tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(
        "Resources: {Line: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: 99999999}}}"
    )
    with pytest.raises(DeployError, match="Line: "):
        deploy(emulator, Build(tmp_path), "failing")


def test_types_that_only_aws_has_are_recorded(stack: Stack) -> None:
    described = stack.client("cloudformation").describe_stack_resources(StackName="mended")["StackResources"]
    status = {resource["LogicalResourceId"]: resource["ResourceStatus"] for resource in described}
    assert {status["ManyDead"], status["Anything"]} == {"CREATE_COMPLETE"}
