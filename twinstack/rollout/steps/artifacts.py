"""The artifact bucket: where a template goes that is too large for a request, and the code that a template names.

It is a small stack of the deployer's own, one for all stacks of an account and region, made before the first pass and
only when something needs it, and removed by `destroy`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from twinstack.aws.api import Clients
from twinstack.aws.world_reading import read_stack, read_world
from twinstack.environment.file import EnvironmentFile
from twinstack.errors import InputError, TwinStackError
from twinstack.expressions.surroundings import partition_of
from twinstack.packaging import Package, build
from twinstack.planning.steps import Planner, Step
from twinstack.planning.system import Stack, System
from twinstack.planning.world import Live
from twinstack.rollout.change_sets.preparing import looked
from twinstack.rollout.guards.readiness import refuse_unready
from twinstack.rollout.rest.blockers import stopped_by
from twinstack.rollout.rest.following import bring_to_rest
from twinstack.rollout.run.run import Run
from twinstack.rollout.steps.carrying_out import carry_out_together
from twinstack.screen.events import Note
from twinstack.templates import ARTIFACTS, read_template

# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
MAX_BYTES_IN_REQUEST = 51_200
MAX_BYTES = 1_000_000
BUCKET = "Bucket"
WHEELS = Path(".twinstack") / "wheels"
_KEY = re.compile(r"Key\(([^()]+)\)")
_TEMPLATE = Path(__file__).with_name("artifact_bucket.yaml")


def build_packages(system: System, root: Path, wheels: Path | None = None) -> dict[str, Package]:
    """Packages every folder that a template names in a wire `artifacts.Key(folder)`.

    Args:
        system: The stacks.
        root: The folder that the named folders are relative to.
        wheels: Where wheels are kept; None for the place under `root`.

    Returns:
        The packages by folder.

    Raises:
        InputError: A folder is not there.
        TwinStackError: What a folder depends on cannot be fetched.
    """
    folders = dict.fromkeys(folder for stack in system.stacks.values() for folder in code_folders(stack))
    return {folder: build(root / folder, wheels or root / WHEELS) for folder in folders}


def with_known_artifacts(
    system: System, packages: Mapping[str, Package], buckets: Mapping[str, str] | None = None
) -> System:
    """Returns the system with the values of the wires to the artifact bucket, as far as they are known.

    Args:
        system: The stacks.
        packages: The packages by folder.
        buckets: The artifact buckets that exist, by the role of the stack that they serve.
    """
    stacks = {}
    for role, stack in system.stacks.items():
        values = {f"Key({folder})": packages[folder].key(folder) for folder in code_folders(stack)}
        if bucket := (buckets or {}).get(role):
            values[BUCKET] = bucket
        stacks[role] = replace(stack, artifacts=values)
    return replace(system, stacks=stacks)


def existing_buckets(file: EnvironmentFile, system: System, clients: Clients) -> dict[str, str]:
    """Returns the artifact bucket of each stack that takes something from it, where one can be seen already."""
    taking = [stack for stack in system.stacks.values() if any(wire.is_artifact for wire in stack.template.wires)]
    read = {
        stack.site: read_stack(clients[stack.role].cloudformation, artifact_stack(file, stack).name)
        for stack in one_a_site(taking)
    }
    return {
        stack.role: str(own.outputs[BUCKET])
        for stack in taking
        if isinstance(own := read[stack.site], Live) and BUCKET in own.outputs
    }


def one_a_site(stacks: Iterable[Stack]) -> list[Stack]:
    """Returns the first stack of each account and region: what is the deployer's own there serves them all."""
    first: dict[tuple[str, str], Stack] = {}
    for stack in stacks:
        first.setdefault(stack.site, stack)
    return list(first.values())


def artifact_stack(file: EnvironmentFile, stack: Stack) -> Stack:
    """Returns the deployer's own stack where the given stack lives."""
    name = file.stack_name(ARTIFACTS)
    tags = {**stack.tags, "Role": ARTIFACTS}
    return replace(
        stack, role=ARTIFACTS, name=name, template=read_template(_TEMPLATE), parameters={}, tags=tags, artifacts={}
    )


def is_too_large(stack: Stack) -> bool:
    """Whether a stack's template does not fit into a request."""
    return len(stack.template.text.encode()) > MAX_BYTES_IN_REQUEST


