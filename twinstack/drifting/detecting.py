"""Has AWS look for drift in every stack side by side, and waits for what it finds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from twinstack.aws.api import Clients, StackClients, StackResource
from twinstack.aws.drift_api import ResourceDrift
from twinstack.aws.errors import AwsError
from twinstack.clock import Clock, growing_waits
from twinstack.drifting.no_echo import Secrets
from twinstack.drifting.report import StackDrift, Unchecked
from twinstack.errors import UnreachableError
from twinstack.planning.system import Stack, System
from twinstack.planning.touched import NESTED_STACK
from twinstack.screen.events import Screen, Waiting
from twinstack.statuses import Standing, standing
from twinstack.templates import live_template

# AWS speaks of "several minutes"; a detection that takes this long, in seconds, is not waited for.
LONGEST_DETECTION = 1800.0


@dataclass
class _Detection:
    """A detection in a stack, or in a stack nested in it.

    Attributes:
        path: How names inside begin: '' in the stack itself, `Nested/` inside of one.
        stack_id: The ARN.
        resources: What is in it.
        id: The detection's id.
        end: The stack's status when it has ended.
        reason: Why it failed, for some of the resources or for all.
    """

    path: str
    stack_id: str
    resources: Sequence[StackResource]
    id: str
    end: str = ""
    reason: str = ""


@dataclass
class _Looking:
    """A stack that is being looked at; `found` holds the answer at once where there is nothing to wait for."""

    stack: Stack
    clients: StackClients
    detections: list[_Detection]
    found: StackDrift

    @property
    def running(self) -> bool:
        return any(not each.end for each in self.detections)


def detect(system: System, clients: Clients, clock: Clock, screen: Screen) -> list[StackDrift]:
    """Looks for drift in every stack, and inside the stacks nested in them.

    AWS records that it looked, and changes nothing else. The stacks are looked at side by side.

    Args:
        system: The stacks.
        clients: Their clients.
        clock: The clock that waiting is done with.
        screen: Told what is waited for.

    Returns:
        What was found, a stack each, in the order of the file.

    Raises:
        UnreachableError: Not one of the stacks could be read.
        InputError: There are no usable credentials.
    """
    looking = [_begin(stack, clients[role]) for role, stack in system.stacks.items()]
    begun, waits = clock.now(), growing_waits(1.0)
    while running := [each for each in looking if each.running]:
        seconds = clock.now() - begun
        for each in running:
            _look(each, out_of_time=seconds > LONGEST_DETECTION)
        if waiting := [each.stack.role for each in running if each.running]:
            screen.tell(Waiting(f"AWS is looking for drift: {', '.join(waiting)}, {seconds:.0f} s"))
            clock.sleep(next(waits))
    found = [_read(each) for each in looking]
    reasons = [each.reason for each in found if each.status == "unknown"]
    if len(reasons) == len(found):
        raise UnreachableError("none of the stacks could be read:\n" + "\n".join(reasons))
    return found


def _begin(stack: Stack, clients: StackClients) -> _Looking:
    nothing = StackDrift(stack.role, stack.region, stack.name, "absent")
    try:
        described = clients.cloudformation.describe_stack(stack.name)
        if described is None or standing(described.status) is Standing.ABSENT:
            return _Looking(stack, clients, [], nothing)
        return _Looking(stack, clients, list(_begin_detections(clients, described.stack_id)), nothing)
    except (AwsError, UnreachableError) as error:
        return _Looking(stack, clients, [], replace(nothing, status="unknown", reason=str(error)))


def _begin_detections(clients: StackClients, stack_id: str, path: str = "") -> Iterator[_Detection]:
    """Begins with the stack, then goes into the nested ones, which AWS leaves out."""
    there = [each for each in clients.cloudformation.resources(stack_id) if each.status != "DELETE_COMPLETE"]
    yield _Detection(path, stack_id, there, clients.drifts.detect(stack_id))
    for each in there:
        if each.type == NESTED_STACK and each.physical_id:
            yield from _begin_detections(clients, each.physical_id, f"{path}{each.resource}/")


def _look(looking: _Looking, *, out_of_time: bool) -> None:
    """Asks how far the detections of a stack are."""
    for each in looking.detections:
        if each.end:
            continue
        try:
            now = looking.clients.drifts.detection(each.id)
        except (AwsError, UnreachableError) as error:
            each.end, each.reason = "unknown", str(error)
            continue
        if now.status != "DETECTION_IN_PROGRESS":
            each.end = now.stack_status or "UNKNOWN"
            each.reason = "" if now.status == "DETECTION_COMPLETE" else now.reason or now.status
        elif out_of_time:
            each.end, each.reason = "unknown", f"AWS is still looking after {LONGEST_DETECTION:.0f} s"


def _read(looking: _Looking) -> StackDrift:
    """Reads what was found in a stack whose detections have ended."""
    if not looking.detections:
        return looking.found
    drifts: list[ResourceDrift] = []
    unchecked: list[Unchecked] = []
    reasons = [each.reason for each in looking.detections if each.reason]
    for each in looking.detections:
        if each.end == "unknown":
            continue
        try:
            found = _found(looking.clients, each.stack_id)
        except (AwsError, UnreachableError) as error:
            each.end = "unknown"
            reasons.append(str(error))
            continue
        drifts += [replace(drift, resource=each.path + drift.resource) for drift in found if _was_checked(drift)]
        unchecked += _unchecked(each, found)
    ends = [each.end for each in looking.detections]
    status = "unknown" if ends[0] == "unknown" else "DRIFTED" if "DRIFTED" in ends else ends[0]
    return replace(
        looking.found, status=status, reason="; ".join(reasons), drifts=tuple(drifts), unchecked=tuple(unchecked)
    )


def _found(clients: StackClients, stack_id: str) -> list[ResourceDrift]:
    found = clients.drifts.of_resources(stack_id)
    if not any(drift.differences for drift in found):
        return found
    return Secrets(live_template(clients.cloudformation.get_template(stack_id), stack_id)).hidden_in_drifts(found)


def _was_checked(drift: ResourceDrift) -> bool:
    return drift.status in ("IN_SYNC", "MODIFIED", "DELETED")


def _unchecked(detection: _Detection, found: Sequence[ResourceDrift]) -> Iterator[Unchecked]:
    """Yields what AWS did not look at: it leaves out the types that have no detection, and says why of the others."""
    said = {drift.resource: drift for drift in found}
    for each in detection.resources:
        drift = said.get(each.resource)
        if each.type == NESTED_STACK or (drift and _was_checked(drift)):
            continue
        unknown = drift is not None and drift.status == "UNKNOWN"
        reason = (drift.reason or "AWS does not say why") if drift and unknown else ""
        yield Unchecked(detection.path + each.resource, each.type, reason)
