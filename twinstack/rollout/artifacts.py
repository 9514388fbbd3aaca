"""The artifact bucket: where a template goes that is too large for a request.

It is a small stack of the deployer's own in the region of the stack that needs it, made before the first pass and only
when something needs it, and removed by `destroy`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from twinstack.aws.world_reading import read_world
from twinstack.errors import InputError, TwinStackError
from twinstack.planning.expressions import partition_of
from twinstack.planning.steps import Planner
from twinstack.planning.system import Stack, System
from twinstack.planning.world import Live
from twinstack.rollout.executing import carry_out
from twinstack.rollout.readiness import refuse_unready
from twinstack.rollout.run import Run
from twinstack.screen.events import Note
from twinstack.templates import read_template

# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
MAX_BYTES_IN_REQUEST = 51_200
MAX_BYTES = 1_000_000
ROLE = "artifacts"
_TEMPLATE = Path(__file__).with_name("artifact_bucket.yaml")


def is_too_large(stack: Stack) -> bool:
    """Whether a stack's template does not fit into a request."""
    return len(stack.template.text.encode()) > MAX_BYTES_IN_REQUEST


def artifact_stack(run: Run, stack: Stack) -> Stack:
    """Returns the deployer's own stack where the given stack lives."""
    file = run.environment.file
    name = f"{file.model.project}-{file.suffix}-{ROLE}"
    tags = {**stack.tags, "Role": ROLE}
    return replace(stack, role=ROLE, name=name, template=read_template(_TEMPLATE), parameters={}, tags=tags)


def upload_large_templates(run: Run, stacks: Iterable[Stack]) -> Run:
    """Uploads the templates that are too large for a request, into a bucket that is made if need be.

    Returns:
        The run with the address of each uploaded template.

    Raises:
        InputError: A template is larger than CloudFormation takes at all.
        TwinStackError: The bucket could not be made.
    """
    urls = {}
    large = [(stack, stack.template.text.encode()) for stack in stacks if is_too_large(stack)]
    for stack, content in large:
        if len(content) > MAX_BYTES:
            raise InputError(f"{stack.template.source}: {len(content):,} bytes; CloudFormation takes {MAX_BYTES:,}")
    for stack, content in large:
        bucket = _bucket(run, stack)
        key = f"templates/{hashlib.sha256(content).hexdigest()}.json"
        run.clients[stack.role].buckets.put(bucket, key, content)
        urls[stack.role] = f"https://{bucket}.s3.{stack.region}.{partition_of(stack.region)[1]}/{key}"
    return replace(run, template_urls=urls)


def _bucket(run: Run, stack: Stack) -> str:
    """Returns the name of the artifact bucket where a stack lives, after making it if it is not there."""
    own = artifact_stack(run, stack)
    planner = Planner(System({ROLE: own}), run.planner.schemas)
    there = replace(run, planner=planner, clients={ROLE: run.clients[stack.role]})
    world = read_world(planner.system, there.clients)
    refuse_unready(planner, world)
    step = planner.step(world, ROLE)
    if step.needed:
        run.screen.tell(
            Note(f"The template of {stack.role} is too large for a request: {own.name} in {own.region} gets a bucket")
        )
        carry_out(there, step, world[ROLE])
        world = read_world(planner.system, there.clients)
    state = world[ROLE]
    if not isinstance(state, Live) or "Bucket" not in state.outputs:
        raise TwinStackError(f"{own.name} ({own.region}): the stack has no output Bucket; look at `events`")
    return str(state.outputs["Bucket"])
