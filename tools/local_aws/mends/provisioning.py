"""How a mend takes part in CloudFormation: before or after a resource of one type is created or updated."""

from collections.abc import Callable
from typing import Any

from ministack.services.cloudformation import provisioners

type Properties = dict[str, Any]


def after(resource_type: str, settle: Callable[[str, Properties], None]) -> None:
    """Call `settle(physical_id, properties)` after every creation and update of a resource of `resource_type`."""
    handlers = provisioners._RESOURCE_HANDLERS[resource_type]
    create, update = handlers["create"], handlers["update"]

    def created(logical_id: str, properties: Properties, stack: str) -> Any:
        outcome = create(logical_id, properties, stack)
        settle(outcome[0], properties)
        return outcome

    def updated(physical_id: str, old: Properties, new: Properties, *rest: Any) -> Any:
        outcome = update(physical_id, old, new, *rest)
        settle(outcome[0], new)
        return outcome

    handlers["create"], handlers["update"] = created, updated


def before(resource_type: str, read: Callable[[Properties], Properties]) -> None:
    """Create and update resources of `resource_type` from what `read` makes of their properties."""
    handlers = provisioners._RESOURCE_HANDLERS[resource_type]
    create, update = handlers["create"], handlers["update"]

    def created(logical_id: str, properties: Properties, stack: str) -> Any:
        return create(logical_id, read(properties), stack)

    def updated(physical_id: str, old: Properties, new: Properties, *rest: Any) -> Any:
        return update(physical_id, read(old), read(new), *rest)

    handlers["create"], handlers["update"] = created, updated


def is_true(value: object) -> bool:
    """A template's boolean, which is a word when it came through a parameter."""
    return str(value).lower() == "true"
