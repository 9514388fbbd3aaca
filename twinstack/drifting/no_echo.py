"""What NoEcho parameters give to resources: AWS masks the parameters, and reads the resources with the values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from twinstack.aws.api import ResourceChange
from twinstack.aws.drift_api import ResourceDrift
from twinstack.expressions.references import named_in
from twinstack.planning.shown import HIDDEN
from twinstack.templates import Template, no_echo


class Secrets:
    """Hides values that come from NoEcho parameters.

    Args:
        template: The template that the stack has.
    """

    def __init__(self, template: Template) -> None:
        self._resources = template.resources
        self._names = {name for name, declared in template.parameters.items() if no_echo(declared)}

    def hidden_in_drifts(self, drifts: Iterable[ResourceDrift]) -> list[ResourceDrift]:
        """Returns what was found, without such values."""
        return [
            replace(
                drift,
                differences=tuple(
                    replace(each, expected=_masked(each.expected), actual=_masked(each.actual))
                    if self._feed(drift.resource, each.path.strip("/").partition("/")[0])
                    else each
                    for each in drift.differences
                ),
            )
            for drift in drifts
        ]

    def hidden_in_changes(self, changes: Iterable[ResourceChange]) -> tuple[ResourceChange, ...]:
        """Returns the entries of a change set without such values."""
        return tuple(
            replace(
                change,
                details=tuple(
                    replace(each, before=_masked(each.before or ""), after=_masked(each.after or ""))
                    if self._feed(change.resource, each.name)
                    else each
                    for each in change.details
                ),
            )
            for change in changes
        )

    def _feed(self, resource: str, name: str) -> bool:
        """Whether one of the parameters is in a property; so it may be in all that a loop or a macro makes."""
        if not self._names or resource not in self._resources:
            return bool(self._names)
        properties = self._resources[resource].get("Properties", {})
        written = properties.get(name, properties) if isinstance(properties, Mapping) else properties
        return not self._names.isdisjoint(named_in(written))


def _masked(value: str) -> str:
    return value if value in ("", "null") else HIDDEN
