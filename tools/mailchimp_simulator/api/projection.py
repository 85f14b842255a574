"""`fields` and `exclude_fields`: what of an answer is wanted, by dot paths."""

from collections.abc import Mapping
from typing import Any

from tools.mailchimp_simulator.domain.problems import bad_request

type Tree = dict[str, Tree]


class Projection:
    """The two parameters of one request. Raises Problem 400 when both are given (FACTS 1.3)."""

    def __init__(self, query: Mapping[str, str]) -> None:
        if query.get("fields") and query.get("exclude_fields"):
            raise bad_request("The fields and exclude_fields parameters are mutually exclusive.")
        self._kept = _tree(query.get("fields", ""))
        self._dropped = _tree(query.get("exclude_fields", ""))

    def wants(self, collection: str, name: str) -> bool:
        """Whether a field of a collection's items can appear at all: what can not need not be rendered."""
        if self._kept:
            inner = self._kept.get(collection)
            return inner is not None and (not inner or name in inner)
        dropped = self._dropped.get(collection)
        return dropped is None or (bool(dropped) and dropped.get(name) != {})

    def __call__(self, body: Any) -> Any:
        if self._kept:
            return _keep(body, self._kept)
        return _drop(body, self._dropped) if self._dropped else body


def _tree(text: str) -> Tree:
    tree: Tree = {}
    for path in filter(None, (part.strip() for part in text.split(","))):
        inner = tree
        for name in path.split("."):
            inner = inner.setdefault(name, {})
    return tree


def _keep(value: Any, tree: Tree) -> Any:
    if not tree:
        return value
    if isinstance(value, list):
        return [_keep(each, tree) for each in value]
    if isinstance(value, dict):
        return {name: _keep(value[name], inner) for name, inner in tree.items() if name in value}
    return value


def _drop(value: Any, tree: Tree) -> Any:
    if isinstance(value, list):
        return [_drop(each, tree) for each in value]
    if isinstance(value, dict):
        return {
            name: _drop(inner, tree[name]) if name in tree else inner
            for name, inner in value.items()
            if tree.get(name) != {}
        }
    return value
