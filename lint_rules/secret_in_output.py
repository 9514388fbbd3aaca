"""E9550: a secret in an output."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lint_rules import _reading, _rule, _values

_PARAMETER = "AWS::SSM::Parameter"


class SecretInOutput(_rule.Rule):
    """An output, or the template's metadata, has a secret's value."""

    id = "E9550"
    shortdesc = "A secret in an output or in the template's metadata"
    description = "Everybody who may describe the stack reads its outputs and its metadata in the clear."
    fix = "put out the secret's ARN, and read the value at run time"
    source_url = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/security-best-practices.html"
    tags = ["outputs", "metadata", "secretsmanager"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        outputs = cfn.template.get("Outputs")
        for name, output in outputs.items() if isinstance(outputs, dict) else ():
            value = _values.dig(output, "Value")
            if secret := _reading.secret(cfn, value) or _stored(cfn, value):
                yield ["Outputs", name, "Value"], f"The output {name} shows {secret}"
        metadata = cfn.template.get("Metadata")
        for name, value in metadata.items() if isinstance(metadata, dict) else ():
            if secret := _reading.secret(cfn, value):
                yield ["Metadata", name], f"The metadata {name} shows {secret}"


def _stored(cfn: _values.Template, value: Any) -> str | None:
    """The secret that a parameter of the Systems Manager in this template holds, where an output gives its value."""
    for branch in _values.branches(cfn, value):
        name, what = _values.attribute(branch) or ("", "")
        resource = _values.dig(cfn.template, "Resources", name)
        if what == "Value" and _values.dig(resource, "Type") == _PARAMETER:
            return _reading.secret(cfn, _values.dig(resource, "Properties", "Value"))
    return None
