"""Whether what is there is what a deployer's files say; worked out from the files as text, without the planner.

What would be deployed is resolved as the fake AWS resolves it, and held against what the stacks are made of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from tests.fake_stacks import FakeStack
from tests.fake_templates import Evaluation, FakeResource, text, texts
from tests.simulation.environments import Variant, bodies, documents

if TYPE_CHECKING:
    from tests.simulation.deployer import Deployer
    from tests.simulation.world import World

_COMPLETE = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")


@dataclass(frozen=True)
class Wanted:
    """A stack as the files want it.

    Attributes:
        name: Its name.
        region: Where it is to be.
        body: Its template.
        given: What the environment gives its parameters.
        tags: Its tags.
        own: The name of the deployer's own stack beside it.
    """

    name: str
    region: str
    body: Mapping[str, Any]
    given: Mapping[str, str]
    tags: Mapping[str, str]
    own: str

    @property
    def wires(self) -> dict[str, tuple[str, str]]:
        """The role and the output that each wired parameter takes its value from."""
        written = self.body["Metadata"]["TwinStack"].get("Wiring", {})
        return {name: tuple(source.split(".", 1)) for name, source in written.items()}


@cache
def wanted(variant: Variant, *, protected: bool) -> dict[str, Wanted]:
    """Returns the stacks that a variant's files want, by role."""
    said, _ = documents(variant, protected=protected)
    suffix = said.get("environment_suffix", "dev")
    own = {"Project": said["project"], "EnvironmentSuffix": suffix, "Protected": said["protected"]}
    found = {}
    for role, entry in said["stacks"].items():
        overrides = said.get("parameter_overrides", {}).get(entry["region"], {})
        given = {**said.get("parameters", {}), **overrides, **own}
        found[role] = Wanted(
            f"{said['project']}-{suffix}-{role}",
            entry["region"],
            bodies(variant)[role],
            {name: text(value) for name, value in given.items()},
            {**said.get("tags", {}), "Project": said["project"], "EnvironmentSuffix": suffix, "Role": role},
            f"{said['project']}-{suffix}-artifacts",
        )
    return found


def unsettled(world: World, deployer: Deployer) -> Iterator[str]:
    """Yields what is not as a deployer should have left it."""
    for site in world.sites.values():
        site.cloudformation.advance()
    if deployer.operation == "destroy":
        for site in world.sites.values():
            yield from (f"{name} is still there" for name in site.cloudformation.names())
        return
    every = wanted(deployer.variant, protected=world.protected)
    stacks: dict[str, FakeStack] = {}
    for role, it in every.items():
        found = world.sites[it.region].cloudformation._find(it.name)
        if found is None:
            yield f"{it.name} is not there"
            return
        if found.status not in _COMPLETE:
            yield f"{it.name} is {found.status}"
            return
        stacks[role] = found
    for role, it in every.items():
        produced = dict(_produced(world, it, stacks))
        for name, value in produced.items():
            if value != (has := stacks[role].content.values.get(name, "")):
                yield f"{role}.{name} is {has!r}, and {'.'.join(it.wires[name])} is {value!r}"
        yield from (f"{role} would change: {what}" for what in _differences(it, stacks[role], produced))


def _produced(world: World, it: Wanted, stacks: Mapping[str, FakeStack]) -> Iterator[tuple[str, str]]:
    """Yields what comes through each wire now; what no longer comes, or is a key of the own bucket, is as it was."""
    cloud = world.sites[it.region].cloudformation
    for name, (role, output) in it.wires.items():
        producer = cloud._find(it.own) if role == "artifacts" else stacks[role]
        if producer is not None and (value := producer.content.outputs.get(output)):
            yield name, value


def _differences(it: Wanted, stack: FakeStack, produced: Mapping[str, str]) -> Iterator[str]:
    """Yields what deploying the files again would change."""
    content = stack.content
    values = {name: _value(it, name, declared, stack, produced) for name, declared in it.body["Parameters"].items()}
    again = Evaluation(it.body, values, it.region, it.name, content.reference)
    for name in {**again.resources, **content.resources}:
        if _plain(again.resources.get(name)) != _plain(content.resources.get(name)):
            yield name
    if again.outputs() != content.outputs:
        yield "outputs"
    if it.tags != content.tags:
        yield "tags"


def _plain(resource: FakeResource | None) -> Any:
    return resource and (resource.type, texts(resource.properties), texts(resource.attributes))


def _value(it: Wanted, name: str, declared: Mapping[str, Any], stack: FakeStack, produced: Mapping[str, str]) -> str:
    """What a parameter would be; a value that AWS masks cannot be compared and counts as it is."""
    live = stack.content.values.get(name)
    if live is not None and (declared.get("NoEcho") or (name in it.wires and name not in produced)):
        return live
    return text(produced.get(name, it.given.get(name, declared.get("Default", ""))))
