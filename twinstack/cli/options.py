"""The options that every command takes, before or after its name."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from twinstack.errors import TwinStackError
from twinstack.screen.events import Failure, Screen

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass
class Settings:
    """The values of the global options.

    Attributes:
        environment: An environment's name or file.
        environment_suffix: The suffix, if given here.
        local: Whether the local AWS is used.
        profile: The AWS profile, if any.
        endpoint_url: Another endpoint than AWS's own, if any.
        format: How results are written.
        verbose: Whether to show more.
        no_color: Whether colours are off on a terminal too.
        interrupted: What to say after Ctrl-C; a command that has started something on AWS says more.
    """

    environment: str = "dev"
    environment_suffix: str | None = None
    local: bool = False
    profile: str | None = None
    endpoint_url: str | None = None
    format: str = "text"
    verbose: bool = False
    no_color: bool = False
    interrupted: str = "interrupted; nothing was changed"

    def screen(self) -> Screen:
        """Returns the screen of the chosen format."""
        if self.format == "json":
            from twinstack.screen.json_lines import JsonScreen

            return JsonScreen(sys.stdout)
        from rich.console import Console

        from twinstack.screen.text import TextScreen

        plain = True if self.no_color else None
        return TextScreen(
            Console(no_color=plain, highlight=False, emoji=False),
            Console(no_color=plain, highlight=False, emoji=False, stderr=True),
            verbose=self.verbose,
        )

    def fail(self, text: str, exit_code: int) -> int:
        """Tells an error, with what to do where AWS's reason is a known one; returns its exit code."""
        self.screen().tell(Failure(text, exit_code, _hints(text) if exit_code == TwinStackError.exit_code else ()))
        return exit_code


def _hints(text: str) -> tuple[str, ...]:
    from twinstack.rollout.hints import hint_for

    hints = tuple(map(hint_for, text.split("\n")))
    return hints if any(hints) else ()


def _checked_url(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None and not re.match(r"https?://[^/\s]+", value):
        raise click.BadParameter("write it as http://HOST:PORT or https://HOST")
    return value


def global_options(*formats: str) -> Callable[[Command], Command]:
    """Adds the global options to a command; where one is given twice, the later one counts.

    Args:
        formats: What `--format` takes; text and json when empty.
    """
    options = [
        click.option("-e", "--environment", metavar="NAME-OR-FILE", help="The environment (default dev)."),
        click.option("--environment-suffix", metavar="SUFFIX", help="Beats ENVIRONMENT_SUFFIX and the file."),
        click.option("--local", is_flag=True, default=None, help="Use the local AWS."),
        click.option("--profile", metavar="NAME", help="The AWS profile."),
        click.option("--endpoint-url", metavar="URL", callback=_checked_url, help="Another endpoint than AWS's own."),
        click.option("--format", type=click.Choice(formats or ("text", "json")), help="How to write the result."),
        click.option("-v", "--verbose", is_flag=True, default=None, help="Show every event and value."),
        click.option("--no-color", is_flag=True, default=None, help="No colours, on a terminal too."),
    ]

    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def keep(context: click.Context, values: dict[str, Any]) -> Settings:
    """Stores the global options that were given, and returns the settings so far."""
    settings: Settings = context.ensure_object(Settings)
    for name, value in values.items():
        if value is not None:
            setattr(settings, name, value)
    return settings
