"""What makes thousands of worlds quick, and keeps them in one thread; nothing of it changes what is decided.

This is harness around the deployer and no stand-in for AWS: what it takes from the planner is the planner's own answer,
kept so that a world that was met before is not worked out again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from twinstack.aws import elsewhere_reading
from twinstack.expressions.values import freeze
from twinstack.planning.steps import ParameterValue, Planner, Step
from twinstack.planning.system import Stack
from twinstack.planning.world import Live

_KEPT = 2000


class OneAfterAnother:
    """Stands for a pool of threads: a process of the simulation waits in its own thread only."""

    def __init__(self, _threads: int) -> None:
        pass

    def map(self, work: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
        """Does the work on each item in turn."""
        return [work(item) for item in items]

    def shutdown(self, **_how: bool) -> None:
        """Does nothing: no work is left."""


_predict = Planner._predict
_predictions: dict[object, Step] = {}


def predicted(planner: Planner, stack: Stack, live: Live | None, parameters: tuple[ParameterValue, ...]) -> Step:
    """Returns what the planner says, asked once: it is pure, and many runs find the same world."""
    key = (
        (stack.role, stack.name, stack.region, stack.service_role, stack.template.text, id(planner.schemas)),
        freeze([stack.parameters, stack.tags, stack.artifacts]),
        live.key() if live else None,
        freeze([(value.name, value.value, value.source, value.stale) for value in parameters]),
    )
    if key not in _predictions:
        if len(_predictions) >= _KEPT:
            _predictions.clear()
        _predictions[key] = _predict(planner, stack, live, parameters)
    return _predictions[key]


@contextmanager
def quickly() -> Iterator[None]:
    """Has the looks into other regions taken in turn, and each step worked out once."""
    with ExitStack() as patches:
        patches.enter_context(patch.object(elsewhere_reading, "ThreadPoolExecutor", OneAfterAnother))
        patches.enter_context(patch.object(Planner, "_predict", predicted))
        yield
