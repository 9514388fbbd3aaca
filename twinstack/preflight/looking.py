"""Looks: questions to AWS that are asked side by side, each with what its answer means."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from twinstack.aws.side_by_side import Silence, side_by_side
from twinstack.preflight.checked import Checked
from twinstack.preflight.site import Site

SiteOf = Callable[[str, str], Site]
"""Returns the region of the account that the stack of a role is in."""

# What has not answered by then is not known, and holds nothing up.
SECONDS = 20.0

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Look(Generic[Answer]):
    """One question.

    Attributes:
        check: What is looked at, and where; no other look has the same.
        ask: Asks AWS.
        judge: Says what the answer means; nothing, where there is nothing to say.
        made_up: Why the local AWS's answer proves nothing when all is well; '' where it is what is there.
    """

    check: str
    ask: Callable[[], Answer]
    judge: Callable[[Answer], Sequence[Checked]]
    made_up: str = ""


def look(looks: Iterable[Look[Any]], *, local: bool, seconds: float = SECONDS) -> tuple[Checked, ...]:
    """Asks everything at once, and judges what was answered.

    Args:
        looks: The questions.
        local: Whether the local AWS answers: what it makes up is then not known. What it says is wrong is wrong.
        seconds: How long to wait for all of it together.

    Raises:
        CredentialsError: AWS does not take the credentials.
    """
    by_name = {it.check: it for it in looks}
    answers = side_by_side({name: it.ask for name, it in by_name.items()}, seconds)
    return tuple(checked for name, it in by_name.items() for checked in _judged(it, answers[name], local=local))


def _judged(asked: Look[Any], answer: Any, *, local: bool) -> Sequence[Checked]:
    if isinstance(answer, Silence):
        return [Checked(asked.check, "unknown", answer.why)]
    found = asked.judge(answer)
    if local and asked.made_up:
        return [replace(it, verdict="unknown", said=asked.made_up) if it.verdict == "ok" else it for it in found]
    return found
