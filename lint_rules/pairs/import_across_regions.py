"""E9710: an import of what another region exports."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lint_rules.pairs import _pair


class ImportAcrossRegions(_pair.PairRule):
    """An import of what another region exports."""

    id = "E9710"
    shortdesc = "Fn::ImportValue of an export of another region"
    description = (
        "Exports do not cross regions: the import finds nothing. Inside a region it also locks the stack that exports."
    )
    fix = "wire a parameter to the output under Metadata.TwinStack.Wiring"
    source_url = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html"
    tags = "cloudformation"

    def findings(self, stacks: _pair.Stacks) -> Iterator[tuple[_pair.Place, str]]:
        exports = {
            name: settled for settled in stacks for name in _exports(settled.stack.template.body.get("Outputs") or {})
        }
        for settled in stacks:
            body = settled.stack.template.body
            for path, name in _imports(body.get("Resources") or {}, ("Resources",)):
                maker = exports.get(name)
                if maker and maker.stack.region != settled.stack.region:
                    message = f"{name} is exported by {maker.stack.role} in {maker.stack.region}"
                    yield _pair.Place(settled.stack.role, path), message


def _exports(outputs: Mapping[str, Any]) -> Iterator[str]:
    for output in outputs.values():
        name = (output.get("Export") or {}).get("Name")
        if name is not None:
            yield _text(name)


def _imports(node: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    items: Iterable[tuple[str | int, Any]] = ()
    if isinstance(node, Mapping):
        if "Fn::ImportValue" in node:
            yield path, _text(node["Fn::ImportValue"])
        items = node.items()
    elif isinstance(node, list):
        items = enumerate(node)
    for key, value in items:
        yield from _imports(value, (*path, key))


def _text(name: Any) -> str:
    """Names are compared as they are written: both sides build them from the same parameters."""
    return json.dumps(name, sort_keys=True)
