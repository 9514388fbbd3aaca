"""What pair rules have in common: their form, and how they read the stacks of an environment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from twinstack.expressions.resolution import ResolvedResource
from twinstack.expressions.values import REF, ResourceValue, freeze, made_by
from twinstack.planning.settled import SettledStack

Stacks = Sequence[SettledStack]
GLOBAL_CLUSTER, CLUSTER, INSTANCE = "AWS::RDS::GlobalCluster", "AWS::RDS::DBCluster", "AWS::RDS::DBInstance"


@dataclass(frozen=True)
class Resource:
    """A resource of a settled environment.

    Attributes:
        settled: The stack it is in.
        name: Its logical id.
        properties: Its properties, resolved.
    """

    settled: SettledStack
    name: str
    properties: Mapping[str, Any]

    @property
    def role(self) -> str:
        """The role of its stack."""
        return self.settled.stack.role

    @property
    def region(self) -> str:
        """The region of its stack."""
        return self.settled.stack.region

    @property
    def site(self) -> tuple[str, str]:
        """The account and the region of its stack: what stacks there make is one."""
        return self.settled.stack.site

    def place(self, *path: str | int) -> Place:
        """A place in its properties."""
        return Place(self.role, ("Resources", self.name, "Properties", *path))

    def __str__(self) -> str:
        return f"{self.role} {self.name}"


@dataclass(frozen=True)
class Place:
    """A place in the template of a role.

    Attributes:
        role: The role.
        path: The keys that lead there in its template.
        where: `file:line`, where what is meant stands in another file.
    """

    role: str
    path: tuple[str | int, ...]
    where: str = ""


class PairRule:
    """One mistake that takes two stacks.

    Attributes:
        id: E97xx where AWS refuses or data is at risk, W97xx where it works badly.
        shortdesc: The mistake in a few words.
        description: Why it is one.
        fix: What to do instead.
        source_url: Where the fact comes from.
        tags: The services it is about.
    """

    id = ""
    shortdesc = ""
    description = ""
    fix = ""
    source_url = ""
    tags: tuple[str, ...] = ()

    def findings(self, stacks: Stacks) -> Iterator[tuple[Place, str]]:
        """The place of each mistake, and what is wrong there."""
        raise NotImplementedError


def resources(stacks: Stacks, resource_type: str) -> Iterator[Resource]:
    """Every resource of a type, in all stacks."""
    for settled in stacks:
        for name, found in settled.resources.items():
            if found.type == resource_type:
                yield Resource(settled, name, _properties(found))


def find(stacks: Stacks, value: Any) -> Resource | None:
    """The resource that a value names, wherever it is."""
    maker = made_by(value)
    for settled in stacks:
        if maker and settled.stack.role == maker[0] and maker[1] in settled.resources:
            found = settled.resources[maker[1]]
            return Resource(settled, maker[1], _properties(found))
    return None


def _properties(found: ResolvedResource) -> Mapping[str, Any]:
    """The properties that can be read; none where a macro makes them."""
    properties = found.attributes.get("Properties")
    return properties if isinstance(properties, Mapping) else {}


def listed(node: Any) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The mappings of a list with their places in it; one that stands in the place of a list counts as its first."""
    for index, item in enumerate(node if isinstance(node, list) else [node]):
        if isinstance(item, Mapping):
            yield index, item


def global_databases(stacks: Stacks) -> list[list[Resource]]:
    """The clusters of each global database that has two or more of them here."""
    databases: dict[Any, list[Resource]] = defaultdict(list)
    sources = {
        made_by(found.properties.get("SourceDBClusterIdentifier")): freeze(
            found.properties.get("GlobalClusterIdentifier", ResourceValue(found.role, found.name, REF, 1))
        )
        for found in resources(stacks, GLOBAL_CLUSTER)
    }
    for cluster in resources(stacks, CLUSTER):
        identifier = cluster.properties.get("GlobalClusterIdentifier")
        if identifier is not None:
            databases[_name_of(stacks, identifier)].append(cluster)
        elif (cluster.role, cluster.name) in sources:
            databases[sources[cluster.role, cluster.name]].append(cluster)
    return [members for members in databases.values() if len(members) > 1]


def _name_of(stacks: Stacks, identifier: Any) -> Any:
    """A global database is known by its name, or where that is not given by the resource that makes it."""
    maker = find(stacks, identifier)
    name = maker.properties.get("GlobalClusterIdentifier") if maker else None
    return freeze(identifier if name is None else name)


def instances(stacks: Stacks, cluster: Resource) -> list[Resource]:
    """The instances of a cluster, in whichever stack of its region."""
    identifier = cluster.properties.get("DBClusterIdentifier")
    return [
        found
        for found in resources(stacks, INSTANCE)
        if found.site == cluster.site
        and (
            made_by(found.properties.get("DBClusterIdentifier")) == (cluster.role, cluster.name)
            or (identifier is not None and found.properties.get("DBClusterIdentifier") == identifier)
        )
    ]
