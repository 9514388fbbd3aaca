"""What macros and modules make is not known before AWS has run them: it is said so, and never counted.

See https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-macros-overview.html
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Any

from twinstack.expressions.values import Value, freeze
from twinstack.templates import Template, macro_names, no_echo

# Types that the macro of the Serverless Application Model turns into others, and that are no resources themselves.
_SERVERLESS = "AWS::Serverless::"


def made_by_macros(template: Template) -> dict[str, str]:
    """Returns the entries of Resources that are no resources, each with the macro or module that makes some of it."""
    found = {}
    for name, declared in template.section("Resources").items():
        whole = name == "Fn::Transform"
        kind = "" if whole else str(declared.get("Type", ""))
        macros = macro_names(declared if whole else declared.get("Fn::Transform"))
        if macros and not kind:
            found[name] = ", ".join(macros)
        elif kind.endswith("::MODULE") or (kind.startswith(_SERVERLESS) and template.macros):
            found[name] = kind
    return found


def may_be_made(template: Template, name: str) -> bool:
    """Whether a name that the template does not declare may be that of a resource which a macro or a module makes."""
    made_by = made_by_macros(template)
    modules = tuple(module for module, kind in made_by.items() if kind.endswith("::MODULE"))
    return bool(template.macros) or "Fn::Transform" in made_by or (bool(modules) and name.startswith(modules))


def left_to_aws(template: Template, parameters: Mapping[str, Value]) -> dict[str, Hashable]:
    """Returns what only AWS can say the result of, by what to call it.

    Two of them with equal values have the same result: a macro of the whole template sees everything in it and the
    parameters, one inside it what it is given and whatever parameters it refers to.

    Args:
        template: The template, its loops written out.
        parameters: The parameter values.
    """
    made_by = made_by_macros(template)
    if not (template.macros or made_by or template.has_macros_inside):
        return {}
    # A NoEcho value cannot be compared: AWS shows it masked.
    declared = template.parameters
    seen = freeze({name: value for name, value in parameters.items() if not no_echo(declared.get(name, {}))})
    left: dict[str, Hashable] = dict.fromkeys(template.macros, (template.text, seen))
    resources: Mapping[str, Any] = template.section("Resources")
    for name, maker in made_by.items():
        place = "Resources" if name.startswith("Fn::") else name
        left[f"{maker} in {place}"] = (freeze(resources[name]), seen)
    for section in template.body.keys() - {"Resources", "Parameters", "Transform", "Fn::Transform"}:
        content = template.section(section)
        left |= {f"{macro} in {section}": (freeze(content), seen) for macro in _inside(content)}
    for name, resource in template.resources.items():
        # What such a macro is given is compared with the properties that it stands in.
        left |= {f"{macro} in {name}": None for macro in _inside(resource) if f"{macro} in {name}" not in left}
    return left


def _inside(item: Any) -> Iterator[str]:
    """Yields the names of the macros that stand inside a resource or a section."""
    if isinstance(item, Mapping):
        yield from macro_names(item.get("Fn::Transform"))
        for value in item.values():
            yield from _inside(value)
    elif isinstance(item, list):
        for value in item:
            yield from _inside(value)
