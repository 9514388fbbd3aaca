"""Writes every event as one line of JSON, for programs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import IO

from twinstack.screen.events import Event


def line_of(event: Event) -> str:
    """Returns an event as one line of JSON, with its end."""
    return json.dumps({"event": event.code, **asdict(event)}, ensure_ascii=False, default=str) + "\n"


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
