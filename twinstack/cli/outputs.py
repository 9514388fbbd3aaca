"""`outputs`: the outputs of every stack, for a person, a program or a shell."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping

import click

from twinstack.cli.ending import refuse_partial
from twinstack.cli.options import Settings
from twinstack.library.working import connect, read_environment
from twinstack.planning.world import Live, Unknown
from twinstack.screen.escaping import escaped
from twinstack.screen.events import OutputsRead, Printed
from twinstack.screen.json_lines import json_text


def run(settings: Settings) -> int:
    """Runs the command; returns the exit code."""
    from twinstack.aws.world_reading import read_world

    form, settings.format = settings.format, "text"
    screen = settings.screen()
    environment, planner = read_environment(settings)
    world = read_world(planner.system, connect(settings, environment, screen, start_local=False))
    outputs = {role: dict(state.outputs) for role, state in world.items() if isinstance(state, Live)}
    if form == "json":
        screen.tell(Printed(json_text(outputs, indent=2)))
    elif form == "env":
        shown = {
            role: {name: value for name, value in values.items() if settings.secrets.hidden(value) == value}
            for role, values in outputs.items()
        }
        if left := [f"{role}.{name}" for role, values in outputs.items() for name in values if name not in shown[role]]:
            click.echo(escaped(f"Left out, since they hold secret values: {', '.join(left)}"), err=True)
        screen.tell(Printed(as_variables(shown)))
    else:
        screen.tell(OutputsRead(outputs))
    refuse_partial({role: state.reason for role, state in world.items() if isinstance(state, Unknown)})
    return 0


def as_variables(outputs: Mapping[str, Mapping[str, str]]) -> str:
    """Returns `ROLE_OUTPUT_NAME=value` lines that a shell can source."""
    return "\n".join(
        f"{_upper(role)}_{_upper(name)}={shlex.quote(value)}"
        for role, values in outputs.items()
        for name, value in values.items()
    )


def _upper(name: str) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return re.sub(r"[^A-Za-z0-9]", "_", words).upper()
