"""What to do about the reasons that AWS gives for a failure, as far as they are known.

`hints.yaml` beside this file is the table: a pattern of AWS's wording, the hint, and where that wording was seen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

# A reason quotes what the template or a person has written, as long as they like.
_LONGEST = 5_000


@dataclass(frozen=True)
class KnownReason:
    """One row of the table.

    Attributes:
        pattern: What is found in the wording.
        hint: What to do; names in braces are groups of the pattern.
        source: The page on which the wording was seen.
        example: The wording.
    """

    pattern: re.Pattern[str]
    hint: str
    source: str
    example: str

    def advice(self, reason: str) -> str | None:
        """Returns what to do about a reason, None when it is another one."""
        found = self.pattern.search(reason[:_LONGEST])
        if found is None:
            return None
        return self.hint.format_map({name: value or "it" for name, value in found.groupdict().items()})


@cache
def known_reasons() -> tuple[KnownReason, ...]:
    """Returns the table; the first row that fits a reason counts."""
    rows = yaml.safe_load(files(__package__).joinpath("hints.yaml").read_text(encoding="utf-8"))
    return tuple(
        KnownReason(re.compile(row["pattern"]), str(row["hint"]), row["source"], row["example"]) for row in rows
    )


def hint_for(reason: str) -> str:
    """Returns what to do about a failure, by AWS's own words for it; '' where nothing is known."""
    return next((advice for known in known_reasons() if (advice := known.advice(reason))), "")
