"""What somebody who knows more than CloudFormation has to say about a plan: another order, refusals, remarks.

The planner knows no service. A command may hand in an adviser that does, such as one that knows global databases.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from twinstack.planning.passes import Plan
from twinstack.planning.steps import Planner
from twinstack.planning.world import World

Action = Literal["Upgrade", "Modify", "Replace", "Remove", "Detach", "Converge"]


@dataclass(frozen=True)
class Refusal:
    """Something that must not be carried out.

    Attributes:
        stack: The role of the stack.
        resource: The logical id.
        type: The resource type.
        action: What would happen to it: Upgrade, Modify, Replace, Remove or Detach; Converge where the stack as a whole
            is not what the plan takes it for.
        sentence: What, where and why, and what to do instead.
    """

    stack: str
    resource: str
    type: str
    action: Action
    sentence: str


@dataclass(frozen=True)
class Advised:
    """A plan after it was looked at.

    Attributes:
        planner: The planner; with another update order where one is needed.
        plan: The plan, made anew where the order is another.
        refused: What of it must not be carried out.
        remarks: What a reader of the plan should know, a sentence each.
    """

    planner: Planner
    plan: Plan
    refused: tuple[Refusal, ...] = ()
    remarks: tuple[str, ...] = ()


Adviser = Callable[[Planner, World, Plan], Advised]


def no_advice(planner: Planner, world: World, planned: Plan) -> Advised:
    """Takes a plan as it is."""
    del world
    return Advised(planner, planned)
