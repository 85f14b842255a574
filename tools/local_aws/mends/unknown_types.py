"""CloudFormation types that MiniStack does not know are recorded and do nothing, where it would refuse the template."""

import logging
from typing import Any

from ministack.services.cloudformation import provisioners

from .provisioning import Properties

log = logging.getLogger("local_aws")


def mend() -> None:
    """Let composite alarms, metric math and whatever else only AWS has into a stack, with a warning each."""
    known = provisioners._RESOURCE_HANDLERS
    provisioners._RESOURCE_HANDLERS = _Handlers(known)
    alarm = known["AWS::CloudWatch::Alarm"]
    create = alarm["create"]

    def created(logical_id: str, properties: Properties, stack: str) -> Any:
        if "Metrics" in properties:  # metric math, which no alarm here evaluates
            return _recorded("AWS::CloudWatch::Alarm")["create"](logical_id, properties, stack)
        return create(logical_id, properties, stack)

    alarm["create"] = created


class _Handlers(dict[str, Any]):
    """MiniStack's table of resource types, with an entry for every type of AWS."""

    def __contains__(self, resource_type: object) -> bool:
        return super().__contains__(resource_type) or _may_be_recorded(str(resource_type))

    def get(self, resource_type: str, default: Any = None) -> Any:
        found = super().get(resource_type, default)
        return _recorded(resource_type) if found is None and _may_be_recorded(resource_type) else found


def _may_be_recorded(resource_type: str) -> bool:
    # MiniStack answers for CloudFormation's own types itself, and a serverless one that got here is a mistake.
    return resource_type.startswith("AWS::") and not resource_type.startswith(
        ("AWS::CloudFormation::", "AWS::Serverless::")
    )


def _recorded(resource_type: str) -> dict[str, Any]:
    def create(logical_id: str, properties: Properties, stack: str) -> tuple[str, dict[str, str]]:
        log.warning("%s %s: recorded only, it does nothing here", resource_type, logical_id)
        name = f"{stack}-{logical_id}"
        return name, {"Arn": f"arn:aws:local:us-east-1:000000000000:{name}"}

    def update(physical_id: str, old: Properties, new: Properties, stack: str) -> tuple[str, dict[str, str]]:
        return physical_id, {}

    def delete(physical_id: str, properties: Properties) -> None:
        """Nothing was made."""

    return {"create": create, "update": update, "delete": delete}
