"""The parameter store in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from twinstack.aws.api import StoredParameter


class _Clock(Protocol):
    def now(self) -> float: ...


@dataclass
class FakeParameterStore:
    """The parameters of one region: value, version and when each was written."""

    clock: _Clock
    written: dict[str, tuple[str, int, float]] = field(default_factory=dict)

    def create(self, name: str, value: str) -> bool:
        if name in self.written:
            return False
        self.written[name] = (value, 1, self.clock.now())
        return True

    def read(self, name: str) -> StoredParameter | None:
        if name not in self.written:
            return None
        value, version, time = self.written[name]
        return StoredParameter(value, version, self.clock.now() - time)

    def overwrite(self, name: str, value: str) -> None:
        version = self.written[name][1] if name in self.written else 0
        self.written[name] = (value, version + 1, self.clock.now())

    def delete(self, name: str) -> None:
        self.written.pop(name, None)

    def at_once(self) -> FakeParameterStore:
        return self
