"""What those who judge a plan have to say."""

from __future__ import annotations

from dataclasses import dataclass, field

from twinstack.planning.advice import Refusal


@dataclass
class Verdict:
    """What there is to say of one database."""

    refused: list[Refusal] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
