"""What a run has begun on AWS and not yet seen the end of, for whoever has to end the run."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class UnderWay:
    """The operations that go on on AWS, whether this run is there or not.

    A signal handler may read it at any moment, so it is only ever replaced.

    Attributes:
        operations: A few words for each, by the ARN of its stack: role, region, what is done and to which stack.
    """

    operations: dict[str, str] = field(default_factory=dict)

    def begin(self, stack_id: str, words: str) -> None:
        """Notes an operation that is about to be asked for."""
        self.operations = {**self.operations, stack_id: words}

    def end(self, stack_id: str) -> None:
        """Notes that an operation has ended, or was not begun."""
        self.operations = {known: words for known, words in self.operations.items() if known != stack_id}
