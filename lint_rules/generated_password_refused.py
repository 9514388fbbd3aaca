"""E9508: a generated database password with characters or a length that RDS refuses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from lint_rules import _reading, _rule, _values

_LONGEST = 41


class GeneratedPasswordRefused(_rule.Rule):
    """A generated database password with characters or a length that RDS refuses."""

    id = "E9508"
    shortdesc = "Generated password that RDS refuses"
    description = (
        "RDS takes no slash, quotation mark, at sign or space in a password, and MySQL no more than 41 "
        "characters. What is generated fails by chance: not in every environment, and not at the first try."
    )
    fix = "set ExcludeCharacters to at least the four and PasswordLength to 41 or less"
    source_url = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-secretsmanager-secret-generatesecretstring.html"
    tags = ["resources", "rds", "aurora"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        engines = _engines(cfn)
        for name, properties in _reading.properties(cfn, "AWS::SecretsManager::Secret"):
            for generated in _values.branches(cfn, properties.get("GenerateSecretString")):
                if name in engines and isinstance(generated, dict):
                    path: _rule.Path = ["Resources", name, "Properties", "GenerateSecretString"]
                    for problem in _problems(cfn, generated, engines[name]):
                        yield path, f"the password of {name} {problem}"


def _engines(cfn: _values.Template) -> dict[str, set[str]]:
    """The engines that each secret is a password for."""
    found: dict[str, set[str]] = defaultdict(set)
    for resource_type in (_reading.CLUSTER, _reading.INSTANCE):
        for _, properties in _reading.properties(cfn, resource_type):
            for name in _values.referred(properties.get("MasterUserPassword")):
                found[name] |= _values.texts(cfn, properties.get("Engine"))
    return found


def _problems(cfn: _values.Template, generated: dict[str, Any], engines: set[str]) -> Iterator[str]:
    excluded = _values.texts(cfn, generated.get("ExcludeCharacters", ""))
    no_punctuation = _values.may_be_true(cfn, generated.get("ExcludePunctuation"))
    with_space = _values.may_be_true(cfn, generated.get("IncludeSpace"))
    for text in sorted(excluded):
        if _values.UNKNOWN in text:
            continue
        may = [] if no_punctuation else [mark for mark in '/@"' if mark not in text]
        may += [" "] if with_space and " " not in text else []
        if may:
            yield f"may have {' '.join(map(repr, may))} in it"
    if not any("mysql" in engine or "mariadb" in engine for engine in engines):
        return  # the others take longer ones
    for length in _values.texts(cfn, generated.get("PasswordLength")):
        if length.isdigit() and int(length) > _LONGEST:
            yield f"has {length} characters"
