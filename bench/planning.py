"""How long planning takes: the flagship, six stacks wired in several ways, and forty in five regions.

Run it from the project's root: `.venv/bin/python -m bench.planning`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import yaml

from twinstack.environment.assembly import assemble
from twinstack.environment.file import read_environment_file
from twinstack.marked_yaml import parse_marked
from twinstack.planning.passes import Plan, plan
from twinstack.planning.resource_schemas import UpdateRules, shipped_schemas
from twinstack.planning.steps import Planner
from twinstack.planning.system import Stack, System
from twinstack.planning.world import Absent
from twinstack.templates import Template

ROLES = "abcdef"
# A chain of eight hubs, each with four spokes that need it and that it needs in turn.
Wiring = dict[str, list[tuple[str, bool]]]


FORTY: Wiring = {}
for _hub in range(8):
    FORTY[f"hub{_hub}"] = [(f"spoke{_hub}{n}", False) for n in range(4)] + ([(f"hub{_hub - 1}", True)] if _hub else [])
    FORTY |= {f"spoke{_hub}{n}": [(f"hub{_hub}", True)] for n in range(4)}


def from_nothing(planner: Planner) -> Plan:
    """Plans a first deployment."""
    return plan(planner, dict.fromkeys(planner.system.stacks, Absent()))


def flagship() -> Planner:
    """The pair of environments/dev.yaml."""
    system = assemble(read_environment_file("dev", Path.cwd(), None, {}), Path.cwd()).system
    return Planner(system, shipped_schemas)


def wired(wiring: Wiring) -> Planner:
    """Stacks in five regions, each with one resource and one output; a wire is (producer, required)."""
    stacks = {
        role: Stack(role, role, f"eu-test-{number % 5}", _template(role, wires))
        for number, (role, wires) in enumerate(wiring.items())
    }
    return Planner(System(stacks), lambda _type, _region: UpdateRules())


def _template(role: str, wires: list[tuple[str, bool]]) -> Template:
    parameters = {
        f"From{source}": {"Type": "String"} | ({} if required else {"Default": ""}) for source, required in wires
    }
    body = {
        "Metadata": {"TwinStack": {"Role": role, "Wiring": {f"From{source}": f"{source}.Id" for source, _ in wires}}},
        "Parameters": parameters,
        "Resources": {
            "Topic": {"Type": "AWS::SNS::Topic"},
            "Table": {"Type": "AWS::EC2::RouteTable", "Properties": {name: {"Ref": name} for name in parameters}},
        },
        "Outputs": {"Id": {"Value": {"Ref": "Topic"}}},
    }
    document = parse_marked(yaml.safe_dump(body), role)
    return Template(document.data, role, document)


SYSTEMS: dict[str, Callable[[], Planner]] = {
    "flagship": flagship,
    "six apart": lambda: wired({role: [] for role in ROLES}),
    "star both ways": lambda: wired({"a": [(r, False) for r in "bcdef"], **{r: [("a", True)] for r in "bcdef"}}),
    "optional ring": lambda: wired({r: [(ROLES[(i + 1) % 6], False)] for i, r in enumerate(ROLES)}),
    "forty, both ways": lambda: wired(FORTY),
    "all to all": lambda: wired({r: [(other, False) for other in ROLES if other != r] for r in ROLES}),
}


def main() -> None:
    """Prints the best of three runs for each system."""
    for name, make in SYSTEMS.items():
        best = min(_timed(make()) for _ in range(3))
        planned = from_nothing(make())
        searched = "" if planned.searched else ", not every way looked at"
        print(f"{name:<16} {best * 1000:8.1f} ms  {len(planned.passes)} passes, {len(planned.steps)} steps{searched}")


def _timed(planner: Planner) -> float:
    begun = time.perf_counter()
    from_nothing(planner)
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
