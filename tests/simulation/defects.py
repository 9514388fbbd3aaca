"""Defects that are planted to see that the worlds find them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from twinstack.planning import steps
from twinstack.rollout.change_sets import preparing as change_sets
from twinstack.rollout.run import parameter_lock
from twinstack.rollout.steps import carrying_out as executing
from twinstack.rollout.steps import protection


@contextmanager
def _carry_forward_removed() -> Iterator[None]:
    """A wired value is not kept where its producer cannot give it now."""
    real = steps._wired

    def forgotten(*args: Any) -> Any:
        value = real(*args)
        return None if value is not None and value.source == "previous" else value

    with patch.object(steps, "_wired", forgotten):
        yield


def _guard_removed() -> AbstractContextManager[Any]:
    """No change set is refused for what it would lose."""
    return patch.object(executing, "refused_changes", lambda *_args: [])


def _lock_not_read_back() -> AbstractContextManager[Any]:
    """A run does not look whether it still holds the lock."""
    return patch.object(parameter_lock.ParameterLock, "check", lambda _self: None)


@contextmanager
def _policy_left_narrowed() -> Iterator[None]:
    """The stack policy is not set back after the execution it was narrowed for."""
    real = protection.apply
    narrowed: set[str] = set()
    narrow = protection.narrow

    def noted(cloudformation: Any, name: str, allowed: Any) -> None:
        narrowed.add(name)
        narrow(cloudformation, name, allowed)

    def forgotten(cloudformation: Any, name: str, due: Any) -> None:
        if name not in narrowed:
            real(cloudformation, name, due)

    with patch.object(protection, "narrow", noted), patch.object(protection, "apply", forgotten):
        yield


@contextmanager
def _token_reused() -> Iterator[None]:
    """Every execution has the token of its stack's first one."""
    real = change_sets.prepare

    def prepared(cloudformation: Any, request: Any, *args: Any) -> Any:
        made = real(cloudformation, request, *args)
        return made and replace(made, token=f"always-{request.stack_name}")

    with patch.object(executing, "prepare", prepared):
        yield


def _own_changes_overlooked() -> AbstractContextManager[Any]:
    """The planner takes an update for needless that no wired value asks for."""
    real = steps.Step.would_change

    def asked_for(step: steps.Step) -> bool:
        wired = any(parameter.source == "wire" and parameter.changed for parameter in step.parameters)
        return bool(real.fget(step)) and (not step.updates or wired)

    return patch.object(steps.Step, "would_change", property(asked_for))


DEFECTS: dict[str, Callable[[], AbstractContextManager[Any]]] = {
    "carry-forward": _carry_forward_removed,
    "guard": _guard_removed,
    "lock": _lock_not_read_back,
    "planner": _own_changes_overlooked,
    "policy": _policy_left_narrowed,
    "token": _token_reused,
}


@contextmanager
def planted(name: str) -> Iterator[None]:
    """Plants a defect; none where the name is empty."""
    if not name:
        yield
        return
    with DEFECTS[name]():
        yield
