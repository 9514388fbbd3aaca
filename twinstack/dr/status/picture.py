"""What `status` shows of a global database."""

from __future__ import annotations

from dataclasses import dataclass

from twinstack.preflight.checked import Verdict
from twinstack.screen.events import DatabaseRead


@dataclass(frozen=True)
class Fact:
    """One thing that is known of a region, or could not be read.

    Attributes:
        name: What it is.
        said: How it is, for people.
        verdict: Whether that is as it should be; unknown where AWS did not say.
        value: The number or word in it, for programs; None where there is none.
    """

    name: str
    said: str
    verdict: Verdict = "ok"
    value: float | str | None = None


@dataclass(frozen=True)
class RegionPicture:
    """One region: the role of its stack, whether it writes, and its facts; of a silent region there are few."""

    region: str
    stack: str
    role: str
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True)
class Picture:
    """A global database, at one moment.

    Attributes:
        database: Its identifier.
        state: Who writes, in a sentence.
        reversed: Whether another stack than the one deployed as the primary holds the writer.
        endpoint: Its writer endpoint.
        regions: Its regions, in the order of the file.
        ready: The regions that a switchover could go to now.
        problems: Why one could not go to the others, a sentence each.
    """

    database: str
    state: str
    reversed: bool = False
    endpoint: str = ""
    regions: tuple[RegionPicture, ...] = ()
    ready: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    def as_event(self) -> DatabaseRead:
        """Returns what is told of it."""
        return DatabaseRead(
            self.database,
            self.state,
            self.reversed,
            self.endpoint,
            tuple(
                {
                    "region": region.region,
                    "stack": region.stack,
                    "role": region.role,
                    "facts": [
                        {"fact": it.name, "said": it.said, "verdict": it.verdict, "value": it.value}
                        for it in region.facts
                    ],
                }
                for region in self.regions
            ),
            self.ready,
            self.problems,
        )
