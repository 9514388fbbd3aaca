"""What the resource schemas say of an update: which properties force a replacement, which types carry tags.

The schemas are those that cfn-lint ships; AWS publishes them with the resource handlers.
See https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, Protocol

PropertyPath = tuple[str, ...]


@dataclass(frozen=True)
class UpdateRules:
    """How a resource type behaves on an update.

    Attributes:
        create_only: Properties whose change replaces the resource.
        conditional_create_only: Properties whose change may replace it.
        tags_update: Whether a changed stack tag changes the resource.
        fixed_attributes: Attributes that an in-place update never moves (its identifiers).
        identifier: The properties by which an import finds a resource, in order.
        required: The properties that a resource cannot do without.
    """

    create_only: tuple[PropertyPath, ...] = ()
    conditional_create_only: tuple[PropertyPath, ...] = ()
    tags_update: bool = False
    fixed_attributes: frozenset[str] = frozenset()
    identifier: tuple[str, ...] = ()
    required: tuple[str, ...] = ()

    def recreation(self, name: str) -> Literal["Never", "Conditionally", "Always"]:
        """Returns whether a changed value of a whole property replaces the resource."""
        if (name,) in self.create_only:
            return "Always"
        partly = (*self.create_only, *self.conditional_create_only)
        return "Conditionally" if any(path[0] == name for path in partly) else "Never"

    def is_by_part(self, name: str) -> bool:
        """Whether only parts of a property can replace the resource."""
        return (name,) not in self.create_only and any(
            path[0] == name and len(path) > 1 for path in (*self.create_only, *self.conditional_create_only)
        )


class ResourceSchemas(Protocol):
    """Looks up the update rules of a resource type."""

    def __call__(self, resource_type: str, region: str) -> UpdateRules:
        """Returns the rules, or empty ones for a type without a schema (a custom resource)."""


@cache
def shipped_schemas(resource_type: str, region: str) -> UpdateRules:
    """Reads the rules from the schemas that cfn-lint ships; a `ResourceSchemas`.

    They are read from its files: loading cfn-lint for them would take most of a second.
    """
    named = _types(region if region in known_regions() else "us-east-1").get(resource_type)
    return rules_of(_read(f"resources/{named}.json")) if named else UpdateRules()


@cache
def known_regions() -> frozenset[str]:
    """Returns the regions that cfn-lint ships resource schemas for, without loading cfn-lint."""
    return frozenset(file.stem for file in shipped_file("schemas/providers").glob("*-*.json"))


def shipped_file(name: str) -> Path:
    """Returns a file or folder of cfn-lint's data, without loading cfn-lint."""
    found = find_spec("cfnlint")
    folders = (found.submodule_search_locations if found else None) or ("cfnlint",)
    return Path(folders[0], "data", name)


@cache
def _types(region: str) -> Mapping[str, str]:
    return _read(f"providers/{region}.json")


def _read(name: str) -> Mapping[str, Any]:
    read: Mapping[str, Any] = json.loads(shipped_file(f"schemas/{name}").read_text(encoding="utf-8"))
    return read


def rules_of(schema: Mapping[str, Any]) -> UpdateRules:
    """Reads the update rules out of one resource schema."""
    tagging = schema.get("tagging") or {}
    return UpdateRules(
        _paths(schema.get("createOnlyProperties")),
        _paths(schema.get("conditionalCreateOnlyProperties")),
        bool(tagging.get("taggable", True) and tagging.get("tagUpdatable", True) and tagging.get("tagProperty")),
        frozenset(".".join(path) for path in _paths(schema.get("primaryIdentifier"))),
        tuple(".".join(path) for path in _paths(schema.get("primaryIdentifier"))),
        tuple(schema.get("required") or ()),
    )


def _paths(pointers: list[str] | None) -> tuple[PropertyPath, ...]:
    return tuple(tuple(pointer.split("/")[2:]) for pointer in pointers or ())
