"""Checks a parameter's value against the constraints that its template declares.

See https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from twinstack.planning.values import as_text


def broken_constraint(declared: Mapping[str, Any], value: str) -> str | None:
    """Returns what is wrong with a value, in words, or None.

    Args:
        declared: The parameter's declaration in the template.
        value: The value as text; a list is comma-separated and each item is checked.
    """
    kind = str(declared.get("Type", "String"))
    is_list = kind.startswith("List<") or kind == "CommaDelimitedList"
    items = [item.strip() for item in value.split(",")] if is_list else [value]
    for item in items:
        problem = _broken(declared, item, number="Number" in kind)
        if problem:
            described = declared.get("ConstraintDescription")
            return f"{problem} ({described})" if described else problem
    return None


def _broken(declared: Mapping[str, Any], item: str, *, number: bool) -> str | None:
    if number and not _is_number(item):
        return f"{item!r} is not a number"
    allowed = [as_text(value) for value in declared.get("AllowedValues") or ()]
    if allowed and item not in allowed:
        return f"{item!r} is not one of {', '.join(allowed)}"
    pattern = declared.get("AllowedPattern")
    if pattern is not None and not re.fullmatch(as_text(pattern), item):
        return f"{item!r} does not match {pattern}"
    for name, (breaks, unit) in _BOUNDS.items():
        bound = declared.get(name)
        if bound is not None and breaks(item, float(bound)):
            return f"{item!r} breaks {name} {as_text(bound)}{unit}"
    return None


_BOUNDS: Mapping[str, tuple[Callable[[str, float], bool], str]] = {
    "MinLength": (lambda item, bound: len(item) < bound, " characters"),
    "MaxLength": (lambda item, bound: len(item) > bound, " characters"),
    "MinValue": (lambda item, bound: float(item) < bound, ""),
    "MaxValue": (lambda item, bound: float(item) > bound, ""),
}


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", text) is not None
