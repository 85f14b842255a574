"""Lambda functions of a stack: reserved concurrency and dead letters, which MiniStack drops."""

from ministack.services import lambda_svc

from .provisioning import Properties, after


def mend() -> None:
    """Keep what AWS::Lambda::Function says of concurrency and dead letters."""
    after("AWS::Lambda::Function", _settle)


def _settle(function: str, properties: Properties) -> None:
    record = lambda_svc._functions[function]
    reserved = properties.get("ReservedConcurrentExecutions")
    record["concurrency"] = None if reserved is None else int(reserved)
    if dead_letters := properties.get("DeadLetterConfig"):
        record["config"]["DeadLetterConfig"] = dead_letters
