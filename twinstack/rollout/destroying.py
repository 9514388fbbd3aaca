"""Takes the stacks down: first unlinked from each other, then deleted in the reverse of the order of creation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from twinstack.aws.api import StackDescription
from twinstack.aws.world_reading import read_world
from twinstack.errors import RefusedError, TwinStackError
from twinstack.expressions.values import as_text
from twinstack.planning.passes import creation_order
from twinstack.planning.steps import Planner
from twinstack.planning.system import Stack
from twinstack.planning.world import Absent, Live, Unknown, World
from twinstack.rollout.deletion.deployed import Deployed, read_deployed
from twinstack.rollout.deletion.retaining import DELETE_FAILED, cannot_retain, retain, with_retained
from twinstack.rollout.deletion.taking_back import take_protection_off
from twinstack.rollout.deletion.unlinking import unlink, with_wires
from twinstack.rollout.guards.readiness import belongs_elsewhere, refuse_busy, refuse_foreign
from twinstack.rollout.operations.failure_causes import cause_of
from twinstack.rollout.operations.operation import no_longer_followed
from twinstack.rollout.plans.elsewhere import gone_roles, look_elsewhere
from twinstack.rollout.rest.following import bring_to_rest
from twinstack.rollout.run.run import Run
from twinstack.rollout.steps.artifacts import BUCKET, artifact_stack, one_a_site
from twinstack.rollout.steps.carrying_out import delete_and_watch
from twinstack.rollout.steps.protection import Due, read_protection, set_protection
from twinstack.screen.events import Left, Note, StepBegun, StepDone, StepFailed, Warning_
from twinstack.statuses import Outcome
from twinstack.templates import ARTIFACTS

_KEPT_RESOURCES = (
    "resources that hold data are kept by their DeletionPolicy; AWS does not delete what they still use, so expect "
    "DELETE_FAILED there. To take everything down, deploy with `protected: false` first"
)


@dataclass(frozen=True)
class DestroyOptions:
    """What a person has said about a deletion.

    Attributes:
        confirmed_name: The name typed to take down a protected environment.
        empty_buckets: Whether buckets are emptied first.
        failed_only: Whether only stacks go whose first creation failed.
        retain: The resources that stay, by logical id or `role.LogicalId`.
    """

    confirmed_name: str | None = None
    empty_buckets: bool = False
    failed_only: bool = False
    retain: tuple[str, ...] = ()


def destroy(run: Run, options: DestroyOptions) -> bool:
    """Unlinks and deletes every stack of the environment.

    Returns:
        Whether there was anything to delete.

    Raises:
        InputError: Something that is to be kept is not there.
        RefusedError: Something would block the deletion, or was not confirmed; no stack was touched. Abandoned change
            sets of the deployer may be gone.
        TwinStackError: A step failed.
    """
    if unconfirmed := [*_unconfirmed(run, options)]:
        raise RefusedError("\n".join(unconfirmed))
    system = run.planner.system
    world = with_wires(system, read_world(system, run.clients))
    if objections := [*run.objections(run.planner, world, options.retain)]:
        raise RefusedError("\n".join(objections))
    bring_to_rest(run, system.stacks.values(), rollbacks=False)
    _bring_artifacts_to_rest(run)
    world = with_wires(system, read_world(system, run.clients))
    _refuse_unreadable(run.planner, world)
    _tell_strays(run, world)
    deployed = with_retained(run, world, _chosen(run, world, options), options.retain)
    empty, own = (
        ([], []) if options.failed_only else (_empty_stacks(run, world), _without_foreign(run, _artifact_stacks(run)))
    )
    names = [stack.found.name for stack in deployed.values()]
    names += [found.name for _, found in empty] + [stack.name for _, stack, _ in own]
    if not names:
        return False
    lifting = _lifting(run, {role: world[role] for role in deployed})
    _refuse_blocked(run, deployed, options, lifting)
    if not run.confirm(f"Delete {', '.join(names)}{_keeping(deployed)}{_unprotected(lifting)}?"):
        raise RefusedError("declined; nothing was deleted")
    set_protection(run, lifting)
    world = retain(run, world, deployed)
    unlink(run, world, list(deployed))
    _delete_all(run, world, deployed, options)
    for role, unfilled in empty:
        _delete_empty(run, role, unfilled)
    if not options.failed_only:
        _remove_artifacts(run)
    if left := tuple(row for role, stack in deployed.items() for row in stack.left(role)):
        run.screen.tell(Left(left))
    return True


def _chosen(run: Run, world: World, options: DestroyOptions) -> dict[str, Deployed]:
    """Returns the stacks that are to go, in the order in which they do."""
    order = [role for role in reversed(creation_order(run.planner)) if isinstance(world[role], Live)]
    there = {role: found for role in order if (found := read_deployed(run, role, world)) is not None}
    return {role: stack for role, stack in there.items() if stack.never_complete or not options.failed_only}


def _lifting(run: Run, world: World) -> dict[str, Due]:
    """Returns what protection of the deployer's own is lifted; a protected environment keeps it until a stack goes."""
    if run.protected:
        return {}
    found = read_protection(run, world)
    for role, one in found.items():
        if one.remark:
            run.screen.tell(Warning_(f"{role}: {one.remark}"))
    return {role: one for role, one in found.items() if one.lifts}


