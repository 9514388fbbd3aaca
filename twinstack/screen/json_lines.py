"""Writes every event as one line of JSON, for programs."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from typing import IO, Any

from twinstack.screen.escaping import is_obeyed
from twinstack.screen.events import Event

_NOT_PLAIN = re.compile(r"[^\n -~]")


def json_text(data: Any, indent: int | None = None) -> str:
    """Returns data as JSON that can be looked at, too: what a terminal would obey is written as an escape of JSON.

    Args:
        data: What JSON can hold.
        indent: How far each level is indented; None for one line.

    Raises:
        TypeError: There is something in it that JSON cannot hold.
    """
    return _NOT_PLAIN.sub(_readable, json.dumps(data, indent=indent, ensure_ascii=False))


def _readable(found: re.Match[str]) -> str:
    return json.dumps(found[0])[1:-1] if is_obeyed(found[0]) else found[0]


def line_of(event: Event) -> str:
    """Returns an event as one line of JSON, with its end."""
    return json_text({"event": event.code, **asdict(event)}) + "\n"


class JsonScreen:
    """A screen of JSON lines: `{"event": code, …data…}`.

    Args:
        out: Where the lines go.
    """

    def __init__(self, out: IO[str]) -> None:
        self._out = out

    def tell(self, event: Event) -> None:
        """Writes the event and flushes, so that a program that follows sees it at once."""
        self._out.write(line_of(event))
        self._out.flush()
