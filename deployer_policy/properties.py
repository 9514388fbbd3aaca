"""What properties of resources come to in the stacks of the environments, as far as that is known without AWS."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from twinstack.environment.file import EnvironmentModel, StackEntry
from twinstack.errors import InputError
from twinstack.expressions.resolution import Resolver
from twinstack.expressions.surroundings import Surroundings
from twinstack.expressions.values import NO_VALUE, OutputValue, Symbol, Text
from twinstack.marked_yaml import MarkedDocument
from twinstack.templates import Template


@dataclass(frozen=True)
class Property:
    """A property of one resource under the parameters of one stack.

    Attributes:
        stack: The name of the stack.
        value: The value as text, with `*` for each part that only AWS can make; None where the resource has none.
    """

    stack: str
    value: str | None


def properties(
    templates: Sequence[Mapping[str, Any]], environments: Sequence[EnvironmentModel], types: Collection[str], name: str
) -> Iterator[Property]:
    """Yields a property of every resource of some types, for each stack: which template is whose is not asked.

    Args:
        templates: The bodies of the templates.
        environments: The environments.
        types: The resource types.
        name: The property.
    """
    for body in templates:
        found = [
            (resource.get("Properties") or {}).get(name)
            for resource in body["Resources"].values()
            if resource["Type"] in types
        ]
        if not found:
            continue
        for environment in environments:
            for role in environment.stacks:
                resolve = _resolver(body, environment, role)
                yield from (Property(stack_name(environment, role), _text(resolve, one)) for one in found)


def stack_name(environment: EnvironmentModel, role: str) -> str:
    """Returns the name of a stack with the suffix of its file."""
    return environment.stacks[role].stack_name or f"{environment.project}-{environment.environment_suffix}-{role}"


def _resolver(body: Mapping[str, Any], environment: EnvironmentModel, role: str) -> Resolver | None:
    entry = environment.stacks[role]
    template = Template(body, role, MarkedDocument(body, role))
    given = {
        **{parameter: OutputValue(role, parameter) for parameter in _wired(template, entry)},
        **environment.parameters,
        **environment.parameter_overrides.get(entry.region, {}),
        "Project": environment.project,
        "EnvironmentSuffix": environment.environment_suffix,
    }
    at = Surroundings(role, entry.region, stack_name(environment, role))
    try:
        return Resolver(template, at, given, {})
    except InputError:  # a loop over what only AWS knows
        return None


def _wired(template: Template, entry: StackEntry) -> Iterator[str]:
    yield from (wire.parameter for wire in template.wires)
    yield from entry.wiring or ()


def _text(resolver: Resolver | None, written: Any) -> str | None:
    if written is None:
        return None
    try:
        value = resolver.resolve(written) if resolver else OutputValue("", "")
    except InputError:  # it turns on what only AWS knows
        return "*"
    if value is NO_VALUE:
        return None
    if isinstance(value, Text):
        return "".join(piece if isinstance(piece, str) else "*" for piece in value.pieces)
    return "*" if isinstance(value, Symbol) else str(value)
