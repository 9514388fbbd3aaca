"""Reads the world from AWS: what each stack is now."""

from __future__ import annotations

from twinstack.aws.api import Clients, CloudFormation
from twinstack.aws.errors import AwsError
from twinstack.errors import UnreachableError
from twinstack.planning.system import System
from twinstack.planning.world import Absent, Live, StackState, Unknown, World
from twinstack.statuses import Standing, standing
from twinstack.templates import live_template


def read_world(system: System, clients: Clients) -> World:
    """Returns the state of every stack.

    Raises:
        UnreachableError: Not one of the stacks could be asked about.
        InputError: There are no usable credentials.
    """
    world = {role: read_stack(clients[role].cloudformation, stack.name) for role, stack in system.stacks.items()}
    reasons = [state.reason for state in world.values() if isinstance(state, Unknown)]
    if len(reasons) == len(world):
        raise UnreachableError("none of the stacks could be read, so nothing can be planned:\n" + "\n".join(reasons))
    return world


def read_stack(cloudformation: CloudFormation, name: str) -> StackState:
    """Returns one stack's state: absent only when AWS says so, unknown for every other trouble."""
    try:
        found = cloudformation.describe_stack(name)
        if found is None or standing(found.status) is Standing.ABSENT:
            return Absent()
        template = live_template(cloudformation.get_template(found.stack_id), name)
    except (AwsError, UnreachableError) as error:
        return Unknown(str(error))
    return Live(found.status, template, found.parameters, found.outputs, found.tags)
