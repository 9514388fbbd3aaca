"""Reads what the deleted stacks of a name have kept: what a stack that is to be created takes in first.

CloudFormation remembers a deleted stack for 90 days, with the resources that it kept as DELETE_SKIPPED.
See https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStackResources.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from twinstack.aws.api import Clients, CloudFormation, ExistingResources
from twinstack.aws.errors import AwsError
from twinstack.errors import UnreachableError
from twinstack.planning.adoption import identifier
from twinstack.planning.resource_schemas import ResourceSchemas
from twinstack.planning.steps import Planner, base_of
from twinstack.planning.system import Stack
from twinstack.planning.world import Kept, Unknown, World

# So many deleted stacks of a name are looked through, the newest: an environment may come and go many times a day.
LOOKED_THROUGH = 20


@dataclass(frozen=True)
class KeptRead:
    """The world with what is kept, and why some of it could not be read, a sentence each."""

    world: World
    gaps: tuple[str, ...]


def with_kept(planner: Planner, clients: Clients, world: World) -> KeptRead:
    """Returns the world with what earlier stacks have left behind of each stack that has to be created.

    Raises:
        AwsError: CloudFormation refuses to say, for another reason than that it is not allowed.
        UnreachableError: It does not answer.
        InputError: There are no usable credentials.
    """
    states, gaps = dict(world), list[str]()
    for role, state in world.items():
        if isinstance(state, Unknown) or base_of(state) is not None:
            continue
        stack = planner.system.stacks[role]
        try:
            kept = _kept(clients[role].cloudformation, stack)
        except AwsError as error:
            # Whoever may not look goes on without, and says so. Any other trouble ends the run: a stack that is created
            # beside what an earlier one has kept meets its names half way.
            if not error.is_denial:
                raise
            gaps.append(f"{role}: what deleted stacks {stack.name} have kept could not be read: {error}")
            continue
        if kept:
            found = _looked_for(kept, stack, planner.schemas, clients[role].resources, gaps)
            states[role] = replace(state, kept=found)
    return KeptRead(states, tuple(gaps))


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


def _looked_for(
    kept: Mapping[str, Kept], stack: Stack, schemas: ResourceSchemas, resources: ExistingResources, gaps: list[str]
) -> dict[str, Kept]:
    """Returns what is kept with whether it is there still; what cannot be asked about is taken to be."""
    found, unread = dict(kept), dict[str, str]()
    for name, one in kept.items():
        declared = stack.template.resources.get(name, {})
        if not (known := identifier(name, kept, declared, schemas(one.type, stack.region))):
            continue
        try:
            found[name] = replace(one, exists=resources.exists(one.type, "|".join(known.values())))
        except (AwsError, UnreachableError) as error:
            unread[name] = str(error)
    if unread:
        why = next(iter(unread.values()))
        gaps.append(f"{stack.role}: not read whether what was kept is there still ({', '.join(unread)}): {why}")
    return found
