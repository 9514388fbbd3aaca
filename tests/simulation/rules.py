"""What always holds, whatever happens in between. Each rule is a function; README.md says them in words.

The functions named `judge_*` are called by the world when something has happened that a rule may speak of.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.fake_content import Content
from tests.fake_stacks import FakeChangeSet, FakeStack
from tests.simulation.faults import EXPIRED
from tests.simulation.settled import unsettled
from twinstack.screen.events import ChangeSetMade, Event, Failure

if TYPE_CHECKING:
    from tests.simulation.aws import SimulatedCloudFormation
    from tests.simulation.deployer import Deployer
    from tests.simulation.line import Call
    from tests.simulation.world import World

WIRES = "1 a wired value was blanked"
GUARDED = "2 a guarded resource is gone that nobody named"
SHOWN = "3 a change set was executed that was not shown"
ALONE = "4 two deployers at once"
CONVERGES = "5 one more run does not converge"
CLEAN = "6 something is left behind"
TRUE = "7 the end does not say what is true"
ALL = (WIRES, GUARDED, SHOWN, ALONE, CONVERGES, CLEAN, TRUE)

# Of the types that are in any world, those that hold what does not come back.
GUARDED_TYPES = frozenset(
    {
        "AWS::Backup::BackupVault",
        "AWS::KMS::Key",
        "AWS::Logs::LogGroup",
        "AWS::RDS::DBCluster",
        "AWS::RDS::DBInstance",
        "AWS::RDS::GlobalCluster",
        "AWS::Route53::HostedZone",
        "AWS::S3::Bucket",
        "AWS::SQS::Queue",
        "AWS::SecretsManager::Secret",
    }
)
# What a creation that stopped half way leaves a stack in.
_HALF_CREATED = ("CREATE_FAILED", "UPDATE_FAILED")


@dataclass
class History:
    """What the rules have to remember.

    Attributes:
        wired: The wired values of each stack, by its id.
        guarded: The guarded resources of each stack that was complete: physical ids by logical id.
        shown: The change sets that each deployer has told of: entries by (deployer, name).
        executed: The change sets whose execution was judged.
        changed: When something was changed on AWS, and by whom.
    """

    wired: dict[str, dict[str, str]] = field(default_factory=dict)
    guarded: dict[str, dict[str, str]] = field(default_factory=dict)
    shown: dict[tuple[str, str], set[tuple[str, str]]] = field(default_factory=dict)
    executed: set[str] = field(default_factory=set)
    changed: list[tuple[float, str]] = field(default_factory=list)


# When a stack has an event


def judge_an_event(world: World, cloud: SimulatedCloudFormation, stack: FakeStack) -> None:
    """Holds a stack to the first two rules after each of its events."""
    event = stack.events[-1]
    if event.physical_id != stack.id or not event.status.endswith(("COMPLETE", "CLEANUP_IN_PROGRESS")):
        return
    owner = world.owners.get((stack.id, event.token))
    by_hand = event.token == "by-hand"
    for sentence in blanked_wires(world.history, stack, owner, by_hand=by_hand):
        world.breaks(WIRES, sentence)
    for sentence in lost_resources(world.history, stack, owner, by_hand=by_hand):
        world.breaks(GUARDED, sentence)


def blanked_wires(history: History, stack: FakeStack, owner: Deployer | None, *, by_hand: bool) -> Iterator[str]:
    """Yields each wired value that was there and is empty now, unless `destroy` or a person wanted it."""
    before = history.wired.get(stack.id, {})
    now = _wired_values(stack.content)
    history.wired[stack.id] = now
    if by_hand or (owner is not None and owner.operation == "destroy") or stack.status == "DELETE_COMPLETE":
        return
    for name, value in before.items():
        if value and not now.get(name, ""):
            yield f"{stack.name}: {name} was {value}"


def _wired_values(content: Content) -> dict[str, str]:
    if content.template is None:
        return {}
    return {wire.parameter: content.values.get(wire.parameter, "") for wire in content.template.wires}


def lost_resources(history: History, stack: FakeStack, owner: Deployer | None, *, by_hand: bool) -> Iterator[str]:
    """Yields each guarded resource that is gone or another one, unless it was named, or `destroy` took it."""
    before = history.guarded.get(stack.id, {})
    gone = stack.status == "DELETE_COMPLETE"
    now = {} if gone else _guarded_resources(stack.content)
    history.guarded[stack.id] = now
    if by_hand or (owner is not None and owner.operation == "destroy"):
        return
    named = {*owner.allowed.replace, *owner.allowed.delete} if owner is not None else set()
    for name, physical in before.items():
        if now.get(name) != physical and name not in named:
            who = owner.name if owner else "nobody known"
            yield f"{stack.name}: {name} was {physical} and is {now.get(name, 'gone')}, by {who}"


def _guarded_resources(content: Content) -> dict[str, str]:
    return {name: content.physical_id(name) for name, it in content.resources.items() if it.type in GUARDED_TYPES}


# When a deployer says something


def judge_what_is_told(world: World, deployer: Deployer, event: Event) -> None:
    """Remembers which change sets were shown."""
    if isinstance(event, ChangeSetMade):
        entries = {(row["resource"], row["action"]) for row in event.changes if row["action"]}
        world.history.shown[deployer.name, event.name] = entries


# When AWS has done what a deployer asked for


def judge_a_deed(world: World, deployer: Deployer, call: Call, answer: Any) -> None:
    """Notes whose operation it is, and holds an execution to the third and fourth rule."""
    if call.service == "ssm":
        _note_lock(world, deployer, call, answer)
    if call.service != "cloudformation" or call.name not in _BEGINNING:
        return
    cloud = world.sites[call.region].cloudformation
    world.history.changed.append((world.scheduler.now(), deployer.name))
    if call.name == "execute_change_set":
        arn, token = call.arguments[0], call.arguments[1]
        stack, made = cloud._change_set(arn, "")
        if arn not in world.history.executed:
            world.history.executed.add(arn)
            for sentence in not_shown(world.history, deployer, stack, made):
                world.breaks(SHOWN, sentence)
    else:
        stack, token = cloud._find(call.arguments[0]), call.arguments[1]
    if stack is not None:
        world.owners.setdefault((stack.id, token), deployer)
    for sentence in not_alone(world, deployer):
        world.breaks(ALONE, f"{call.name}: {sentence}")


_BEGINNING = ("execute_change_set", "delete_stack", "continue_update_rollback")


def not_shown(history: History, deployer: Deployer, stack: FakeStack, made: FakeChangeSet) -> Iterator[str]:
    """Yields what of an executed change set its deployer had not shown before."""
    shown = history.shown.get((deployer.name, made.request.name))
    if shown is None:
        yield f"{deployer.name} executed {made.request.name} of {stack.name} without having shown it"
        return
    for change in made.changes():
        if (change.resource, change.action) not in shown:
            yield f"{deployer.name} executed {made.request.name}: {change.action} {change.resource} was not shown"


def _note_lock(world: World, deployer: Deployer, call: Call, answer: Any) -> None:
    name = call.arguments[0]
    if (call.name == "create" and answer) or call.name == "overwrite":
        world.holder[name] = deployer
    elif call.name == "delete":
        world.holder.pop(name, None)


def not_alone(world: World, deployer: Deployer) -> Iterator[str]:
    """Yields who holds the lock, if anybody does, in place of a deployer that begins an operation."""
    if any(service == "ssm" and not kind.transient for _, service, kind in world.weather.happened):
        return  # where the lock cannot be written a run goes on without it, and says so
    if deployer not in world.holder.values():
        others = ", ".join(sorted(it.name for it in world.holder.values())) or "nobody"
        yield f"{deployer.name} began an operation while {others} held the lock"


# When a deployer has come to its end


def judge_an_end(world: World, deployer: Deployer) -> None:
    """Holds the end of a deployer to the last rule."""
    if deployer.process is not None and deployer.process.raised is not None:
        error = deployer.process.raised
        world.breaks(TRUE, f"{deployer.name} ended with a traceback: {type(error).__name__}: {error}")
        return
    for sentence in untrue_ends(world, deployer):
        world.breaks(TRUE, f"{deployer.name} ({deployer.operation}): {sentence}")


def untrue_ends(world: World, deployer: Deployer) -> Iterator[str]:
    """Yields what is not true about an exit code and the last line."""
    if deployer.interrupted:
        yield from _untold_operations(world, deployer)
        return
    last, code = (deployer.told[-1] if deployer.told else None), deployer.code
    said = last.exit_code if isinstance(last, Failure) else 0
    if said != code:
        yield f"the exit code is {code}, and the last thing it says is {last}"
    if code == 0 and not _disturbed(world, deployer):
        for sentence in unsettled(world, deployer):
            yield f"the exit code is 0, and {sentence}"
    if code in _UNFOUNDED and (why := _UNFOUNDED[code](world, deployer)):
        yield f"the exit code is {code}, and {why}: {last}"


def _struck(world: World, deployer: Deployer) -> set[str]:
    return {kind.name for name, _, kind in world.weather.happened if name == deployer.name}


def _nothing_went_wrong(world: World, deployer: Deployer) -> str:
    troubled = _struck(world, deployer) or _disturbed(world, deployer) or world.failures
    return "" if troubled else "nothing had gone wrong"


def _credentials_were_good(world: World, deployer: Deployer) -> str:
    excused = EXPIRED.name in _struck(world, deployer) or _unfinished(world)
    return "" if excused else "the credentials were good"


def _nobody_was_there(world: World, _deployer: Deployer) -> str:
    return "" if len(world.deployers) > 1 or world.acts else "nobody else was there"


def _nobody_changed_anything(world: World, deployer: Deployer) -> str:
    return "" if _disturbed(world, deployer) else "nobody had changed anything"


def _everything_was_readable(world: World, deployer: Deployer) -> str:
    return "" if _struck(world, deployer) else "nothing was unreadable"


# Why an exit code is not what happened, by the code; '' where it may be.
_UNFOUNDED: dict[int | None, Callable[[World, Deployer], str]] = {
    1: _nothing_went_wrong,
    2: _credentials_were_good,
    5: _nobody_was_there,
    6: _nobody_changed_anything,
    7: _everything_was_readable,
}


def _untold_operations(world: World, deployer: Deployer) -> Iterator[str]:
    """Yields each operation that an interrupted run has begun, that goes on, and that it does not know of."""
    if deployer.code != deployer.interrupted:
        yield f"it was sent a signal, and the exit code is {deployer.code}"
    known = deployer.run.under_way.operations if deployer.run else {}
    for (stack_id, token), owner in world.owners.items():
        for site in world.sites.values():
            site.cloudformation.advance()
            stack = site.cloudformation._find(stack_id)
            if owner is not deployer or stack is None or stack_id in known:
                continue
            if _runs(stack) and stack.events[-1].token == token:
                yield f"{stack.name} is {stack.status}, and nobody was told that it goes on"


def _runs(stack: FakeStack) -> bool:
    return stack.status.endswith("_IN_PROGRESS") and stack.status != "REVIEW_IN_PROGRESS"


def _unfinished(world: World) -> bool:
    """Whether a creation has stopped half way, from where not every template can be gone on with."""
    clouds = [site.cloudformation for site in world.sites.values()]
    statuses = [cloud.stack(name).status for cloud in clouds for name in cloud.names()]
    return any(status in _HALF_CREATED for status in statuses)


def _disturbed(world: World, deployer: Deployer) -> bool:
    """Whether somebody else changed something while a deployer was at work."""
    changed = [*world.history.changed, *((time, "operator") for time, _ in world.acts)]
    return any(time >= deployer.begun and who != deployer.name for time, who in changed)


# When everything is over

# What no deployer may decide alone: README.md says why for each.
NEEDS_A_PERSON = ("ROLLBACK_FAILED", "DELETE_FAILED", "UPDATE_ROLLBACK_FAILED", "CREATE_FAILED", "UPDATE_FAILED")


def help_by_hand(world: World) -> bool:
    """Does what a person has to do for stacks that no deployer may go on with alone; returns whether there were any."""
    helped = False
    for site in world.sites.values():
        cloud = site.cloudformation
        cloud.advance()
        for name in cloud.names():
            status = cloud.stack(name).status
            if status not in NEEDS_A_PERSON:
                continue
            helped = True
            world.note("operator", f"helps {name}, which is {status}")
            world.acts.append((world.scheduler.now(), f"help {name}"))
            if status == "UPDATE_ROLLBACK_FAILED":
                cloud.continue_update_rollback(name, "by-hand")
            else:
                cloud.set_termination_protection(name, enabled=False)
                cloud.delete_by_hand(name)
    return helped


def judge_the_end(world: World, last: Deployer) -> None:
    """Holds what is there after the last run to the fifth and the sixth rule."""
    if last.code != 0:
        world.breaks(CONVERGES, f"the last run ended with {last.code}: {last.told[-1] if last.told else ''}")
        return
    for sentence in unsettled(world, last):
        world.breaks(CONVERGES, sentence)
    for sentence in left_behind(world):
        world.breaks(CLEAN, sentence)


def left_behind(world: World) -> Iterator[str]:
    """Yields what of ours is still there and should not be."""
    for region, site in world.sites.items():
        cloud = site.cloudformation
        for name in cloud.change_set_names():
            if name.startswith("twinstack-") and not name.startswith("twinstack-saved-"):
                yield f"{region}: change set {name}"
        for name in cloud.names():
            stack = cloud.stack(name)
            if stack.status == "REVIEW_IN_PROGRESS":
                yield f"{region}: stack {name} is empty"
            if world.protected and not is_whole(cloud.policy_of(stack)):
                yield f"{region}: the policy of {name} is {cloud.policy_of(stack)[:120]}"
            if world.protected and not stack.protected:
                yield f"{region}: {name} has no termination protection"
            if not world.protected and (stack.protected or denies_something(cloud.policy_of(stack))):
                yield f"{region}: {name} is protected still"
        for name in cloud.parameters.written:
            yield f"{region}: the parameter {name}"


def is_whole(policy: str) -> bool:
    """Whether a stack policy lets everything through but replacing and deleting what is guarded, whatever its name."""
    statements = json.loads(policy)["Statement"] if policy else []
    allowed = [it for it in statements if it["Effect"] == "Allow"]
    denied = [it for it in statements if it["Effect"] == "Deny"]
    if [(it["Action"], it["Resource"]) for it in allowed] != [("Update:*", "*")] or len(denied) != 1:
        return False
    (denial,) = denied
    types = denial["Condition"]["StringEquals"]["ResourceType"]
    return (
        set(denial["Action"]) == {"Update:Replace", "Update:Delete"}
        and denial.get("Resource") == "*"
        and set(types) >= GUARDED_TYPES
    )


def denies_something(policy: str) -> bool:
    """Whether a stack policy keeps anything from being changed."""
    return bool(policy) and any(it["Effect"] == "Deny" for it in json.loads(policy)["Statement"])
