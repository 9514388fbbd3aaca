"""Cuts a template down to a few resources and all that they need, so that a part can be tried by itself.

Pure: a template goes in, a template comes out. What is left refers to nothing that was cut away.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from twinstack.errors import InputError
from twinstack.expressions.references import PLACEHOLDER, get_att_parts, named_in, needed_by, sub_parts
from twinstack.templates import Template, live_template

_POLICIES = ("DeletionPolicy", "UpdateReplacePolicy")


def cut(
    template: Template,
    resources: Iterable[str],
    *,
    outputs: Iterable[str] = (),
    wired: Collection[str] = (),
    stand_ins: Mapping[str, str] | None = None,
    padding: int = 0,
) -> Template:
    """Returns a template of the named resources, and of all that they refer to, however indirectly.

    Parameters and conditions come with what names them. Every resource goes away with its stack, whatever its own
    policy says. `Rules` are left out: they compare parameters that may no longer be there.

    Args:
        template: The whole template.
        resources: The logical ids to keep.
        outputs: The outputs to keep.
        wired: The wired parameters that stay wired; the others keep their default, as in an unlinked stack.
        stand_ins: Text in place of every reference to a resource or a parameter, by its name: what is named here
            is not drawn in.
        padding: So many characters are added under `Metadata`, to make the template too large for a request.

    Raises:
        InputError: The template has no resource or output of a name.
    """
    given = dict(stand_ins or {})
    resources, outputs = list(dict.fromkeys(resources)), list(dict.fromkeys(outputs))
    for section, names in (("Resources", resources), ("Outputs", outputs)):
        if missing := [name for name in names if name not in template.section(section)]:
            raise InputError(f"{template.source}: {section} has no {', '.join(missing)}, which a part is made of")
    body: dict[str, dict[str, Any]] = {
        section: {name: _replaced(entry, given) for name, entry in template.section(section).items()}
        for section in ("Resources", "Outputs", "Conditions")
    }
    body["Resources"] = {name: _leaving(entry, given) for name, entry in body["Resources"].items()}
    needed = needed_by(body, [*resources, *(name for output in outputs for name in named_in(body["Outputs"][output]))])
    parameters = {name: entry for name, entry in template.parameters.items() if name in needed}
    wiring = {
        wire.parameter: wire.source
        for wire in template.wires
        if wire.parameter in parameters and wire.parameter in wired
    }
    metadata: dict[str, Any] = {"TwinStack": {**(template.metadata or {}), "Wiring": wiring}}
    if padding:
        metadata["Padding"] = "x" * padding
    whole = {
        **{key: template.body[key] for key in ("AWSTemplateFormatVersion", "Transform") if key in template.body},
        "Metadata": metadata,
        "Parameters": parameters,
        "Conditions": {name: entry for name, entry in body["Conditions"].items() if name in needed},
        "Resources": {name: entry for name, entry in body["Resources"].items() if name in needed},
        "Outputs": {name: entry for name, entry in body["Outputs"].items() if name in outputs},
    }
    return live_template({key: section for key, section in whole.items() if section}, f"part of {template.source}")


def _replaced(value: Any, stand_ins: Mapping[str, str]) -> Any:
    """Returns an expression with the stand-ins in place of what they stand for."""
    if isinstance(value, list):
        return [_replaced(item, stand_ins) for item in value]
    if not isinstance(value, Mapping):
        return value
    if len(value) == 1:
        ((key, item),) = value.items()
        name = get_att_parts(item)[0] if key == "Fn::GetAtt" else item
        if key in ("Ref", "Fn::GetAtt") and isinstance(name, str) and name in stand_ins:
            return stand_ins[name]
        if key == "Fn::Sub":
            return {key: _replaced_in_text(item, stand_ins)}
    return {key: _replaced(item, stand_ins) for key, item in value.items()}


def _replaced_in_text(item: Any, stand_ins: Mapping[str, str]) -> Any:
    text, own = sub_parts(item)

    def stand_in(match: re.Match[str]) -> str:
        name = match[1].partition(".")[0]
        return stand_ins[name] if name in stand_ins and name not in own else match[0]

    text = PLACEHOLDER.sub(stand_in, text)
    return text if isinstance(item, str) else [text, _replaced(own, stand_ins)]


def _leaving(resource: Any, stand_ins: Mapping[str, str]) -> Any:
    """Returns a resource that goes away with its stack, and waits for nothing that only has a stand-in."""
    if not isinstance(resource, Mapping):
        return resource  # a loop
    kept = {key: value for key, value in resource.items() if key not in (*_POLICIES, "DependsOn")}
    if "DependsOn" in resource:
        waits = [resource["DependsOn"]] if isinstance(resource["DependsOn"], str) else resource["DependsOn"]
        if left := [name for name in waits if name not in stand_ins]:
            kept["DependsOn"] = left
    return {**kept, **dict.fromkeys(_POLICIES, "Delete")}
