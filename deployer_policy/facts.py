"""What the policies are narrowed to: names, regions and services, read from templates and environments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deployer_policy.properties import Property, properties, stack_name
from twinstack.environment.file import EnvironmentModel, StackEntry
from twinstack.errors import InputError
from twinstack.expressions.surroundings import partition_of

# What tags and new resources are asked for by; where a template makes a type that is not here, every kind is.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
_NETWORK_KINDS: Mapping[str, tuple[str, ...]] = {
    "AWS::EC2::FlowLog": ("vpc-flow-log",),
    "AWS::EC2::Route": (),
    "AWS::EC2::RouteTable": ("route-table",),
    "AWS::EC2::SecurityGroup": ("security-group",),
    "AWS::EC2::SecurityGroupEgress": (),
    "AWS::EC2::SecurityGroupIngress": (),
    "AWS::EC2::Subnet": ("subnet",),
    "AWS::EC2::SubnetRouteTableAssociation": (),
    "AWS::EC2::VPC": ("vpc", "vpc-encryption-control"),
    "AWS::EC2::VPCEndpoint": ("vpc-endpoint",),
    "AWS::EC2::VPCPeeringConnection": ("vpc", "vpc-peering-connection"),
}
_WITH_PATH = ("AWS::IAM::ManagedPolicy", "AWS::IAM::Role")

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
        network_kinds: The kinds of resources of EC2 that the templates make, `*` for any.
        paths: The paths of the templates' roles and policies, beginning and ending with a slash.
        boundaries: The ARNs of the permissions boundaries that environments give to all roles of a stack.
        bounded_stacks: How the names begin of stacks whose roles have one.
        unbounded_stacks: How the names begin of the others.
        policy_holders: Users and groups, if a template attaches policies to them.
        record_names: The names of records, as Route 53 compares them.
        public_zones: Whether a template makes a zone without VPCs.
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
    network_kinds: tuple[str, ...]
    paths: tuple[str, ...]
    boundaries: tuple[str, ...]
    bounded_stacks: tuple[str, ...]
    unbounded_stacks: tuple[str, ...]
    policy_holders: tuple[str, ...]
    record_names: tuple[str, ...]
    public_zones: bool


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
    types = _sorted(resource["Type"] for _, resource in resources)
    paths = [one.value or "/" for one in properties(templates, environments, _WITH_PATH, "Path")]
    given = list(properties(templates, environments, ("AWS::IAM::Role",), "PermissionsBoundary"))
    boundaries, bounded, unbounded = _by_boundary(given, environments)
    records = properties(templates, environments, ("AWS::Route53::RecordSet",), "Name")
    return Facts(
        types=types,
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
        network_kinds=_network_kinds(types),
        paths=_sorted("/*" if "*" in path else path for path in paths) or ("/",),
        boundaries=boundaries,
        bounded_stacks=bounded,
        unbounded_stacks=unbounded,
        policy_holders=_sorted(_policy_holders(resources, projects)),
        record_names=_sorted(_normalized(one.value) for one in records if one.value),
        public_zones=any(
            resource["Type"] == "AWS::Route53::HostedZone" and "VPCs" not in (resource.get("Properties") or {})
            for _, resource in resources
        ),
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


def _network_kinds(types: Iterable[str]) -> tuple[str, ...]:
    kinds = _sorted(
        kind for name in types if name.startswith("AWS::EC2::") for kind in _NETWORK_KINDS.get(name, ("*",))
    )
    return ("*",) if "*" in kinds else kinds


_Names = tuple[str, ...]


def _by_boundary(given: Sequence[Property], environments: Sequence[EnvironmentModel]) -> tuple[_Names, _Names, _Names]:
    """Returns the boundaries, and how the names of the stacks begin whose roles all have one, and of the others."""
    every = {stack_name(environment, role) for environment in environments for role in environment.stacks}
    open_to_all = {one.stack for one in given if one.value is None or "*" in one.value}
    bounded = {one.stack for one in given} - open_to_all
    boundaries = _sorted(one.value for one in given if one.value and one.stack in bounded)
    projects = _sorted(f"{environment.project}-*" for environment in environments)
    if not bounded:
        return boundaries, (), projects
    if bounded == every:
        return boundaries, projects, ()
    return boundaries, _sorted(f"{name}-*" for name in bounded), _sorted(f"{name}-*" for name in every - bounded)


def _policy_holders(resources: _Resources, projects: Sequence[str]) -> Iterator[str]:
    attached = [resource.get("Properties") or {} for _, resource in resources if _attaches(resource["Type"])]
    for name, kind in (("Users", "user"), ("Groups", "group")):
        if any(name in properties for properties in attached):
            yield from (f"{kind}/{project}-*" for project in projects)


def _attaches(resource_type: str) -> bool:
    return resource_type in ("AWS::IAM::ManagedPolicy", "AWS::IAM::Policy")


def _normalized(name: str) -> str:
    """Returns the name of a record as Route 53 compares it; what is not known stays `*`.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-conditions-route53.html
    """
    return name.lower().rstrip(".")