def provide(run: Run, stacks: Iterable[Stack]) -> Run:
    """Uploads what these stacks need of the artifact bucket, which is made if need be.

    Returns:
        The run with the buckets in its system, and with the address of each template that is too large for a request.

    Raises:
        InputError: A template is larger than CloudFormation takes at all.
        TwinStackError: The bucket could not be made.
    """
    needing = [stack for stack in stacks if is_too_large(stack) or any(w.is_artifact for w in stack.template.wires)]
    for stack in needing:
        if (size := len(stack.template.text.encode())) > MAX_BYTES:
            raise InputError(f"{stack.template.source}: {size:,} bytes; CloudFormation takes {MAX_BYTES:,}")
    system = run.planner.system
    buckets = {role: stack.artifacts[BUCKET] for role, stack in system.stacks.items() if BUCKET in stack.artifacts}
    made = _buckets(run, one_a_site(needing))
    for stack in needing:
        bucket = buckets[stack.role] = made[stack.site]
        for folder in code_folders(stack):
            package = run.packages[folder]
            run.clients[stack.role].buckets.put(bucket, package.key(folder), package.content)
        run = upload_template(run, stack, bucket)
    system = with_known_artifacts(system, run.packages, buckets)
    return replace(run, planner=replace(run.planner, system=system))


def stacks_of(planner: Planner, steps: Iterable[Step]) -> list[Stack]:
    """Returns the stacks of steps, each once, with the templates and the tags that they come to in the end."""
    return [planner.system.stacks[role] for role in dict.fromkeys(step.stack.role for step in steps)]


def with_import_template(run: Run, step: Step) -> Run:
    """Uploads the template of an import where it is too large for a request."""
    if not step.imports:
        return run
    return upload_template(run, replace(run.planner.system.stacks[step.stack.role], template=step.stack.template))


def upload_template(run: Run, stack: Stack, bucket: str | None = None) -> Run:
    """Uploads a stack's template where it is too large for a request; returns the run with its address."""
    if not is_too_large(stack):
        return run
    bucket = bucket or _buckets(run, [stack])[stack.site]
    content = stack.template.text.encode()
    key = f"templates/{hashlib.sha256(content).hexdigest()}.json"
    run.clients[stack.role].buckets.put(bucket, key, content)
    url = f"https://{bucket}.s3.{stack.region}.{partition_of(stack.region)[1]}/{key}"
    return replace(run, template_urls={**run.template_urls, stack.template.text: url})


def code_folders(stack: Stack) -> list[str]:
    """Returns the folders whose package a stack's template asks for."""
    wires = [wire for wire in stack.template.wires if wire.is_artifact]
    return [match[1] for wire in wires if (match := _KEY.fullmatch(wire.output))]


def _buckets(run: Run, stacks: Iterable[Stack]) -> dict[tuple[str, str], str]:
    """Returns the artifact bucket of each account and region, after making those that are not there, side by side.

    Args:
        run: The run.
        stacks: A stack of each account and region.
    """
    places = [(stack, _where_the_bucket_is(run, stack)) for stack in stacks]
    needed = []
    for stack, there in places:
        own = there.planner.system.stacks[ARTIFACTS]
        bring_to_rest(there, [own])
        world = read_world(there.planner.system, there.clients)
        refuse_unready(there.planner, world, partial(_stopped_by, there))
        step = there.planner.step(world, ARTIFACTS)
        if step.needed:
            run.screen.tell(
                Note(f"{own.name} in {own.region} gets a bucket for what {stack.role} hands to CloudFormation")
            )
            needed.append((there, step, world[ARTIFACTS]))
    carry_out_together(needed)
    return {stack.site: _name_of_the_bucket(there) for stack, there in places}


def _where_the_bucket_is(run: Run, stack: Stack) -> Run:
    """Returns a run that knows only the deployer's own stack where a stack lives."""
    own = artifact_stack(run.environment.file, stack)
    planner = Planner(System({ARTIFACTS: own}), run.planner.schemas)
    return replace(run, planner=planner, clients={ARTIFACTS: run.clients[stack.role]})


def _stopped_by(there: Run, role: str) -> str:
    return stopped_by(there.cloudformation(role), there.planner.system.stacks[role].name)


def _name_of_the_bucket(there: Run) -> str:
    """Reads the name of a bucket, for a while again where it was just made: AWS may answer as before."""
    own = there.planner.system.stacks[ARTIFACTS]
    state = looked(
        lambda: read_stack(there.cloudformation(ARTIFACTS), own.name),
        lambda state: isinstance(state, Live) and BUCKET in state.outputs,
        there.clock,
    )
    if not isinstance(state, Live) or BUCKET not in state.outputs:
        raise TwinStackError(f"{own.name} ({own.region}): the stack has no output {BUCKET}; look at `events`")
    return str(state.outputs[BUCKET])
