"""What a function of a template makes, by cfn-lint's resolver.

Our rules are told otherwise than cfn-lint's own in this:

- What only a deployment knows is `UNKNOWN`, also as a part of a text. cfn-lint passes over the whole text.
- Pseudo parameters are such. cfn-lint makes up an account and the name of the stack, and takes the regions that it is
  run for one by one, with the conditions on them decided. A template is meant for other regions too.
- A parameter stands for its default, which is what a template says of itself, and without one for its allowed values.
  cfn-lint takes all of these, and the bounds of a number: a rule would speak of what nobody has chosen. A default
  decides no condition: both ends are read.
- A look-up by a key that is not known, such as the region, finds any row. A `DefaultValue` counts where none is found.
- What `Fn::Split` makes of a text that is known in part is not known.

`Validator.resolve_value` asks the solver of conditions for each value and region, where a template has `Rules` for a
millisecond a time: one `Fn::Sub` took four in the templates in `generated/`. So our readers have a shorter one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from cfnlint.helpers import is_function
from cfnlint.jsonschema import CfnTemplateValidator, ResolutionResult, Validator
from cfnlint.jsonschema.validators import create

UNKNOWN = "\0"

NO_VALUE = {"Ref": "AWS::NoValue"}

_Resolver = Callable[[Validator, Any], ResolutionResult]

_THEIRS: Mapping[str, _Resolver] = CfnTemplateValidator().fn_resolvers


def _if(reader: Validator, argument: Any) -> ResolutionResult:
    if isinstance(argument, list) and argument and isinstance(argument[0], str):
        yield from _THEIRS["Fn::If"](reader, argument)


def _ref(reader: Validator, argument: Any) -> ResolutionResult:
    parameter = reader.context.parameters.get(argument) if isinstance(argument, str) else None
    if parameter is not None and parameter.default is not None:
        default = parameter.default
        yield str(default).lower() if isinstance(default, bool) else default, reader, None
    elif parameter is not None and isinstance(parameter.allowed_values, list):
        yield from _THEIRS["Ref"](reader, argument)


def _sub(reader: Validator, argument: Any) -> ResolutionResult:
    for text, within, _ in _THEIRS["Fn::Sub"](reader, argument):
        yield text.replace("${!", "${"), within, None


def _split(reader: Validator, argument: Any) -> ResolutionResult:
    with suppress(ValueError):  # of an empty delimiter
        for parts, within, _ in _THEIRS["Fn::Split"](reader, argument):
            # what is not known may have the delimiter in it
            if not any(UNKNOWN in part for part in parts):
                yield parts, within, None


def _find_in_map(reader: Validator, argument: Any) -> ResolutionResult:
    with suppress(TypeError):  # of a key of another shape
        for row in _rows(reader, argument):
            # cfn-lint yields a DefaultValue beside what is found too
            found = [it for it in _THEIRS["Fn::FindInMap"](reader, row[:3]) if it[2] is None]
            yield from found or _THEIRS["Fn::FindInMap"](reader, row)


def _rows(reader: Validator, argument: Any) -> list[list[Any]]:
    """The look-ups for each row that a look-up may find, where its first key is not known, and for none of them."""
    if not isinstance(argument, list) or len(argument) < 3:
        return []
    table = reader.context.mappings.maps.get(argument[0]) if isinstance(argument[0], str) else None
    if table is None or not any(UNKNOWN in str(key) for key, _, _ in reader.resolve_value(argument[1])):
        return [argument]
    return [[argument[0], key, *argument[2:]] for key in (*table.keys, UNKNOWN)]


_RESOLVERS = {
    **dict.fromkeys(_THEIRS, _THEIRS["Fn::GetAtt"]),  # which says nothing
    "Fn::If": _if,
    "Fn::FindInMap": _find_in_map,
    "Fn::Join": _THEIRS["Fn::Join"],
    "Fn::Select": _THEIRS["Fn::Select"],
    "Fn::Split": _split,
    "Fn::Sub": _sub,
    "Ref": _ref,
}


class _Reader:
    def resolve_value(self: Any, instance: Any) -> ResolutionResult:
        function, argument = is_function(instance)
        if function in self.fn_resolvers:
            yield from self._resolve_fn(function, argument)
        else:
            yield instance, self, None


class Branches(_Reader, create(fn_resolvers={"Fn::If": _if})):  # type: ignore[misc]
    """Reads what a value can be, with all functions but `Fn::If` as they are written."""


class Values(_Reader, create(fn_resolvers=_RESOLVERS)):  # type: ignore[misc]
    """Reads what a value can be, with every function resolved, or `UNKNOWN`."""

    def _resolve_fn(self, key: str, value: Any) -> ResolutionResult:
        known = {key: value} == NO_VALUE
        for found, within, error in super()._resolve_fn(key, value):
            if error is None:
                known = True
                yield found, within, None
        if not known:
            yield UNKNOWN, self, None
