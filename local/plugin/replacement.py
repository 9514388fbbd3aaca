"""What replaces a resource, by type: the lists of the resource schemas, which the emulator has for some types only.

Without a list its change sets call every change of a type Conditional. The schemas are the files that cfn-lint ships,
which are in the deployer's environment and not in the emulator's; CloudFormation publishes the same ones.
https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from ministack.services.cloudformation import provisioners

# It has no schema: metadata that no change replaces.
_NEVER_REPLACED = ("AWS::CDK::Metadata",)


class Replacing(NamedTuple):
    """The properties of a type that replace a resource, and those that may, or of which a part does."""

    always: Collection[str]
    perhaps: Collection[str]


class _ByType:
    """One of the emulator's two tables; it looks a type up with `get`."""

    def __init__(self, look: Callable[[str], Replacing | None], column: str) -> None:
        self._look, self._column = look, column

    def get(self, name: str, default: Any = None) -> Any:
        found = self._look(name)
        return default if found is None else getattr(found, self._column)


def install(schemas: Path) -> None:
    """Have the emulator look up what replaces a resource in the schemas of a folder."""
    look = reader(schemas)
    provisioners._REPLACING_PROPERTIES = _ByType(look, "always")
    provisioners._CONDITIONALLY_REPLACING_PROPERTIES = _ByType(look, "perhaps")


def reader(schemas: Path) -> Callable[[str], Replacing | None]:
    """Returns what reads a type's schema; None of a type that has none, such as a custom resource."""
    files: dict[str, str] = json.loads((schemas / "providers" / "us-east-1.json").read_text(encoding="utf-8"))

    @cache
    def look(name: str) -> Replacing | None:
        if name not in files:
            return Replacing((), ()) if name in _NEVER_REPLACED else None
        schema = json.loads((schemas / "resources" / f"{files[name]}.json").read_text(encoding="utf-8"))
        paths = [pointer.split("/")[2:] for pointer in schema.get("createOnlyProperties") or ()]
        always = frozenset(path[0] for path in paths if len(path) == 1)
        partly = {path[0] for path in paths if len(path) > 1}
        conditional = {pointer.split("/")[2] for pointer in schema.get("conditionalCreateOnlyProperties") or ()}
        return Replacing(always, frozenset((partly | conditional) - always))

    return look
