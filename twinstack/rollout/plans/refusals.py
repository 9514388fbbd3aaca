"""What `deploy` would refuse of a plan, before it asks AWS for a change set."""

from __future__ import annotations

from collections.abc import Iterable

from twinstack.environment.file import EnvironmentFile
from twinstack.planning.advice import Refusal
from twinstack.planning.document import RefusalDocument
from twinstack.planning.passes import Plan
from twinstack.rollout.guards.guards import Allowed, predicted_losses
from twinstack.rollout.plans.elsewhere import Elsewhere, not_abandoned, refusal


def refusals(
    plan: Plan, beside: Elsewhere | None, file: EnvironmentFile, allowed: Allowed
) -> tuple[RefusalDocument, ...]:
    """Returns what `deploy` would refuse, in an order in which the first cause is the last.

    Args:
        plan: The plan.
        beside: The stacks that moved or were forgotten; None where nobody looked.
        file: The environment file.
        allowed: What is let through by name.

    Raises:
        InputError: There is no such stack under one of the roles to leave behind.
    """
    return (*_losses(plan, allowed), *_strays(beside or Elsewhere((), ()), file, allowed))


def not_advised(refused: Iterable[Refusal]) -> Iterable[RefusalDocument]:
    """Yields what an adviser refuses; no option allows it."""
    for each in refused:
        yield RefusalDocument(
            stack=each.stack,
            resource=each.resource,
            type=each.type,
            action=each.action,
            flag="",
            sentence=each.sentence,
        )


def _losses(plan: Plan, allowed: Allowed) -> Iterable[RefusalDocument]:
    for loss in predicted_losses(plan.steps, allowed):
        yield RefusalDocument.model_validate(loss)


def _strays(beside: Elsewhere, file: EnvironmentFile, allowed: Allowed) -> Iterable[RefusalDocument]:
    for stray in reversed(not_abandoned(beside, allowed.abandon)):
        yield RefusalDocument(
            stack=stray.role,
            resource=None,
            type=None,
            action="Abandon",
            flag=f"--abandon {stray.role}",
            sentence=refusal(stray, file),
        )
