"""What the resource schemas say of an update: which properties force a replacement, which types carry tags.

The schemas are those that cfn-lint ships; AWS publishes them with the resource handlers.
See https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

PropertyPath = tuple[str, ...]
_SCHEMAS = "data/schemas/providers"


@dataclass(frozen=True)
class UpdateRules:
    """How a resource type behaves on an update.

    Attributes:
        create_only: Properties whose change replaces the resource.
        conditional_create_only: Properties whose change may replace it.
        tags_update: Whether a changed stack tag changes the resource.
        fixed_attributes: Attributes that an in-place update never moves (its identifiers).
    """

    create_only: tuple[PropertyPath, ...] = ()
    conditional_create_only: tuple[PropertyPath, ...] = ()
    tags_update: bool = False
    fixed_attributes: frozenset[str] = frozenset()


class ResourceSchemas(Protocol):
    """Looks up the update rules of a resource type."""

    def __call__(self, resource_type: str, region: str) -> UpdateRules:
        """Returns the rules, or empty ones for a type without a schema (a custom resource)."""


@cache
def shipped_schemas(resource_type: str, region: str) -> UpdateRules:
    """Reads the rules from the schemas that cfn-lint ships; a `ResourceSchemas`."""
    # Imported late: it takes most of a second, and only an update of a resource needs it.
    from cfnlint.schema import ResourceNotFoundError  # noqa: PLC0415
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER  # noqa: PLC0415

    try:
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(region, resource_type).schema
    except ResourceNotFoundError:
        return UpdateRules()
    return rules_of(schema)


@cache
def known_regions() -> frozenset[str]:
    """Returns the regions that cfn-lint ships resource schemas for, without loading cfn-lint."""
    found = find_spec("cfnlint")
    folders = (found.submodule_search_locations or ()) if found else ()
    return frozenset(file.stem for folder in folders for file in Path(folder, _SCHEMAS).glob("*-*.json"))


def rules_of(schema: Mapping[str, Any]) -> UpdateRules:
    """Reads the update rules out of one resource schema."""
    tagging = schema.get("tagging") or {}
    return UpdateRules(
        _paths(schema.get("createOnlyProperties")),
        _paths(schema.get("conditionalCreateOnlyProperties")),
        bool(tagging.get("taggable", True) and tagging.get("tagUpdatable", True) and tagging.get("tagProperty")),
        frozenset(".".join(path) for path in _paths(schema.get("primaryIdentifier"))),
    )


def _paths(pointers: list[str] | None) -> tuple[PropertyPath, ...]:
    return tuple(tuple(pointer.split("/")[2:]) for pointer in pointers or ())
