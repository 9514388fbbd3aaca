"""Notices the outputs of stacks that are made from NoEcho parameters, as they are read, so that they can be hidden."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, cast

from twinstack.aws.api import Clients, CloudFormation, StackDescription
from twinstack.environment.secret_values import secret_defaults, secret_outputs
from twinstack.errors import InputError
from twinstack.planning.system import System
from twinstack.templates import live_template

Hide = Callable[[Iterable[str]], None]


def noticing(clients: Clients, system: System, hide: Hide) -> Clients:
    """Returns clients that hand the values of secret outputs to whoever hides them.

    Args:
        clients: The clients.
        system: The stacks with the templates that they are to have; those that they have are read with them.
        hide: Gets values that must not be shown.
    """
    return {
        role: replace(
            each, cloudformation=_noticing(each.cloudformation, secret_outputs(_template(system, role)), hide)
        )
        for role, each in clients.items()
    }


def _template(system: System, role: str) -> Any:
    return system.stacks[role].template


def _noticing(cloudformation: CloudFormation, names: Iterable[str], hide: Hide) -> CloudFormation:
    return cast("CloudFormation", _Noticing(cloudformation, set(names), hide))


class _Noticing:
    def __init__(self, cloudformation: CloudFormation, names: set[str], hide: Hide) -> None:
        self._cloudformation = cloudformation
        self._names = names
        self._hide = hide
        self._outputs: dict[str, Mapping[str, str]] = {}

    def describe_stack(self, name: str) -> StackDescription | None:
        found = self._cloudformation.describe_stack(name)
        if found is not None:
            self._outputs[found.stack_id] = self._outputs[found.name] = found.outputs
            self._hide(value for output, value in found.outputs.items() if output in self._names)
        return found

    def get_template(self, name: str) -> str | Mapping[str, Any]:
        body = self._cloudformation.get_template(name)
        try:
            template = live_template(body, name)
        except InputError:
            return body  # whoever asked says so
        self._names |= set(secret_outputs(template))
        self._hide(secret_defaults(template))
        outputs = self._outputs.get(name, {})
        self._hide(value for output, value in outputs.items() if output in self._names)
        return body

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cloudformation, name)
