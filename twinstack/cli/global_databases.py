"""Hands the plan to what knows global databases, where a template has one; nothing else loads it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from twinstack.planning.advice import Advised, Adviser, no_advice
from twinstack.planning.passes import Plan
from twinstack.planning.steps import Planner
from twinstack.planning.system import System
from twinstack.planning.world import World

if TYPE_CHECKING:
    from twinstack.aws.sessions import Access
    from twinstack.dr.versions.roles import RegionOf

_NAMED_BY_MEMBERS, _TYPE = "GlobalClusterIdentifier", "AWS::RDS::GlobalCluster"


def adviser(system: System, access: Callable[[], Access] | None) -> Adviser:
    """Returns who looks at the plans of a system.

    Args:
        system: The stacks.
        access: Returns how AWS is reached; None where there is no AWS to ask.
    """
    texts = [stack.template.text for stack in system.stacks.values()]
    if not any(_TYPE in text or _NAMED_BY_MEMBERS in text for text in texts):
        return no_advice

    def advise(planner: Planner, world: World, planned: Plan) -> Advised:
        from twinstack.dr.versions.advice import advise as look

        return look(planner, world, planned, access and _regions(system, access))

    return advise


def _regions(system: System, access: Callable[[], Access]) -> RegionOf:
    """Returns what makes the regions that are asked; the first one that is asked for makes the sessions."""
    from twinstack.dr.first_run.boto import BotoRegion

    @cache
    def makers() -> dict[str, Callable[[str, str], Any]]:
        from twinstack.aws.sessions import looking_makers

        return looking_makers(system, access())

    @cache
    def region_of(role: str, region: str) -> BotoRegion:
        make = makers()[role]
        return BotoRegion(lambda service: make(service, region), f"{role} ({region})")

    return region_of
