"""Step Functions: a distributed map hands out batches and writes its results."""

import json
from collections.abc import Callable
from typing import Any

from .conftest import Stack


def test_a_distributed_map_works_in_batches_and_writes_its_results(
    stack: Stack, eventually: Callable[..., Any]
) -> None:
    machines, storage = stack.client("stepfunctions"), stack.client("s3")
    order = json.dumps({"people": ["Anna", "Zoé", "Léo"], "run": "nightly"})
    execution = machines.start_execution(stateMachineArn=stack["Report"], input=order)["executionArn"]
    described = eventually(lambda: ended(machines.describe_execution(executionArn=execution)))
    assert described["status"] == "SUCCEEDED", described.get("cause")

    place = json.loads(described["output"])["ResultWriterDetails"]
    manifest = read(storage, place["Bucket"], place["Key"])
    [results] = manifest["ResultFiles"]["SUCCEEDED"]
    outputs = [json.loads(child["Output"]) for child in read(storage, place["Bucket"], results["Key"])]
    assert sorted(output["count"] for output in outputs) == [1, 2]
    assert {output["run"] for output in outputs} == {"nightly"}


def ended(described: dict[str, Any]) -> dict[str, Any] | None:
    return None if described["status"] == "RUNNING" else described


def read(storage: Any, bucket: str, name: str) -> Any:
    return json.loads(storage.get_object(Bucket=bucket, Key=name)["Body"].read())
