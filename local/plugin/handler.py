"""What a resource type's handler looks like, and what it gets.

One class a type. A method that a class does not have is the emulator's own, so that a class for a type which the
emulator knows states only the difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ministack.services.cloudformation import provisioners

from .shapes import Properties

Outcome = tuple[str, Mapping[str, Any]]
"""The physical id, which `Ref` returns, and the attributes, which `Fn::GetAtt` returns."""


@dataclass(frozen=True)
class Resource:
    """The resource in its stack."""

    stack_name: str
    logical_id: str

    def generated_name(self, longest: int = 63) -> str:
        """A name for a resource whose template gives none, in the emulator's own manner: the same each time."""
        name = provisioners._physical_name(self.stack_name, self.logical_id, lowercase=True, max_len=longest)
        return str(name)


class Handler:
    """Creates, updates and deletes the resources of one type."""

    type_name: ClassVar[str]
    tag_property: ClassVar[str | None] = None
    """Where the stack's tags go; None: as the emulator has it."""
    ineffective: ClassVar[Mapping[str, str]] = {}
    """Properties that are taken and have no effect here, with the reason: reported as not emulated."""

    def __init__(self, native: Mapping[str, Any]) -> None:
        """Keep the emulator's own handler; it is empty for a type that the emulator does not know."""
        self.native = native

    def create(self, resource: Resource, properties: Properties) -> Outcome:
        """Make it."""
        outcome: Outcome = self.native["create"](resource.logical_id, properties, resource.stack_name)
        return outcome

    def update(self, resource: Resource, physical_id: str, old: Properties, new: Properties) -> Outcome:
        """Change it in place; a changed create-only property never comes here."""
        outcome: Outcome
        if "update" not in self.native:
            outcome = self.native["create"](resource.logical_id, new, resource.stack_name)
        elif self.native.get("update_with_logical_id"):
            outcome = self.native["update"](physical_id, old, new, resource.stack_name, resource.logical_id)
        else:
            outcome = self.native["update"](physical_id, old, new, resource.stack_name)
        return outcome

    def delete(self, physical_id: str, properties: Properties) -> None:
        """Remove it; what is gone already is no error."""
        if self.native.get("delete_with_logical_id"):
            self.native["delete"](physical_id, properties, None)
        else:
            self.native["delete"](physical_id, properties)


def tag_list(value: object) -> list[dict[str, str]]:
    """A Tags property as the API's list of Key and Value."""
    return [{"Key": key, "Value": text} for key, text in provisioners._tag_map(value).items()]


def removed_tags(old: object, new: object) -> list[str]:
    """The keys that a change of Tags takes away."""
    return sorted(provisioners._tag_map(old).keys() - provisioners._tag_map(new).keys())
