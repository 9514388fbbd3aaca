"""What a check comes to: what was expected, what AWS answered, and what that means."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What an answer means for the row that was asked about."""

    AS_EXPECTED = "as expected"
    DIFFERS = "differs"
    NOT_ANSWERED = "not answered here"
    NOT_LOOKED_AT = "not looked at"


@dataclass(frozen=True)
class Answer:
    """The answer to one row of the page.

    Attributes:
        expected: What the templates need AWS to do.
        answered: What AWS said, or what a person saw.
        verdict: What that means.
        why: Why there is no answer, where there is none.
    """

    expected: str
    answered: str
    verdict: Verdict
    why: str = ""


def compared(expected: str, answered: str, *, same: bool) -> Answer:
    """Returns the answer of a check that could compare."""
    return Answer(expected, answered, Verdict.AS_EXPECTED if same else Verdict.DIFFERS)


def not_answered(expected: str, why: str, answered: str = "") -> Answer:
    """Returns the answer of a check that learned nothing."""
    return Answer(expected, answered, Verdict.NOT_ANSWERED, why)


def not_looked_at(why: str) -> Answer:
    """Returns the answer for a row that nobody looked at."""
    return Answer("", "", Verdict.NOT_LOOKED_AT, why)
