"""Reads YAML and JSON files and keeps the line of every value, so that a message can name the place."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from twinstack.errors import InputError

Place = tuple[str | int, ...]

# JSON may write a character beyond the basic plane as two escapes, of which YAML reads neither.
_TWO_ESCAPES = re.compile(r"(?<!\\)((?:\\\\)*)(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})")

# CloudFormation reads YAML 1.1 without timestamps and merged keys: `2012-10-17` is no date
# (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html).
_LITERAL_TAGS = ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:merge")


class _Loader(yaml.CSafeLoader):
    """A safe loader in which dates stay text, as CloudFormation reads them."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in _LITERAL_TAGS]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True)
class MarkedDocument:
    """The data of one YAML document and where each part of it stands.

    Attributes:
        data: Plain dicts, lists and scalars; CloudFormation's short forms (`!Ref x`) are written out.
        lines: The line, counted from 1, of each path of keys and indexes.
        source: What to call the document in a message: a path, or a stack's name.
    """

    data: Any
    source: str
    lines: Mapping[Place, int] = field(default_factory=dict)

    def where(self, *place: str | int) -> str:
        """Returns `file:line` of the nearest part of the path that the document has."""
        for length in range(len(place), -1, -1):
            if (line := self.lines.get(place[:length])) is not None:
                return f"{self.source}:{line}"
        return self.source


def read_marked(path: Path) -> MarkedDocument:
    """Reads a YAML or JSON file.

    Raises:
        InputError: The file is missing, unreadable, or not YAML; the message has file and line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from None
    return parse_marked(text, str(path))


def parse_marked(text: str, source: str) -> MarkedDocument:
    """Parses YAML or JSON text.

    Raises:
        InputError: The text is not one YAML document, or a key stands twice.
    """
    if text.lstrip().startswith("{"):
        text = _TWO_ESCAPES.sub(lambda found: found[1] + json.loads(f'"{found[2]}"'), text)
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
    except (yaml.YAMLError, ValueError) as error:
        raise InputError(f"{source}{_position(error)}: not readable as YAML: {_problem(error)}") from None
    finally:
        loader.dispose()
    lines: dict[Place, int] = {}
    return MarkedDocument(_Converter(source, lines).convert(node, ()), source, lines)


def _position(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f":{mark.line + 1}" if mark is not None else ""


def _problem(error: Exception) -> str:
    return str(getattr(error, "problem", None) or error)


class _Converter:
    """Turns YAML nodes into plain data and notes the line of each."""

    def __init__(self, source: str, lines: dict[Place, int]) -> None:
        self._source = source
        self._lines = lines
        self._scalars = yaml.constructor.SafeConstructor()

    def convert(self, node: yaml.Node | None, place: Place) -> Any:
        if node is None:
            return None
        self._lines.setdefault(place, node.start_mark.line + 1)
        if node.tag.startswith("!"):  # of a tag such as `!!str` YAML has made its long form
            return self._short_form(node, place)
        return self._plain(node, place)

    def _plain(self, node: yaml.Node, place: Place) -> Any:
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self.convert(item, (*place, index)) for index, item in enumerate(node.value)]
        where = f"{self._source}:{node.start_mark.line + 1}"
        if node.tag in _LITERAL_TAGS:
            return node.value
        try:
            value = self._scalars.construct_object(node)
        except (yaml.YAMLError, ValueError) as error:
            raise InputError(f"{where}: not readable as YAML: {_problem(error)}") from None
        except LookupError:  # `!!bool perhaps`
            kind = node.tag.rpartition(":")[2]
            raise InputError(f"{where}: not readable as YAML: {node.value!r} is not of the kind {kind}") from None
        if isinstance(value, bytes):
            raise InputError(f"{where}: binary data has no place here; write it as text, in a template with Fn::Base64")
        return value

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            # A key is text as it is written: `On:` names a parameter, not a truth value.
            key, line = key_node.value, key_node.start_mark.line + 1
            if not isinstance(key, str):
                raise InputError(f"{self._source}:{line}: a key must be a plain word, not a list or a mapping")
            if key in result:
                raise InputError(f"{self._source}:{line}: the key {key} stands twice; keep one of them")
            self._lines[(*place, key)] = line
            result[key] = self.convert(value_node, (*place, key))
        return result

    def _short_form(self, node: yaml.Node, place: Place) -> dict[str, Any]:
        name = node.tag[1:]
        value = str(node.value) if isinstance(node, yaml.ScalarNode) else self._plain(node, place)
        if name == "GetAtt" and isinstance(value, str):
            value = value.split(".", 1)
        return {name if name in ("Ref", "Condition") else f"Fn::{name}": value}
