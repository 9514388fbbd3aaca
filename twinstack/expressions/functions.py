"""What CloudFormation's functions make of values: plain ones where all is known, symbols else.

See https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from twinstack.expressions.values import Call, Symbol, Text, Value, as_text, freeze, is_symbolic


def concatenated(parts: list[Value]) -> Value:
    """Joins parts to text, or to a symbol when one of them is not known yet."""
    parts = [part for part in parts if part != ""]
    if is_symbolic(parts):
        return parts[0] if len(parts) == 1 else Text(tuple(map(freeze, _merged(parts))))
    return "".join(map(as_text, parts))


def _merged(parts: list[Value]) -> list[Value]:
    """Joins neighbouring literals, so that a Sub and a Join of the same text are the same symbol."""
    merged: list[Value] = []
    for part in parts:
        if merged and not is_symbolic(part) and not is_symbolic(merged[-1]):
            merged[-1] = as_text(merged[-1]) + as_text(part)
        else:
            merged.append(part)
    return merged


def looked_up(mappings: Mapping[str, Any], keys: list[Value]) -> tuple[Any, bool]:
    """Returns what a mapping has under the keys, or None, and whether a macro may bring it on AWS."""
    found: Any = mappings
    left_to_aws = False
    for key in keys:
        left_to_aws = left_to_aws or "Fn::Transform" in (found or ())
        found = found.get(as_text(key)) if isinstance(found, Mapping) else None
    return found, left_to_aws


def _join(argument: Any) -> Value:
    separator, items = argument
    if isinstance(items, Symbol):
        return Call("Fn::Join", (separator, items))
    parts: list[Value] = []
    for index, item in enumerate(items):
        parts += [separator, item] if index else [item]
    return concatenated(parts)


def _select(argument: Any) -> Value:
    index, items = argument
    if isinstance(index, Symbol) or isinstance(items, Symbol):
        return Call("Fn::Select", (freeze(index), freeze(items)))
    return items[int(index)]


def _split(argument: Any) -> Value:
    separator, text = argument
    return Call("Fn::Split", (separator, text)) if isinstance(text, Symbol) else as_text(text).split(separator)


def _length(items: Any) -> Value:
    return Call("Fn::Length", (items,)) if isinstance(items, Symbol) else len(items)


def _to_json_string(value: Any) -> Value:
    if is_symbolic(value):
        return Call("Fn::ToJsonString", (freeze(value),))
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


FUNCTIONS: Mapping[str, Callable[[Any], Value]] = {
    "Fn::Join": _join,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::Length": _length,
    "Fn::ToJsonString": _to_json_string,
}
"""The functions that need nothing but the values of their arguments.

Each raises ValueError, TypeError or IndexError where its argument is of a wrong shape.
"""
