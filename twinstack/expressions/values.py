"""The values that planning calculates with: plain ones, and symbols for what only AWS can make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias

REF = "Ref"
"""In place of an attribute: what `Ref` gives of a resource."""


@dataclass(frozen=True)
class Symbol:
    """A value that is not known before AWS has made it. It is never empty.

    Each kind says how its value comes about; two symbols stand for the same value when they are equal.
    """

    @property
    def parts(self) -> tuple[Frozen, ...]:
        """The values that it is made of."""
        return ()


@dataclass(frozen=True)
class ResourceValue(Symbol):
    """What a resource gives: its `Ref`, such as the id of a VPC, or an attribute.

    Attributes:
        role: The role of its stack.
        resource: Its logical id.
        attribute: The attribute, `REF` for what `Ref` gives.
        generation: How often the plan has made the resource anew.
    """

    role: str
    resource: str
    attribute: str
    generation: int = 0


@dataclass(frozen=True)
class PseudoParameter(Symbol):
    """A pseudo parameter that only AWS knows.

    Attributes:
        name: `AWS::AccountId` or `AWS::StackId`.
        of: The account, or the role of the stack, that it is of.
    """

    name: str
    of: str


@dataclass(frozen=True)
class NoEchoValue(Symbol):
    """The value of a `NoEcho` parameter, which must not be shown and cannot be compared.

    Attributes:
        role: The role of the stack.
        parameter: The parameter.
    """

    role: str
    parameter: str


@dataclass(frozen=True)
class SsmValue(Symbol):
    """What an SSM parameter holds, which CloudFormation looks up itself.

    Attributes:
        region: The region of the stack.
        name: The name of the SSM parameter.
    """

    region: str
    name: str


@dataclass(frozen=True)
class ArtifactValue(Symbol):
    """An output of the deployer's own bucket, before the bucket is made.

    Attributes:
        region: The region of the bucket.
        account: The account.
        role: What wires call the bucket.
        output: `Bucket` or `Key(folder)`.
    """

    region: str
    account: str
    role: str
    output: str


@dataclass(frozen=True)
class OutputValue(Symbol):
    """Some value of another stack's output, of which no more is known than that it has one.

    Attributes:
        role: The role of the stack.
        output: The output.
    """

    role: str
    output: str


@dataclass(frozen=True)
class Text(Symbol):
    """A text of which some parts are symbols.

    Attributes:
        pieces: Texts and symbols; no two texts stand beside each other.
    """

    pieces: tuple[Frozen, ...]

    @property
    def parts(self) -> tuple[Frozen, ...]:
        """The values that it is made of."""
        return self.pieces


@dataclass(frozen=True)
class Call(Symbol):
    """What a function gives that has symbols for arguments, or that only AWS can work out, such as `Fn::GetAZs`.

    Attributes:
        function: The function.
        arguments: Its arguments.
        where: What else its value depends on: region and account, or the template's role.
    """

    function: str
    arguments: tuple[Frozen, ...]
    where: tuple[str, ...] = ()

    @property
    def parts(self) -> tuple[Frozen, ...]:
        """The values that it is made of."""
        return self.arguments


class NoValue(Enum):
    """The type of `AWS::NoValue`: a property or list item that is left out."""

    NO_VALUE = "AWS::NoValue"


NO_VALUE = NoValue.NO_VALUE

# str, bool, int and float; dicts and lists of values; Symbol; NO_VALUE.
Value = Any


@dataclass(frozen=True)
class FrozenList:
    """A list that can be hashed."""

    items: tuple[Frozen, ...]


@dataclass(frozen=True)
class FrozenMapping:
    """A mapping that can be hashed, sorted by its keys."""

    items: tuple[tuple[str, Frozen], ...]


Frozen: TypeAlias = str | Symbol | NoValue | FrozenList | FrozenMapping | None


def made_by(value: Value) -> tuple[str, str] | None:
    """Returns role and logical id of the resource whose `Ref` or attribute a value is; None for any other value."""
    return (value.role, value.resource) if isinstance(value, ResourceValue) else None


def symbols_in(value: Value) -> Iterator[Symbol]:
    """Yields every symbol in a value, at any depth, and what symbols are made of."""
    match value:
        case Symbol():
            yield value
            inside: Sequence[Any] = value.parts
        case Mapping():
            inside = list(value.values())
        case list() | tuple():
            inside = value
        case FrozenList(items):
            inside = items
        case FrozenMapping(items):
            inside = [item for _, item in items]
        case _:
            return
    for item in inside:
        yield from symbols_in(item)


def is_symbolic(value: Value) -> bool:
    """Whether a symbol stands anywhere in the value."""
    return next(symbols_in(value), None) is not None


def freeze(value: Value) -> Frozen:
    """Returns a hashable form in which two values are equal when CloudFormation sees no difference.

    Booleans and numbers become text: `35` in one template and a parameter with the value `"35"` in another are
    the same property.
    """
    if isinstance(value, (str, Symbol, NoValue)) or value is None:
        return value
    if isinstance(value, Mapping):
        return FrozenMapping(tuple(sorted((str(key), freeze(value[key])) for key in value)))
    if isinstance(value, (list, tuple)):
        return FrozenList(tuple(map(freeze, value)))
    return as_text(value)


def as_text(value: Value) -> str:
    """Returns a scalar as CloudFormation writes it into text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
