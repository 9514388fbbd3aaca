"""Reads values out of a template the way CloudFormation would, as far as a template alone can tell.

The ways in which conditions can turn out are cfn-lint's scenarios, and a function makes what cfn-lint's resolver makes
of it, with the exceptions in `_functions`. What hangs on a condition twice is never read with both of its ends.

`cases` decides a resource in depth by itself. `Template.get_object_without_nested_conditions` would too, but reads a
resource with its own `Condition` false where a `Fn::If` in it names that, does the work twice at each level, and
took three to five times as long on the templates in `generated/`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from cfnlint.decode.node import dict_node
from cfnlint.jsonschema import Validator
from cfnlint.template import template as _template

from lint_rules import _functions

Template = _template.Template

UNKNOWN = _functions.UNKNOWN
"""Stands in a text for a part that only a deployment knows."""

NO_VALUE = _functions.NO_VALUE
"""What stands for a property that is left out."""

_MOST_TEXTS = 64

_VARIABLE = re.compile(r"\$\{([^!}][^}]*)\}")


def section(cfn: Template, name: str) -> dict[str, Any]:
    """A section of the template; empty where it is absent or of the wrong shape."""
    found = cfn.template.get(name)
    return found if isinstance(found, dict) else {}


def scenarios(cfn: Template, node: Any, names: Sequence[str]) -> Iterator[dict[str, Any]]:
    """What the named properties are together: one mapping for each way in which the conditions can turn out.

    A property that is absent, or `AWS::NoValue`, is not in the mapping.
    """
    given = {name: node[name] for name in names if name in node}
    if not any(_is_function(value, "Fn::If") for value in given.values()):
        yield {name: value for name, value in given.items() if not _is_no_value(value)}
        return
    if not all(isinstance(value["Fn::If"], list) for value in given.values() if _is_function(value, "Fn::If")):
        return  # cfn-lint's own rules speak of the shape
    # Template.get_object_without_conditions passes over a case in which none of the properties is there
    properties = dict_node(given)
    for case in cfn.get_conditions_scenarios_from_object(properties) or [{}]:  # type: ignore[no-untyped-call]
        yield dict(cfn.get_value_from_scenario(properties, case))  # type: ignore[no-untyped-call]


def branches(cfn: Template, node: Any) -> Iterator[Any]:
    """The node itself, or where it is `Fn::If` what it can be; without `AWS::NoValue`."""
    for value, _ in _branches(_functions.Branches(cfn=cfn), node):
        yield value


def items(cfn: Template, node: Any) -> Iterator[Any]:
    """The items of a list, or the one that stands in its place, through `Fn::If` at every level."""
    yield from _items(_functions.Branches(cfn=cfn), node)


def _items(reader: Validator, node: Any) -> Iterator[Any]:
    for value, within in _branches(reader, node):
        if isinstance(value, list):
            for item in value:
                yield from _items(within, item)
        else:
            yield value


def _branches(reader: Validator, node: Any) -> Iterator[tuple[Any, Validator]]:
    for value, within, _ in reader.resolve_value(node):
        if not _is_no_value(value):
            yield value, within


def texts(cfn: Template, node: Any) -> frozenset[str]:
    """The texts that a value can be, with `UNKNOWN` for what only a deployment knows; of a list those of its items."""
    return frozenset(islice(_texts(_functions.Values(cfn=cfn), node), _MOST_TEXTS)) or frozenset({UNKNOWN})


def _texts(reader: Validator, node: Any) -> Iterator[str]:
    for value, within, _ in reader.resolve_value(node):
        if isinstance(value, bool):
            yield str(value).lower()
        elif isinstance(value, (str, int, float)):
            yield str(value)
        elif isinstance(value, list):
            for item in value:
                yield from _texts(within, item)
        else:
            yield UNKNOWN


def referred(node: Any) -> frozenset[str]:
    """The parameters and resources that a part of a template names, by `Ref`, `Fn::GetAtt` and `Fn::Sub`."""
    return frozenset(_referred(node))


def _referred(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _referred(item)
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        if key == "Ref" and isinstance(value, str):
            yield value
        elif key == "Fn::GetAtt":
            given = value[:1] if isinstance(value, list) else [value]
            yield from (str(name).split(".")[0] for name in given)
        elif key == "Fn::Sub":
            text, variables = _sub_parts(value)
            yield from (name.split(".")[0] for name in _VARIABLE.findall(text or "") if name not in variables)
            yield from _referred(variables)
        else:
            yield from _referred(value)


def _sub_parts(argument: Any) -> tuple[str | None, dict[str, Any]]:
    """The text and the variables of a `Fn::Sub`; no text where its shape is wrong."""
    if isinstance(argument, str):
        return argument, {}
    if isinstance(argument, list) and len(argument) == 2:
        text, variables = argument
        if isinstance(text, str) and isinstance(variables, dict):
            return text, variables
    return None, {}


def attribute(node: Any) -> tuple[str, str] | None:
    """The resource and the attribute of a `Fn::GetAtt`, or of a `Fn::Sub` that is nothing but one; else None."""
    if not isinstance(node, dict) or len(node) != 1:
        return None
    ((function, argument),) = node.items()
    if function == "Fn::GetAtt":
        parts = argument if isinstance(argument, list) else [argument]
        name, _, rest = ".".join(map(str, parts)).partition(".")
        return name, rest
    if function == "Fn::Sub" and isinstance(argument, str) and (whole := _VARIABLE.fullmatch(argument)):
        name, dot, rest = whole[1].partition(".")
        return (name, rest) if dot else None
    return None


def mappings(node: Any, path: list[str | int]) -> Iterator[tuple[list[str | int], dict[str, Any]]]:
    """Every mapping in a part of a template, with its path."""
    if isinstance(node, dict):
        yield path, node
        for key, value in node.items():
            yield from mappings(value, [*path, key])
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from mappings(value, [*path, index])


def cases(cfn: Template, name: str) -> Iterator[dict[str, Any]]:
    """The properties of a resource without any `Fn::If`: once for each way in which it can exist."""
    body = cfn.template["Resources"][name]
    found = body.get("Properties")
    if not isinstance(found, dict):
        return
    known = section(cfn, "Conditions")
    used = {node["Fn::If"][0] for _, node in mappings(found, []) if _is_function(node, "Fn::If") and _is_choice(node)}
    open_ends = {condition: {True, False} for condition in sorted(used) if condition in known}
    if isinstance(body.get("Condition"), str) and body["Condition"] in known:
        open_ends[body["Condition"]] = {True}
    ways = islice(cfn.conditions.build_scenarios(open_ends), _MOST_TEXTS) if open_ends else [{}]
    yield from (decided for case in ways if isinstance(decided := _decided(found, case), dict))


def _decided(node: Any, case: dict[str, bool]) -> Any:
    if _is_function(node, "Fn::If") and _is_choice(node):
        condition, then, otherwise = node["Fn::If"]
        return _decided(then if case.get(condition, True) else otherwise, case)
    if isinstance(node, dict):
        return {key: value for key, old in node.items() if not _is_no_value(value := _decided(old, case))}
    if isinstance(node, list):
        return [value for old in node if not _is_no_value(value := _decided(old, case))]
    return node


def _is_choice(node: dict[str, Any]) -> bool:
    argument = node["Fn::If"]
    return isinstance(argument, list) and len(argument) == 3 and isinstance(argument[0], str)


def dig(node: Any, *keys: str) -> Any:
    """What stands under the keys one below the other; None where one of them is missing."""
    for key in keys:
        node = node.get(key) if isinstance(node, Mapping) else None
    return node


def numbers(cfn: Template, node: Any) -> list[float]:
    """The numbers that a value can be, the smallest first; none at all when one of them is not known."""
    try:
        return sorted(float(text) for text in texts(cfn, node))
    except ValueError:
        return []


def may_be_true(cfn: Template, node: Any) -> bool:
    """Whether a value can be true; a boolean may be written as a text too. One that only a deployment knows is not."""
    return any(text.lower() == "true" for text in texts(cfn, node))


def is_false(cfn: Template, node: Any) -> bool:
    """Whether a value is nothing but false in all its branches; one that only a deployment knows is not."""
    return all(text.lower() == "false" for text in texts(cfn, node))


def same(cfn: Template, one: Any, other: Any) -> bool:
    """Whether two values are the same: written alike, or with one text in common that is known in full."""
    if one is None:
        return False
    return bool(one == other or any(UNKNOWN not in text for text in texts(cfn, one) & texts(cfn, other)))


def _is_no_value(node: Any) -> bool:
    return isinstance(node, dict) and dict(node) == NO_VALUE


def _is_function(node: Any, name: str) -> bool:
    return isinstance(node, dict) and len(node) == 1 and name in node
