"""What the command line makes of a variant's files; each is read once."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import yaml

from tests.simulation.environments import Variant, documents
from tests.systems import schemas
from twinstack.environment.assembly import Environment, assemble
from twinstack.environment.file import read_environment_file
from twinstack.planning.resource_schemas import shipped_schemas
from twinstack.planning.steps import Planner
from twinstack.rollout.guards.guards import Allowed

_ROOT = Path(__file__).parents[2]
# What a person has to name to come from any variant to any other.
EVERYTHING_NAMED = Allowed(replace=("Cluster",), delete=("Archive",))


@cache
def environment(variant: Variant, *, protected: bool) -> tuple[Environment, Planner]:
    """Returns what the command line makes of a variant's files."""
    if variant.file:
        read = assemble(read_environment_file(variant.file, _ROOT, None, {}), _ROOT)
        return read, Planner(read.system, shipped_schemas)
    said, templates = documents(variant, protected=protected)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for role, text in templates.items():
            (folder / f"{role}.yaml").write_text(text)
        (folder / "dev.yaml").write_text(yaml.safe_dump(said, sort_keys=False))
        read = assemble(read_environment_file(str(folder / "dev.yaml"), folder, None, {}), folder)
    return read, Planner(read.system, schemas)