def _unprotected(lifting: Mapping[str, Due]) -> str:
    """Returns the part of the question that says whose protection is lifted first."""
    return f", lifting the protection of {', '.join(lifting)} first" if lifting else ""


def _refuse_blocked(
    run: Run, deployed: Mapping[str, Deployed], options: DestroyOptions, lifting: Mapping[str, Due]
) -> None:
    """Refuses what would fail half way, and says what a protected environment keeps."""
    problems: list[str] = []
    for role, stack in deployed.items():
        if stack.found.termination_protection and not run.protected and role not in lifting:
            problems.append(_protected_by_somebody(run, role, stack))
        problems += _blocking(run, role, stack, options)
    if problems:
        raise RefusedError("\n".join(problems))
    if any(stack.is_kept_by_policy(name) for stack in deployed.values() for name in stack.resources):
        run.screen.tell(Warning_(_KEPT_RESOURCES))


def _keeping(deployed: Mapping[str, Deployed]) -> str:
    """Returns the part of the question that says what stays because a person wants it."""
    kept = [f"{role}: {', '.join(stack.retained)}" for role, stack in deployed.items() if stack.retained]
    return f", and keep {'; '.join(kept)}" if kept else ""


def _delete_all(run: Run, world: World, deployed: Mapping[str, Deployed], options: DestroyOptions) -> None:
    for role in (role for role, stack in deployed.items() if stack.never_complete):
        take_protection_off(run, world, role)
    for number, (role, stack) in enumerate(deployed.items(), 1):
        if options.empty_buckets:
            _empty_buckets(run, role, stack)
        _delete(run, role, stack, (number, len(deployed)))


def _tell_strays(run: Run, world: World) -> None:
    """Says which stacks of this environment stay, because the file does not name them where they are."""
    absent = [role for role, state in world.items() if isinstance(state, Absent)]
    beside = look_elsewhere(run.environment, run.clients, absent, gone_roles(run.planner.system, world))
    for stray in beside.strays:
        run.screen.tell(Warning_(f"{stray.role}: {stray.where} is not deleted: {stray.reason}"))
    for gap in beside.gaps:
        run.screen.tell(Warning_(f"not looked at: {gap}"))


def _empty_stacks(run: Run, world: World) -> list[tuple[str, StackDescription]]:
    """Returns the stacks that hold nothing but a first change set nobody executed, by role."""
    empty = []
    for role, state in world.items():
        stack = run.planner.system.stacks[role]
        found = run.cloudformation(role).describe_stack(stack.name)
        if not isinstance(state, Absent) or found is None or found.status != "REVIEW_IN_PROGRESS":
            continue
        if not belongs_elsewhere(stack, found.tags):
            empty.append((role, found))
    return empty


def _delete_empty(run: Run, role: str, unfilled: StackDescription) -> None:
    """Deletes a stack that held only a first change set, unless somebody has executed that in the meantime."""
    run.lock.check()
    now = run.cloudformation(role).describe_stack(unfilled.stack_id)
    if now is None or now.status != "REVIEW_IN_PROGRESS":
        status = now.status if now else "gone"
        run.screen.tell(Warning_(f"{role}: {unfilled.name} was empty and is {status} by now; it is left as it is"))
        return
    run.cloudformation(role).delete_stack(unfilled.stack_id, run.new_id())
    run.screen.tell(Note(f"{role}: removed {unfilled.name}, which held only an unexecuted change set"))


def _bring_artifacts_to_rest(run: Run) -> None:
    """Follows what runs on the deployer's own stacks, such as a deletion that an earlier run has begun."""
    for stack in one_a_site(run.planner.system.stacks.values()):
        there = replace(run, clients={ARTIFACTS: run.clients[stack.role]})
        bring_to_rest(there, [artifact_stack(run.environment.file, stack)], rollbacks=False)


_Artifacts = tuple[str, Stack, StackDescription]


