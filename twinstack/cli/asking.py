"""Asks the person at the terminal."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable

import click

from twinstack.errors import InputError, RefusedError
from twinstack.screen.events import Screen, Warning_


def confirmation(*, yes: bool) -> Callable[[str], bool]:
    """Returns how to ask.

    Raises:
        InputError: There is no terminal to ask on, and `--yes` was not given.
    """
    if yes:
        return lambda _question: True
    if not sys.stdin.isatty():
        raise InputError("there is no terminal to ask on; give --yes to go on without being asked")

    from twinstack.screen.escaping import escaped_lines

    def ask(question: str) -> bool:
        try:
            return click.confirm(escaped_lines(question))
        except click.Abort as abort:
            if isinstance(abort.__context__, KeyboardInterrupt):
                raise abort.__context__ from None
            raise RefusedError("not answered; nothing more was done") from None

    return ask


def signed_in_again(screen: Screen, problem: str) -> bool:
    """Asks the person at the terminal to sign in again; returns whether to try again."""
    if not sys.stdin.isatty() or threading.current_thread() is not threading.main_thread():
        return False
    screen.tell(
        Warning_(
            f"{problem}\nSign in again in another window, then press Enter here; Ctrl-C ends this run. What runs on "
            "AWS goes on either way."
        )
    )
    return sys.stdin.readline() != ""
