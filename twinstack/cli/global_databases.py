"""Hands the plan to what knows global databases, where a template has one; nothing else loads it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from twinstack.planning.advice import Advised, Adviser, no_advice
from twinstack.planning.passes import Plan
from twinstack.planning.steps import Planner
from twinstack.planning.system import System
from twinstack.planning.world import World

if TYPE_CHECKING:
    from twinstack.aws.sessions import Access

_NAMED_BY_MEMBERS, _TYPE = "GlobalClusterIdentifier", "AWS::RDS::GlobalCluster"


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
        from twinstack.cli.database_runs import regions
        from twinstack.dr.advice import advise as look

        return look(planner, world, planned, access and regions(system, access))

    return advise
