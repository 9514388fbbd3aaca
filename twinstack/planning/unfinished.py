"""What an update of a stack that stopped half way may not do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from twinstack.planning.prediction import Change
from twinstack.planning.world import Live


def replaced_half_way(role: str, live: Live, changes: Iterable[Change]) -> Iterator[str]:
    """Yields a sentence for each resource that would be replaced: AWS refuses that while rollback is disabled.

    And disabled it must be to update such a stack.
    See https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html
    """
    for change in changes:
        if change.action == "Replace" and not live.stopped_at(change.resource):
            yield (
                f"{role}: {change.resource} ({change.type}) was made before the stack stopped in {live.status}, and "
                "would be replaced, which CloudFormation refuses there; leave what replaces it as it is, or take the "
                "creation back first: `destroy --failed`"
            )
