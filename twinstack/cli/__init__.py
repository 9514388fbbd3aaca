"""The command line: reads options, calls the rest, and turns errors into messages and exit codes."""

from __future__ import annotations

import io
import os
import sys

import click

from twinstack.cli.commands import command_line
from twinstack.cli.options import Settings
from twinstack.errors import TwinStackError

INTERRUPTED = 130


def main() -> None:
    """Runs the command line and exits with the code that the README lists."""
    settings = Settings()
    for stream in (sys.stdout, sys.stderr):
        # A terminal that has no arrow shows a question mark, and the run goes on.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        code = command_line.main(prog_name=_program(), obj=settings, standalone_mode=False)
    except TwinStackError as error:
        code = settings.fail(str(error), error.exit_code)
    except click.exceptions.Exit as error:
        code = error.exit_code
    except click.ClickException as error:
        if settings.format == "json":
            code = settings.fail(error.format_message(), error.exit_code)
        else:
            _show(error)
            code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        code = settings.fail(settings.interrupted, INTERRUPTED)
    except BrokenPipeError:
        # The reader has gone (`… | head`): nothing is left to be told, and Python must not try at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    sys.exit(code or 0)


def _show(error: click.ClickException) -> None:
    """Tells wrong usage as click does; what was typed is quoted in it, and a terminal obeys none of that."""
    from twinstack.screen.fitting import escaped_lines

    text = io.StringIO()
    error.show(file=text)
    sys.stderr.write(escaped_lines(text.getvalue()))


def _program() -> str:
    name = os.path.basename(sys.argv[0])  # noqa: PTH119
    return f"python {name}" if name.endswith(".py") else name