def _artifact_stacks(run: Run) -> list[_Artifacts]:
    """Returns the deployer's own stacks that are there: a role that each serves, what it should be, and is."""
    served = one_a_site(run.planner.system.stacks.values())
    stacks = [(stack.role, artifact_stack(run.environment.file, stack)) for stack in served]
    described = [(role, own, run.cloudformation(role).describe_stack(own.name)) for role, own in stacks]
    return [(role, own, found) for role, own, found in described if found is not None]


def _without_foreign(run: Run, artifacts: Iterable[_Artifacts]) -> list[_Artifacts]:
    """Returns the stacks that are this environment's, and tells of the others that they stay."""
    ours = []
    for role, own, found in artifacts:
        if owner := belongs_elsewhere(own, found.tags):
            run.screen.tell(Warning_(f"{own.name} in {own.region} belongs to {owner} by its tags; it is left as it is"))
        else:
            ours.append((role, own, found))
    return ours


def _remove_artifacts(run: Run) -> None:
    """Removes the deployer's own stacks with what is in their buckets."""
    for role, own, found in _artifact_stacks(run):
        if belongs_elsewhere(own, found.tags):
            continue
        if bucket := found.outputs.get(BUCKET):
            run.lock.check()
            run.clients[role].buckets.empty(bucket)
        run.screen.tell(Note(f"Removing {own.name} from {own.region}"))
        _delete_stack(run, role, found, own)


def _refuse_unreadable(planner: Planner, world: World) -> None:
    refuse_busy(world)
    refuse_foreign(planner, world)
    unknown = [state.reason for state in world.values() if isinstance(state, Unknown)]
    if unknown:
        raise RefusedError("a stack could not be read, so what depends on it is not known:\n" + "\n".join(unknown))


def _unconfirmed(run: Run, options: DestroyOptions) -> Iterator[str]:
    file = run.environment.file
    name = f"{file.model.project}-{file.suffix}"
    if run.protected and options.confirmed_name != name:
        yield f"{file.where('protected')}: the environment is protected; destroy it with --confirm {name}"


def _blocking(run: Run, role: str, stack: Deployed, options: DestroyOptions) -> Iterator[str]:
    """Yields what would make the deletion of a stack fail half way."""
    if why := cannot_retain(role, stack):
        yield why
    for name, resource in stack.resources.items():
        properties = resource.attributes.get("Properties") or {}
        if as_text(properties.get("DeletionProtection", False)) == "true" and not stack.why_kept(name):
            yield f"{role}: {name} ({resource.type}) has deletion protection; turn it off by a deployment first"
    for name, bucket in stack.buckets().items():
        if not options.empty_buckets and not run.clients[role].buckets.is_empty(bucket):
            yield f"{role}: bucket {bucket} ({name}) is not empty; --empty-buckets deletes what is in it"


def _protected_by_somebody(run: Run, role: str, stack: Deployed) -> str:
    name, region = stack.found.name, run.planner.system.stacks[role].region
    return (
        f"{role}: stack {name} has termination protection and the environment has not; the deployer has not set it, so "
        "turn it off where nobody needs it: aws cloudformation update-termination-protection --region "
        f"{region} --stack-name {name} --no-enable-termination-protection"
    )


def _empty_buckets(run: Run, role: str, stack: Deployed) -> None:
    for bucket in stack.buckets().values():
        run.lock.check()
        if count := run.clients[role].buckets.empty(bucket):
            run.screen.tell(Note(f"  {role}: emptied bucket {bucket}: {count} object versions"))


def _delete(run: Run, role: str, stack: Deployed, place: tuple[int, int]) -> None:
    own = run.planner.system.stacks[role]
    run.screen.tell(StepBegun(*place, role, own.region, "DELETE"))
    kept = tuple(stack.retained) if stack.found.status == DELETE_FAILED else ()
    _delete_stack(run, role, stack.found, own, frozenset(stack.physical), kept=kept)


def _delete_stack(
    run: Run,
    role: str,
    found: StackDescription,
    stack: Stack,
    resources: frozenset[str] = frozenset(),
    *,
    kept: tuple[str, ...] = (),
) -> None:
    cloudformation = run.cloudformation(role)
    if found.termination_protection or run.protected:  # unlinking protects what was not protected before
        run.lock.check()
        cloudformation.set_termination_protection(found.name, enabled=False)
    operation = delete_and_watch(run, cloudformation, found.stack_id, stack, resources, kept=kept)
    status = operation.end.status if operation.end else operation.last_status
    if operation.outcome is not Outcome.SUCCEEDED:
        lost = no_longer_followed(operation)
        cause = lost or cause_of(operation, run.screen) or "no reason given"
        run.screen.tell(StepFailed(stack.role, status, cause))
        raise TwinStackError(f"{stack.role} ({stack.region}){'' if lost else f' ended in {status}'}: {cause}")
    run.screen.tell(StepDone(stack.role, status, operation.seconds))
