"""What a plan, and what a change set, answers to a case: as the lines of `cases`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from tests.predictions.cases import Case, Change, Detail, Side, certain_line, lines, touched_line
from tests.systems import deployed, template
from twinstack.planning.resource_schemas import shipped_schemas
from twinstack.planning.steps import Planner, Step
from twinstack.planning.system import Stack, System
from twinstack.planning.world import Absent, Live, StackState
from twinstack.templates import no_echo

ROLE, REGION = "primary", "us-east-1"
MASK = "****"  # what AWS shows of a NoEcho parameter


def step_of(case: Case) -> Step:
    """Returns the step that a plan shows for a case; no AWS is asked."""
    before = _live(_step(case.before, Absent())) if case.before else Absent()
    return _step(case.after, before)


def said_by(step: Step) -> list[str]:
    """Returns what a step says, a line a fact."""
    if step.refused:
        return ["refused"]
    found = ["a step"] if step.needed else []
    for change in step.changes:
        changed = {detail.name or detail.attribute: detail.recreation for detail in change.details}
        found.append(certain_line(change.action, change.resource, change.type, changed, change.policy_action))
    for entry in step.touched:
        found += [touched_line(entry.resource, d.name, d.source, d.cause, d.recreation) for d in entry.details]
    return sorted(found)


def said_by_change_set(changes: Iterable[Mapping[str, Any]]) -> list[str]:
    """Returns what the entries of DescribeChangeSet say, a line a fact."""
    return lines("executable", [_change(change["ResourceChange"]) for change in changes])


def _step(side: Side, before: StackState) -> Step:
    given = template(json.dumps(side.template), "case.yaml")
    stack = Stack(ROLE, "case", REGION, given, side.parameters, side.tags)
    return Planner(System({ROLE: stack}, ()), shipped_schemas).step({ROLE: before}, ROLE)


def _live(step: Step) -> Live:
    """What the stack is after its first deployment, as AWS describes it."""
    live = deployed(step.after)
    declared = live.template.parameters
    masked = {name: MASK if no_echo(declared[name]) else value for name, value in live.parameters.items()}
    return Live(live.status, live.template, masked, live.outputs, live.tags)


def _change(described: Mapping[str, Any]) -> Change:
    modified = described["Action"] == "Modify"
    return Change(
        action=described["Action"],
        resource=described["LogicalResourceId"],
        type=described["ResourceType"],
        replacement=described["Replacement"] if modified else "",
        policy=described.get("PolicyAction", ""),
        details=[_detail(detail) for detail in described["Details"]],
    )


def _detail(described: Mapping[str, Any]) -> Detail:
    target = described["Target"]
    return Detail(
        attribute=target["Attribute"],
        name=target.get("Name", ""),
        recreation=target.get("RequiresRecreation", "Never"),
        evaluation=described["Evaluation"],
        source=described.get("ChangeSource", ""),
        cause=described.get("CausingEntity", ""),
    )
