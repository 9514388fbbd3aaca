"""How a command ends: its last line and its exit code say what is true."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from twinstack.errors import PartialError, TwinStackError, UnreachableError
from twinstack.screen.events import Failure

if TYPE_CHECKING:
    from twinstack.rollout.run.run import Run


def ended(run: Run, work: Callable[[Run], int]) -> int:
    """Does the work of a run; a failure is told as its last line, with what goes on on AWS all the same.

    Args:
        run: The run.
        work: Returns the exit code, or raises what went wrong.

    Returns:
        The exit code.
    """
    try:
        return work(run)
    except TwinStackError as error:
        lines = [str(error)]
        if goes_on := run.under_way.operations.values():
            # the cause stands last
            lines.insert(0, f"on AWS this may go on: {'; '.join(goes_on)}; the same command, run again, follows it")
        run.screen.tell(failure("\n".join(lines), error.exit_code))
        return error.exit_code


def failure(text: str, exit_code: int) -> Failure:
    """Returns an error to tell, with what to do where AWS's reason is a known one."""
    from twinstack.rollout.operations.hints import hint_for

    hints = tuple(map(hint_for, text.split("\n"))) if exit_code == TwinStackError.exit_code else ()
    return Failure(text, exit_code, hints if any(hints) else ())


def refuse_partial(unread: Mapping[str, str], of: int | None = None) -> None:
    """Ends a command that has done all the rest.

    Args:
        unread: Why a stack could not be read, by role.
        of: How many were asked for, where it may be that not one could be read.

    Raises:
        PartialError: There is such a stack; the message is one line.
        UnreachableError: Not one could be read.
    """
    if unread and len(unread) == of:
        raise UnreachableError("none of the stacks could be read:\n" + "\n".join(unread.values()))
    if text := partial(unread):
        raise PartialError(text)


def partial(unread: Mapping[str, str]) -> str:
    """Returns one line that says which stacks could not be read and why, '' where there are none."""
    if not unread:
        return ""
    reasons = "; ".join(" ".join(reason.split()) for reason in unread.values())
    return f"partial: {', '.join(unread)} could not be read: {reasons}"
