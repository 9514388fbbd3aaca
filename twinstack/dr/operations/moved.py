"""What a change of roles came to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from twinstack.preflight.checked import Checked


@dataclass(frozen=True)
class Phase:
    """A part of a change of roles.

    Attributes:
        name: What it is.
        begun: When it began.
        seconds: How long it took.
        said: What was seen at its end.
    """

    name: str
    begun: datetime
    seconds: float
    said: str


@dataclass(frozen=True)
class Lag:
    """How far a reader was behind the writer, read just before a change of roles.

    Attributes:
        metric: The metric of RDS that it was read from.
        milliseconds: Its value.
        age: How old that was, in seconds.
    """

    metric: str
    milliseconds: float
    age: float


@dataclass(frozen=True)
class Moved:
    """A change of roles that is done, or that was found to be done already.

    Attributes:
        kind: Whether it was a switchover, which loses nothing, or a failover.
        source: The region that wrote before.
        target: The region that writes now.
        begun: When it began: the moment of the call.
        rto_seconds: From the call to the moment at which the new writer took a write, or where no write could be tried,
            at which AWS said that the roles had moved; `measured_by` says which.
        measured_by: What the end of the time was taken from.
        lag: What was behind just before; None where no region said.
        versions: The engine version of each cluster before, by region.
        before: What was looked at before.
        phases: The phases, in order.
        after: What was looked at afterwards.
    """

    kind: Literal["switchover", "failover"]
    source: str
    target: str
    begun: datetime
    rto_seconds: float
    measured_by: str
    lag: Lag | None
    versions: dict[str, str]
    before: tuple[Checked, ...]
    phases: tuple[Phase, ...]
    after: tuple[Checked, ...]
