"""Which resources of which type a template makes, told by cfn-lint and not by our planner."""

from dataclasses import dataclass, field

import cfnlint.decode
from cfnlint.conditions._errors import UnknownSatisfisfaction
from cfnlint.template import Template

SERVERLESS = "AWS::Serverless::"


@dataclass
class Count:
    """The resources of a template.

    Attributes:
        types: The type of each that exists, by name.
        macros: The names of those that a macro or a module makes something of, and of those with a macro inside.
        unsure: The names of those of which cfn-lint cannot say whether they exist.
    """

    types: dict = field(default_factory=dict)
    macros: set = field(default_factory=set)
    unsure: list = field(default_factory=list)


def read(path):
    """Returns cfn-lint's reading of a template, or None where it cannot read it."""
    body, problems = cfnlint.decode.decode(str(path))
    if problems or not isinstance(body, dict):
        return None
    # to CloudFormation every value of a parameter is text; cfn-lint's conditions tell `true` from "true"
    for declared in (body.get("Parameters") or {}).values():
        if "AllowedValues" in declared:
            declared["AllowedValues"] = _texts(declared["AllowedValues"])
    body["Conditions"] = _texts(body.get("Conditions") or {})
    return Template(str(path), body, ["us-east-1"])


def parameters_of(template):
    """Returns the declared parameters."""
    return template.template.get("Parameters") or {}


def count(template, values):
    """Returns the resources that exist when the parameters have their defaults or, without one, these values."""
    defaults = {name: each["Default"] for name, each in parameters_of(template).items() if "Default" in each}
    given = {name: _text(value) for name, value in {**defaults, **values, "AWS::Region": "us-east-1"}.items()}
    counted = Count()
    for name, resource in template.template["Resources"].items():
        if "Type" not in resource:
            continue  # Fn::ForEach and Fn::Transform
        exists, kind = _holds(template, resource.get("Condition"), given), resource["Type"]
        if exists is None:
            counted.unsure.append(str(name))
        elif kind.endswith("::MODULE") or (kind.startswith(SERVERLESS) and template.has_serverless_transform()):
            counted.macros.add(str(name))
        elif exists:
            counted.types[str(name)] = str(kind)
            if "'Fn::Transform'" in repr(resource):
                counted.macros.add(str(name))
    return counted


def _holds(template, condition, given):
    if condition is None:
        return True
    try:
        can, can_not = (template.conditions.satisfiable({condition: side}, given) for side in (True, False))
    except UnknownSatisfisfaction:
        return None
    return None if can == can_not else can


def _texts(item):
    if isinstance(item, dict):
        return {key: _texts(value) for key, value in item.items()}
    if isinstance(item, list):
        return [_texts(value) for value in item]
    return _text(item)


def _text(value):
    return str(value).lower() if isinstance(value, bool) else str(value)
