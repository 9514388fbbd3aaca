"""E9710: an import of what another region exports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from pair_rules import _pair
from twinstack.expressions.values import Call, Frozen, freeze, symbols_in
from twinstack.planning.settled import SettledStack


class ImportAcrossRegions(_pair.PairRule):
    """An import of what another region exports."""

    id = "E9710"
    shortdesc = "Fn::ImportValue of an export of another region"
    description = (
        "Exports do not cross regions: the import finds nothing. Inside a region it also locks the stack that exports."
    )
    fix = "wire a parameter to the output under Metadata.TwinStack.Wiring"
    source_url = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html"
    tags = ("cloudformation",)

    def findings(self, stacks: _pair.Stacks) -> Iterator[tuple[_pair.Place, str]]:
        exports = defaultdict(list)
        for settled in stacks:
            for name in settled.exports.values():
                exports[settled.stack.account, freeze(name)].append(settled.stack)
        for settled in stacks:
            for path, region, account, name in _imports(settled):
                makers = exports[account, name]
                if makers and all(maker.region != region for maker in makers):
                    message = f"{_shown(name)} is exported by {makers[0].role} in {makers[0].region}"
                    yield _pair.Place(settled.stack.role, path), message


def _imports(settled: SettledStack) -> Iterator[tuple[tuple[str | int, ...], str, str, Frozen]]:
    """Every import that the stack makes: where, the region and the account that are searched, and the name."""
    for name, resource in settled.resources.items():
        yield from _in(resource.attributes, ("Resources", name))
    for name, value in settled.outputs.items():
        yield from _in(value, ("Outputs", name, "Value"))


def _in(node: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str, str, Frozen]]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from _in(value, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _in(value, (*path, index))
    else:
        for symbol in symbols_in(node):
            if isinstance(symbol, Call) and symbol.function == "Fn::ImportValue":
                region, account = symbol.where
                yield path, region, account, symbol.arguments[0]


def _shown(name: Frozen) -> str:
    return name if isinstance(name, str) else "the imported value"
