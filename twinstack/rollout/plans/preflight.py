"""What is looked at before the first change set: what AWS would not do is refused before anybody is asked."""

from __future__ import annotations

from twinstack.errors import RefusedError
from twinstack.planning.passes import Plan
from twinstack.planning.steps import Planner
from twinstack.rollout.run.run import Run
from twinstack.screen.events import PreflightDone


def refuse_what_would_fail(run: Run, planner: Planner, planned: Plan) -> None:
    """Tells what was looked at.

    Raises:
        CredentialsError: AWS does not take the credentials.
        RefusedError: Something is not as it must be; everything that is not is told at once.
    """
    checks = run.preflight(planner, planned)
    if not checks:
        return
    run.screen.tell(PreflightDone(tuple(c.as_row() for c in checks)))
    if failed := [c for c in checks if c.verdict == "failed"]:
        raise RefusedError("\n".join(["nothing was changed, since AWS would not do this:", *map(str, failed)]))
