"""E9507: a database password that is written down or passed by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from lint_rules import _reading, _rule, _values


class PasswordByHand(_rule.Rule):
    """A database password that is written down or passed by hand."""

    id = "E9507"
    shortdesc = "Database password in the clear or from a parameter"
    description = (
        "A password in a template is in every copy of it, and one in a parameter is typed by a person, kept by CI"
        " and sent again at every update."
    )
    fix = "resolve a secret: {{resolve:secretsmanager:...}}"
    source_url = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html"
    tags = ["resources", "rds", "aurora"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        for resource_type in (_reading.CLUSTER, _reading.INSTANCE):
            for name, properties in _reading.properties(cfn, resource_type):
                for value in _values.branches(cfn, properties.get("MasterUserPassword")):
                    if not _resolved(value) and (isinstance(value, str) or _values.referred(value) & _parameters(cfn)):
                        path: _rule.Path = ["Resources", name, "Properties", "MasterUserPassword"]
                        yield path, f"the password of {name} is {_origin(value)}"


def _parameters(cfn: _values.Template) -> set[str]:
    """The names of the parameters."""
    return set(_values.section(cfn, "Parameters"))


def _resolved(value: Any) -> bool:
    return "{{resolve:" in json.dumps(value)


def _origin(value: Any) -> str:
    return "written in the template" if isinstance(value, str) else "a parameter's value"
