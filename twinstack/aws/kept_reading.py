"""Reads what the deleted stacks of a name have kept: what a stack that is to be created takes in first.

CloudFormation remembers a deleted stack for 90 days, with the resources that it kept as DELETE_SKIPPED.
See https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStackResources.html
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from twinstack.aws.api import Clients, CloudFormation, ExistingResources
from twinstack.aws.errors import AwsError
from twinstack.errors import UnreachableError
from twinstack.planning.steps import base_of
from twinstack.planning.system import Stack, System
from twinstack.planning.world import Kept, Unknown, World

# So many deleted stacks of a name are looked through, the newest: an environment may come and go many times a day.
LOOKED_THROUGH = 20


@dataclass
class KeptRead:
    """The world with what is kept, and why some of it could not be read, a sentence each."""

    world: World
    gaps: list[str] = field(default_factory=list)


def with_kept(system: System, clients: Clients, world: World) -> KeptRead:
    """Returns the world with what earlier stacks have left behind of each stack that has to be created.

    Raises:
        InputError: There are no usable credentials.
    """
    read = KeptRead(dict(world))
    states = dict(world)
    for role, state in world.items():
        if isinstance(state, Unknown) or base_of(state) is not None:
            continue
        stack = system.stacks[role]
        try:
            kept = _kept(clients[role].cloudformation, stack)
        except (AwsError, UnreachableError) as error:
            read.gaps.append(
                f"{role}: whether a deleted stack {stack.name} has kept something could not be read: {error}"
            )
            continue
        kept = {name: _looked_for(one, clients[role].resources, role, read) for name, one in kept.items()}
        states[role] = replace(state, kept=kept) if kept else state
    read.world = states
    return read


def _kept(cloudformation: CloudFormation, stack: Stack) -> dict[str, Kept]:
    """Returns what was kept, by logical id; where several stacks kept one, that of the last one."""
    kept: dict[str, Kept] = {}
    for stack_id in cloudformation.deleted_stacks(stack.name)[:LOOKED_THROUGH]:
        skipped = [it for it in cloudformation.resources(stack_id) if it.status == "DELETE_SKIPPED" and it.physical_id]
        if skipped and _is_ours(cloudformation, stack_id, stack):
            kept = {it.resource: Kept(it.physical_id, it.type) for it in skipped} | kept
    return kept


def _is_ours(cloudformation: CloudFormation, stack_id: str, stack: Stack) -> bool:
    """Whether the tags of a deleted stack are those of this environment."""
    found = cloudformation.describe_stack(stack_id)
    return found is not None and all(
        found.tags.get(key) == stack.tags.get(key) for key in ("Project", "EnvironmentSuffix")
    )


def _looked_for(kept: Kept, resources: ExistingResources, role: str, read: KeptRead) -> Kept:
    try:
        return replace(kept, exists=resources.exists(kept.type, kept.physical_id))
    except (AwsError, UnreachableError) as error:
        read.gaps.append(f"{role}: whether {kept.type} {kept.physical_id} is there still could not be read: {error}")
        return kept
