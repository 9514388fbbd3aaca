"""What can go wrong, each kind with the exit code that a caller sees.

An error carries one message written for a person: what, where (file and line, or stack and resource), why,
and what to do. No traceback reaches a user; `twinstack.cli` prints the message and exits with `exit_code`.
"""

from __future__ import annotations


class TwinStackError(Exception):
    """An operation failed (exit code 1); the base of every error this project raises on purpose."""

    exit_code = 1


class InputError(TwinStackError):
    """Wrong usage, configuration or template, found before anything was changed (exit code 2)."""

    exit_code = 2


class CredentialsError(InputError):
    """There are no credentials, or AWS no longer takes them; at the beginning and in the middle of a run (code 2)."""


class RefusedError(TwinStackError):
    """A guard, a preflight, a declined prompt or a stale plan refused to go on (exit code 4)."""

    exit_code = 4


class BusyError(TwinStackError):
    """Another run or another operation holds a stack (exit code 5)."""

    exit_code = 5


class NotConvergedError(TwinStackError):
    """After the last pass a wire, read back, is not what its producer puts out (exit code 6)."""

    exit_code = 6


class PartialError(TwinStackError):
    """A stack could not be read; the rest is done (exit code 7)."""

    exit_code = 7


class UnreachableError(TwinStackError):
    """AWS could not be asked: no network, no answer, or none that can be read (exit code 1)."""


class Interrupted(KeyboardInterrupt):
    """The run is to end now: a signal, or nobody reads what it writes.

    Args:
        exit_code: 130 for Ctrl-C, 143 for every other end from outside.
    """

    def __init__(self, exit_code: int = 130) -> None:
        super().__init__()
        self.exit_code = exit_code
