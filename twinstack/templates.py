"""A CloudFormation template as the deployer sees it: its body, its role, and its wiring.

The wiring says which parameter takes its value from which output of which other role. It stands in the template
itself, under `Metadata.TwinStack`, or for a template that nobody can edit in the environment file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from twinstack.errors import InputError
from twinstack.marked_yaml import MarkedDocument, Place, parse_marked, read_marked

# A transform that this deployer works out itself; every other one is a macro, of which only AWS knows the result.
LANGUAGE_EXTENSIONS = "AWS::LanguageExtensions"
# How the key of a loop begins; its name follows.
LOOP = "Fn::ForEach::"
# The role of the deployer's own bucket, which no stack of an environment may have.
ARTIFACTS = "artifacts"
_WIRE = re.compile(r"([A-Za-z][A-Za-z0-9_-]*)\.([A-Za-z0-9]+)")
_ARTIFACT = re.compile(rf"({ARTIFACTS})\.(Bucket|Key\([^()]+\))")


@dataclass(frozen=True)
class Wire:
    """A parameter that takes its value from an output of another stack.

    Attributes:
        parameter: The consuming parameter.
        role: The role of the producing stack.
        output: The output of the producing stack; of the artifact bucket, `Bucket` or `Key(folder)`.
        required: Whether the stack has to wait for the value; a wire with `Default: ''` is optional.
        where: `file:line` of the wire, for messages.
    """

    parameter: str
    role: str
    output: str
    required: bool
    where: str = field(default="", compare=False)

    @property
    def is_artifact(self) -> bool:
        """Whether the value comes from the deployer's own bucket and not from another stack."""
        return self.role == ARTIFACTS

    @property
    def source(self) -> str:
        """`role.Output`, as it is written."""
        return f"{self.role}.{self.output}"


@dataclass(frozen=True)
class Wiring:
    """Where wires are written.

    Attributes:
        sources: `role.Output` of each wired parameter.
        document: What they stand in: a template, or an environment file.
        place: The path of keys to them in it.
    """

    sources: Mapping[str, object]
    document: MarkedDocument = field(compare=False, repr=False)
    place: Place

    def where(self, *parameter: str) -> str:
        """Returns `file:line` of one wire, or of all of them."""
        return self.document.where(*self.place, *parameter)


@dataclass(frozen=True)
class Template:
    """One template, read from a file or from a live stack.

    Attributes:
        body: The template with all short forms written out.
        source: What to call it in a message.
        document: The same with line numbers, for messages.
        wiring_outside: The wiring, where it is not written in the template itself.
    """

    body: Mapping[str, Any]
    source: str
    document: MarkedDocument = field(compare=False, repr=False)
    wiring_outside: Wiring | None = None

    def section(self, name: str) -> Mapping[str, Any]:
        """Returns a top-level section, empty when the template has none."""
        section = self.body.get(name) or {}
        return section if isinstance(section, Mapping) else {}

    @cached_property
    def parameters(self) -> Mapping[str, Mapping[str, Any]]:
        """The declared parameters."""
        return self._declared("Parameters")

    @cached_property
    def resources(self) -> Mapping[str, Mapping[str, Any]]:
        """The declared resources, whatever their conditions; not those that a loop or a macro makes."""
        return self._declared("Resources")

    @cached_property
    def outputs(self) -> Mapping[str, Mapping[str, Any]]:
        """The declared outputs, whatever their conditions; not those that a loop or a macro makes."""
        return self._declared("Outputs")

    @cached_property
    def macros(self) -> tuple[str, ...]:
        """The macros that AWS runs over the whole template, `AWS::LanguageExtensions` aside."""
        names = [*macro_names(self.body.get("Transform")), *macro_names(self.body.get("Fn::Transform"))]
        return tuple(name for name in names if name != LANGUAGE_EXTENSIONS)

    @cached_property
    def has_macros_inside(self) -> bool:
        """Whether `Fn::Transform` stands anywhere in the template."""
        return '"Fn::Transform":' in self.text

    @cached_property
    def has_loops(self) -> bool:
        """Whether `Fn::ForEach` stands anywhere in the template."""
        return f'"{LOOP}' in self.text

    @cached_property
    def written_out(self) -> dict[Hashable, Template]:
        """The template with its loops written out, by what they depend on; filled where they are."""
        return {}

    @cached_property
    def metadata(self) -> Mapping[str, Any] | None:
        """`Metadata.TwinStack`, or None in a template that does not say its wiring itself."""
        metadata = self.section("Metadata").get("TwinStack")
        return metadata if isinstance(metadata, Mapping) else None

    @cached_property
    def wiring(self) -> Wiring:
        """The wiring, wherever it is written."""
        own = (self.metadata or {}).get("Wiring") or {}
        return self.wiring_outside or Wiring(own, self.document, ("Metadata", "TwinStack", "Wiring"))

    @cached_property
    def wires(self) -> tuple[Wire, ...]:
        """The wires in the order in which they are written.

        Raises:
            InputError: A wire is not written `role.Output`, its parameter is not declared, or its default
                is something other than ''.
        """
        return tuple(self._wire(parameter, source) for parameter, source in self.wiring.sources.items())

    def with_wiring(self, wiring: Wiring) -> Template:
        """Returns the template with wires that are written elsewhere."""
        return replace(self, wiring_outside=wiring)

    @cached_property
    def text(self) -> str:
        """The compact JSON that is submitted; stable, in the order of the template."""
        return json.dumps(self.body, separators=(",", ":"), ensure_ascii=False)

    def where(self, *place: str | int) -> str:
        """Returns `file:line` of a part of the template."""
        return self.document.where(*place)

    def _declared(self, section: str) -> Mapping[str, Mapping[str, Any]]:
        return {name: body for name, body in self.section(section).items() if not is_function(name)}

    def _wire(self, parameter: str, source: object) -> Wire:
        where = self.wiring.where(parameter)
        form = _ARTIFACT if isinstance(source, str) and source.startswith(f"{ARTIFACTS}.") else _WIRE
        match = form.fullmatch(source) if isinstance(source, str) else None
        if match is None:
            forms = "role.Output, artifacts.Bucket or artifacts.Key(folder)"
            raise InputError(f"{where}: the wire of {parameter} is {source!r}; write it as {forms}")
        declared = self.parameters.get(parameter)
        if declared is None:
            raise InputError(
                f"{where}: wire to {parameter}, which is not among the parameters of {self.source}; declare it there, "
                "or correct the wire"
            )
        if declared.get("Default", "") != "":
            raise InputError(
                f"{self.where('Parameters', parameter, 'Default')}: the parameter {parameter} is wired ({where}) and "
                f"has the default {declared['Default']!r}; leave it out (the wire is required) or make it '' (the wire "
                "is optional)"
            )
        return Wire(parameter, match[1], match[2], required="Default" not in declared, where=where)


