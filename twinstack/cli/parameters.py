"""`parameters`: the literal parameters of each stack, in the shapes that the AWS CLI takes."""

from __future__ import annotations

from typing import Any

import click

from twinstack.cli.options import Settings
from twinstack.environment.assembly import Environment
from twinstack.environment.secret_values import secret_parameters
from twinstack.errors import InputError
from twinstack.expressions.values import as_text
from twinstack.library.working import read_environment
from twinstack.screen.escaping import escaped
from twinstack.screen.events import Printed
from twinstack.screen.json_lines import json_text


def run(settings: Settings, *, stack: str | None) -> int:
    """Runs the command; returns the exit code."""
    form, settings.format = settings.format, "text"
    environment, planner = read_environment(settings)
    stacks = planner.system.stacks
    if stack is not None and stack not in stacks:
        raise InputError(f"--stack {stack}: no such stack in {environment.file.document.source}: {', '.join(stacks)}")
    asked = [stack] if stack else list(stacks)
    secret = [f"{role}.{name}" for role in asked for name in secret_parameters(stacks[role].template)]
    if secret:
        click.echo(escaped(f"Left out, since they are NoEcho, add them yourself: {', '.join(secret)}"), err=True)
    make = for_stack_set if form == "stacksets" else for_stack
    documents = {role: make(environment, role) for role in stacks}
    settings.screen().tell(Printed(json_text(documents[stack] if stack else documents, indent=2)))
    return 0


def for_stack(environment: Environment, role: str) -> list[dict[str, str]]:
    """Returns what `aws cloudformation create-change-set --parameters file://…` takes.

    Wired parameters are left out, since their values come from the other stack's outputs; so are NoEcho ones, whose
    values are not shown.
    """
    stack = environment.system.stacks[role]
    left_out = {wire.parameter for wire in stack.template.wires} | set(secret_parameters(stack.template))
    return [
        _entry(name, stack.parameters.get(name, as_text(declared.get("Default", ""))))
        for name, declared in stack.template.parameters.items()
        if name not in left_out
    ]


def for_stack_set(environment: Environment, role: str) -> dict[str, Any]:
    """Returns what `aws cloudformation create-stack-set` and `create-stack-instances` take."""
    region = environment.system.stacks[role].region
    overridden = environment.file.model.parameter_overrides.get(region, {})
    entries = for_stack(environment, role)
    return {
        "Parameters": [entry for entry in entries if entry["ParameterKey"] not in overridden],
        "Regions": [region],
        "ParameterOverrides": [entry for entry in entries if entry["ParameterKey"] in overridden],
    }


def _entry(name: str, value: str) -> dict[str, str]:
    return {"ParameterKey": name, "ParameterValue": value}
