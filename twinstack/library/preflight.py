"""Puts together what is looked at before a deployment; loaded only when there is something to deploy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING

from twinstack.environment.assembly import Environment
from twinstack.library.global_databases import database_looks
from twinstack.planning.passes import Plan
from twinstack.planning.steps import Planner

if TYPE_CHECKING:
    from twinstack.aws.sessions import Access
    from twinstack.preflight.checked import Checked
    from twinstack.rollout.run.run import Preflight


def preflight(environment: Environment, reached: Callable[[], Access]) -> Preflight:
    """Returns what looks at a plan before it is carried out.

    Args:
        environment: The environment.
        reached: Returns how AWS is reached.
    """

    def look(planner: Planner, planned: Plan) -> Sequence[Checked]:
        from twinstack.aws.sessions import looking_makers
        from twinstack.preflight.boto import BotoSite
        from twinstack.preflight.deployment import checks

        if not planned.passes:
            return ()
        given = reached()
        makers = looking_makers(planner.system, given)

        @cache
        def site_of(role: str, region: str) -> BotoSite:
            return BotoSite(lambda service: makers[role](service, region), f"{role} ({region})", region)

        further = database_looks(planner.system, reached)
        return checks(planned, environment.file, site_of, further=further, local=given.local)

    return look
