"""What a stack holds that is to be deleted: what goes with it, and what stays and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from twinstack.aws.api import StackDescription
from twinstack.expressions.resolution import ResolvedResource
from twinstack.planning.steps import resolver_for
from twinstack.planning.world import Live, World
from twinstack.rollout.deletion.taking_back import never_complete, opened
from twinstack.rollout.run.run import Run

if TYPE_CHECKING:
    from twinstack.screen.payloads import LeftRow

_KEPT = ("Retain", "RetainExceptOnCreate")
# What a deletion has been through with; a resource in DELETE_FAILED is still there.
_GONE = ("DELETE_COMPLETE", "DELETE_SKIPPED", "DELETE_IN_PROGRESS")


@dataclass(frozen=True)
class Deployed:
    """A stack that is to be deleted, as it is before anything is changed.

    Attributes:
        found: What AWS says of it.
        resources: Its resources with their attributes, by logical id.
        physical: The physical ids of those that are there.
        never_complete: Whether its first creation has failed, so that its protection is turned off before it goes.
        retained: The resources that a person wants kept, with why.
    """

    found: StackDescription
    resources: Mapping[str, ResolvedResource]
    physical: Mapping[str, str]
    never_complete: bool = False
    retained: Mapping[str, str] = field(default_factory=dict)

    def buckets(self) -> dict[str, str]:
        """Returns the buckets that go with the stack: logical id and name."""
        return {
            name: self.physical[name]
            for name, resource in self.resources.items()
            if resource.type == "AWS::S3::Bucket" and name in self.physical and not self.why_kept(name)
        }

    def why_kept(self, name: str) -> str:
        """Returns why a resource stays, '' when it goes."""
        return self.retained.get(name, "") or ("kept by its DeletionPolicy" if self.is_kept_by_policy(name) else "")

    def is_kept_by_policy(self, name: str) -> bool:
        """Whether the template keeps a resource."""
        return self.resources[name].attributes.get("DeletionPolicy") in _KEPT

    def left(self, role: str) -> Iterator[LeftRow]:
        """Yields what is still there after the deletion: kept, or waiting for its end."""
        for name, resource in self.resources.items():
            if name not in self.physical:
                continue
            why = self.why_kept(name)
            if not why and resource.type == "AWS::KMS::Key":
                days = (resource.attributes.get("Properties") or {}).get("PendingWindowInDays", 30)
                why = f"pending deletion for {days} days"
            if why:
                yield {
                    "stack": role,
                    "resource": name,
                    "type": resource.type,
                    "physical_id": self.physical[name],
                    "why": why,
                }


def read_deployed(run: Run, role: str, world: World) -> Deployed | None:
    """Returns a stack with what it holds, None when it is not there."""
    stack, cloudformation, state = run.planner.system.stacks[role], run.cloudformation(role), world[role]
    found = cloudformation.describe_stack(stack.name)
    if found is None or not isinstance(state, Live):
        return None
    failed = never_complete(cloudformation, found)
    after = opened(state) if failed else state
    resolved = resolver_for(stack, state.template, after.parameters, {}).resources()
    resources = {name: resource for name, resource in resolved.items() if state.has(name)}
    listed = cloudformation.resources(found.stack_id)
    physical = {entry.resource: entry.physical_id for entry in listed if entry.status not in _GONE}
    return Deployed(found, resources, physical, failed)
