"""What CloudFormation's functions mean where no template is needed to say it: comparing, joining, naming."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from twinstack.planning.values import Symbol, Value, as_text, freeze, is_symbolic

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
            merged.append(part if is_symbolic(part) else as_text(part))
    return merged


def get_att_parts(argument: Any) -> tuple[str, Any]:
    """Returns resource and attribute of a `GetAtt` in any of its written forms."""
    if isinstance(argument, str):
        name, _, attribute = argument.partition(".")
        return name, attribute
    if len(argument) == 2:
        return argument[0], argument[1]
    return argument[0], ".".join(argument[1:])


def attributes_in(expression: Any) -> list[tuple[str, str]]:
    """Returns each (resource, attribute) that an expression reads, through `GetAtt` or `Sub`."""
    if isinstance(expression, list):
        return [pair for item in expression for pair in attributes_in(item)]
    if not isinstance(expression, Mapping):
        return []
    found = [pair for key, item in expression.items() if key != "Fn::GetAtt" for pair in attributes_in(item)]
    if isinstance(expression.get("Fn::GetAtt"), (str, list)):
        name, attribute = get_att_parts(expression["Fn::GetAtt"])
        if isinstance(name, str) and isinstance(attribute, str):
            found.append((name, attribute))
    text = expression.get("Fn::Sub")
    text = text[0] if isinstance(text, list) and text else text
    for match in PLACEHOLDER.finditer(text if isinstance(text, str) else ""):
        name, dot, attribute = match[1].partition(".")
        if dot and not name.startswith("!"):
            found.append((name, attribute))
    return found


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
