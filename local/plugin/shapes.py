"""CloudFormation properties as the arguments of an API operation, by the operation's own model.

Templates carry numbers and booleans as strings and policies as mappings; an operation wants them typed. Only
members that the operation has are taken, so what no operation takes stays unread, and is reported as dropped.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

Properties = Mapping[str, Any]


def truth(value: object) -> bool:
    """A template's boolean, which may come as the string "false"."""
    return str(value).lower() == "true"


def arguments(api: Any, operation: str, properties: Properties) -> dict[str, Any]:
    """The members of `properties` that `operation` takes, each in its type."""
    return _structure(api.meta.service_model.operation_model(operation).input_shape, properties)


def typed(api: Any, shape: str, value: Any) -> Any:
    """`value` as the named shape of a service, for properties spelled unlike the operation's member."""
    return _converted(api.meta.service_model.shape_for(shape), value)


def _structure(shape: Any, value: Properties) -> dict[str, Any]:
    return {
        name: _converted(member, value[name])
        for name, member in shape.members.items()
        if name in value and value[name] is not None
    }


def _text(_shape: object, value: object) -> str:
    return json.dumps(value) if isinstance(value, dict | list) else str(value)


_CONVERSIONS: dict[str, Callable[[Any, Any], Any]] = {
    "structure": _structure,
    "list": lambda shape, value: [_converted(shape.member, item) for item in value],
    "map": lambda shape, value: {str(key): _converted(shape.value, item) for key, item in value.items()},
    "string": _text,
    "boolean": lambda _shape, value: truth(value),
    "integer": lambda _shape, value: int(value),
    "long": lambda _shape, value: int(value),
    "float": lambda _shape, value: float(value),
    "double": lambda _shape, value: float(value),
}


def _converted(shape: Any, value: Any) -> Any:
    convert = _CONVERSIONS.get(shape.type_name)
    return convert(shape, value) if convert else value
