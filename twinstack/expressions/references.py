"""What the expressions of a template refer to by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from twinstack.expressions.functions import PLACEHOLDER, get_att_parts


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


def named_in(value: Any) -> Iterator[str]:
    """Yields the name of everything that an expression, or a whole resource, refers to."""
    if isinstance(value, list):
        for item in value:
            yield from named_in(item)
    if not isinstance(value, Mapping):
        return
    for key, item in value.items():
        yield from _named_by(key, item)
        yield from named_in(item)


def _named_by(key: str, item: Any) -> Iterator[str]:
    if key in ("Ref", "Condition") and isinstance(item, str):
        yield item
    elif key == "DependsOn":
        yield from [item] if isinstance(item, str) else item
    elif key == "Fn::If":
        yield item[0]
    elif key == "Fn::GetAtt":
        yield get_att_parts(item)[0]
    elif key == "Fn::Sub":
        text = item if isinstance(item, str) else item[0]
        yield from (match[1].partition(".")[0] for match in PLACEHOLDER.finditer(text))
