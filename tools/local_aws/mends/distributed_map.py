"""Step Functions: `ItemBatcher` and `ResultWriter` of a distributed map, which MiniStack ignores."""

import copy
import json
from typing import Any

from ministack.services import s3, stepfunctions

MOST_BYTES = 262_144  # of one batch, unless the state says less

type State = dict[str, Any]


def mend() -> None:
    """Hand items to the children in batches, and write their results to S3, where a state asks for it."""
    run = stepfunctions._run_distributed_map

    def run_distributed_map(state: State, raw: Any, effective: Any, *rest: Any) -> Any:
        _iterator, execution, context = rest
        inner = {key: value for key, value in state.items() if key not in {"ItemBatcher", "ResultWriter"}}
        if "ItemBatcher" in state:
            effective = _batches(state, effective, context)
            inner = {
                key: value for key, value in inner.items() if key not in {"ItemReader", "ItemSelector", "Parameters"}
            }
            inner["ItemsPath"] = "$"
        if "ResultWriter" not in state:
            return run(inner, raw, effective, *rest)
        # What the state makes of its result comes after the writing, to which the results themselves must go.
        bare = {key: value for key, value in inner.items() if key not in {"ResultSelector", "ResultPath", "OutputPath"}}
        run(bare, raw, effective, *rest)
        result = stepfunctions._apply_result_selector(state, _write_results(state, raw, execution, context))
        output = stepfunctions._apply_result_path(state, raw, result)
        return stepfunctions._apply_output_path(state, output, context), stepfunctions._next_or_end(state)

    stepfunctions._run_distributed_map = run_distributed_map


def _items(state: State, effective: Any, context: Any) -> list[Any]:
    if reader := state.get("ItemReader"):
        items: list[Any] = stepfunctions._read_map_items(reader, effective, context)
    else:
        items = stepfunctions._resolve_path_or_ctx(state.get("ItemsPath", "$"), effective, context)
    selector = state.get("ItemSelector") or state.get("Parameters")
    if not selector:
        return items
    selected = []
    for index, item in enumerate(items):
        of_item = copy.deepcopy(context)
        of_item["Map"] = {"Item": {"Index": index, "Value": item}}
        selected.append(stepfunctions._resolve_params_obj(selector, effective, of_item))
    return selected


def _batches(state: State, effective: Any, context: Any) -> list[dict[str, Any]]:
    batcher = state["ItemBatcher"]
    most_items = int(batcher.get("MaxItemsPerBatch") or 0)
    most_bytes = int(batcher.get("MaxInputBytesPerBatch") or MOST_BYTES)
    shared = {}
    if batcher.get("BatchInput"):
        shared["BatchInput"] = stepfunctions._resolve_params_obj(batcher["BatchInput"], effective, context)
    batches: list[list[Any]] = []
    weight = 0
    for item in _items(state, effective, context):
        size = len(json.dumps(item))
        if not batches or len(batches[-1]) == most_items or weight + size > most_bytes:
            batches.append([])
            weight = 0
        batches[-1].append(item)
        weight += size
    return [{**shared, "Items": batch} for batch in batches]


def _write_results(state: State, raw: Any, execution: Any, context: Any) -> dict[str, Any]:
    """Write the children's results and a manifest; returns what the map's result is then, as AWS documents it."""
    place = stepfunctions._resolve_params_obj(state["ResultWriter"].get("Parameters") or {}, raw, context)
    runs = [run for run in stepfunctions._map_runs.values() if run["executionArn"] == execution["executionArn"]]
    arn = runs[-1]["mapRunArn"]
    folder = f"{place.get('Prefix', '').rstrip('/')}/{arn.rpartition(':')[2]}".lstrip("/")
    children = [child for child in stepfunctions._executions.values() if child.get("mapRunArn") == arn]
    files: dict[str, list[dict[str, Any]]] = {"SUCCEEDED": [], "FAILED": [], "PENDING": []}
    for status in ("SUCCEEDED", "FAILED"):
        results = [_result(child) for child in children if child["status"] == status]
        if results:
            key = f"{folder}/{status}_0.json"
            files[status].append({"Key": key, "Size": _write(place["Bucket"], key, results)})
    manifest = f"{folder}/manifest.json"
    _write(place["Bucket"], manifest, {"DestinationBucket": place["Bucket"], "MapRunArn": arn, "ResultFiles": files})
    return {"MapRunArn": arn, "ResultWriterDetails": {"Bucket": place["Bucket"], "Key": manifest}}


def _result(child: dict[str, Any]) -> dict[str, Any]:
    return {
        "ExecutionArn": child["executionArn"],
        "Input": child["input"],
        "Output": child.get("output"),
        "Status": child["status"],
        "Name": child["name"],
    }


def _write(bucket: str, key: str, content: Any) -> int:
    body = json.dumps(content).encode()
    s3._put_object(bucket, key, body, {})
    return len(body)
