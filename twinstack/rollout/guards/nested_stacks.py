"""What nested stacks hold: a nested stack that goes takes all of it along."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from twinstack.aws.api import CloudFormation, ResourceChange, StackResource
from twinstack.planning.touched import NESTED_STACK
from twinstack.rollout.guards.guards import goes


def held_by_nested_stacks(
    cloudformation: CloudFormation, changes: Sequence[ResourceChange]
) -> dict[str, list[StackResource]]:
    """Returns the resources of each nested stack that a change set removes or may replace, by its logical id.

    Args:
        cloudformation: CloudFormation where the stacks live.
        changes: The changes of the change set.

    Raises:
        AwsError: AWS does not say what a nested stack holds.
    """
    return {
        change.resource: list(_held(cloudformation, change.physical_id, f"{change.resource}/"))
        for change in changes
        if change.type == NESTED_STACK and change.physical_id and goes(change)
    }


def _held(cloudformation: CloudFormation, stack_id: str, path: str) -> Iterator[StackResource]:
    for entry in cloudformation.resources(stack_id):
        if entry.status == "DELETE_COMPLETE":
            continue
        if entry.type == NESTED_STACK and entry.physical_id:
            yield from _held(cloudformation, entry.physical_id, f"{path}{entry.resource}/")
        else:
            yield replace(entry, resource=path + entry.resource)
