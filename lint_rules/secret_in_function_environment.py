"""E9549: a secret in a function's environment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lint_rules import _reading, _rule, _values


class SecretInFunctionEnvironment(_rule.Rule):
    """An environment variable of a function has a secret's value."""

    id = "E9549"
    shortdesc = "A secret in the environment of a function"
    description = (
        "Everybody who may read the function's configuration reads its environment in the clear, and a rotated secret "
        "does not reach it."
    )
    fix = "give the function the secret's ARN and read the value at run time"
    source_url = "https://docs.aws.amazon.com/lambda/latest/dg/with-secrets-manager.html"
    tags = ["resources", "lambda", "secretsmanager"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        for name, properties in _reading.properties(cfn, _reading.FUNCTION):
            for environment in _values.branches(cfn, properties.get("Environment")):
                for variables in _values.branches(cfn, _values.dig(environment, "Variables")):
                    for variable, value in variables.items() if isinstance(variables, dict) else ():
                        if secret := _reading.secret(cfn, value) or _written(cfn, variable, value):
                            path: _rule.Path = ["Resources", name, "Properties", "Environment", "Variables", variable]
                            yield path, f"The variable {variable} of {name} shows {secret}"


def _written(cfn: _values.Template, variable: str, value: Any) -> str | None:
    """That a variable for a password has one that stands in the template."""
    known = [text for text in _values.texts(cfn, value) if text and _values.UNKNOWN not in text]
    return "a password that is written down" if _reading.PASSWORD.search(str(variable)) and known else None
