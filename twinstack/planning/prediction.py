"""Which resources a change of template, parameters or tags adds, modifies, replaces and removes."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from twinstack.expressions.resolution import ResolvedResource, Resolver
from twinstack.expressions.values import NO_VALUE, Value, freeze
from twinstack.planning.resource_schemas import PropertyPath, ResourceSchemas, UpdateRules
from twinstack.planning.shown import Shown, differences
from twinstack.planning.system import Stack

Recreation = Literal["Never", "Conditionally", "Always"]


@dataclass(frozen=True)
class Detail:
    """What differs in one property, or in another attribute, of a resource.

    Attributes:
        attribute: Properties, Tags (the stack's own), Metadata, DeletionPolicy, ...
        name: The property, '' for other attributes.
        before: The value before; `NO_VALUE` where there was none.
        after: The value after; `NO_VALUE` where there is none.
        recreation: Whether it replaces the resource.
        by_part: Whether only a part of the property can replace the resource: a change set, which looks at whole
            properties, may then say Conditionally.
    """

    attribute: str
    name: str
    before: Value
    after: Value
    recreation: Recreation = "Never"
    by_part: bool = False

    @property
    def values(self) -> tuple[Shown, ...]:
        """Each place that differs, as people read it."""
        return tuple(differences(self.name or self.attribute, self.before, self.after))


@dataclass(frozen=True)
class Change:
    """A change of one resource, in the words of a change set.

    Attributes:
        action: Add, Modify, Replace, `Replace?`, Remove or Import. `Replace?` is a change of a property that replaces
            the resource in some cases (`conditionalCreateOnlyProperties`).
        resource: The logical id.
        type: The resource type.
        details: What differs, property by property; nothing of a resource that is added or removed.
        policy_action: What becomes of a resource that goes: Delete, Retain, Snapshot, ReplaceAndDelete, ...
        physical_id: Which resource is imported; '' of any other change.
    """

    action: str
    resource: str
    type: str
    details: tuple[Detail, ...] = ()
    policy_action: str = ""
    physical_id: str = ""

    @property
    def properties(self) -> tuple[str, ...]:
        """The properties that differ (`Tags` for the stack's own tags); other attributes by their name."""
        return tuple(dict.fromkeys(detail.name or detail.attribute for detail in self.details))

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
            changes[name] = Change("Remove", name, resource.type, policy_action=_policy_action(resource))
    return changes


def retagged(
    resources: Resources,
    changes: Mapping[str, Change],
    tags: tuple[Mapping[str, str], Mapping[str, str]],
    region: str,
    schemas: ResourceSchemas,
) -> list[Change]:
    """Returns the changes when the stack's tags change too: CloudFormation hands them to each resource.

    Args:
        resources: The resources after the change.
        changes: Their changes without the tags.
        tags: The stack's tags before and after.
        region: The stack's region.
        schemas: The update rules.
    """
    every = dict(changes)
    detail = Detail("Tags", "", *tags)
    for name, resource in resources.items():
        if schemas(resource.type, region).tags_update:
            change = every.get(name, Change("Modify", name, resource.type))
            if change.action != "Add":
                every[name] = replace(change, details=(*change.details, detail))
    return list(every.values())


def changed_types(stack: Stack, before: Resources, after: Resources) -> Iterator[str]:
    """Yields a sentence for each resource of another type than the live one: CloudFormation does not replace those.

    See https://repost.aws/knowledge-center/cloudformation-update-resource-type
    """
    for name, resource in after.items():
        old, new = before.get(name, resource).type, resource.type
        if old != new:
            yield (
                f"{stack.template.where('Resources', name, 'Type')}: {stack.role}: {name} is {old} on the stack and "
                f'{new} here; CloudFormation refuses that ("Update of resource type is not permitted"): give the new '
                "resource another logical id"
            )


def is_new(change: Change) -> bool:
    """Whether the resource gets a new physical id for certain."""
    return change.action in ("Add", "Replace")


def _difference(
    name: str, before: ResolvedResource, after: ResolvedResource, region: str, schemas: ResourceSchemas
) -> Change | None:
    if before.type != after.type:
        return Change("Replace", name, after.type, (Detail("Type", "", before.type, after.type, "Always"),))  # refused
    if freeze(before.attributes) == freeze(after.attributes):
        return None
    rules = schemas(after.type, region)
    old, new = _properties(before), _properties(after)
    details = [_detail(key, old, new, rules) for key in {**old, **new} if freeze(old.get(key)) != freeze(new.get(key))]
    details += [
        Detail(key, "", before.attributes.get(key, NO_VALUE), after.attributes.get(key, NO_VALUE))
        for key in {**before.attributes, **after.attributes}
        if key != "Properties" and freeze(before.attributes.get(key)) != freeze(after.attributes.get(key))
    ]
    if not details:
        return None
    recreations = {detail.recreation for detail in details}
    action = "Replace" if "Always" in recreations else "Replace?" if "Conditionally" in recreations else "Modify"
    policy = _replace_policy(after) if action == "Replace" else ""
    return Change(action, name, after.type, tuple(details), policy)


def _detail(key: str, old: Mapping[str, Value], new: Mapping[str, Value], rules: UpdateRules) -> Detail:
    recreation: Recreation = "Never"
    if key == _UNREADABLE or _differs(key, old, new, rules.conditional_create_only):
        recreation = "Conditionally"
    if _differs(key, old, new, rules.create_only):
        recreation = "Always"
    return Detail(
        "Properties", key, old.get(key, NO_VALUE), new.get(key, NO_VALUE), recreation, by_part=rules.is_by_part(key)
    )


def _differs(key: str, old: Value, new: Value, paths: tuple[PropertyPath, ...]) -> bool:
    return any(path[0] == key and _at(old, path) != _at(new, path) for path in paths)


# What a resource without a DeletionPolicy leaves behind; everything else is deleted.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
def _policy_action(removed: ResolvedResource) -> str:
    alone = removed.type == "AWS::RDS::DBInstance" and "DBClusterIdentifier" not in _properties(removed)
    default = "Snapshot" if removed.type == "AWS::RDS::DBCluster" or alone else "Delete"
    return _retained(removed.attributes.get("DeletionPolicy", default))


def _replace_policy(replaced: ResolvedResource) -> str:
    return f"ReplaceAnd{_retained(replaced.attributes.get('UpdateReplacePolicy', 'Delete'))}"


def _retained(policy: Value) -> str:
    return "Retain" if policy == "RetainExceptOnCreate" else str(policy)


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
