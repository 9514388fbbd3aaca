"""What a plan adds: read from its steps alone, no AWS is asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from twinstack.environment.assembly import given_at
from twinstack.environment.file import EnvironmentFile
from twinstack.expressions.references import named_in
from twinstack.expressions.values import PseudoParameter, Text, Value, as_text
from twinstack.planning.passes import Plan
from twinstack.planning.steps import Step, resolver_for
from twinstack.planning.system import Stack


@dataclass(frozen=True)
class Added:
    """A resource that a plan makes.

    Attributes:
        stack: Its stack.
        resource: The logical id.
        type: The resource type.
        properties: Its properties, resolved as far as that is possible before AWS has made anything.
        may_be_there: Whether something of its name may be its own: it replaces another one, or an earlier operation
            stopped at it.
    """

    stack: Stack
    resource: str
    type: str
    properties: Mapping[str, Value]
    may_be_there: bool = False

    @property
    def where(self) -> str:
        """Its stack and logical id, for a message."""
        return f"{self.stack.role}.{self.resource}"


def additions(planned: Plan) -> tuple[Added, ...]:
    """Returns every resource that a plan adds, or makes anew, in the order of its steps."""
    return tuple(added for step in planned.steps for added in _added_by(step))


def _added_by(step: Step) -> Iterator[Added]:
    made = {change.resource: change.action for change in step.changes if change.action in ("Add", "Replace")}
    if not made or step.after is None:
        return
    stack, after = step.stack, step.after
    resources = resolver_for(stack, stack.template, after.parameters, after.generations).resources()
    for name, action in made.items():
        properties = resources[name].attributes.get("Properties")
        known = properties if isinstance(properties, Mapping) else {}
        yield Added(stack, name, resources[name].type, known, step.unfinished or action == "Replace")


def of_type(added: Iterable[Added], resource_type: str) -> tuple[Added, ...]:
    """Returns the resources of a type."""
    return tuple(item for item in added if item.type == resource_type)


def by_site(added: Iterable[Added]) -> dict[tuple[str, str], tuple[Added, ...]]:
    """Returns the resources by account and region: stacks there share quotas and names."""
    found: dict[tuple[str, str], tuple[Added, ...]] = {}
    for item in added:
        found[item.stack.site] = (*found.get(item.stack.site, ()), item)
    return found


def by_account(added: Iterable[Added]) -> dict[str, tuple[Added, ...]]:
    """Returns the resources by account."""
    found: dict[str, tuple[Added, ...]] = {}
    for item in added:
        found[item.stack.account] = (*found.get(item.stack.account, ()), item)
    return found


def written(value: Value, account: str) -> str | None:
    """Returns a value as text, once the number of the account is known; None while something else in it is not.

    Args:
        value: The value.
        account: The number of the account that its stack is in.
    """
    match value:
        case PseudoParameter("AWS::AccountId"):
            return account
        case Text(parts):
            texts = [written(part, account) for part in parts]
            return None if None in texts else "".join(filter(None, texts))
        case str() | bool() | int() | float():
            return as_text(value)
    return None


def place(file: EnvironmentFile, added: Added, prop: str) -> str:
    """Returns the parameters that a property takes its value from, with the file and line of each.

    A property that takes none is changed where it stands in the template.
    """
    properties = added.stack.template.resources.get(added.resource, {}).get("Properties")
    declared = properties.get(prop) if isinstance(properties, Mapping) else None
    where = added.stack.template.where("Resources", added.resource, "Properties", prop)
    return _parameters_in(file, added, declared) or f"{prop} ({where})"


def switched_by(file: EnvironmentFile, added: Added) -> str:
    """Returns the parameters that decide whether a resource is made; '' where none does."""
    template = added.stack.template
    condition = template.resources.get(added.resource, {}).get("Condition")
    return _parameters_in(file, added, template.section("Conditions").get(condition) if condition else None)


def _parameters_in(file: EnvironmentFile, added: Added, expression: Any) -> str:
    names = [name for name in named_in(expression) if name in added.stack.template.parameters]
    return " or ".join(f"{name} ({given_at(file, added.stack, name)})" for name in dict.fromkeys(names))
