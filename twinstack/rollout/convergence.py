"""Resolves every wire again from the live outputs, and says of each whether it arrived."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from twinstack.planning.steps import Planner, known
from twinstack.planning.values import freeze
from twinstack.planning.world import Live, World


@dataclass(frozen=True)
class WireReading:
    """One wire, read back.

    Attributes:
        stack: The consuming role.
        parameter: Its parameter.
        source: `role.Output`.
        value: The value that the consumer has.
        produced: The value that the producer puts out, '' for none.
        verdict: `matches`; `differs`; `unused` (differs, and alters no resource); `stale` (the producer no longer
            has the output); `unknown` (one side could not be asked); `empty` (optional, not there yet).
    """

    stack: str
    parameter: str
    source: str
    value: str
    produced: str
    verdict: str

    def as_data(self) -> dict[str, str]:
        """Returns the reading as plain data."""
        return asdict(self)


def read_wires(planner: Planner, world: World) -> list[WireReading]:
    """Returns a reading of every wire of the system."""
    readings = []
    for role, wire in planner.system.wires():
        consumer, producer = world[role], world[wire.role]
        value = _text(consumer.parameters.get(wire.parameter, "")) if isinstance(consumer, Live) else ""
        produced = _text(producer.outputs.get(wire.output, "")) if isinstance(producer, Live) else ""
        verdict = _verdict(planner, world, role, value, produced, both=_both_live(consumer, producer))
        readings.append(WireReading(role, wire.parameter, wire.source, value, produced, verdict))
    return readings


def _both_live(consumer: object, producer: object) -> bool:
    return isinstance(consumer, Live) and isinstance(producer, Live)


def _verdict(planner: Planner, world: World, role: str, value: str, produced: str, *, both: bool) -> str:
    if not both:
        return "unknown"
    if not produced:
        return "stale" if value else "empty"
    if freeze(value) == freeze(produced):
        return "matches"
    return "differs" if planner.step(world, role).needed else "unused"


def _text(value: object) -> str:
    return known(value) or ""
