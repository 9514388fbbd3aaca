"""The JSON lines as a JSON schema, made from the events: `python -m twinstack.screen.schema FILE` writes it.

`events.schema.json` beside this file is what is shipped; `make generate` writes it. Each line of `--format json` keeps
to it.
"""

from __future__ import annotations

import json
import sys
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_type_hints

from pydantic import ConfigDict, Field, TypeAdapter
from typing_extensions import TypedDict

from twinstack.files import write_whole
from twinstack.planning.document import PlanDocument
from twinstack.screen import events, payloads

_TITLE = "One line of `--format json`"


def kinds() -> list[type[events.Event]]:
    """Returns every kind of event, in the order in which they stand in `events`."""
    found = [kind for kind in vars(events).values() if isinstance(kind, type) and issubclass(kind, events.Event)]
    return [kind for kind in found if kind is not events.Event]


def schema() -> str:
    """Returns the JSON schema of a line as text."""
    every: Any = Union[tuple(map(_line, kinds()))]  # noqa: UP007  made of a list
    line: TypeAdapter[Any] = TypeAdapter(
        Annotated[every, Field(discriminator="event")], config=ConfigDict(extra="forbid")
    )
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": _TITLE}
    return json.dumps(dialect | line.json_schema(), indent=2) + "\n"


def _line(kind: type[events.Event]) -> Any:
    """Returns the type of a kind's line: every field, and `event`, which says which kind it is."""
    hints = get_type_hints(kind, localns=vars(payloads))
    if kind is events.PlanMade:
        hints["plan"] = PlanDocument
    keys = {"event": Literal[kind.code], **{field.name: hints[field.name] for field in fields(kind)}}
    make: Any = TypedDict  # a type checker knows it with names that are written down only
    made = make(kind.__name__.rstrip("_"), keys)
    made.__doc__ = kind.__doc__
    return made


if __name__ == "__main__":
    write_whole(Path(sys.argv[1]), schema())
