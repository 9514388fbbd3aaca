"""The values that planning calculates with: plain ones, and symbols for what only AWS can make."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any


@dataclass(frozen=True)
class Symbol:
    """A value that is not known before AWS has made it, such as the id of a VPC.

    Two symbols stand for the same value when their expressions are equal. A symbol is never empty.

    Attributes:
        expression: How the value comes about: a nested tuple with the generation of each resource in it.
    """

    expression: Hashable


class NoValue(Enum):
    """The type of `AWS::NoValue`: a property or list item that is left out."""

    NO_VALUE = "AWS::NoValue"


NO_VALUE = NoValue.NO_VALUE

# str, bool, int and float; dicts and lists of values; Symbol; NO_VALUE.
Value = Any


def made_by(value: Value) -> tuple[str, str] | None:
    """Returns role and logical id of the resource whose `Ref` or attribute a value is; None for any other value."""
    match value:
        case Symbol((str(role), str(resource), str(), int())):
            return role, resource
    return None


def is_symbolic(value: Value) -> bool:
    """Whether a symbol stands anywhere in the value."""
    if isinstance(value, Symbol):
        return True
    if isinstance(value, Mapping):
        return any(is_symbolic(item) for item in value.values())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return any(is_symbolic(item) for item in value)
    return False


def freeze(value: Value) -> Hashable:
    """Returns a hashable form in which two values are equal when CloudFormation sees no difference.

    Booleans and numbers become text: `35` in one template and a parameter with the value `"35"` in another are
    the same property.
    """
    if isinstance(value, Mapping):
        return ("mapping", *sorted((str(key), freeze(item)) for key, item in value.items()))
    if isinstance(value, (list, tuple)):
        return ("list", *(freeze(item) for item in value))
    if isinstance(value, (Symbol, NoValue)) or value is None:
        return value
    return as_text(value)


def as_text(value: Value) -> str:
    """Returns a scalar as CloudFormation writes it into text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
