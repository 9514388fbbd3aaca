"""What was found where something was looked at before or after an operation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from twinstack.screen.payloads import CheckRow

Verdict = Literal["ok", "failed", "unknown"]


@dataclass(frozen=True)
class Checked:
    """Something that was looked at before or after a change of roles, or a deployment.

    Attributes:
        check: What was looked at.
        verdict: Whether it is as it must be; unknown where AWS does not say.
        said: What was found.
        fix: What to do where it is not as it must be; of what is well, what a person may want to know.
    """

    check: str
    verdict: Verdict
    said: str
    fix: str = ""

    def __str__(self) -> str:
        return "; ".join(filter(None, (f"{self.check}: {self.said}", self.fix)))

    def as_row(self) -> CheckRow:
        """Returns what is told of it."""
        return {"check": self.check, "verdict": self.verdict, "said": self.said, "fix": self.fix}
