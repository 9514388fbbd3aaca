"""Hands plans and deletions to what knows global databases, where a template has one; nothing else loads it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from twinstack.planning.advice import Advised, Adviser, no_advice
from twinstack.planning.passes import Plan
from twinstack.planning.steps import Planner
from twinstack.planning.system import System
from twinstack.planning.world import World

if TYPE_CHECKING:
    from twinstack.aws.sessions import Access
    from twinstack.preflight.deployment import FurtherLooks
    from twinstack.rollout.run.run import Objections

_NAMED_BY_MEMBERS, _TYPE = "GlobalClusterIdentifier", "AWS::RDS::GlobalCluster"
_CLUSTER = "AWS::RDS::DBCluster"


def has_global_database(system: System) -> bool:
    """Whether a template speaks of a global database."""
    texts = [stack.template.text for stack in system.stacks.values()]
    return any(_TYPE in text or _NAMED_BY_MEMBERS in text for text in texts)


def adviser(system: System, access: Callable[[], Access] | None) -> Adviser:
    """Returns who looks at the plans of a system.

    Args:
        system: The stacks.
        access: Returns how AWS is reached; None where there is no AWS to ask.
    """
    if not has_global_database(system):
        return no_advice

    def advise(planner: Planner, world: World, planned: Plan) -> Advised:
        from twinstack.dr.plans.advice import advise as look
        from twinstack.library.database_runs import regions

        return look(planner, world, planned, access and regions(system, access))

    return advise


def database_looks(system: System, access: Callable[[], Access]) -> FurtherLooks:
    """Returns what looks, before a deployment, at what clusters need.

    Args:
        system: The stacks.
        access: Returns how AWS is reached.
    """
    from twinstack.preflight.deployment import no_further_looks

    if not any(_CLUSTER in stack.template.text for stack in system.stacks.values()):
        return no_further_looks
    from twinstack.dr.preflight.looks import looks
    from twinstack.library.database_runs import regions

    region_of = regions(system, access)
    return lambda added, file: looks(added, file, region_of)


def objector(access: Callable[[], Access]) -> Objections:
    """Returns who says why stacks must not be taken down now.

    Args:
        access: Returns how AWS is reached.
    """

    def object_(planner: Planner, world: World, retained: Sequence[str]) -> Sequence[str]:
        if not has_global_database(planner.system):
            return ()
        from twinstack.dr.plans.destroying import objections
        from twinstack.library.database_runs import regions

        return objections(planner, world, regions(planner.system, access), retained)

    return object_
