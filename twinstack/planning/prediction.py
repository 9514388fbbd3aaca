"""Which resources a change of template, parameters or tags adds, modifies, replaces and removes."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace

from twinstack.planning.resolution import ResolvedResource, Resolver
from twinstack.planning.resource_schemas import PropertyPath, ResourceSchemas
from twinstack.planning.values import Value, freeze


@dataclass(frozen=True)
class Change:
    """A change of one resource, in the words of a change set.

    Attributes:
        action: Add, Modify, Replace, `Replace?` or Remove. `Replace?` is a change of a property that replaces
            the resource in some cases (`conditionalCreateOnlyProperties`).
        resource: The logical id.
        type: The resource type.
        properties: The properties that differ (`Tags` for the stack's own tags); other attributes by their name.
    """

    action: str
    resource: str
    type: str
    properties: tuple[str, ...] = ()

    @property
    def replacement(self) -> str:
        """True, Conditional or False, as DescribeChangeSet says it."""
        return {"Replace": "True", "Replace?": "Conditional"}.get(self.action, "False")


Resources = Mapping[str, ResolvedResource]


def compare(before: Resources, after: Resources, region: str, schemas: ResourceSchemas) -> dict[str, Change]:
    """Returns the changes from one set of resolved resources to another, by logical id, in template order."""
    changes = {}
    for name, resource in after.items():
        if name not in before:
            changes[name] = Change("Add", name, resource.type)
        elif (change := _difference(name, before[name], resource, region, schemas)) is not None:
            changes[name] = change
    for name, resource in before.items():
        if name not in after:
            changes[name] = Change("Remove", name, resource.type)
    return changes


def retagged(
    resources: Resources, changes: Mapping[str, Change], region: str, schemas: ResourceSchemas
) -> list[Change]:
    """Returns the changes when the stack's tags change too: CloudFormation hands them to each resource."""
    every = dict(changes)
    for name, resource in resources.items():
        if schemas(resource.type, region).tags_update:
            change = every.get(name, Change("Modify", name, resource.type))
            if change.action != "Add" and "Tags" not in change.properties:
                every[name] = replace(change, properties=(*change.properties, "Tags"))
    return list(every.values())


def is_new(change: Change) -> bool:
    """Whether the resource gets a new physical id for certain."""
    return change.action in ("Add", "Replace")


def _difference(
    name: str, before: ResolvedResource, after: ResolvedResource, region: str, schemas: ResourceSchemas
) -> Change | None:
    if before.type != after.type:
        return Change("Replace", name, after.type, ("Type",))  # the step is refused
    if freeze(before.attributes) == freeze(after.attributes):
        return None
    old, new = _properties(before), _properties(after)
    properties = tuple(key for key in {**old, **new} if freeze(old.get(key)) != freeze(new.get(key)))
    others = tuple(
        key
        for key in {**before.attributes, **after.attributes}
        if key != "Properties" and freeze(before.attributes.get(key)) != freeze(after.attributes.get(key))
    )
    if not properties and not others:
        return None
    rules = schemas(after.type, region)
    if any(_at(old, path) != _at(new, path) for path in rules.create_only):
        action = "Replace"
    elif _UNREADABLE in (*old, *new) or any(_at(old, path) != _at(new, path) for path in rules.conditional_create_only):
        action = "Replace?"
    else:
        action = "Modify"
    return Change(action, name, after.type, properties + others)


_UNREADABLE = "Properties"


def _properties(resource: ResolvedResource) -> Mapping[str, Value]:
    """The properties; all of them as one where a macro makes them."""
    found = resource.attributes.get("Properties") or {}
    return found if isinstance(found, Mapping) else {_UNREADABLE: found}


def _at(properties: Value, path: PropertyPath) -> Hashable:
    """Returns the part of the properties under a schema path; `*` stands for every item of a list."""
    for part in path:
        if part == "*":
            return freeze(properties)
        properties = properties.get(part) if isinstance(properties, Mapping) else None
    return freeze(properties)


def moving_attributes(
    resolver: Resolver,
    outputs: Mapping[str, Value],
    changes: Mapping[str, Change],
    region: str,
    schemas: ResourceSchemas,
) -> list[str]:
    """Returns the outputs that read an attribute which an in-place change may move, such as an endpoint.

    An ARN and an identifier never move without a replacement; no step is planned for the rest, it is only said.
    """
    moving = []
    for name in outputs:
        for resource, attribute in sorted(resolver.attributes_of_output(name)):
            change = changes.get(resource)
            if change is None or is_new(change) or attribute.endswith(("Arn", "ARN", "Id")):
                continue
            if attribute not in schemas(change.type, region).fixed_attributes:
                moving.append(name)
                break
    return moving
