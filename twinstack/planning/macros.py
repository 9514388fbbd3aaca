"""What macros and modules make is not known before AWS has run them: it is said so, and never counted.

See https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-macros-overview.html
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from twinstack.planning.values import Value, freeze
from twinstack.templates import Template

# Types that the macro of the Serverless Application Model turns into others, and that are no resources themselves.
_SERVERLESS = "AWS::Serverless::"


def made_by_macros(template: Template) -> dict[str, str]:
    """Returns the entries of Resources that are no resources, each with the macro or module that makes some of it."""
    found = {}
    for name, declared in template.section("Resources").items():
        kind = str(declared.get("Type", ""))
        macro = declared if name == "Fn::Transform" else declared.get("Fn::Transform")
        if isinstance(macro, Mapping) and not kind:
            found[name] = str(macro.get("Name"))
        elif kind.endswith("::MODULE") or (kind.startswith(_SERVERLESS) and template.macros):
            found[name] = kind
    return found


def left_to_aws(template: Template, parameters: Mapping[str, Value]) -> dict[str, Hashable]:
    """Returns what only AWS can say the result of, by what to call it.

    Two of them with equal values have the same result: a macro of the whole template sees everything in it and the
    parameters, one inside it what it is given and whatever parameters it refers to.

    Args:
        template: The template.
        parameters: The parameter values.
    """
    seen = freeze(parameters)
    left: dict[str, Hashable] = dict.fromkeys(template.macros, (template.text, seen))
    resources: Mapping[str, Any] = template.section("Resources")
    for name, made_by in made_by_macros(template).items():
        place = "Resources" if name.startswith("Fn::") else name
        left[f"{made_by} in {place}"] = (freeze(resources[name]), seen)
    return left
