"""Records the change sets of the flagship anew, from a local AWS of its own: `python -m tests.review.recording`.

The three passes of the first deployment, and then what each edit of the deployed primary stack would do; nothing of
the latter is executed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from local import process
from tests.flagship.conftest import REGIONS, Pair
from tests.local.conftest import ROOT, Account
from tests.review.recorded_steps import FOLDER, Recorded, write
from tests.systems import template
from twinstack.aws.api import ResourceChange
from twinstack.aws.world_reading import read_world
from twinstack.clock import SystemClock
from twinstack.planning.document import step_document
from twinstack.planning.system import Stack
from twinstack.review import comparison
from twinstack.rollout.change_sets.preparing import discard, prepare, request_for
from twinstack.rollout.steps import carrying_out as executing
from twinstack.rollout.steps.artifacts import provide


def edited(*replacements: tuple[str, str]) -> Callable[[Stack], Stack]:
    """Returns what replaces texts in a stack's template, each of which must stand there."""

    def edit(stack: Stack) -> Stack:
        text = (ROOT / "generated/primary.yaml").read_text()
        for old, new in replacements:
            if old not in text:
                sys.exit(f"generated/primary.yaml has no {old!r} any more")
            text = text.replace(old, new, 1)
        return replace(stack, template=template(text, "generated/primary.yaml"))

    return edit


def _resource(name: str) -> str:
    """The text of a resource of the primary's template."""
    lines = (ROOT / "generated/primary.yaml").read_text().splitlines(keepends=True)
    start = lines.index(f"  {name}:\n")
    end = next(at for at in range(start + 1, len(lines)) if not lines[at].startswith("    "))
    return "".join(lines[start:end])


REPLACED = ("TrafficType: ALL", "TrafficType: REJECT")
REMOVED = (_resource("DatabaseKeyAlias"), "")
CONDITIONAL = ("AutoMinorVersionUpgrade: false", "AutoMinorVersionUpgrade: true")
IN_PLACE = ("long_query_time: '1'", "long_query_time: '2'")
EDITS: dict[str, Callable[[Stack], Stack]] = {
    "replacement": edited(REPLACED),
    "removal": edited(REMOVED),
    "conditional replacement": edited(CONDITIONAL),
    "change in place": edited(IN_PLACE),
    "tenancy of the network": edited(
        ("EnableDnsSupport: true", "EnableDnsSupport: true\n      InstanceTenancy: dedicated")
    ),
    "part of a property": edited(("InsufficientDataHealthStatus: Unhealthy", "InsufficientDataHealthStatus: Healthy")),
    "every danger": edited(REPLACED, REMOVED, CONDITIONAL, IN_PLACE),
    "tag of the stack": lambda stack: replace(stack, tags={**stack.tags, "CostCenter": "lending"}),
    "other network": lambda stack: replace(stack, parameters={**stack.parameters, "VpcCidr": "10.7.0.0/16"}),
}


@contextmanager
def _recorded_passes() -> Iterator[None]:
    numbers = iter(range(1, 4))

    def compare(prediction: comparison.Prediction, real: Sequence[ResourceChange]) -> list[comparison.Row]:
        if prediction.step.stack in REGIONS:  # the artifact buckets have steps of their own
            write(Recorded(f"pass {next(numbers)}", prediction.step, tuple(real)))
        return comparison.compare(prediction, real)

    executing.compare = compare
    try:
        yield
    finally:
        executing.compare = comparison.compare


def _record_edits(pair: Pair) -> None:
    run = pair.run()
    world = read_world(run.planner.system, run.clients)
    cloudformation = run.cloudformation("primary")
    for name, edit in EDITS.items():
        stacks = {**run.planner.system.stacks, "primary": edit(run.planner.system.stacks["primary"])}
        planner = replace(run.planner, system=replace(run.planner.system, stacks=stacks))
        at_hand = provide(replace(run, planner=planner), [stacks["primary"]])
        step = at_hand.planner.step(world, "primary")
        request = request_for(step, run.new_id, at_hand.template_urls.get(step.stack.template.text))
        prepared = prepare(cloudformation, request, run.clock)
        if prepared is None:
            sys.exit(f"{name}: nothing changes any more")
        write(Recorded(name, step_document(step), prepared.change_set.changes))
        discard(cloudformation, prepared)


def main() -> None:
    """Records everything."""
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.json"):
        old.unlink()
    clock = SystemClock()
    with TemporaryDirectory() as folder:
        state = Path(folder)
        running = process.start_in(state, Path(ROOT, ".venv-local"), print, clock)
        try:
            pair = Pair(running.endpoint, Account(running.endpoint))
            with _recorded_passes():
                pair.deploy()
            _record_edits(pair)
        finally:
            process.stop_in(state, clock)


if __name__ == "__main__":
    main()
