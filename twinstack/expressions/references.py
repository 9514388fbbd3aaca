"""What the expressions of a template refer to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

PLACEHOLDER = re.compile(r"\$\{([^}]+)\}")
"""What a `Fn::Sub` replaces in its text; a name that begins with `!` stands for itself."""

Taken = Callable[[str], bool]


def get_att_parts(argument: Any) -> tuple[str, Any]:
    """Returns resource and attribute of a `GetAtt` in any of its written forms."""
    if isinstance(argument, str):
        name, _, attribute = argument.partition(".")
        return name, attribute
    if len(argument) == 2:
        return argument[0], argument[1]
    return argument[0], ".".join(argument[1:])


def sub_parts(argument: Any) -> tuple[Any, Mapping[str, Any]]:
    """Returns the text of a `Fn::Sub` and the variables of its own."""
    return (argument[0], argument[1]) if isinstance(argument, list) and len(argument) == 2 else (argument, {})


def values_in(expression: Any, taken: Taken | None = None) -> Iterator[tuple[str, str | None]]:
    """Yields where an expression takes its value from: (name, attribute) by `GetAtt`, (name, None) by `Ref`.

    Args:
        expression: The expression, as the template has it.
        taken: Tells whether a condition holds, so that the branch of an `If` that is not taken is left out; None for
            all branches.
    """
    if isinstance(expression, list):
        for item in expression:
            yield from values_in(item, taken)
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
            yield from values_in(then if taken(condition) else otherwise, taken)
        case items:
            for item in items.values():
                yield from values_in(item, taken)


def _placeholders(argument: Any, taken: Taken | None) -> Iterator[tuple[str, str | None]]:
    text, variables = sub_parts(argument)
    yield from values_in(variables, taken)
    for match in PLACEHOLDER.finditer(text if isinstance(text, str) else ""):
        name, dot, attribute = match[1].strip().partition(".")
        if not name.startswith("!") and match[1].strip() not in variables:
            yield name, attribute if dot else None


def named_in(expression: Any) -> Iterator[str]:
    """Yields the name of all that an expression, or a whole resource, needs: conditions and what it waits for too."""
    yield from (name for name, _ in values_in(expression))
    yield from _conditions_and_order(expression)


def _conditions_and_order(expression: Any) -> Iterator[str]:
    if isinstance(expression, list):
        for item in expression:
            yield from _conditions_and_order(item)
    if not isinstance(expression, Mapping):
        return
    for key, item in expression.items():
        match key, item:
            case ("Condition", str()) | ("DependsOn", str()):
                yield item
            case "DependsOn", list():
                yield from item
            case "Fn::If", [str(condition), *_]:
                yield condition
            case "Fn::GetAtt", [str(name), Mapping() as attribute]:  # its name is worked out
                yield name
                yield from named_in(attribute)
        yield from _conditions_and_order(item)


def needed_by(body: Mapping[str, Mapping[str, Any]], names: Iterable[str]) -> set[str]:
    """Returns these resources, and every resource, parameter and condition that they need, however indirectly.

    Args:
        body: The sections `Resources` and `Conditions` of a template.
        names: The names to begin with.
    """
    needed: set[str] = set()
    open_ = list(names)
    while open_:
        name = open_.pop()
        if name not in needed:
            needed.add(name)
            for section in ("Resources", "Conditions"):
                open_ += named_in(body[section].get(name))
    return needed
