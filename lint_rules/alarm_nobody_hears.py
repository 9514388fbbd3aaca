"""W9534: an alarm without an action."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from lint_rules import _reading, _rule, _values

_ACTIONS = ["AlarmActions", "OKActions", "InsufficientDataActions"]


class AlarmNobodyHears(_rule.Rule):
    """An alarm does nothing, and nothing else follows it."""

    id = "W9534"
    shortdesc = "Alarm without an action"
    description = "The alarm changes its state and nobody is told."
    fix = "set AlarmActions, such as an SNS topic"
    source_url = (
        "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html#alarms-and-actions"
    )
    tags = ["resources", "cloudwatch"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        if any("CloudWatch Alarm State Change" in _text(body) for _, body in _reading.resources(cfn)):
            return  # an event rule hears them all
        for name, properties in _reading.properties(cfn, "AWS::CloudWatch::Alarm"):
            off = _values.is_false(cfn, properties.get("ActionsEnabled"))
            acts = not off and any(True for key in _ACTIONS for _ in _values.items(cfn, properties.get(key, [])))
            if not acts and not _used(cfn, name, properties.get("AlarmName")):
                yield ["Resources", name], f"nobody hears of {name}"


def _used(cfn: _values.Template, name: str, alarm_name: Any) -> bool:
    """Whether anything else names the alarm: by reference, or by its name as a text such as a composite's rule."""
    written = alarm_name.get("Fn::Sub") if isinstance(alarm_name, dict) else alarm_name
    known = [text for text in _values.texts(cfn, alarm_name) if _values.UNKNOWN not in text] + [written]
    others = [body.get("Properties") for other, body in _reading.resources(cfn) if other != name]
    for node in [*others, cfn.template.get("Outputs")]:
        text = _text(node)
        if name in _values.referred(node) or any(isinstance(part, str) and part in text for part in known):
            return True
    return False


def _text(node: Any) -> str:
    return json.dumps(node, default=str)
