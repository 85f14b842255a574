"""HTTP API: a function that fails answers 500 in API Gateway's own words; MiniStack shows the error, trace and all."""

import json
from typing import Any

from ministack.services import lambda_svc


def mend() -> None:
    """Answer a failed invocation as API Gateway does; a throttled one stays as it is."""
    answer = lambda_svc.lambda_execute_result_to_api_proxy_response

    def answered(outcome: dict[str, Any]) -> Any:
        if outcome.get("error") and not outcome.get("throttle"):
            body = json.dumps({"message": "Internal Server Error"})
            return {"statusCode": 500, "headers": {"Content-Type": "application/json"}, "body": body}, None
        return answer(outcome)

    lambda_svc.lambda_execute_result_to_api_proxy_response = answered
