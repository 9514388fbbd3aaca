"""Values as people read them: secret ones hidden, unknown ones by their expression, nested ones place by place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from twinstack.expressions.values import (
    NO_VALUE,
    REF,
    ArtifactValue,
    Call,
    Frozen,
    FrozenList,
    FrozenMapping,
    NoEchoValue,
    OutputValue,
    PseudoParameter,
    ResourceValue,
    SsmValue,
    Symbol,
    Text,
    Value,
    as_text,
    freeze,
    is_symbolic,
)

HIDDEN = "****"
# The last word of a property that holds a secret itself; an identifier or an ARN of a secret is none.
_SECRET = re.compile(
    r"(password|passwd|passphrase|pwd|secret|secret[-_]?(string|value|key)|token|(private|access|api)[-_]?key"
    r"|credentials?)$",
    re.IGNORECASE,
)
# A dynamic reference is no secret, but names one. AWS may have cut it off.
_DYNAMIC_REFERENCE = re.compile(r"\{\{resolve:([\w-]*):?(?:\$\{[^{}]*\}|[^{}\"])*(?:\}\})?")
_REFERENCE = re.compile(r"\$\{[^{}]+\}|\{\{SSM parameter [^{}]+\}\}")
# What names the value beside it, as in the environment of a container.
_NAMES = ("Name", "Key", "ParameterName", "ParameterKey", "OptionName")
_VALUES = ("Value", "ParameterValue")


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


def differences(name: str, before: Value, after: Value, called: str = "") -> Iterator[Shown]:
    """Yields each place at which two values differ, as deep as both have the same shape.

    Args:
        name: Where the values are.
        before: The value before; `NO_VALUE` where there was none.
        after: The value after; `NO_VALUE` where there is none.
        called: What it is called, where that is not the end of its place: a value with a name beside it.
    """
    called = called or name
    if freeze(before) == freeze(after):
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in {**before, **after}:
            either = sorted((_called(before, key), _called(after, key)), key=_holds_secret)[-1]
            yield from differences(f"{name}.{key}", before.get(key, NO_VALUE), after.get(key, NO_VALUE), either)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from differences(f"{name}.{index}", old, new, called)
    elif isinstance(before, list) and isinstance(after, list) and (items := _items(before, after)):
        for index, old, new in items:
            yield from differences(f"{name}.{index}", old, new, called)
    else:
        old_text, new_text = text_of(before, called), text_of(after, called)
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


def hidden(path: str, text: str | None, beside: str = "") -> str | None:
    """Returns a text that AWS gave for a place as it may be shown.

    Args:
        path: The place; what holds a secret by its name is hidden, in JSON at any depth.
        text: The text; None where there is none.
        beside: The name of the value, where it stands beside it; see `name_beside`.
    """
    if text in (None, "", "null"):
        return text
    name = beside if _holds_secret(beside) else re.sub(r"(/\d+)+$", "", path)
    if text.startswith(("{", "[")):
        if (value := _read(text)) is not None:
            return text_of(value, name)
        # AWS cuts large values off (API_ResourceTargetDefinition), so it may be JSON all the same.
        if any(map(_holds_secret, re.findall(r'"([^"]*)"', text))):
            return HIDDEN
    return _scalar(text, name)


def name_beside(path: str, *resources: str) -> str:
    """Returns the name of a value that stands beside it, as in `{"Name": "DB_PASSWORD", "Value": …}`.

    Args:
        path: The place of the value, such as /Environment/1/Value.
        resources: What the path leads into, before and after, as JSON.

    Returns:
        The name, a secret's first; '' where there is none.
    """
    *places, last = path.strip("/").split("/")
    names = _names(_at(places, whole) for whole in map(_read, resources if last in _VALUES else ()))
    return next(filter(_holds_secret, names), names[0] if names else "")


def _read(text: str) -> Any:
    """Returns what a text is as JSON, None where it is none."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def _at(places: list[str], value: object) -> object:
    for place in places:
        if isinstance(value, list) and place.isdecimal() and int(place) < len(value):
            value = value[int(place)]
        else:
            value = value.get(place) if isinstance(value, Mapping) else None
    return value


def _names(pairs: Iterable[object]) -> list[str]:
    found = (pair.get(key) for pair in pairs if isinstance(pair, Mapping) for key in _NAMES)
    return [name for name in found if isinstance(name, str)]


def _plain(value: Value, name: str) -> Value:
    if isinstance(value, Mapping):
        return {str(key): _plain(item, _called(value, str(key))) for key, item in value.items() if item is not NO_VALUE}
    if isinstance(value, list):
        return [_plain(item, name) for item in value if item is not NO_VALUE]
    return _scalar(value, name) if isinstance(value, (Symbol, str)) or _holds_secret(name) else value


def _called(mapping: Mapping[str, Value], key: str) -> str:
    """Returns what an item is called: by its key, or by the name that stands beside a value."""
    return next(iter(_names([mapping])), key) if key in _VALUES else key


def _holds_secret(name: str) -> bool:
    return bool(_SECRET.search(name))


def _scalar(value: Value, name: str) -> str:
    text = _symbol(value) if isinstance(value, Symbol) else as_text(value)
    if not text or isinstance(value, bool) or _DYNAMIC_REFERENCE.fullmatch(text):
        return without_references(text)
    if _holds_secret(name):
        return text if isinstance(value, Symbol) and _REFERENCE.fullmatch(text) else HIDDEN
    return without_references(_without_secrets(text) if isinstance(value, str) else text)


def without_references(text: str) -> str:
    """Returns a text in which dynamic references say only of what kind they are."""
    return _DYNAMIC_REFERENCE.sub(rf"{{{{resolve:\1:{HIDDEN}}}}}", text) if "{{resolve:" in text else text


def _without_secrets(text: str) -> str:
    """Returns a text as it is, or with what is secret hidden where it is JSON: AWS gives whole properties so."""
    value = _read(text) if text.startswith(("{", "[")) else None
    return text if (plain := _plain(value, "")) == value else json.dumps(plain, ensure_ascii=False)


def _symbol(symbol: Symbol) -> str:
    """Returns the expression of a symbol, much as a template would have it."""
    match symbol:
        case Text(pieces):
            text = "".join(map(_part, pieces))
        case NoEchoValue():
            text = HIDDEN
        case PseudoParameter(name):
            text = f"${{{name}}}"
        case SsmValue(_, name):
            text = f"{{{{SSM parameter {name}}}}}"
        case ResourceValue(role, name, attribute):
            text = f"${{{role}:{name}}}" if attribute == REF else f"${{{role}:{name}.{attribute}}}"
        case ArtifactValue(_, _, role, output) | OutputValue(role, output):
            text = f"${{{role}:{output}}}"
        case Call(function, arguments):
            text = f"{function}({', '.join(map(_part, arguments))})"
        case _:
            raise TypeError(f"no symbol of a kind that is known: {symbol!r}")
    return text


def _part(part: Frozen) -> str:
    match part:
        case Symbol():
            return _symbol(part)
        case FrozenList(items):
            return f"[{', '.join(map(_part, items))}]"
        case FrozenMapping(items):
            return f"{{{', '.join(f'{key}: {_part(item)}' for key, item in items)}}}"
    return str(part)
