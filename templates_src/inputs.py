"""How a parameter is declared: its place in the console, and in words what it wants."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from troposphere import Parameter, Ref

from templates_src.assembly import RegionTemplate


@dataclass(frozen=True)
class Input:
    """One parameter: where it stands in the console, and its declaration."""

    name: str
    group: str
    description: str
    properties: dict[str, Any] = field(default_factory=dict)

    def add_to(self, template: RegionTemplate) -> Ref:
        """Declare the parameter in a template."""
        declared = {"Type": "String", "Description": self.description, **self.properties}
        template.add_parameter(Parameter(self.name, **declared))
        template.add_parameter_to_group(self.name, self.group)
        return Ref(self.name)


def pattern(regex: str, wanted: str, **more: object) -> dict[str, Any]:
    """A text of this form, and the form in words."""
    return {"AllowedPattern": f"^{regex}$", "ConstraintDescription": wanted, **more}


def number(default: int, low: int, high: int) -> dict[str, Any]:
    """A whole number within bounds."""
    return {
        "Type": "Number",
        "Default": default,
        "MinValue": low,
        "MaxValue": high,
        "ConstraintDescription": f"a whole number from {low} to {high}",
    }


def switch() -> dict[str, Any]:
    """Something that is off unless asked for."""
    return {"Default": "false", "AllowedValues": ["true", "false"], "ConstraintDescription": "true or false"}


def list_of(item: str, at_most: int) -> str:
    """The form of a list, perhaps empty; a CommaDelimitedList could not be limited, and the rest would be ignored."""
    return f"({item}(,{item}){{0,{at_most - 1}}})?"
