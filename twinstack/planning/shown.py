"""Values as people read them: secret ones hidden, unknown ones by their expression, nested ones place by place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from twinstack.planning.values import NO_VALUE, Symbol, Value, as_text, freeze, is_symbolic

HIDDEN = "****"
# The last word of a property that holds a secret itself; an identifier or an ARN of a secret is none.
_SECRET = re.compile(
    r"(password|secret|secretstring|secretvalue|token|privatekey|accesskey|credentials?)$", re.IGNORECASE
)
_DYNAMIC_REFERENCE = re.compile(r"\{\{resolve:[^{}]+\}\}")


@dataclass(frozen=True)
class Shown:
    """One place in a property, before and after.

    Attributes:
        path: Where it is, such as `Tags.0.Value`.
        before: The value before as text, None where there was none.
        after: The value after as text, None where there is none.
        unknown: Whether only AWS can make the value after.
    """

    path: str
    before: str | None
    after: str | None
    unknown: bool = False


def differences(name: str, before: Value, after: Value) -> Iterator[Shown]:
    """Yields each place at which two values differ, as deep as both have the same shape.

    Args:
        name: Where the values are.
        before: The value before; `NO_VALUE` where there was none.
        after: The value after; `NO_VALUE` where there is none.
    """
    if freeze(before) == freeze(after):
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in {**before, **after}:
            yield from differences(f"{name}.{key}", before.get(key, NO_VALUE), after.get(key, NO_VALUE))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from differences(f"{name}.{index}", old, new)
    elif isinstance(before, list) and isinstance(after, list) and (items := _items(before, after)):
        for index, old, new in items:
            yield from differences(f"{name}.{index}", old, new)
    else:
        old_text, new_text = text_of(before, name), text_of(after, name)
        if old_text == new_text and old_text not in (None, HIDDEN):
            new_text = f"{new_text} (new)"
        yield Shown(name, old_text, new_text, is_symbolic(after))


def _items(before: list[Value], after: list[Value]) -> list[tuple[int, Value, Value]]:
    """Returns the items that only one of two lists has, with their places; nothing where only the order differs."""
    old, new = set(map(freeze, before)), set(map(freeze, after))
    gone = [(index, item, NO_VALUE) for index, item in enumerate(before) if freeze(item) not in new]
    come = [(index, NO_VALUE, item) for index, item in enumerate(after) if freeze(item) not in old]
    return [*gone, *come]


def text_of(value: Value, name: str = "") -> str | None:
    """Returns a value as text; None for no value.

    Args:
        value: The value.
        name: Where it is; what holds a secret by its name is hidden, at any depth.
    """
    if value is NO_VALUE or value is None:
        return None
    if isinstance(value, (Mapping, list)):
        return json.dumps(_plain(value, name), separators=(", ", ": "), ensure_ascii=False)
    return _scalar(value, name)


def hidden(name: str, text: str | None) -> str | None:
    """Returns a text that AWS gave for a place, hidden where the place holds a secret by its name."""
    return text if text is None else _scalar(text, name.replace("/", "."))


def _plain(value: Value, name: str) -> object:
    if isinstance(value, Mapping):
        return {str(key): _plain(item, str(key)) for key, item in value.items() if item is not NO_VALUE}
    if isinstance(value, list):
        return [_plain(item, name) for item in value if item is not NO_VALUE]
    return _scalar(value, name) if isinstance(value, (Symbol, str)) else value


def _scalar(value: Value, name: str) -> str:
    text = _symbol(value) if isinstance(value, Symbol) else as_text(value)
    # A dynamic reference is the name of a secret, not the secret.
    holds_secret = _SECRET.search(name.rpartition(".")[2]) and text and not _DYNAMIC_REFERENCE.fullmatch(text)
    return HIDDEN if holds_secret and not isinstance(value, (bool, Symbol)) else text


def _symbol(symbol: Symbol) -> str:
    """Returns the expression of a symbol, much as a template would have it."""
    match symbol.expression:
        case ("text", *parts):
            text = "".join(map(_part, parts))
        case ("NoEcho", _, _):
            text = HIDDEN
        case ("AWS::AccountId" | "AWS::StackId" as name, _):
            text = f"${{{name}}}"
        case ("SSM parameter", _, name):
            text = f"{{{{SSM parameter {name}}}}}"
        case (str(role), str(name), "Ref", int()):
            text = f"${{{role}:{name}}}"
        case (str(role), str(name), str(attribute), int()):
            text = f"${{{role}:{name}.{attribute}}}"
        case (str(role), _, _, str(output)):
            text = f"${{{role}:{output}}}"
        case (str(function), *arguments):
            text = f"{function}({', '.join(map(_part, arguments))})"
        case other:
            text = str(other)
    return text


def _part(part: object) -> str:
    """Returns a part of an expression, which `freeze` may have made a tuple of."""
    match part:
        case Symbol():
            return _symbol(part)
        case ("list", *items):
            return f"[{', '.join(map(_part, items))}]"
        case ("mapping", *items):
            return f"{{{', '.join(f'{item[0]}: {_part(item[1])}' for item in items if isinstance(item, tuple))}}}"
        case _:
            return str(part)
