"""Rollback triggers: alarms of a stack that roll its update back when one of them goes into ALARM.

They are chosen anew for each update and replace those of the one before, which CloudFormation would keep.
An alarm that is missing, or is made by the update itself, would fail every update; so only alarms count that are there,
are OK, and are left alone. A first creation has none, nor has the update that links the stack: they turn alarms on.

See https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-rollback-triggers.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from twinstack.aws.api import ChangeSetRequest, RollbackTrigger, StackResource
from twinstack.aws.errors import AwsError
from twinstack.environment.rollback_triggers import ALARM_TYPES, RollbackTriggers
from twinstack.errors import UnreachableError
from twinstack.planning.steps import Step, written_out
from twinstack.planning.world import Live, StackState
from twinstack.rollout.operations.failure_causes import real_failures
from twinstack.rollout.operations.operation import STACK_TYPE, Operation
from twinstack.rollout.run.run import Run
from twinstack.screen.events import Note, Warning_
from twinstack.statuses import Outcome


def with_rollback_triggers(run: Run, step: Step, state: StackState, request: ChangeSetRequest) -> ChangeSetRequest:
    """Returns the request with the alarms that are to watch over the update, and tells which were left out and why.

    Args:
        run: The run, whose environment names the alarms.
        step: The step.
        state: The stack as it is.
        request: The request, without triggers.

    Raises:
        AwsError: AWS does not say in what state the alarms are.
        UnreachableError: AWS does not answer.
    """
    wanted = run.environment.file.model.rollback_triggers
    # What passes every guard takes a stack apart: its alarms go off because of that.
    if wanted is None or not step.updates or run.allowed.everything or not isinstance(state, Live):
        return request
    declared = {**written_out(step.stack).resources, **state.template.resources}
    names = [name for name in wanted.alarms if name in declared]
    if not names:
        return request
    role = step.stack.role
    if empty := _not_linked(step, state):
        run.screen.tell(
            Note(f"  {role}: no rollback triggers: the stack is not linked before this update ({', '.join(empty)})")
        )
        return request
    found = _look(run, step, names)
    for alarm in (alarm for alarm in found if alarm.left_out):
        run.screen.tell(Warning_(f"{role}: {alarm.resource} is no rollback trigger of this update: {alarm.left_out}"))
    triggers = tuple(alarm.trigger for alarm in found if alarm.trigger is not None)
    if triggers:
        run.screen.tell(Note(_chosen(role, [alarm.resource for alarm in found if alarm.trigger], wanted)))
    return replace(request, rollback_triggers=triggers, monitoring_minutes=wanted.monitoring_minutes)


def _chosen(role: str, names: Sequence[str], wanted: RollbackTriggers) -> str:
    after = f" and for {wanted.monitoring_minutes} minutes after it" if wanted.monitoring_minutes else ""
    return f"  {role}: rolled back if {' or '.join(names)} goes into ALARM during this update{after}"


@dataclass(frozen=True)
class _Alarm:
    """An alarm of the environment file in one stack: the trigger that it makes, or why it makes none."""

    resource: str
    trigger: RollbackTrigger | None = None
    left_out: str = ""


def _not_linked(step: Step, state: Live) -> list[str]:
    """Returns the optional wires that have no value on AWS yet."""
    return [
        wire.parameter
        for wire in step.stack.template.wires
        if not wire.required and not wire.is_artifact and state.parameters.get(wire.parameter, "") == ""
    ]


def _look(run: Run, step: Step, names: Sequence[str]) -> list[_Alarm]:
    """Returns what becomes of each alarm."""
    there = {
        entry.resource: entry
        for entry in run.cloudformation(step.stack.role).resources(step.stack.name)
        if entry.type in ALARM_TYPES and entry.status != "DELETE_COMPLETE" and entry.physical_id
    }
    changed = {change.resource for change in step.changes} | {entry.resource for entry in step.touched}
    calm = [there[name].physical_id for name in names if name in there and name not in changed]
    states = run.clients[step.stack.role].alarms.describe(calm) if calm else {}

    def look(name: str) -> _Alarm:
        entry: StackResource | None = there.get(name)
        if entry is None:
            return _Alarm(name, left_out="it is not there yet")
        if name in changed:
            return _Alarm(name, left_out="this update changes it, or may")
        alarm = states.get(entry.physical_id)
        if alarm is None:
            return _Alarm(name, left_out=f"CloudWatch has no alarm {entry.physical_id}")
        if alarm.state != "OK":
            return _Alarm(name, left_out=f"it is {alarm.state} now")
        return _Alarm(name, RollbackTrigger(alarm.arn, entry.type))

    return [look(name) for name in names]


def breached(run: Run, operation: Operation) -> str | None:
    """Returns the cause of a rollback that no resource caused, of an operation that had triggers; None otherwise.

    CloudFormation's own reason is told as it is. Which alarm it was is asked of CloudWatch; by now it may be OK again.
    """
    names = [trigger.arn.rpartition(":")[2] for trigger in operation.rollback_triggers]
    failed = [event for event in real_failures(operation.events) if event.type != STACK_TYPE]
    if not names or failed or operation.outcome is not Outcome.FAILED:
        return None
    try:
        states = {name: alarm.state for name, alarm in run.clients[operation.role].alarms.describe(names).items()}
    except (AwsError, UnreachableError):
        states = {}  # the failure is told all the same
    alarms = ", ".join(f"{name} ({states.get(name, 'state not known')} now)" for name in names)
    return f"rolled back by a rollback trigger: {next(_reasons(operation), 'no reason given')}; the alarms: {alarms}"


def _reasons(operation: Operation) -> Iterator[str]:
    """Yields the reasons that CloudFormation gave for rolling back."""
    for event in operation.events:
        if event.type == STACK_TYPE and "ROLLBACK" in event.status and event.reason:
            yield event.reason
