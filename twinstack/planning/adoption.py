"""What a deleted stack has kept, and the template by which a new stack of the same name takes it in.

An import creates nothing, changes nothing, and has no outputs and no tags. So the template is cut to the kept
resources, and to what of them can be said without those that are gone; the usual update adds the rest.
See https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources-manually.html
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from twinstack.expressions.macros import made_by_macros
from twinstack.expressions.references import values_in
from twinstack.expressions.resolution import Resolver
from twinstack.planning.resource_schemas import UpdateRules
from twinstack.planning.world import Kept
from twinstack.templates import LANGUAGE_EXTENSIONS, Template, macro_names

Rules = Callable[[str], UpdateRules]
# What an import must not bring with it: "you cannot modify or add [Outputs]" (CreateChangeSet).
_LEFT_OUT = ("Outputs", "Transform", "Fn::Transform")


@dataclass(frozen=True)
class Adopted:
    """A resource that an import takes in.

    Attributes:
        resource: The logical id.
        type: The resource type.
        identifier: Which one: the properties of the type's primary identifier, in order.
    """

    resource: str
    type: str
    identifier: Mapping[str, str]

    @property
    def physical_id(self) -> str:
        """Which one, in one text, as Cloud Control has it."""
        return "|".join(self.identifier.values())


@dataclass(frozen=True)
class Adoption:
    """An import into a new stack.

    Attributes:
        template: The template that is imported with.
        resources: What is imported, in the order of the template.
    """

    template: Template
    resources: tuple[Adopted, ...]


def adoption(resolver: Resolver, kept: Mapping[str, Kept], rules: Rules) -> Adoption | None:
    """Returns the import of what is kept, None where nothing of it can be imported.

    Args:
        resolver: The stack's template under its parameters.
        kept: What the deleted stack has kept, by logical id.
        rules: What the schema of a resource type says.
    """
    there = {name: one for name, one in kept.items() if why_not(resolver, name, one, rules(one.type)) == ""}
    while True:
        cut = {name: _cut(resolver, name, there) for name in resolver.template.resources if name in there}
        lacking = [name for name, resource in cut.items() if _lacks(resource, rules(there[name].type))]
        if not lacking:
            break
        there = {name: one for name, one in there.items() if name not in lacking}
    if not cut:
        return None
    found = tuple(
        Adopted(name, there[name].type, identifier(name, there, resource, rules(there[name].type)))
        for name, resource in cut.items()
    )
    return Adoption(_with_resources(resolver.template, cut), found)


def why_not(resolver: Resolver, name: str, kept: Kept, rules: UpdateRules) -> str:
    """Returns why a kept resource cannot be imported, '' where it can as far as it is to be seen by itself."""
    declared = resolver.template.resources.get(name)
    if not kept.exists:
        return "it is not there any more"
    if declared is None or name in made_by_macros(resolver.template):
        return "the template has no such resource"
    if declared.get("Type") != kept.type:
        return f"it is {declared.get('Type')} in the template"
    if "Condition" in declared and not resolver.condition(declared["Condition"]):
        return f"its condition {declared['Condition']} does not hold"
    if not identifier(name, {name: kept}, declared, rules):
        return "no schema says how CloudFormation would find it"
    return ""


def _cut(resolver: Resolver, name: str, there: Collection[str]) -> dict[str, Any]:
    """Returns a resource without what refers to a resource that is not there."""
    template = resolver.template

    def known(expression: Any) -> bool:
        return all(to in there or to not in template.resources for to, _ in values_in(expression))

    resource: dict[str, Any] = {"DeletionPolicy": "Retain"}
    for attribute, value in template.resources[name].items():
        if attribute == "Properties":
            resource[attribute] = dict(_known_properties(value, known, resolver))
        elif attribute == "DependsOn":
            waits = [value] if isinstance(value, str) else value
            resource |= {"DependsOn": left} if (left := [one for one in waits if one in there]) else {}
        elif known(value):
            resource[attribute] = value
    return resource


def _known_properties(
    properties: Mapping[str, Any], known: Callable[[Any], bool], resolver: Resolver
) -> Iterator[tuple[str, Any]]:
    """Yields what refers to nothing that is gone; a branch that is not taken must not do so either."""
    for name, value in properties.items():
        written = value if known(value) else _taken(value, resolver)
        if known(written):
            yield name, written


def _taken(value: Any, resolver: Resolver) -> Any:
    if isinstance(value, list):
        return [_taken(item, resolver) for item in value]
    if not isinstance(value, Mapping):
        return value
    match dict(value):
        case {"Fn::If": [str(condition), then, otherwise]}:
            return _taken(then if resolver.condition(condition) else otherwise, resolver)
        case items:
            return {key: _taken(item, resolver) for key, item in items.items()}


def _lacks(resource: Mapping[str, Any], rules: UpdateRules) -> bool:
    return any(name not in resource.get("Properties", {}) for name in rules.required)


def identifier(name: str, kept: Mapping[str, Kept], declared: Mapping[str, Any], rules: UpdateRules) -> dict[str, str]:
    """Returns what CloudFormation finds a kept resource by, empty where no schema says it.

    That is its physical id, in parts where there are several; of what is found by another resource, such as the policy
    of a bucket, the physical id of that one.

    Args:
        name: The logical id.
        kept: All that is kept.
        declared: The resource as the template has it; empty where it has none.
        rules: What the schema of its type says.
    """
    one, names = kept[name].physical_id, rules.identifier
    parts = [one] if len(names) == 1 else one.split("|")
    if len(parts) != len(names):
        return {}
    found = dict(zip(names, parts, strict=True))
    properties = declared.get("Properties") or {}
    for key in names:
        match properties.get(key):
            case {"Ref": str(other)} if other in kept:
                found[key] = kept[other].physical_id
    return found


def _with_resources(template: Template, resources: Mapping[str, Any]) -> Template:
    body = {key: section for key, section in template.body.items() if key not in _LEFT_OUT}
    if LANGUAGE_EXTENSIONS in macro_names(template.body.get("Transform")):
        body = {"Transform": LANGUAGE_EXTENSIONS, **body}
    return replace(template, body={**body, "Resources": dict(resources)})
