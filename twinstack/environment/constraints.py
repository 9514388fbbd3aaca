"""Checks a parameter's value against the constraints that its template declares.

See https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from twinstack.expressions.values import as_text
from twinstack.templates import no_echo


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
        shown = "the value (NoEcho)" if no_echo(declared) else repr(item)
        problem = _broken(declared, item, shown, number="Number" in kind)
        if problem:
            described = declared.get("ConstraintDescription")
            return f"{problem} ({described})" if described else problem
    return None


def _broken(declared: Mapping[str, Any], item: str, shown: str, *, number: bool) -> str | None:
    if number and not _is_number(item):
        return f"{shown} is not a number"
    allowed = [as_text(value) for value in declared.get("AllowedValues") or ()]
    if allowed and item not in allowed:
        return f"{shown} is not one of {', '.join(allowed)}"
    pattern = declared.get("AllowedPattern")
    if pattern is not None and not _matches(as_text(pattern), item):
        return f"{shown} does not match {pattern}"
    for name in _VALUE_BOUNDS if number else _LENGTH_BOUNDS:
        bound = declared.get(name)
        if bound is not None and not _is_number(as_text(bound)):
            return f"its {name} {bound!r} is not a number"
        breaks, unit = _BOUNDS[name]
        if bound is not None and breaks(item, float(bound)):
            return f"{shown} breaks {name} {as_text(bound)}{unit}"
    return None


def _matches(pattern: str, item: str) -> bool:
    """Whether a value matches; AWS's expressions are Java's, and what Python does not read is left to AWS."""
    try:
        return re.fullmatch(pattern, item) is not None
    except re.error:
        return True


_LENGTH_BOUNDS, _VALUE_BOUNDS = ("MinLength", "MaxLength"), ("MinValue", "MaxValue")
_BOUNDS: Mapping[str, tuple[Callable[[str, float], bool], str]] = {
    "MinLength": (lambda item, bound: len(item) < bound, " characters"),
    "MaxLength": (lambda item, bound: len(item) > bound, " characters"),
    "MinValue": (lambda item, bound: float(item) < bound, ""),
    "MaxValue": (lambda item, bound: float(item) > bound, ""),
}


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", text) is not None
