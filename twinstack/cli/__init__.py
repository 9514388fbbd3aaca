"""The command line: reads options, calls the rest, and turns errors into messages and exit codes."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING

from twinstack.cli.interruptions import Interruptions

if TYPE_CHECKING:
    import click

# Nothing shows them on purpose; AWS, a library or a template may quote them.
_CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN")


def main() -> None:
    """Runs the command line and exits with the code that the README lists."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that has no arrow shows a question mark, and the run goes on.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    with Interruptions(lambda _code, _unread: {2: "Interrupted. Nothing was changed.\n"}) as interruptions:
        code = _run(interruptions)
    sys.exit(code)


def _run(interruptions: Interruptions) -> int:
    """Runs the command; returns the exit code. What is imported here is imported while signals are handled."""
    import click

    from twinstack.cli.commands import command_line
    from twinstack.cli.options import Settings
    from twinstack.errors import RefusedError, TwinStackError

    settings = Settings()
    settings.secrets.add(map(os.environ.get, _CREDENTIALS))
    interruptions.last_words = settings.last_words
    try:
        # Not `command_line.main`: click has its own mind about Ctrl-C and closed pipes.
        with command_line.make_context(_program(), sys.argv[1:], obj=settings) as context:
            code: int | None = command_line.invoke(context)
    except TwinStackError as error:
        return settings.fail(str(error), error.exit_code)
    except click.Abort:
        return settings.fail("not answered; nothing more was done", RefusedError.exit_code)
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        if settings.format == "json":
            return settings.fail(error.format_message(), error.exit_code)
        _show(error)
        return error.exit_code
    return code or 0


def _show(error: click.ClickException) -> None:
    """Tells wrong usage as click does; what was typed is quoted in it, and a terminal obeys none of that."""
    from twinstack.screen.escaping import escaped_lines

    text = io.StringIO()
    error.show(file=text)
    sys.stderr.write(escaped_lines(text.getvalue()))


def _program() -> str:
    name = os.path.basename(sys.argv[0])  # noqa: PTH119
    return f"python {name}" if name.endswith(".py") else name
