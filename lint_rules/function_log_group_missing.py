"""W9536: a log group that Lambda has to make."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lint_rules import _reading, _rule, _values


class FunctionLogGroupMissing(_rule.Rule):
    """A function beside a global database has no log group that ends its logs."""

    id = "W9536"
    shortdesc = "Function without a log group of its own"
    description = "Lambda makes the missing group itself, without retention or a key, and it outlives the stack."
    fix = "add a log group with RetentionInDays and name it in LoggingConfig.LogGroup"
    source_url = "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html"
    tags = ["resources", "lambda", "logs"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        if not _reading.global_members(cfn) and not dict(_reading.resources(cfn, _reading.GLOBAL_CLUSTER)):
            return
        for name, properties in _reading.properties(cfn, _reading.FUNCTION):
            if not _has_group(cfn, name, properties) and not _is_kept_elsewhere(cfn, name, properties):
                yield ["Resources", name], f"the logs of {name} are kept for ever"


def _has_group(cfn: _values.Template, name: str, function: dict[str, Any]) -> bool:
    return any(
        "RetentionInDays" in group and _is_for(cfn, group_name, group, name, function)
        for group_name, group in _reading.properties(cfn, "AWS::Logs::LogGroup")
    )


def _is_for(cfn: _values.Template, group_name: str, group: dict[str, Any], name: str, function: dict[str, Any]) -> bool:
    if group_name in _values.referred(function.get("LoggingConfig")):
        return True
    named = group.get("LogGroupName")
    functions = {other for other, _ in _reading.properties(cfn, _reading.FUNCTION)}
    if by_function := _values.referred(named) & functions:
        return name in by_function
    # of two names that only a deployment knows the one may be the other
    expected = {f"/aws/lambda/{text}" for text in _values.texts(cfn, function.get("FunctionName"))}
    return bool(_values.texts(cfn, named) & expected)


def _is_kept_elsewhere(cfn: _values.Template, name: str, function: dict[str, Any]) -> bool:
    """Whether the group is a parameter or another stack's, or a custom resource sets its retention."""
    groups = {group for group, _ in _reading.properties(cfn, "AWS::Logs::LogGroup")}
    logging = function.get("LoggingConfig")
    shared = logging.get("LogGroup") if isinstance(logging, dict) else None
    if shared is not None and not _values.referred(shared) & groups:
        return True
    return any(name in _values.referred(body) for _, body in _reading.resources(cfn, "Custom::LogRetention"))
