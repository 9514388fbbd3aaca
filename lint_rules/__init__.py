"""Lint rules for CloudFormation templates of databases that have to survive the loss of a region.

Ordinary cfn-lint rules, one a file. Anybody can use them, wherever the package is installed:

    append_rules: [lint_rules]

cfn-lint takes a folder of that name where there is one, and this package elsewhere; of a package it reads the
top level only, so every rule stands here too. `docs/rules.md` describes each of them.
"""

from __future__ import annotations

import importlib
import pkgutil

from lint_rules import _rule

RULES: tuple[type[_rule.Rule], ...] = tuple(
    sorted(
        (
            found
            for module in pkgutil.iter_modules(__path__)
            if not module.ispkg and not module.name.startswith("_")
            for found in vars(importlib.import_module(f"{__name__}.{module.name}")).values()
            if isinstance(found, type) and issubclass(found, _rule.Rule)
        ),
        key=lambda rule: rule.id,
    )
)
"""Every rule, by its id."""

globals().update({rule.__name__: rule for rule in RULES})