def read_template(path: Path) -> Template:
    """Reads a template, in YAML or JSON.

    Raises:
        InputError: The file is missing, not YAML, or not a template.
    """
    return _template(read_marked(path))


def live_template(body: str | Mapping[str, Any], stack_name: str) -> Template:
    """Makes a template of what `GetTemplate` returned (JSON comes as a mapping, YAML as text).

    Raises:
        InputError: The text is not YAML, or not a template.
    """
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    return _read_live(text, f"template of stack {stack_name}")


@lru_cache(maxsize=32)
def _read_live(text: str, source: str) -> Template:
    """A run reads each stack many times, and its template is nearly always the one of before."""
    return _template(parse_marked(text, source))


def macro_names(written: Any) -> list[str]:
    """Returns the names in a `Transform` or `Fn::Transform`: one macro, or a list of them."""
    every = written if isinstance(written, list) else [written]
    return [str(each.get("Name")) if isinstance(each, Mapping) else str(each) for each in every if each]


def no_echo(declared: Mapping[str, Any]) -> bool:
    """Whether the value of a parameter must not be shown; AWS does not show it either."""
    return str(declared.get("NoEcho", False)).lower() == "true"


def is_function(name: str) -> bool:
    """Whether a key of a section is a loop or a macro and not a name."""
    return name.startswith("Fn::")


def _template(document: MarkedDocument) -> Template:
    body = document.data
    if not isinstance(body, dict) or not isinstance(body.get("Resources"), dict):
        raise InputError(f"{document.source}: not a CloudFormation template: it has no Resources")
    if not body["Resources"]:
        raise InputError(f"{document.where('Resources')}: Resources is empty; a stack needs at least one resource")
    for section in ("Resources", "Outputs", "Parameters"):
        _must_be_mapping(document, section)
        for name in filter(lambda name: not is_function(name), body.get(section) or {}):
            _must_be_mapping(document, section, name, required=True)
            _must_be_mapping(document, section, name, "Properties")
            if not isinstance(body[section][name].get("Condition", ""), str):
                raise InputError(f"{document.where(section, name)}: {section}.{name}.Condition must be a name")
    _must_be_mapping(document, "Metadata", "TwinStack", "Wiring")
    template = Template(body, document.source, document)
    for name, declared in template.resources.items():
        if not isinstance(declared.get("Type"), str) and "Fn::Transform" not in declared and not template.macros:
            raise InputError(f"{document.where('Resources', name)}: Resources.{name} has no Type; add it")
    return template


def _must_be_mapping(document: MarkedDocument, *place: str, required: bool = False) -> None:
    found = document.data
    for key in place:
        found = found.get(key) if isinstance(found, dict) else None
    if not isinstance(found, dict) and (required or found is not None):
        raise InputError(f"{document.where(*place)}: {'.'.join(map(str, place))} must be a mapping")
