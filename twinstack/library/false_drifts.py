"""Hands the general code what is known of false drift; it is loaded when there is a difference to judge."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import TYPE_CHECKING

from twinstack.library.options import Options
from twinstack.library.working import access
from twinstack.planning.system import System
from twinstack.screen.events import Screen, Warning_

if TYPE_CHECKING:
    from twinstack.aws.drift_api import PropertyDifference, ResourceDrift
    from twinstack.drifting.report import FalseDrift, Known, RealDrift


def known_false_drifts(options: Options, system: System, screen: Screen) -> Known:
    """Returns what tells false drift apart.

    Args:
        options: What to work on.
        system: The stacks, in whose regions RDS may be asked.
        screen: Told when RDS could not be asked.
    """

    @cache
    def knowing() -> Known:
        from twinstack.dr.false_drifts import FalseDrifts

        return FalseDrifts(lambda name: _members(options, system, screen, name)).known

    def known(drift: ResourceDrift, difference: PropertyDifference) -> FalseDrift | RealDrift | None:
        return knowing()(drift, difference)

    return known


def _members(options: Options, system: System, screen: Screen, global_cluster: str) -> Collection[str] | None:
    """Returns the clusters of a global database; None when no region answers.

    A cluster counts when its own region counts it: another region may still do when it was taken out by hand.
    """
    from twinstack.aws.errors import AwsError
    from twinstack.aws.sessions import client_makers
    from twinstack.dr.aws.boto import BotoRegion
    from twinstack.errors import UnreachableError

    refusals: list[str] = []
    seen: dict[str, list[str]] = {}
    for role, make in client_makers(system, access(options, screen, start_local=False)).items():
        region = system.stacks[role].region
        try:
            found = BotoRegion(make, f"{role} ({region})").global_cluster(global_cluster)
        except (AwsError, UnreachableError) as error:
            refusals.append(str(error))
            continue
        seen[region] = [member.cluster_arn for member in found.members] if found else []
    if not seen:
        why = "so it counts as drift"
        screen.tell(Warning_(f"whether clusters are in {global_cluster} could not be asked, {why}: {refusals[0]}"))
        return None
    every = {arn for members in seen.values() for arn in members}
    return [arn for arn in sorted(every) if arn in seen.get(arn.split(":")[3], every)]
