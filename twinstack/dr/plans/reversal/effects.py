"""What a plan changes of a global database: which of its parts, in which stack, and where that is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from twinstack.dr.database import Database, Site
from twinstack.dr.global_databases import CLUSTER, GLOBAL_CLUSTER, INSTANCE
from twinstack.expressions.resolution import ResolvedResource
from twinstack.expressions.values import ResourceValue, Value, made_by, symbols_in
from twinstack.planning.prediction import Change, Detail
from twinstack.planning.steps import Planner, Step, base_of, resolver_for
from twinstack.planning.world import Live, World
from twinstack.templates import Template

_GROUPS = ("AWS::RDS::DBClusterParameterGroup", "AWS::RDS::DBParameterGroup")
_NAMED_GROUPS = ("DBClusterParameterGroupName", "DBInstanceParameterGroupName", "DBParameterGroupName")
_WRITER_ENDPOINT = "Endpoint.Address"


class Part(Enum):
    """What a resource is to a global database."""

    GLOBAL_CLUSTER = "the global cluster"
    CLUSTER = "a cluster of it"
    INSTANCE = "an instance of a cluster"
    PARAMETERS = "a parameter group of a cluster or an instance"
    WRITES = "a custom resource that is given the writer endpoint of a cluster"
    NONE = "anything else"


@dataclass(frozen=True)
class Effect:
    """A change of one resource, in a stack that holds a cluster of the database.

    Attributes:
        site: The stack with its cluster.
        part: What the resource is to the database.
        change: The change.
        template: The template of the stack's file.
    """

    site: Site
    part: Part
    change: Change
    template: Template

    def at(self, name: str = "") -> str:
        """Returns the place of a property, or of the resource, and what it is: `file:line: stack: resource (type)`."""
        place = ("Resources", self.change.resource, *(("Properties", name) if name else ()))
        named = f"{self.site.role}: {self.change.resource} ({self.change.type})"
        return f"{self.template.where(*place)}: {named}"

    @property
    def properties(self) -> tuple[Detail, ...]:
        """The properties that change."""
        return tuple(detail for detail in self.change.details if detail.attribute == "Properties")

    @property
    def recreates(self) -> bool:
        """Whether the resource is replaced, or may be."""
        return self.change.action in ("Replace", "Replace?")


def effects(planner: Planner, world: World, steps: tuple[Step, ...], database: Database) -> Iterator[Effect]:
    """Yields what a plan changes in the stacks that hold a database now; what it creates is judged by nobody.

    Args:
        planner: The planner of the stacks.
        world: The world that the plan starts from.
        steps: Its steps.
        database: The database.
    """
    sites = {site.role: site for site in database.sites}
    states = {role: live for role, state in world.items() if (live := base_of(state)) is not None}
    for step in steps:
        role = step.stack.role
        if role in sites and role in states and step.after is not None:
            yield from _of_step(planner, sites[role], step, states[role], step.after)
            states[role] = step.after


def _of_step(planner: Planner, site: Site, step: Step, live: Live, then: Live) -> Iterator[Effect]:
    stack = planner.system.stacks[site.role]
    before, after = (resolver_for(stack, state.template, state.parameters, state.generations) for state in (live, then))
    states = before.resources(), after.resources()
    for change in step.changes:
        # What becomes a part of the database counts as one, and so does what no longer is one afterwards.
        parts = [_part(site, change.resource, resources) for resources in states if change.resource in resources]
        part = next((part for part in parts if part is not Part.NONE), Part.NONE)
        yield Effect(site, part, change, after.template)


def _part(site: Site, name: str, resources: Mapping[str, ResolvedResource]) -> Part:
    resource = resources[name]
    if resource.type == GLOBAL_CLUSTER:
        return Part.GLOBAL_CLUSTER if site.owns else Part.NONE
    if resource.type == CLUSTER:
        return Part.CLUSTER if name == site.cluster else Part.NONE
    if resource.type == INSTANCE:
        return Part.INSTANCE if _is_instance(site, resource) else Part.NONE
    if resource.type in _GROUPS:
        users = [each for key, each in resources.items() if key == site.cluster or _is_instance(site, each)]
        named = [made_by(_properties(user).get(key)) for user in users for key in _NAMED_GROUPS]
        return Part.PARAMETERS if (site.role, name) in named else Part.NONE
    custom = resource.type.startswith("Custom::") or resource.type == "AWS::CloudFormation::CustomResource"
    return Part.WRITES if custom and _names_writer(site, _properties(resource)) else Part.NONE


def _is_instance(site: Site, resource: ResolvedResource) -> bool:
    own = made_by(_properties(resource).get("DBClusterIdentifier")) == (site.role, site.cluster)
    return resource.type == INSTANCE and own


def _properties(resource: ResolvedResource) -> Mapping[str, Value]:
    found = resource.attributes.get("Properties")
    return found if isinstance(found, Mapping) else {}


def _names_writer(site: Site, value: Value) -> bool:
    """Whether a value has the writer endpoint of a cluster in it, however deep."""
    return any(
        isinstance(symbol, ResourceValue)
        and (symbol.role, symbol.resource, symbol.attribute) == (site.role, site.cluster, _WRITER_ENDPOINT)
        for symbol in symbols_in(value)
    )
