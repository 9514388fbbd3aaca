"""The environments of the worlds, as files say them: small pairs as people change them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from textwrap import dedent
from typing import Any
from unittest.mock import patch

import cfn_flip
import yaml
from cfnlint.schema import ResourceNotFoundError
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from tests import fake_change_sets
from tests.fake_schemas import CONDITIONAL, CREATE_ONLY
from tests.small_pair import PRIMARY, REGIONS, SECONDARY

_ROOT = Path(__file__).parents[2]
# The pair of `tests.small_pair`, whose standby has a secret that makes the cluster anew when it changes: no plan can
# say so, only the change set.
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


def documents(variant: Variant, *, protected: bool) -> tuple[dict[str, Any], dict[str, str]]:
    """Returns what a variant's environment file says, and the text of each template by role."""
    if variant.file:
        said = yaml.safe_load(Path(variant.file).read_text())
        return said, {role: (_ROOT / entry["template"]).read_text() for role, entry in said["stacks"].items()}
    templates = {"primary": PRIMARY, "secondary": STANDBY, **variant.templates}
    stacks = {role: {"template": f"{role}.yaml", "region": REGIONS[role]} for role in templates}
    said = {"project": "pair", "stacks": stacks, "protected": protected, **variant.environment}
    return said, {role: dedent(text) for role, text in templates.items()}


@cache
def bodies(variant: Variant) -> dict[str, dict[str, Any]]:
    """Returns the templates of a variant by role."""
    _, texts = documents(variant, protected=False)
    return {role: json.loads(cfn_flip.to_json(text)) for role, text in texts.items()}


@contextmanager
def schemas_of(variant: Variant) -> Iterator[None]:
    """Has the fakes take what replaces a resource of the project's own templates from the schemas of its types."""
    if not variant.file:
        yield
        return
    schemas = _schemas(variant)
    with (
        patch.dict(CREATE_ONLY, {kind: _whole(schema) for kind, schema in schemas.items()}),
        patch.dict(CONDITIONAL, {kind: _partly(schema) for kind, schema in schemas.items()}),
        patch.object(fake_change_sets, "UNTAGGED", tuple(it for it, schema in schemas.items() if not _tagged(schema))),
    ):
        yield


@cache
def _schemas(variant: Variant) -> dict[str, Mapping[str, Any]]:
    said, _ = documents(variant, protected=False)
    return {
        resource["Type"]: _schema(resource["Type"], said["stacks"][role]["region"])
        for role, body in bodies(variant).items()
        for resource in body["Resources"].values()
    }


def _schema(resource_type: str, region: str) -> Mapping[str, Any]:
    try:
        schema: Mapping[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema(region, resource_type).schema
    except ResourceNotFoundError:
        return {}
    return schema


def _whole(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """The properties whose change replaces the resource, whatever in them changes."""
    paths = [pointer.split("/")[2:] for pointer in schema.get("createOnlyProperties", ())]
    return tuple(path[0] for path in paths if len(path) == 1)


def _partly(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """The properties whose change may replace the resource."""
    paths = [pointer.split("/")[2:] for pointer in schema.get("createOnlyProperties", ())]
    perhaps = [pointer.split("/")[2:] for pointer in schema.get("conditionalCreateOnlyProperties", ())]
    names = dict.fromkeys([*(path[0] for path in paths if len(path) > 1), *(path[0] for path in perhaps)])
    return tuple(name for name in names if name not in _whole(schema))


def _tagged(schema: Mapping[str, Any]) -> bool:
    tagging = schema.get("tagging", {})
    return bool(tagging.get("tagProperty") and tagging.get("taggable", True) and tagging.get("tagUpdatable", True))
