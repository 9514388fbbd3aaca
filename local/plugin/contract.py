"""What of the emulator the plugin leans on: private names, and functions that it replaces.

A new release may rename the first and rewrite the second. Either is found at the start, in one message, instead of
in the middle of a deployment.
"""

from __future__ import annotations

import hashlib
import importlib
import inspect
from importlib.metadata import version

from .contract_terms import NAMES, REPLACED, VERSION


def broken() -> list[str]:
    """What differs from the terms, a sentence each; nothing when all is as it was."""
    if version("ministack") != VERSION:
        return [f"ministack is {version('ministack')}, not {VERSION}"]
    missing = [f"{name} does not exist" for name in NAMES if _found(name) is None]
    changed = [
        f"{name} has changed: {fingerprint(name)}, not {known}"
        for name, known in REPLACED.items()
        if fingerprint(name) != known
    ]
    return missing + changed


def fingerprint(name: str) -> str:
    """The hash of a function's source, or 'missing'."""
    found = _found(name)
    if found is None:
        return "missing"
    return hashlib.sha256(inspect.getsource(found).encode()).hexdigest()[:16]  # type: ignore[arg-type]


def _found(name: str) -> object | None:
    module, _, attribute = name.rpartition(".")
    return getattr(importlib.import_module(f"ministack.{module}"), attribute, None)
