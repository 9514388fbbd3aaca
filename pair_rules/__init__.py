"""Pair rules: mistakes that only show when the stacks of an environment are read together.

cfn-lint sees one template at a time, so these run in `deploy.py lint`, and so before every deployment, on the
stacks as they will be when every wire has its value.
"""

from __future__ import annotations

import importlib
import pkgutil

from lint_rules._values import dig
from pair_rules._pair import PairRule, Place

__all__ = ["RULES", "PairRule", "Place", "dig"]

RULES: tuple[PairRule, ...] = tuple(
    sorted(
        (
            found()
            for module in pkgutil.iter_modules(__path__)
            if not module.name.startswith("_")
            for found in vars(importlib.import_module(f"{__name__}.{module.name}")).values()
            if isinstance(found, type) and issubclass(found, PairRule)
        ),
        key=lambda rule: rule.id,
    )
)
"""Every pair rule, by its id."""
