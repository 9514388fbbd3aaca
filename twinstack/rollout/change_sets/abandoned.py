"""Deletes what earlier runs left behind: change sets that nobody will execute, and stacks that hold nothing else.

A change set of the deployer carries its mark in its name. Under the lock no other run is alive, so each of them is
abandoned, and the one of a run that lost the lock must not be executed any more. Without the lock it may belong to a
colleague who is reading it, so it is left for a day. Those of saved plans and previews are left for a day in any case.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from twinstack.aws.api import ChangeSetSummary, CloudFormation, StackDescription
from twinstack.aws.errors import AwsError
from twinstack.errors import UnreachableError
from twinstack.planning.system import Stack
from twinstack.rollout.change_sets.preparing import NOT_FOUND, OURS, PREVIEWS, SAVED, remove_if_empty, worked_out
from twinstack.rollout.run.run import Run
from twinstack.screen.events import Note, Warning_
from twinstack.statuses import Execution, Making, execution, making

KEPT_FOR = timedelta(hours=24)
# One that AWS works on for so long, in seconds, is left to a later run.
LONGEST_WORK = 60.0


def clear_abandoned(run: Run, there: Iterable[tuple[Stack, StackDescription]]) -> None:
    """Deletes the deployer's own abandoned change sets, and the empty stacks that came with them.

    What cannot be deleted now is told, and left for a later run.

    Args:
        run: The run.
        there: The stacks that exist, each with what AWS says of it.
    """
    for stack, found in there:
        try:
            _clear(run, run.clients[stack.role].cloudformation, stack, found)
        except (AwsError, UnreachableError) as error:
            run.screen.tell(Warning_(f"{stack.role}: change sets of earlier runs may be left: {error}"))


def _clear(run: Run, cloudformation: CloudFormation, stack: Stack, found: StackDescription) -> None:
    abandoned = [it for it in cloudformation.change_sets(found.stack_id) if _is_abandoned(run, it)]
    for each in abandoned:
        run.lock.check()
        _delete(run, cloudformation, each)
        run.screen.tell(Note(f"{stack.role}: deleted change set {each.name}, which an earlier run left"))
    deleted = {it.arn for it in abandoned}
    if deleted and remove_if_empty(cloudformation, found.stack_id, run.new_id(), deleted, run.lock):
        run.screen.tell(Note(f"{stack.role}: deleted {found.name}, which held nothing"))


def _is_abandoned(run: Run, summary: ChangeSetSummary) -> bool:
    if not summary.name.startswith(OURS) or execution(summary.execution_status) is Execution.BEGUN:
        return False
    if run.lock.is_held and not summary.name.startswith((SAVED, PREVIEWS)):
        return True
    return run.clock.date() - summary.created > KEPT_FOR


def _delete(run: Run, cloudformation: CloudFormation, abandoned: ChangeSetSummary) -> None:
    try:
        if making(abandoned.status) is Making.WAIT:
            # AWS deletes no change set that it is still working out.
            worked_out(lambda: cloudformation.describe_change_set(abandoned.arn), run.clock, LONGEST_WORK)
        cloudformation.delete_change_set(abandoned.arn)
    except AwsError as error:
        if error.code != NOT_FOUND:
            raise
