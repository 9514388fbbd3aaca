"""What somebody who knows more than CloudFormation has to say about a plan: another order, refusals, remarks.

The planner knows no service. A command may hand in an adviser that does, such as one that knows global databases.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from twinstack.errors import RefusedError
from twinstack.planning.passes import Plan
from twinstack.planning.steps import Planner
from twinstack.planning.world import World


@dataclass(frozen=True)
class Advised:
    """A plan after it was looked at.

    Attributes:
        planner: The planner; with another update order where one is needed.
        plan: The plan, made anew where the order is another.
        refused: Why the plan must not be carried out, a sentence each.
        remarks: What a reader of the plan should know, a sentence each.
    """

    planner: Planner
    plan: Plan
    refused: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    def refuse(self) -> None:
        """Stops here when the plan must not be carried out.

        Raises:
            RefusedError: It must not.
        """
        if self.refused:
            raise RefusedError("\n".join(self.refused))


Adviser = Callable[[Planner, World, Plan], Advised]


def no_advice(planner: Planner, world: World, planned: Plan) -> Advised:
    """Takes a plan as it is."""
    del world
    return Advised(planner, planned)
