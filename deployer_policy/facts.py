"""What the policies are narrowed to: names, regions and services, read from templates and environments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from twinstack.environment.file import EnvironmentModel, StackEntry
from twinstack.errors import InputError
from twinstack.expressions.surroundings import partition_of

_MANAGED_POLICY = re.compile(r":iam::aws:policy/([\w+=,.@/-]+)")


@dataclass(frozen=True)
class Facts:
    """What is deployed, and where.

    Attributes:
        types: The resource types of all templates.
        projects: The projects of the environments.
        stacks: The stacks: those whose names begin with the project, and those that have a name of their own.
        regions: The regions of all stacks.
        partition: The partition of those regions, `*` when there are several.
        logical_names: How the names begin that CloudFormation makes of the logical id alone, by resource type.
        log_groups: How the names of log groups begin.
        transforms: The macros of AWS that the templates use.
        trusted_services: The services that may assume one of the templates' roles.
        managed_policies: The policies of AWS that the templates attach.
        service_roles: The roles that CloudFormation acts with.
        assumed_roles: The roles that the deployer assumes in other accounts.
    """

    types: tuple[str, ...]
    projects: tuple[str, ...]
    stacks: tuple[str, ...]
    regions: tuple[str, ...]
    partition: str
    logical_names: Mapping[str, tuple[str, ...]]
    log_groups: tuple[str, ...]
    transforms: tuple[str, ...]
    trusted_services: tuple[str, ...]
    managed_policies: tuple[str, ...]
    service_roles: tuple[str, ...]
    assumed_roles: tuple[str, ...]


def facts_of(templates: Sequence[Mapping[str, Any]], environments: Sequence[EnvironmentModel]) -> Facts:
    """Reads the facts.

    Args:
        templates: The bodies of the templates, short forms written out.
        environments: The environments they are deployed to, at least one.

    Raises:
        InputError: The name of a log group, or a service that a role trusts, cannot be read.
    """
    stacks = [stack for environment in environments for stack in environment.stacks.values()]
    regions, projects = _sorted(stack.region for stack in stacks), _sorted(one.project for one in environments)
    partitions = {partition_of(region)[0] for region in regions}
    resources = [entry for template in templates for entry in template["Resources"].items()]
    return Facts(
        types=_sorted(resource["Type"] for _, resource in resources),
        projects=projects,
        stacks=(*(f"{project}-*" for project in projects), *_names_apart(stacks, projects)),
        regions=regions,
        partition=partitions.pop() if len(partitions) == 1 else "*",
        # Every other type's generated name begins with the stack's, and so with the project's.
        logical_names={
            "AWS::SecretsManager::Secret": _logical_names(resources, "AWS::SecretsManager::Secret", "Name"),
            "AWS::StepFunctions::StateMachine": _logical_names(
                resources, "AWS::StepFunctions::StateMachine", "StateMachineName"
            ),
        },
        log_groups=_sorted(_log_groups(resources, projects)),
        transforms=_sorted(name for template in templates for name in _transforms(template)),
        trusted_services=_sorted(_trusted_services(resources, regions)),
        managed_policies=_sorted(_MANAGED_POLICY.findall(repr(templates))),
        service_roles=_sorted(stack.role_arn for stack in stacks if stack.role_arn),
        assumed_roles=_sorted(stack.assume_role for stack in stacks if stack.assume_role),
    )


_Resources = Sequence[tuple[str, Mapping[str, Any]]]


def _names_apart(stacks: Iterable[StackEntry], projects: Sequence[str]) -> tuple[str, ...]:
    """Returns the stacks whose names do not begin with a project, each with any id."""
    beginnings = tuple(f"{project}-" for project in projects)
    names = [stack.stack_name for stack in stacks if stack.stack_name]
    return _sorted(f"{name}/*" for name in names if not name.startswith(beginnings))


def _sorted(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(values)))


def _logical_names(resources: _Resources, resource_type: str, name_property: str) -> tuple[str, ...]:
    return _sorted(
        name
        for name, resource in resources
        if resource["Type"] == resource_type and name_property not in (resource.get("Properties") or {})
    )


def _log_groups(resources: _Resources, projects: Sequence[str]) -> Iterator[str]:
    """Yields how names begin; what follows `${` is the project, or a resource whose name begins with it."""
    yield from (f"{project}-" for project in projects)
    for logical_id, resource in resources:
        if resource["Type"] != "AWS::Logs::LogGroup" or "LogGroupName" not in (resource.get("Properties") or {}):
            continue
        text = _text(resource["Properties"]["LogGroupName"])
        if text is None:
            raise InputError(
                f"{logical_id}: the deployer's policy cannot be narrowed to a LogGroupName that is neither a text "
                "nor a !Sub; write it as one of them"
            )
        head, variable, _ = text.partition("${")
        yield from ((f"{head}{project}-" for project in projects) if variable else (head,))


def _text(value: Any) -> str | None:
    """Returns a text, or the text of a `Fn::Sub`."""
    if isinstance(value, Mapping):
        value = value.get("Fn::Sub")
        value = value[0] if isinstance(value, list) else value
    return value if isinstance(value, str) else None


def _transforms(template: Mapping[str, Any]) -> list[str]:
    named = template.get("Transform") or []
    return [name.removeprefix("AWS::") for name in _listed(named)]


def _trusted_services(resources: _Resources, regions: Sequence[str]) -> Iterator[str]:
    for logical_id, resource in resources:
        if resource["Type"] != "AWS::IAM::Role":
            continue
        for statement in _listed(resource["Properties"]["AssumeRolePolicyDocument"]["Statement"]):
            principal = statement.get("Principal")
            for service in _listed(principal.get("Service", []) if isinstance(principal, Mapping) else []):
                text = _text(service)
                if text is None:
                    raise InputError(
                        f"{logical_id}: the deployer's policy cannot be narrowed to a trusted service that is "
                        "neither a text nor a !Sub; write it as one of them"
                    )
                for region in regions:
                    written = text.replace("${AWS::Region}", region)
                    yield written.replace("${AWS::URLSuffix}", partition_of(region)[1])


def _listed(value: Any) -> list[Any]:
    """Policies let a list of one stand as its member."""
    return value if isinstance(value, list) else [value]
