"""What CloudFormation's functions mean where no template is needed to say it: comparing, joining, naming."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from twinstack.expressions.values import Symbol, Value, as_text, freeze, is_symbolic

PLACEHOLDER = re.compile(r"\$\{([^}]+)\}")


def equal(left: Value, right: Value) -> bool | None:
    """Returns whether two values are equal, None when that is not known before AWS has made them."""
    frozen = freeze(left), freeze(right)
    if frozen[0] == frozen[1]:
        return True
    if (is_symbolic(left) or is_symbolic(right)) and "" not in frozen:
        return None
    return False


def combine(values: list[bool | None], *, decides: bool) -> bool | None:
    """And (decided by a False) and Or (decided by a True) over three values."""
    if decides in values:
        return decides
    return None if None in values else not decides


def concatenated(parts: list[Value]) -> Value:
    """Joins parts to text, or to a symbol when one of them is not known yet."""
    parts = [part for part in parts if part != ""]
    if is_symbolic(parts):
        return parts[0] if len(parts) == 1 else Symbol(("text", *map(freeze, _merged(parts))))
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


def get_att_parts(argument: Any) -> tuple[str, Any]:
    """Returns resource and attribute of a `GetAtt` in any of its written forms."""
    if isinstance(argument, str):
        name, _, attribute = argument.partition(".")
        return name, attribute
    if len(argument) == 2:
        return argument[0], argument[1]
    return argument[0], ".".join(argument[1:])


def references_in(expression: Any, taken: Callable[[str], bool] | None = None) -> Iterator[tuple[str, str | None]]:
    """Yields what an expression refers to: (name, attribute) of a `GetAtt`, (name, None) of a `Ref`; in a `Sub` too.

    Args:
        expression: The expression, as the template has it.
        taken: Tells whether a condition holds, so that the branch of an `If` that is not taken is left out; None for
            all branches.
    """
    if isinstance(expression, list):
        for item in expression:
            yield from references_in(item, taken)
    if not isinstance(expression, Mapping):
        return
    match dict(expression):
        case {"Ref": str(name)}:
            yield name, None
        case {"Fn::GetAtt": str() | list() as argument}:
            name, attribute = get_att_parts(argument)
            if isinstance(name, str) and isinstance(attribute, str):
                yield name, attribute
        case {"Fn::Sub": argument}:
            yield from _placeholders(argument, taken)
        case {"Fn::If": [str(condition), then, otherwise]} if taken:
            yield from references_in(then if taken(condition) else otherwise, taken)
        case items:
            for item in items.values():
                yield from references_in(item, taken)


def _placeholders(argument: Any, taken: Callable[[str], bool] | None) -> Iterator[tuple[str, str | None]]:
    text, variables = argument if isinstance(argument, list) and len(argument) == 2 else (argument, {})
    yield from references_in(variables, taken)
    for match in PLACEHOLDER.finditer(text if isinstance(text, str) else ""):
        name, dot, attribute = match[1].strip().partition(".")
        if not name.startswith("!") and match[1].strip() not in variables:
            yield name, attribute if dot else None


def looked_up(mappings: Mapping[str, Any], keys: list[Value]) -> tuple[Any, bool]:
    """Returns what a mapping has under the keys, or None, and whether a macro may bring it on AWS."""
    found: Any = mappings
    left_to_aws = False
    for key in keys:
        left_to_aws = left_to_aws or "Fn::Transform" in (found or ())
        found = found.get(as_text(key)) if isinstance(found, Mapping) else None
    return found, left_to_aws


def partition_of(region: str) -> tuple[str, str]:
    """Returns the partition of a region and its domain suffix (AWS General Reference, ARNs)."""
    if region.startswith("cn-"):
        return "aws-cn", "amazonaws.com.cn"
    if region.startswith("us-gov-"):
        return "aws-us-gov", "amazonaws.com"
    if region.startswith("eusc-"):
        return "aws-eusc", "amazonaws.eu"
    return "aws", "amazonaws.com"
