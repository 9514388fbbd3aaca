"""What a change set may list besides what changes: resources that refer to something that changes.

CloudFormation lists a resource as well when a value that it refers to might change, with details whose evaluation is
Dynamic. A reference to an attribute (`GetAtt`) of any changed resource is such a value; a reference to a resource
itself (`Ref`) only when that may be replaced, since its physical id stays otherwise. One such entry leads to the next.

See https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChangeDetail.html (Evaluation)
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from twinstack.expressions.references import values_in
from twinstack.expressions.resolution import ResolvedResource, Resolver
from twinstack.planning.prediction import Change, Recreation
from twinstack.planning.resource_schemas import ResourceSchemas

NESTED_STACK = "AWS::CloudFormation::Stack"


@dataclass(frozen=True)
class TouchedDetail:
    """One property that may change.

    Attributes:
        name: The property; '' for all that is inside a nested stack.
        cause: What it refers to: `LogicalId.Attribute`, a logical id, or a parameter whose value cannot be compared;
            '' for a nested stack, which AWS always lists.
        source: The kind of cause, as a change set has it; StackTags where the stack's own tags change and the type, as
            its schema has it, takes none: CloudFormation lists such resources as well, and changes nothing in them.
        recreation: Whether a new value would replace the resource.
    """

    name: str
    cause: str
    source: str
    recreation: Recreation


@dataclass(frozen=True)
class Touched:
    """A resource that a change set may list, with its properties, though nothing in it is known to change.

    Attributes:
        resource: The logical id; it may also have changes that are certain.
        type: The resource type.
        details: The properties that may change.
    """

    resource: str
    type: str
    details: tuple[TouchedDetail, ...]

    @property
    def replacement(self) -> str:
        """Conditional or False, as DescribeChangeSet says it of these details alone."""
        return "Conditional" if any(detail.recreation != "Never" for detail in self.details) else "False"


@dataclass(frozen=True)
class Surrounding:
    """What an entry is judged by.

    Attributes:
        resources: The resources that are there before and after, by logical id.
        region: The stack's region.
        schemas: The update rules.
        not_comparable: The parameters whose value AWS does not show or works out itself (NoEcho, SSM).
        tags_changed: Whether the stack's own tags change.
    """

    resources: Mapping[str, ResolvedResource]
    region: str
    schemas: ResourceSchemas
    not_comparable: Collection[str]
    tags_changed: bool = False


def touched(resolver: Resolver, changes: Mapping[str, Change], around: Surrounding) -> list[Touched]:
    """Returns what may be touched besides the certain changes, in template order.

    Args:
        resolver: The template as it will be, under the new values.
        changes: The certain changes by logical id.
        around: The resources and their rules.
    """
    replacements = {name: _replacement(change) for name, change in changes.items() if change.action not in _ENDS}
    may = {name: list(_references(name, resource, resolver, around)) for name, resource in around.resources.items()}
    found: dict[str, Touched] = {}
    while True:
        again = {
            name: Touched(name, around.resources[name].type, details)
            for name, references in may.items()
            if (details := tuple(detail for detail in references if _may_move(detail, replacements)))
        }
        if again == found:
            break
        found = again
        for name, entry in found.items():
            replacements[name] = max(replacements.get(name, "False"), entry.replacement, key=_RANK.index)
    return [rest for entry in found.values() if (rest := _without(entry, changes.get(entry.resource)))]


_ENDS = ("Add", "Remove")
# Seen in change sets on AWS by the authors of ministack: what a change of the stack's tags leaves out.
_LISTED_NEVER = ("Custom::", "AWS::CloudFormation::CustomResource", "AWS::CloudFormation::WaitCondition")
_RANK = ("False", "Conditional", "True")


def _replacement(change: Change) -> str:
    """What a change set, which looks at whole properties, may say of the replacement."""
    by_part = any(detail.by_part for detail in change.details)
    return "Conditional" if by_part and change.action == "Modify" else change.replacement


def _references(
    name: str, resource: ResolvedResource, resolver: Resolver, around: Surrounding
) -> Iterator[TouchedDetail]:
    """Yields what could touch a resource, property by property."""
    rules = around.schemas(resource.type, around.region)
    declared = resolver.template.resources[name].get("Properties")
    for key, value in declared.items() if isinstance(declared, Mapping) else ():
        for cause, attribute in dict.fromkeys(values_in(value, resolver.condition)):
            if attribute is not None:
                yield TouchedDetail(key, f"{cause}.{attribute}", "ResourceAttribute", rules.recreation(key))
            elif cause in around.not_comparable:
                yield TouchedDetail(key, cause, "ParameterReference", rules.recreation(key))
            elif cause in resolver.template.resources:
                yield TouchedDetail(key, cause, "ResourceReference", rules.recreation(key))
    if resource.type == NESTED_STACK:
        yield TouchedDetail("", "", "Automatic", "Never")
    if around.tags_changed and not rules.tags_update and not resource.type.startswith(_LISTED_NEVER):
        yield TouchedDetail("Tags", "", "StackTags", "Never")


def _may_move(detail: TouchedDetail, replacements: Mapping[str, str]) -> bool:
    """Whether a value that is referred to may become another one."""
    if detail.source == "ResourceAttribute":
        return detail.cause.partition(".")[0] in replacements
    if detail.source == "ResourceReference":
        return replacements.get(detail.cause, "False") != "False"
    return True


def _without(entry: Touched, certain: Change | None) -> Touched | None:
    """Returns an entry without what changes for certain; of a nested stack that changes, AWS does not say Automatic."""
    certainly = (*certain.properties, "") if certain else ()
    rest = tuple(detail for detail in entry.details if detail.name not in certainly)
    return Touched(entry.resource, entry.type, rest) if rest else None
