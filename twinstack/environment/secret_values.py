"""The secret values of an environment: those that its file and its templates give to NoEcho parameters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from twinstack.environment.file import EnvironmentFile
from twinstack.errors import InputError
from twinstack.expressions.references import named_in
from twinstack.expressions.values import as_text
from twinstack.planning.system import System
from twinstack.templates import Template, no_echo, read_template


def secret_values(file: EnvironmentFile, templates: Iterable[Template]) -> Iterator[str]:
    """Yields the value that each NoEcho parameter is given anywhere in the file, and those of defaults."""
    names = set()
    for template in templates:
        names |= set(secret_parameters(template))
        yield from secret_defaults(template)
    for given in (file.model.parameters, *file.model.parameter_overrides.values()):
        yield from (as_text(value) for name, value in given.items() if name in names)


def secret_parameters(template: Template) -> list[str]:
    """Returns the NoEcho parameters of a template."""
    return [name for name, declared in template.parameters.items() if no_echo(declared)]


def secret_defaults(template: Template) -> list[str]:
    """Returns the values that NoEcho parameters of a template have when none is given."""
    return [as_text(template.parameters[name].get("Default", "")) for name in secret_parameters(template)]


def secret_outputs(template: Template, wired: Iterable[str] = ()) -> list[str]:
    """Returns the outputs that are made from NoEcho parameters: CloudFormation shows them to whoever asks.

    See https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html (NoEcho)

    Args:
        template: The template.
        wired: Further parameters that hold something secret.
    """
    secret = {*secret_parameters(template), *wired}
    return [name for name, declared in template.outputs.items() if not secret.isdisjoint(named_in(declared))]


def secret_wires(system: System) -> dict[str, set[str]]:
    """Returns the parameters of each stack that take a secret output, of another stack or through several."""
    wired: dict[str, set[str]] = {role: set() for role in system.stacks}
    found = -1
    while found != (found := sum(map(len, wired.values()))):
        outputs = {role: secret_outputs(stack.template, wired[role]) for role, stack in system.stacks.items()}
        for role, wire in system.wires():
            if wire.output in outputs.get(wire.role, ()):
                wired[role].add(wire.parameter)
    return wired


def readable_templates(file: EnvironmentFile, root: Path) -> Iterator[Template]:
    """Yields the templates of an environment that can be read, of one that cannot work."""
    for entry in file.model.stacks.values():
        try:
            yield read_template(root / entry.template)
        except InputError:
            continue
