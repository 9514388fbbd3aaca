"""The stacks of one environment as the planner takes them: templates, regions, literal values, order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from twinstack.templates import Template, Wire


@dataclass(frozen=True)
class Stack:
    """One stack of the environment.

    Attributes:
        role: The key under `stacks:`, equal to the template's `Role`.
        name: The stack's name on AWS.
        region: The region it lives in.
        template: The template to deploy.
        parameters: The values that the environment gives, by parameter name; never one of a wired parameter.
        tags: The stack's tags.
        artifacts: The values of the wires to the deployer's own bucket, by `Bucket` and `Key(folder)`; what is not
            here yet is known once the bucket is made.
        service_role: The role that CloudFormation acts with, if any.
        account: The role that is assumed for a stack in another account, '' for the caller's own.
    """

    role: str
    name: str
    region: str
    template: Template
    parameters: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    account: str = ""
    service_role: str | None = None
    artifacts: Mapping[str, str] = field(default_factory=dict)

    @property
    def site(self) -> tuple[str, str]:
        """The account and the region: stacks there share names, and one bucket of the deployer's own."""
        return self.account, self.region


@dataclass(frozen=True)
class System:
    """All stacks of an environment, in the order of its file.

    Attributes:
        stacks: The stacks by role.
        update_order: The roles in the order in which live stacks are updated, or empty for the reverse of the
            order in which a plan from nothing would create them.
    """

    stacks: Mapping[str, Stack]
    update_order: tuple[str, ...] = ()

    def wires(self) -> list[tuple[str, Wire]]:
        """Returns every wire between stacks, with the role that consumes it."""
        every = [(role, wire) for role, stack in self.stacks.items() for wire in stack.template.wires]
        return [(role, wire) for role, wire in every if not wire.is_artifact]

    def consumers(self, role: str) -> list[tuple[str, Wire]]:
        """Returns the wires that take an output of this role."""
        return [(consumer, wire) for consumer, wire in self.wires() if wire.role == role]
