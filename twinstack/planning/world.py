"""The world that a plan starts from: what AWS says of each stack."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

from twinstack.expressions.values import Value, freeze
from twinstack.templates import Template


@dataclass(frozen=True)
class Kept:
    """A resource that the deleted stacks of a name have left behind.

    Attributes:
        physical_id: Which one.
        type: The resource type.
        exists: Whether it is there still.
    """

    physical_id: str
    type: str
    exists: bool = True


@dataclass(frozen=True)
class Absent:
    """AWS said that the stack does not exist (or holds only an unexecuted first change set).

    Attributes:
        kept: What its deletion has left behind, by logical id.
    """

    kept: Mapping[str, Kept] = field(default_factory=dict)


@dataclass(frozen=True)
class Unknown:
    """AWS could not be asked about the stack.

    Attributes:
        reason: What AWS answered.
    """

    reason: str


@dataclass(frozen=True)
class Live:
    """A stack that exists, as it is or as a step of the plan would leave it.

    Attributes:
        status: The stack status.
        template: The template as it was submitted.
        parameters: The parameter values.
        outputs: The outputs that the stack has.
        tags: The stack's own tags.
        generations: How often each resource was made anew by earlier steps of the plan; a resource that is not
            named is the one that is there now.
        runs: The steps of the plan that this stack has had.
        made: Of a stack whose creation or update stopped half way, the resources that are there; None for all.
        failed: Of these, the ones that an operation failed on: whether they are as the template says is not known.
        kept: Of a stack whose creation failed and left nothing in it, what earlier stacks of the name left behind.
        termination_protection: Whether it is protected against deletion. No step depends on it.
    """

    status: str
    template: Template
    parameters: Mapping[str, Value]
    outputs: Mapping[str, Value]
    tags: Mapping[str, str]
    generations: Mapping[str, int] = field(default_factory=dict)
    runs: int = 0
    made: frozenset[str] | None = None
    failed: frozenset[str] = frozenset()
    kept: Mapping[str, Kept] = field(default_factory=dict)
    termination_protection: bool = False

    def has(self, resource: str) -> bool:
        """Whether a resource of the template is there, as far as the stack was made."""
        return self.made is None or resource in self.made

    def stopped_at(self, resource: str) -> bool:
        """Whether the stack stopped half way before a resource was what the template says."""
        return not self.has(resource) or resource in self.failed

    def key(self) -> Hashable:
        """Returns what tells this stack from another state of the same stack."""
        return (
            self.status,
            self.template.text,
            freeze(self.parameters),
            freeze(self.outputs),
            freeze(self.tags),
            freeze(self.generations),
            self.made,
            self.failed,
        )


StackState = Absent | Unknown | Live
World = Mapping[str, StackState]


def kept_of(state: StackState) -> Mapping[str, Kept]:
    """Returns what earlier stacks of the name have left behind, as far as that was looked for."""
    return {} if isinstance(state, Unknown) else state.kept
