"""CloudWatch in memory, as far as rollback triggers ask for it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from twinstack.aws.api import Alarm
from twinstack.aws.errors import AwsError


@dataclass
class FakeAlarms:
    """The state of each alarm by name; `asked` is the names of each look."""

    states: dict[str, str] = field(default_factory=dict)
    asked: list[list[str]] = field(default_factory=list)
    refusal: AwsError | None = None

    def describe(self, names: Collection[str]) -> dict[str, Alarm]:
        self.asked.append(list(names))
        if self.refusal:
            raise self.refusal
        arn = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:"
        return {name: Alarm(name, arn + name, self.states[name]) for name in names if name in self.states}
