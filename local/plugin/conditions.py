"""Conditions that cut a parameter up or ask for the region: the emulator compares neither.

It knows Fn::Select of a list parameter, no further, and takes the name of a pseudo parameter for its value. AWS
resolves Fn::Join, Fn::Split, Fn::Select and pseudo parameters inside a condition before it compares. They are resolved
here, and the emulator is handed a template whose conditions hold texts where those stood.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-conditions.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services.cloudformation import changesets, engine, handlers, stacks

Evaluate = Callable[[dict[str, Any], dict[str, Any]], dict[str, bool]]


def install() -> None:
    """Replace the evaluation of conditions wherever the emulator has taken it to."""
    evaluated = _with_texts(engine._evaluate_conditions)
    for module in (engine, changesets, handlers, stacks):
        module._evaluate_conditions = evaluated


def _with_texts(evaluate: Evaluate) -> Evaluate:
    def evaluated(template: dict[str, Any], parameters: dict[str, Any]) -> dict[str, bool]:
        conditions = _resolved(template.get("Conditions", {}), parameters)
        return evaluate({**template, "Conditions": conditions}, parameters)

    return evaluated


def _resolved(value: Any, parameters: Mapping[str, Any]) -> Any:
    if isinstance(value, list):
        return [_resolved(item, parameters) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((name, argument),) = value.items()
        if name in _FUNCTIONS:
            found = _FUNCTIONS[name](argument, parameters)
            return value if found is None else found
    return {name: _resolved(item, parameters) for name, item in value.items()}


def _text(value: Any, parameters: Mapping[str, Any]) -> str | None:
    if isinstance(value, dict) and value.get("Ref") in parameters:
        return str(parameters[value["Ref"]]["Value"])
    found = _resolved(value, parameters)
    return found if isinstance(found, str) else None


def _join(argument: Any, parameters: Mapping[str, Any]) -> str | None:
    delimiter, parts = argument
    texts = [_text(part, parameters) for part in parts] if isinstance(parts, list) else [None]
    return None if None in texts else str(delimiter).join(text for text in texts if text is not None)


def _split(argument: Any, parameters: Mapping[str, Any]) -> list[str] | None:
    delimiter, whole = argument
    text = _text(whole, parameters)
    return None if text is None else text.split(delimiter)


def _select(argument: Any, parameters: Mapping[str, Any]) -> Any:
    index, items = argument
    found = _resolved(items, parameters)
    return engine._select(int(index), found) if isinstance(found, list) else None


def _pseudo(argument: Any, _parameters: Mapping[str, Any]) -> str | None:
    found = _PSEUDO.get(argument)
    return found and found()


_PSEUDO: dict[str, Callable[[], str]] = {
    "AWS::AccountId": get_account_id,
    "AWS::Partition": lambda: "aws",
    "AWS::Region": get_region,
    "AWS::URLSuffix": lambda: "amazonaws.com",
}
_FUNCTIONS: dict[str, Callable[[Any, Mapping[str, Any]], Any]] = {
    "Fn::Join": _join,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Ref": _pseudo,
}
