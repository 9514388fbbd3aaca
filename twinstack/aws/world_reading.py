"""Reads the world from AWS: what each stack is now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from twinstack.aws.api import Clients, CloudFormation, StackDescription, StackResource
from twinstack.aws.errors import AwsError
from twinstack.errors import InputError, UnreachableError
from twinstack.marked_yaml import parse_marked
from twinstack.planning.system import System
from twinstack.planning.world import Absent, Live, StackState, Unknown, World
from twinstack.statuses import Standing, standing
from twinstack.templates import Template, live_template


def read_world(system: System, clients: Clients) -> World:
    """Returns the state of every stack.

    Raises:
        UnreachableError: Not one of the stacks could be asked about.
        InputError: There are no usable credentials.
    """
    world = {role: read_stack(clients[role].cloudformation, stack.name) for role, stack in system.stacks.items()}
    reasons = [state.reason for state in world.values() if isinstance(state, Unknown)]
    if len(reasons) == len(world):
        raise UnreachableError("none of the stacks could be read:\n" + "\n".join(reasons))
    return world


def read_stack(cloudformation: CloudFormation, name: str) -> StackState:
    """Returns one stack's state: absent only when AWS says so, unknown for every other trouble."""
    try:
        found = cloudformation.describe_stack(name)
        if found is None or standing(found.status) is Standing.ABSENT:
            return Absent()
        template = _template(cloudformation.get_template(found.stack_id), found)
        live = Live(
            found.status,
            template,
            found.parameters,
            found.outputs,
            found.tags,
            termination_protection=found.termination_protection,
        )
        return _half_made(live, cloudformation.resources(found.stack_id)) if _is_unfinished(found) else live
    except (AwsError, UnreachableError) as error:
        return Unknown(str(error))


def _template(body: str | Mapping[str, Any], found: StackDescription) -> Template:
    """Returns the template of a stack; one whose import into it was rolled back may have none."""
    try:
        return live_template(body, found.name)
    except InputError:
        if standing(found.status) is not Standing.RECREATE:
            raise
        return Template({"Resources": {}}, f"template of stack {found.name}", parse_marked("{}", found.name))


def _is_unfinished(found: StackDescription) -> bool:
    return standing(found.status) is Standing.UNFINISHED


def _half_made(live: Live, resources: Iterable[StackResource]) -> Live:
    """Returns a stack that stopped half way with what is there; what could not be created is not, or has no id."""
    by_status = {entry.resource: entry.status for entry in resources if entry.physical_id}
    failed = {name for name, status in by_status.items() if status in ("UPDATE_FAILED", "DELETE_FAILED")}
    done = {name for name, status in by_status.items() if status.endswith("_COMPLETE") and status != "DELETE_COMPLETE"}
    return replace(live, made=frozenset(done | failed), failed=frozenset(failed))
