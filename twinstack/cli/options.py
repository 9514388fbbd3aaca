"""The options that every command takes, before or after its name."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import click

from twinstack.cli.ending import failure
from twinstack.rollout.run.under_way import UnderWay
from twinstack.screen.escaping import escaped_lines
from twinstack.screen.events import Failure, Screen
from twinstack.screen.json_lines import JsonScreen, line_of
from twinstack.screen.secrets import DiscreetScreen, Secrets

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
        under_way: What goes on on AWS because of this command.
        interrupted: Asked after an interruption what to say about what was done; None while nothing was changed.
    """

    environment: str = "dev"
    environment_suffix: str | None = None
    local: bool = False
    profile: str | None = None
    endpoint_url: str | None = None
    format: str = "text"
    verbose: bool = False
    no_color: bool = False
    under_way: UnderWay = field(default_factory=UnderWay)
    interrupted: Callable[[], str] | None = None
    secrets: Secrets = field(default_factory=Secrets)

    def screen(self) -> Screen:
        """Returns the screen of the chosen format; it shows nothing that is known to be secret, now or later."""
        return DiscreetScreen(self._screen(), self.secrets)

    def _screen(self) -> Screen:
        if self.format == "json":
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
        self.screen().tell(failure(text, exit_code))
        return exit_code

    def going_on(self) -> str:
        """Returns what is still running on AWS, and how to go on; for `interrupted` of what rolls out or deletes."""
        running = self.under_way.operations.values()
        found = "".join(f"\n  {words}" for words in running)
        return (
            f"AWS goes on with what was begun:{found}" if running else "Nothing of this run is running on AWS."
        ) + "\nRun the same command again: it follows what still runs, and goes on from there."

    def roles_moving(self) -> str:
        """Returns what goes on on AWS of a change of roles, and how to see its end; for `interrupted`."""
        running = "; ".join(self.under_way.operations.values())
        return f"AWS goes on with {running}; `status` shows it." if running else "Nothing was changed."

    def last_words(self, exit_code: int, unread: bool) -> dict[int, str]:
        """Returns what to say when the command ends because of a signal, by file descriptor, see `interruptions`.

        Args:
            exit_code: The exit code.
            unread: Whether it ends since nobody reads what it writes; then one that only reads has nothing to say.
        """
        if unread and self.interrupted is None:
            return {}
        text = f"Interrupted. {self.interrupted() if self.interrupted else 'Nothing was changed.'}"
        line = {1: line_of(Failure(text, exit_code))} if self.format == "json" else {}
        return line | {2: f"{escaped_lines(text)}\n"}


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
