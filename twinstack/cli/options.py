"""The options that every command takes, before or after its name."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from twinstack.cli.asking import signed_in_again
from twinstack.cli.ending import failure
from twinstack.library.options import Options
from twinstack.screen.escaping import escaped_lines
from twinstack.screen.events import Failure, Screen
from twinstack.screen.json_lines import JsonScreen, line_of
from twinstack.screen.secrets import DiscreetScreen

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass
class Settings(Options):
    """The values of the global options, and how the command is told of.

    Attributes:
        format: How results are written.
        verbose: Whether to show more.
        no_color: Whether colours are off on a terminal too.
        interrupted: Asked after an interruption what to say about what was done; None while nothing was changed.
    """

    format: str = "text"
    verbose: bool = False
    no_color: bool = False
    interrupted: Callable[[], str] | None = None
    sign_in_again: Callable[[Screen, str], bool] = signed_in_again

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
