"""The pair as a git revision would have deployed it: the world that `plan --offline --since` starts from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from twinstack.environment.assembly import Environment, assemble
from twinstack.environment.file import read_environment_file
from twinstack.environment.revisions import Revision, exported
from twinstack.planning.passes import plan
from twinstack.planning.resource_schemas import shipped_schemas
from twinstack.planning.steps import Planner
from twinstack.planning.system import Stack, System
from twinstack.planning.wiring_checks import check_wiring
from twinstack.planning.world import Absent, World
from twinstack.rollout.plans.elsewhere import Elsewhere, Stray
from twinstack.rollout.steps.artifacts import WHEELS, build_packages, code_folders, with_known_artifacts


@dataclass(frozen=True)
class Former:
    """What was deployed, if it was deployed from a revision and nothing else has happened since.

    Attributes:
        revision: The revision.
        system: Its stacks.
        world: The world that a deployment from nothing would have left.
    """

    revision: Revision
    system: System
    world: World

    def world_for(self, system: System) -> World:
        """Returns what the stacks of a system would meet; a stack is the same one by account, region and name."""
        there = {_place(stack): self.world[role] for role, stack in self.system.stacks.items()}
        return {role: there.get(_place(stack), Absent()) for role, stack in system.stacks.items()}

    def left_behind(self, system: System) -> Elsewhere:
        """Returns the stacks of the revision that a system does not have where they are."""
        places = {_place(stack) for stack in system.stacks.values()}
        regions = {(stack.account, stack.name): stack.region for stack in system.stacks.values()}
        return Elsewhere(
            tuple(
                Stray(
                    role,
                    stack.name,
                    stack.region,
                    f"deployed from {self.revision.short}",
                    regions.get((stack.account, stack.name), ""),
                )
                for role, stack in self.system.stacks.items()
                if _place(stack) not in places
            ),
            (),
        )


def deployed_from(
    revision: str, environment: Environment, here: Path, suffix_option: str | None, variables: Mapping[str, str]
) -> Former:
    """Plans a deployment from nothing of what an environment was in a git revision.

    Args:
        revision: The revision, as git takes it.
        environment: The environment as it is now.
        here: The working directory, to which paths are relative.
        suffix_option: The suffix given on the command line, which counts for then and now.
        variables: The environment variables, which count for then and now.

    Raises:
        InputError: There is no such revision, it does not have the environment or a template, or what it has cannot
            be planned by today's rules.
        TwinStackError: What its code depends on cannot be fetched.
    """
    with exported(revision, here) as tree:
        path = tree.file(Path(environment.file.document.source))
        file = read_environment_file(str(path), tree.root, suffix_option, variables)
        for role, entry in file.model.stacks.items():
            tree.check(entry.template, file.where("stacks", role, "template"))
        system = assemble(file, tree.root).system
        for stack in system.stacks.values():
            for folder in code_folders(stack):
                tree.check(Path(folder), stack.template.wiring.where())
        system = with_known_artifacts(system, build_packages(system, tree.root, here / WHEELS))
        planner = check_wiring(Planner(system, shipped_schemas))
        return Former(tree.revision, system, plan(planner, dict.fromkeys(system.stacks, Absent())).world)


def _place(stack: Stack) -> tuple[str, str, str]:
    return stack.account, stack.region, stack.name
