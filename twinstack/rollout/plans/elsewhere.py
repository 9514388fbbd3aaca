"""Stacks of this environment that its file does not name where they are: moved to another region, or forgotten.

Deploying over them would leave them, with their data, to nobody. What is such a stack is decided from what was seen,
without a call; `twinstack.aws.elsewhere_reading` does the looking.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from twinstack.aws.api import Clients
from twinstack.aws.elsewhere_reading import Sighting, look_around
from twinstack.environment.assembly import Environment
from twinstack.environment.file import EnvironmentFile
from twinstack.errors import InputError
from twinstack.planning.passes import Plan
from twinstack.planning.system import Stack, System
from twinstack.planning.world import Live, World
from twinstack.statuses import Standing, standing
from twinstack.templates import ARTIFACTS


@dataclass(frozen=True)
class Stray:
    """A stack of this environment that the file does not name where it is.

    Attributes:
        role: The role that it was deployed as, or its name where no tag says that: what `--abandon` takes.
        name: The stack's name.
        region: Where it is.
        status: Its status.
        region_of_file: The region in which the file has a stack of this name; '' when it has none, and the stack is
            forgotten.
        sighting: How it was seen; None where nobody looked, and git says that it was deployed.
    """

    role: str
    name: str
    region: str
    status: str
    region_of_file: str
    sighting: Sighting | None = None

    @property
    def where(self) -> str:
        """The stack, where it is, and its status."""
        return f"stack {self.name} in {self.region} ({self.status})"

    @property
    def reason(self) -> str:
        """Why it is one."""
        if self.region_of_file:
            return f"it has moved: the file has it in {self.region_of_file}"
        return "it is forgotten: it belongs to this environment and the file does not name it"

    def as_data(self) -> dict[str, str | None]:
        """Returns it as the plan document has it."""
        return {
            "stack": self.role,
            "name": self.name,
            "region": self.region,
            "status": self.status,
            "region_of_file": self.region_of_file or None,
        }


@dataclass(frozen=True)
class Elsewhere:
    """What there is beside the stacks of the file.

    Attributes:
        strays: The stacks that moved or were forgotten.
        gaps: A sentence for each place that could not be looked at.
    """

    strays: tuple[Stray, ...]
    gaps: tuple[str, ...]

    def as_data(self) -> dict[str, Any]:
        """Returns it as the plan document has it."""
        return {"stacks": [stray.as_data() for stray in self.strays], "not_looked_at": list(self.gaps)}


def created_by(plan: Plan) -> list[str]:
    """Returns the roles of the stacks that a plan creates, those too whose first creation failed."""
    return [step.stack.role for step in plan.steps if not step.updates]


def gone_roles(system: System, world: World) -> set[str]:
    """Returns the roles that live stacks take values from and the file no longer has.

    The region of such a stack may have gone from the file with it, so that only its name is left to look for.
    """
    live = [state for state in world.values() if isinstance(state, Live)]
    taken = {wire.role for state in live for wire in state.template.wires if not wire.is_artifact}
    return taken - system.stacks.keys()


def look_elsewhere(
    environment: Environment, clients: Clients, missing: Iterable[str], gone: Iterable[str] = ()
) -> Elsewhere:
    """Looks through the regions of the file for forgotten stacks, and through all others for some by name.

    Args:
        environment: The environment.
        clients: The clients of its stacks.
        missing: The roles of stacks that are not where the file has them.
        gone: Further roles that the file no longer has; see `gone_roles`.

    Raises:
        InputError: There are no usable credentials.
    """
    system, file = environment.system, environment.file
    wanted = [system.stacks[role] for role in dict.fromkeys(missing)]
    former = {file.stack_name(role) for role in gone}
    names = {stack.account: set(former) for stack in system.stacks.values()}
    for stack in wanted:
        names[stack.account].add(stack.name)
    seen = look_around(system, clients, names)
    return Elsewhere(tuple(strays(environment, seen.stacks, wanted)), seen.gaps)


def strays(environment: Environment, seen: Sequence[Sighting], wanted: Collection[Stack]) -> list[Stray]:
    """Returns the stacks that moved or were forgotten.

    Not counted are the stacks of the file and the deployer's own; nested ones, which have the tags of the one that made
    them; those that hold nothing yet; and those of another environment, which its tags tell.

    Args:
        environment: The environment.
        seen: The stacks that were seen.
        wanted: The stacks of the file that are not where it has them.
    """
    file = environment.file
    at = {(stack.account, stack.region, stack.name) for stack in environment.system.stacks.values()}
    # One account may be entered through two roles: then every stack is seen twice, and once under the file's own.
    own = {each.stack.stack_id for each in seen if (each.account, each.region, each.stack.name) in at}
    regions = {(stack.account, stack.name): stack.region for stack in [*environment.system.stacks.values(), *wanted]}
    missing = {(stack.account, stack.name) for stack in wanted}
    found: dict[str, Stray] = {}
    for each in seen:
        stack, key = each.stack, (each.account, each.stack.name)
        if stack.stack_id in own or stack.name == file.stack_name(ARTIFACTS) or not _counts(each):
            continue
        owner = (stack.tags.get("Project"), stack.tags.get("EnvironmentSuffix"))
        if owner == (file.model.project, file.suffix) or (None in owner and key in missing):
            role = stack.tags.get("Role") or next((one.role for one in wanted if one.name == stack.name), stack.name)
            stray = Stray(role, stack.name, each.region, stack.status, regions.get(key, ""), each)
            found.setdefault(stack.stack_id, stray)
    return list(found.values())


def _counts(sighting: Sighting) -> bool:
    return not sighting.stack.nested and standing(sighting.stack.status) is not Standing.ABSENT


def not_abandoned(beside: Elsewhere, abandoned: Collection[str]) -> list[Stray]:
    """Returns the stacks that moved or were forgotten and that nobody said to leave behind.

    Raises:
        InputError: There is no such stack under one of the roles to leave behind.
    """
    there = dict.fromkeys(stray.role for stray in beside.strays)
    for role in abandoned:
        if role not in there:
            found = ", ".join(there) or "none"
            raise InputError(f"--abandon {role}: no stack of that role has moved or is forgotten; found: {found}")
    return [stray for stray in beside.strays if stray.role not in abandoned]


def refusal(stray: Stray, file: EnvironmentFile) -> str:
    """Returns why a deployment stops for a stack, and the ways out."""
    back = f"Put it back under stacks ({file.where('stacks')})"
    if stray.region_of_file:
        back = f"Put its region back ({file.where('stacks', stray.role, 'region')})"
    elif stray.role in file.model.stacks:
        back = f"Give {stray.role} its name back, or its account ({file.where('stacks', stray.role)})"
    return (
        f"{stray.role}: {stray.where} would be left to nobody, with what it holds; {stray.reason}. "
        f"{back}, or leave it behind on purpose with --abandon {stray.role}"
    )
