"""W9709: a wire whose value changes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pair_rules import _pair
from twinstack.templates import Template


class UnusedWire(_pair.PairRule):
    """A wire whose value changes nothing."""

    id = "W9709"
    shortdesc = "A wire that nothing consumes"
    description = (
        "The stack is deployed again when the value arrives, for nothing; and who reads the wiring believes that the "
        "stacks depend on each other there."
    )
    fix = "remove the wire and its parameter, or use the parameter"
    source_url = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html"
    tags = ("cloudformation",)

    def findings(self, stacks: _pair.Stacks) -> Iterator[tuple[_pair.Place, str]]:
        for settled in stacks:
            template = settled.stack.template
            used = _used(template)
            for wire in template.wires:
                if wire.parameter not in used:
                    path = ("Metadata", "TwinStack", "Wiring", wire.parameter)
                    place = _pair.Place(settled.stack.role, path, wire.where)
                    yield place, f"no resource and no output of {settled.stack.role} turns on {wire.parameter}"


def _used(template: Template) -> set[str]:
    """What resources and outputs name, and what the conditions do on which they hang."""
    conditions = template.section("Conditions")
    names = set(_named([template.section(name) for name in ("Resources", "Outputs", "Rules")]))
    waiting = [name for name in names if name in conditions]
    while waiting:
        found = set(_named(conditions[waiting.pop()])) - names
        names |= found
        waiting += [name for name in found if name in conditions]
    return names


def _named(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key in ("Ref", "Condition") and isinstance(value, str):
                yield value
            elif key == "Fn::If" and isinstance(value, list):
                yield from map(str, value[:1])
            elif key == "Fn::Sub":
                text = value[:1] if isinstance(value, list) else [value]
                yield from re.findall(r"\$\{([A-Za-z0-9]+)\}", str(text))
            yield from _named(value)
    elif isinstance(node, Sequence) and not isinstance(node, str):
        for item in node:
            yield from _named(item)
