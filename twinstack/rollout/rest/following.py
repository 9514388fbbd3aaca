"""Brings the stacks to rest before a run begins: what is running is followed, a rollback that failed is continued.

No file keeps what an earlier run was doing. CloudFormation knows it, so running again is how a run is resumed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from twinstack.aws.api import CloudFormation, StackDescription
from twinstack.aws.errors import AwsError
from twinstack.errors import RefusedError, TwinStackError, UnreachableError
from twinstack.planning.system import Stack
from twinstack.rollout.change_sets.abandoned import clear_abandoned
from twinstack.rollout.guards.readiness import belongs_elsewhere
from twinstack.rollout.operations.failure_causes import cause_of
from twinstack.rollout.operations.operation import Operation, is_of, newest_event, no_longer_followed
from twinstack.rollout.operations.starting import start
from twinstack.rollout.operations.watching import refuse_unsigned, watch
from twinstack.rollout.rest.blockers import stopped_by
from twinstack.rollout.run.run import Run
from twinstack.screen.events import Note, StepDone, StepFailed, Warning_
from twinstack.statuses import Outcome, Standing, outcome, standing

# Right after an operation AWS may still answer as before its end; what is read next is read this many seconds later.
SETTLES_IN = 3.0
# So often a stack is followed that is busy again each time; after that the plan refuses it.
ROUNDS = 10


def bring_to_rest(run: Run, stacks: Iterable[Stack], *, rollbacks: bool = True) -> None:
    """Makes stacks ready for a run: follows what runs, continues rollbacks that failed, clears what was left.

    A stack that cannot be read, and one that belongs to another environment, is left to the plan, which says so.

    Args:
        run: The run.
        stacks: The stacks; the deployer's own may be among them.
        rollbacks: Whether to continue rollbacks; a stack that is to be deleted needs none.

    Raises:
        RefusedError: The person declined to continue a rollback.
        TwinStackError: An operation cannot be followed any longer, or a rollback failed again.
    """
    there = list(_readable(run, stacks))
    for _ in range(ROUNDS):
        busy = [(stack, found) for stack, found in there if standing(found.status) is Standing.BUSY]
        if not busy:
            break
        _follow(run, busy)
        again = [stack for stack, _ in busy]
        there = [(stack, found) for stack, found in there if stack not in again] + list(_readable(run, again))
    if rollbacks:
        stuck = [(stack, found) for stack, found in there if standing(found.status) is Standing.HALF_ROLLED_BACK]
        for stack, found in stuck:
            _continue_rollback(run, stack, found)
    clear_abandoned(run, there)


def _readable(run: Run, stacks: Iterable[Stack]) -> Iterator[tuple[Stack, StackDescription]]:
    for stack in stacks:
        try:
            found = run.clients[stack.role].cloudformation.describe_stack(stack.name)
        except (AwsError, UnreachableError):
            continue
        if found is not None and not belongs_elsewhere(stack, found.tags):
            yield stack, found


def _follow(run: Run, running: Sequence[tuple[Stack, StackDescription]]) -> None:
    """Follows operations that are running to their end, whoever has begun them."""
    operations = []
    for stack, found in running:
        run.screen.tell(Note(f"{stack.role}: {stack.name} is {found.status}; following that to its end first"))
        run.under_way.begin(found.stack_id, f"{stack.role} ({stack.region}): {found.status} of {stack.name}")
        operation = begun_before(run.clients[stack.role].cloudformation, stack.role, found)
        if operation is None:
            run.under_way.end(found.stack_id)
            continue
        for event in operation.events:
            run.screen.tell(operation.progress(event))
        operations.append(operation)
    watch(run, operations)
    run.clock.sleep(SETTLES_IN)
    for operation in operations:
        if operation.end is None:
            continue
        if operation.outcome is Outcome.SUCCEEDED:
            run.screen.tell(StepDone(operation.role, operation.end.status, operation.seconds))
        else:
            cause = cause_of(operation, run.screen) or "no reason given"
            run.screen.tell(StepFailed(operation.role, operation.end.status, cause))
    refuse_unsigned(operations)
    if lost := [f"{it.role}: {no_longer_followed(it)}" for it in operations if it.lost]:
        raise TwinStackError("\n".join(lost))


def begun_before(cloudformation: CloudFormation, role: str, found: StackDescription) -> Operation | None:
    """Returns the operation that is running on a stack, with its events so far; without, where AWS does not tell them.

    It goes back to the last time that the stack was at rest. None, where it is at rest by its newest event: then the
    operation has ended since the stack was described, or AWS does not show its events yet.
    """
    events, after = [], None
    try:
        for event in cloudformation.events(found.stack_id):
            at_rest = outcome(event.status) is not Outcome.RUNNING or event.status == "REVIEW_IN_PROGRESS"
            if at_rest and is_of(event, found.stack_id):
                after = event.event_id
                break
            events.append(event)
    except (AwsError, UnreachableError):
        events = []
    else:
        if after is not None and not any(is_of(event, found.stack_id) for event in events):
            return None
    events.reverse()
    token = next((event.token for event in events if event.token), "")
    deletes = found.status.startswith("DELETE_")
    operation = Operation(role, cloudformation, found.stack_id, token, frozenset(), after, deletes=deletes)
    operation.events += [event for event in events if event.token in (token, "")]
    return operation


def _continue_rollback(run: Run, stack: Stack, found: StackDescription) -> None:
    """Continues a rollback that failed, when the person agrees.

    See https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-continueupdaterollback.html
    """
    cloudformation = run.clients[stack.role].cloudformation
    named = stopped_by(cloudformation, stack.name)
    run.screen.tell(Warning_(f"{stack.role}: the rollback of {stack.name} stopped half way: {named}"))
    if not run.confirm(f"Continue the rollback of {stack.name} in {stack.region}?"):
        raise RefusedError(f"{stack.role}: declined; {stack.name} is left in {found.status}. What stopped it: {named}")
    after = newest_event(cloudformation, found.stack_id)
    operation = Operation(stack.role, cloudformation, found.stack_id, run.new_id(), frozenset(), after)
    start(
        run,
        operation,
        f"{stack.role} ({stack.region}): continuing the rollback of {stack.name}",
        lambda: cloudformation.continue_update_rollback(found.stack_id, operation.token, stack.service_role),
    )
    watch(run, [operation])
    refuse_unsigned([operation])
    run.clock.sleep(SETTLES_IN)
    if operation.end is not None and operation.end.status == "UPDATE_ROLLBACK_COMPLETE":
        run.screen.tell(StepDone(stack.role, operation.end.status, operation.seconds))
        return
    ended = f"ended in {operation.end.status}" if operation.end else f"cannot be followed: {operation.lost}"
    stopped = stopped_by(cloudformation, stack.name)
    raise TwinStackError(
        f"{stack.role}: the continued rollback of {stack.name} {ended}: {stopped}. Mend that "
        "and `deploy` again. What cannot be mended can be left out of the rollback, and the stack no longer knows then "
        f"what became of it: `aws cloudformation continue-update-rollback --stack-name {stack.name} --region "
        f"{stack.region} --resources-to-skip LOGICAL_ID`"
    )
