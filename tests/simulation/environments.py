"""The environments of the worlds: small pairs as people change them. Each is read from its files once."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from textwrap import dedent
from unittest.mock import patch

import yaml

from tests import fake_change_sets
from tests.systems import CONDITIONAL, CREATE_ONLY, PRIMARY, REGIONS, SECONDARY, schemas
from twinstack.environment.assembly import Environment, assemble
from twinstack.environment.file import read_environment_file
from twinstack.planning.resource_schemas import UpdateRules, shipped_schemas
from twinstack.planning.steps import Planner
from twinstack.rollout.guards.guards import Allowed

_ROOT = Path(__file__).parents[2]
# The pair of `tests.systems`, whose standby has a secret that makes the cluster anew when it changes: no plan can say
# so, only the change set.
_LOGIN = "      VpcCidr: {Type: String, Default: 10.1.0.0/16}\n"
STANDBY = SECONDARY.replace(_LOGIN, f"{_LOGIN}      Login: {{Type: String, NoEcho: true, Default: admin}}\n").replace(
    "SourceRegion: !Ref SourceRegion}", "SourceRegion: !Ref SourceRegion, MasterUsername: !Ref Login}"
)
_ARCHIVE = "      Archive: {Type: 'AWS::S3::Bucket'}\n    Outputs:\n"


@dataclass(frozen=True, eq=False)
class Variant:
    """One state of the files.

    Attributes:
        name: What it is called.
        templates: The templates by role.
        environment: Further keys of the environment file.
        file: An environment file of the project, in place of all that.
    """

    name: str
    templates: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, object] = field(default_factory=dict)
    file: str = ""


BASE = Variant("base")
VARIANTS: tuple[Variant, ...] = (
    BASE,
    Variant("tags", environment={"tags": {"Team": "trading"}}),
    Variant("network", environment={"parameter_overrides": {"eu-west-1": {"VpcCidr": "10.2.0.0/16"}}}),
    Variant("no output", environment={"parameters": {"Replicate": "false"}}),
    Variant("archive", {"primary": PRIMARY.replace("    Outputs:\n", _ARCHIVE)}),
    Variant(
        "other source",
        {"secondary": STANDBY.replace("SourceRegion: !Ref SourceRegion,", "SourceRegion: us-west-2,")},
    ),
    Variant("login", environment={"parameters": {"Login": "root"}, "tags": {"Team": "risk"}}),
)
FLAGSHIP = Variant("flagship", file=str(_ROOT / "environments" / "dev.yaml"))
# What a person has to name to come from any variant to any other.
EVERYTHING_NAMED = Allowed(replace=("Cluster",), delete=("Archive",))


@cache
def environment(variant: Variant, *, protected: bool) -> tuple[Environment, Planner]:
    """Returns what the command line makes of a variant's files."""
    if variant.file:
        read = assemble(read_environment_file(variant.file, _ROOT, None, {}), _ROOT)
        return read, Planner(read.system, shipped_schemas)
    templates = {"primary": PRIMARY, "secondary": STANDBY, **variant.templates}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for role, text in templates.items():
            (folder / f"{role}.yaml").write_text(dedent(text))
        stacks = {role: {"template": f"{role}.yaml", "region": REGIONS[role]} for role in templates}
        given = {"project": "pair", "stacks": stacks, "protected": protected, **variant.environment}
        (folder / "dev.yaml").write_text(yaml.safe_dump(given, sort_keys=False))
        read = assemble(read_environment_file(str(folder / "dev.yaml"), folder, None, {}), folder)
    return read, Planner(read.system, schemas)


@contextmanager
def schemas_of(variant: Variant) -> Iterator[None]:
    """Has the fakes take what replaces a resource of the project's own templates from the schemas of its types."""
    if not variant.file:
        yield
        return
    _, planner = environment(variant, protected=False)
    rules = {
        declared["Type"]: shipped_schemas(declared["Type"], stack.region)
        for stack in planner.system.stacks.values()
        for declared in stack.template.resources.values()
    }
    always = {kind: _that_recreate(rule, "Always") for kind, rule in rules.items()}
    perhaps = {kind: _that_recreate(rule, "Conditionally") for kind, rule in rules.items()}
    untagged = tuple(kind for kind, rule in rules.items() if not rule.tags_update)
    with (
        patch.dict(CREATE_ONLY, always),
        patch.dict(CONDITIONAL, perhaps),
        patch.object(fake_change_sets, "UNTAGGED", untagged),
    ):
        yield


def _that_recreate(rules: UpdateRules, how: str) -> tuple[str, ...]:
    names = {path[0]: None for path in (*rules.create_only, *rules.conditional_create_only)}
    return tuple(name for name in names if rules.recreation(name) == how)
