"""What is never shown: values that are known to be secret, and what dynamic references name.

Most of it is hidden where it comes up, by the template (`planning.shown`, `drifting.no_echo`). This is what stands
behind that: AWS quotes values in its reasons, and puts out outputs that are made from them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, replace
from typing import Any, TypeVar, cast

from twinstack.planning.shown import HIDDEN, without_references
from twinstack.screen.events import Event, Screen

_Data = TypeVar("_Data")
# What is shorter stands in every other word; a word of ordinary length is only hidden as a word.
_SHORTEST, _ORDINARY = 4, 8


class Secrets:
    """The values that are known to be secret, more of them as a run goes on."""

    def __init__(self) -> None:
        self._values: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def add(self, values: Iterable[str | None]) -> None:
        """Has values hidden from now on; what is too short to be told from other text is not."""
        found = {value for value in values if value and len(value) >= _SHORTEST and value != HIDDEN}
        if not found <= self._values:
            self._values |= found
            written = {form for value in self._values for form in _forms(value)}
            self._pattern = re.compile("|".join(map(_as_pattern, sorted(written, key=len, reverse=True))))

    def hidden(self, text: str) -> str:
        """Returns a text without the secret values, and without what dynamic references name."""
        if self._pattern is not None:
            text = self._pattern.sub(HIDDEN, text)
        return without_references(text)

    def hidden_in(self, data: _Data) -> _Data:
        """Returns data of JSON's kinds with every string in it as `hidden` has it; keys stay."""
        made: Any = data
        if isinstance(data, str):
            made = self.hidden(data)
        elif isinstance(data, Mapping):
            made = {key: self.hidden_in(item) for key, item in data.items()}
        elif isinstance(data, (list, tuple)):
            made = type(data)(map(self.hidden_in, data))
        return cast("_Data", made)


def _forms(value: str) -> Iterator[str]:
    """Yields how a value may be written: as it is, as JSON or Python quote it, and where its references are hidden."""
    for each in {value, without_references(value)}:
        yield from (each, json.dumps(each)[1:-1], json.dumps(each, ensure_ascii=False)[1:-1], repr(each)[1:-1])


def _as_pattern(value: str) -> str:
    exact = re.escape(value)
    return rf"(?<!\w){exact}(?!\w)" if len(value) < _ORDINARY and re.fullmatch(r"\w+", value) else exact


class DiscreetScreen:
    """A screen that is told everything without what is secret.

    Args:
        screen: The screen that shows it.
        secrets: What is secret; more may come to it.
    """

    def __init__(self, screen: Screen, secrets: Secrets) -> None:
        self._screen = screen
        self._secrets = secrets

    def tell(self, event: Event) -> None:
        """Shows the event without what is secret."""
        shown = {field.name: self._secrets.hidden_in(getattr(event, field.name)) for field in fields(event)}
        self._screen.tell(replace(event, **shown))
