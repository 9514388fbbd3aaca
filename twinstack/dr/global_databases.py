"""The global databases of a plan: their clusters, and what the plan does to the versions of these, pass by pass.

A cluster belongs to a global database when it names it (`GlobalClusterIdentifier`), by a reference, through a wire or
by its identifier, or when the global cluster names the cluster as its source.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from twinstack.dr.engine_version import EngineVersion, read_version
from twinstack.expressions.values import REF, Value, freeze, made_by
from twinstack.planning.passes import Plan
from twinstack.planning.steps import Planner, base_of, resolver_for
from twinstack.planning.system import Stack
from twinstack.planning.world import Live, World

GLOBAL_CLUSTER, CLUSTER, INSTANCE = "AWS::RDS::GlobalCluster", "AWS::RDS::DBCluster", "AWS::RDS::DBInstance"
# What names a global database: the role and the logical id of its global cluster, or ('', its identifier).
_Key = Hashable


@dataclass(frozen=True)
class Member:
    """A cluster, or the global cluster itself, as a template has it.

    Attributes:
        role: The role of its stack.
        region: The region of its stack.
        resource: Its logical id.
        type: Its resource type.
        engine: The value of `Engine`, if it has one.
        text: The value of `EngineVersion`; None without.
        where: `file:line` of its `EngineVersion`.
        generation: How often the plan has made it anew.
    """

    role: str
    region: str
    resource: str
    type: str
    engine: Value
    text: Value
    where: str
    generation: int = 0

    @property
    def version(self) -> EngineVersion | None:
        """The version; None where it is not the full version of an Aurora engine."""
        return read_version(self.engine, self.text)

    def __str__(self) -> str:
        return f"{self.where}: {self.role}: {self.resource} ({self.type})"


@dataclass(frozen=True)
class VersionChange:
    """One member gets another `EngineVersion` in place.

    Attributes:
        number: The pass, from 1.
        before: The member before.
        after: The member after.
    """

    number: int
    before: Member
    after: Member


@dataclass(frozen=True)
class GlobalDatabase:
    """One global database.

    Attributes:
        key: What tells it from others.
        identifier: Its identifier on AWS; '' while only AWS knows it.
        before: Its members on the live stacks.
        after: Its members as the plan leaves them.
        changes: The members whose version changes, in the order of the passes.
    """

    key: _Key
    identifier: str
    before: tuple[Member, ...]
    after: tuple[Member, ...]
    changes: tuple[VersionChange, ...] = ()

    @property
    def upgrades(self) -> tuple[VersionChange, ...]:
        """The changes of clusters."""
        return tuple(change for change in self.changes if change.after.type == CLUSTER)

    @property
    def whole(self) -> tuple[VersionChange, ...]:
        """The changes of the version that the global cluster itself names."""
        return tuple(change for change in self.changes if change.after.type == GLOBAL_CLUSTER)

    @property
    def clusters(self) -> tuple[Member, ...]:
        """Its clusters as the plan leaves them."""
        return tuple(member for member in self.after if member.type == CLUSTER)

    def __str__(self) -> str:
        if self.identifier:
            return f"global database {self.identifier}"
        return f"the global database of {', '.join(dict.fromkeys(member.role for member in self.after))}"


@dataclass(frozen=True)
class _Part:
    """A member with what names its database."""

    member: Member
    properties: Mapping[str, Any]

    @property
    def id(self) -> tuple[str, str]:
        return self.member.role, self.member.resource


@dataclass(frozen=True)
class _Site:
    """What one stack in one state holds, and what its global clusters are called, by (role, logical id)."""

    parts: tuple[_Part, ...]
    names: Mapping[str, tuple[str, str]]


def global_databases(planner: Planner, world: World, planned: Plan) -> list[GlobalDatabase]:
    """Returns the global databases that the live stacks or the planned ones have clusters of.

    Args:
        planner: The planner that made the plan.
        world: The world that the plan starts from.
        planned: The plan.

    Raises:
        InputError: A live template cannot be resolved.
    """
    states = list(_states(world, planned))
    read: dict[int, _Site] = {}
    for state in states:
        for role, live in state.items():
            if id(live) not in read:
                read[id(live)] = _read(planner.system.stacks[role], live)
    names = {name: owner for site in read.values() for name, owner in site.names.items()}
    owners = {part.id for site in read.values() for part in site.parts if part.member.type == GLOBAL_CLUSTER}
    found: dict[_Key, GlobalDatabase] = {}
    for number, state in enumerate(states):
        parts = [part for live in state.values() for part in read[id(live)].parts]
        there = _by_database(parts, names, owners)
        for key in dict.fromkeys((*found, *there)):
            known, members = found.get(key, GlobalDatabase(key, _identifier(key, names), (), ())), there.get(key, ())
            found[key] = replace(
                known,
                before=tuple(members) if number == 0 else known.before,
                after=tuple(members),
                changes=(*known.changes, *_changes(known.after, members, number)),
            )
    return list(found.values())


def _states(world: World, planned: Plan) -> Iterator[dict[str, Live]]:
    """Yields the stacks that are there before the plan, and after each pass."""
    state = {role: live for role, each in world.items() if (live := base_of(each)) is not None}
    yield dict(state)
    for steps in planned.passes:
        state |= {step.stack.role: step.after for step in steps if step.after is not None}
        yield dict(state)


def _read(stack: Stack, live: Live) -> _Site:
    resolver = resolver_for(stack, live.template, live.parameters, live.generations)
    parts = []
    for name, found in resolver.resources().items():
        properties = found.attributes.get("Properties")
        if found.type in (GLOBAL_CLUSTER, CLUSTER) and isinstance(properties, Mapping):
            where = resolver.template.where("Resources", name, "Properties", "EngineVersion")
            generation = live.generations.get(name, 0)
            engine, text = properties.get("Engine"), properties.get("EngineVersion")
            member = Member(stack.role, stack.region, name, found.type, engine, text, where, generation)
            parts.append(_Part(member, properties))
    names = {}
    for part in parts:
        if part.member.type == GLOBAL_CLUSTER and isinstance(part.properties.get("GlobalClusterIdentifier"), str):
            names[part.properties["GlobalClusterIdentifier"].lower()] = part.id
    if any(part.member.type == GLOBAL_CLUSTER for part in parts):
        own = {part.id for part in parts}
        for output, expression in resolver.outputs().items():
            value, maker = live.outputs.get(output), made_by(expression)
            if maker in own and isinstance(value, str) and expression.attribute == REF:
                names[value.lower()] = maker
    return _Site(tuple(parts), names)


def _by_database(
    parts: Sequence[_Part], names: Mapping[str, tuple[str, str]], owners: Collection[tuple[str, str]]
) -> dict[_Key, list[Member]]:
    """Returns the members of each global database, the global cluster itself among them."""
    sources = {
        made_by(part.properties.get("SourceDBClusterIdentifier")): part.id
        for part in parts
        if part.member.type == GLOBAL_CLUSTER
    }
    found: dict[_Key, list[Member]] = {}
    for part in parts:
        given = part.properties.get("GlobalClusterIdentifier")
        if part.member.type == GLOBAL_CLUSTER:
            key: _Key = part.id
        elif given not in (None, ""):
            maker = made_by(given)
            # RDS keeps identifiers in lower case
            named = given.lower() if isinstance(given, str) else given
            key = maker if maker in owners else names.get(str(named), ("", freeze(named)))
        elif part.id in sources:
            key = sources[part.id]
        else:
            continue
        found.setdefault(key, []).append(part.member)
    return found


def _identifier(key: _Key, names: Mapping[str, tuple[str, str]]) -> str:
    match key:
        case ("", str(name)):
            return name
        case _:
            return next((name for name, owner in names.items() if owner == key), "")


def _changes(before: Sequence[Member], after: Sequence[Member], number: int) -> Iterator[VersionChange]:
    there = {(member.role, member.resource): member for member in before}
    for member in after:
        old = there.get((member.role, member.resource))
        if old is None or old.generation != member.generation or member.text is None:
            continue
        if freeze(old.text) != freeze(member.text):
            yield VersionChange(number, old, member)
