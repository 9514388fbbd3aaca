"""Resolves every wire again from the live outputs, and says of each whether it arrived."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twinstack.expressions.values import freeze
from twinstack.planning.steps import Planner, artifact_value, known
from twinstack.planning.world import Live, World
from twinstack.templates import Wire, no_echo

if TYPE_CHECKING:
    from twinstack.screen.payloads import Verdict, WireRow


@dataclass(frozen=True)
class WireReading:
    """One wire, read back.

    Attributes:
        stack: The consuming role.
        parameter: Its parameter.
        source: `role.Output`.
        value: The value that the consumer has.
        produced: The value that the producer puts out, '' for none.
        verdict: `matches`; `differs`; `unused` (differs, and alters no resource);
            `unlinked` (emptied on request); `stale` (the producer no longer
            has the output); `unknown` (one side could not be asked); `empty` (optional, not there yet);
            `not comparable` (NoEcho: AWS does not show it).
    """

    stack: str
    parameter: str
    source: str
    value: str
    produced: str
    verdict: Verdict

    def as_data(self) -> WireRow:
        """Returns the reading as the event `wires` has it."""
        return {
            "stack": self.stack,
            "parameter": self.parameter,
            "source": self.source,
            "value": self.value,
            "produced": self.produced,
            "verdict": self.verdict,
        }


def read_wires(planner: Planner, world: World) -> list[WireReading]:
    """Returns a reading of every wire of the system."""
    return [
        _read_wire(planner, world, role, wire)
        for role, stack in planner.system.stacks.items()
        for wire in stack.template.wires
    ]


def _read_wire(planner: Planner, world: World, role: str, wire: Wire) -> WireReading:
    consumer = world[role]
    if no_echo(planner.system.stacks[role].template.parameters[wire.parameter]):
        return WireReading(role, wire.parameter, wire.source, "****", "****", "not comparable")
    value = _text(consumer.parameters.get(wire.parameter, "")) if isinstance(consumer, Live) else ""
    produced = _produced(planner, world, role, wire)
    readable = isinstance(consumer, Live) and produced is not None
    verdict: Verdict = (
        _verdict(planner, world, role, wire.parameter, value=value, produced=produced or "") if readable else "unknown"
    )
    return WireReading(role, wire.parameter, wire.source, value, produced or "", verdict)


def _produced(planner: Planner, world: World, role: str, wire: Wire) -> str | None:
    """Returns what a wire's producer puts out, '' for nothing, None when it could not be asked."""
    if wire.is_artifact:
        return _text(artifact_value(planner.system.stacks[role], wire))
    producer = world[wire.role]
    return _text(producer.outputs.get(wire.output, "")) if isinstance(producer, Live) else None


def _verdict(planner: Planner, world: World, role: str, parameter: str, *, value: str, produced: str) -> Verdict:
    if not produced:
        return "stale" if value else "empty"
    if freeze(value) == freeze(produced):
        return "matches"
    if (role, parameter) in planner.unlink:
        return "unlinked"
    return "differs" if planner.step(world, role).needed else "unused"


def _text(value: object) -> str:
    return known(value) or ""
