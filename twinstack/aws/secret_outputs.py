"""Notices what is made from NoEcho parameters in what AWS says of stacks, so that it can be hidden.

CloudFormation shows such outputs to whoever asks, and the parameters of other stacks that take them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, cast

from twinstack.aws.api import Clients, CloudFormation, StackDescription
from twinstack.environment.secret_values import secret_defaults, secret_outputs, secret_wires
from twinstack.errors import InputError
from twinstack.planning.system import System
from twinstack.templates import Template, live_template

Hide = Callable[[Iterable[str]], None]


def noticing(clients: Clients, system: System, hide: Hide) -> Clients:
    """Returns clients that hand secret outputs, and secret parameters that take them, to whoever hides them.

    Args:
        clients: The clients.
        system: The stacks with the templates that they are to have; those that they have are read with them.
        hide: Gets values that must not be shown.
    """
    wired = secret_wires(system)
    made = {}
    for role, each in clients.items():
        noticer = _Noticing(each.cloudformation, system.stacks[role].template, wired[role], hide)
        made[role] = replace(each, cloudformation=cast("CloudFormation", noticer))
    return made


class _Noticing:
    def __init__(self, cloudformation: CloudFormation, template: Template, wired: set[str], hide: Hide) -> None:
        self._cloudformation = cloudformation
        self._wired = wired
        self._names = set(secret_outputs(template, wired))
        self._hide = hide
        self._outputs: dict[str, Mapping[str, str]] = {}

    def describe_stack(self, name: str) -> StackDescription | None:
        found = self._cloudformation.describe_stack(name)
        if found is not None:
            self._outputs[found.stack_id] = self._outputs[found.name] = found.outputs
            self._hide(value for output, value in found.outputs.items() if output in self._names)
            self._hide(value for parameter, value in found.parameters.items() if parameter in self._wired)
        return found

    def get_template(self, name: str) -> str | Mapping[str, Any]:
        body = self._cloudformation.get_template(name)
        try:
            template = live_template(body, name)
        except InputError:
            return body  # whoever asked says so
        self._names |= set(secret_outputs(template, self._wired))
        self._hide(secret_defaults(template))
        outputs = self._outputs.get(name, {})
        self._hide(value for output, value in outputs.items() if output in self._names)
        return body

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cloudformation, name)
