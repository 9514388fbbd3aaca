"""The plan as plain data, for a pull request and for other programs; format version 1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twinstack.planning.passes import Plan
from twinstack.planning.prediction import Change
from twinstack.planning.steps import Because, ParameterValue, Step, known

VERSION = 1


def plan_document(plan: Plan, environment: str, elsewhere: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Returns the plan as JSON data.

    Args:
        plan: The plan.
        environment: The environment's name.
        elsewhere: The stacks that the file does not name where they are, as `rollout.elsewhere` has them; None where
            nobody looked.
    """
    steps = [*plan.steps, *plan.idle, *plan.waiting]
    return {
        "version": VERSION,
        "environment": environment,
        "partial": plan.partial,
        "passes": [{"steps": [step_document(step) for step in steps]} for steps in plan.passes],
        "unknown": dict(plan.unknown),
        "waiting": [
            {"stack": step.stack.role, "parameter": wire.parameter, "from": wire.source}
            for step in plan.waiting
            for wire in step.missing
        ],
        "stale": _once([(step.stack.role, parameter.name) for step in steps for parameter in step.stale]),
        "unused": _once([(step.stack.role, parameter.name) for step in steps for parameter in step.unused]),
        "fewest_passes": plan.searched,
        "elsewhere": elsewhere,
    }


def step_document(step: Step) -> dict[str, Any]:
    """Returns one step as JSON data."""
    return {
        "stack": step.stack.role,
        "name": step.stack.name,
        "region": step.stack.region,
        "operation": step.operation,
        "because": [_because(reason) for reason in step.because],
        "parameters": [_parameter(parameter) for parameter in step.parameters],
        "changes": [_change(change) for change in step.changes],
        "changed_outputs": list(step.changed_outputs),
        "tags_changed": step.tags_changed,
        "may_change": list(step.may_change),
        "left_to_aws": list(step.left_to_aws),
        "not_comparable": [parameter.name for parameter in step.parameters if parameter.no_echo],
    }


def _because(reason: Because) -> dict[str, Any]:
    return {"parameter": reason.parameter, "from": reason.source, "reason": reason.reason}


def _parameter(parameter: ParameterValue) -> dict[str, Any]:
    before, after = (
        "****" if parameter.no_echo and value is not None else value if value is None else known(value)
        for value in (parameter.before, parameter.value)
    )
    return {
        "name": parameter.name,
        "before": before,
        "after": after,
        "unknown": after is None,
        "source": parameter.source,
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "action": change.action,
        "resource": change.resource,
        "type": change.type,
        "replacement": change.replacement,
        "properties": list(change.properties),
    }


def _once(pairs: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"stack": role, "parameter": name} for role, name in dict.fromkeys(pairs)]
