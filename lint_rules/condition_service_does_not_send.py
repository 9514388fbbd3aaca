"""W9558: a role's trust that asks a service for what it does not send."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lint_rules import _reading, _rule, _values

_BROKE = "https://github.com/prowler-cloud/prowler/issues/4714"
_REPLICATION = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html"

# Nobody publishes a list. Each service is here by its source: a page of AWS on such a role that asks for nothing, or a
# report of what stopped once the role asked. CloudTrail is meant with the role for its log group alone: with the one
# that copies events to CloudTrail Lake it does send both keys.
# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-copy-trail-to-lake.html
_SILENT = {
    "cloudtrail.amazonaws.com": _BROKE,
    "elastictranscoder.amazonaws.com": _BROKE,
    "s3.amazonaws.com": _REPLICATION,
}

_TAKEN_ON_BY = {
    "cloudtrail.amazonaws.com": ("AWS::CloudTrail::Trail", "CloudWatchLogsRoleArn"),
    "s3.amazonaws.com": (_reading.BUCKET, "ReplicationConfiguration"),
}
"""The property that names the role, where a service takes on roles of other kinds too."""

_KEYS = {"aws:sourceaccount", "aws:sourcearn"}


class ConditionServiceDoesNotSend(_rule.Rule):
    """A role's trust asks for aws:SourceAccount or aws:SourceArn, which its service is not known to send."""

    id = "W9558"
    shortdesc = "A role that its service may not be able to assume"
    description = (
        "A condition on a key that is not sent never holds, so the service cannot assume the role: replication, logs "
        "or transcoding stop, and nothing says so. AWS publishes no list of who sends aws:SourceAccount and "
        "aws:SourceArn to a role; of S3 replication, the log role of CloudTrail and Elastic Transcoder it is known or "
        "likely that they do not."
    )
    fix = (
        "leave the condition out, or use an operator that ends in IfExists; a role can be passed only within its "
        "account anyway"
    )
    source_url = _BROKE
    tags = ["resources", "iam", "s3", "cloudtrail"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        asked: dict[tuple[str, str], tuple[_rule.Path, str]] = {}
        free: set[tuple[str, str]] = set()
        for name, path, statement in _reading.statements(cfn, "AWS::IAM::Role"):
            if "AssumeRolePolicyDocument" not in path or not _reading.allows(cfn, statement, "sts:AssumeRole"):
                continue
            cases = _values.scenarios(cfn, statement, ["Condition"])
            key = next((key for case in cases if (key := _asked_for(cfn, case.get("Condition")))), None)
            for service in sorted(_services(cfn, statement.get("Principal")) & set(_SILENT)):
                if not _takes_on(cfn, service, name):
                    continue
                if key is None:
                    free.add((name, service))
                else:
                    asked.setdefault((name, service), ([*path, "Condition"], key))
        for (name, service), (path, key) in asked.items():
            if (name, service) not in free:
                yield path, f"{name} asks {service} for {key}, which it is not known to send ({_SILENT[service]})"


def _takes_on(cfn: _values.Template, service: str, role: str) -> bool:
    """Whether a role is of the kind that the service takes on without the keys."""
    if service not in _TAKEN_ON_BY:
        return True
    resource_type, key = _TAKEN_ON_BY[service]
    return any(role in _values.referred(found.get(key)) for _, found in _reading.properties(cfn, resource_type))


def _services(cfn: _values.Template, principal: Any) -> set[str]:
    return {
        text
        for branch in _values.branches(cfn, principal)
        if isinstance(branch, dict)
        for item in _values.items(cfn, branch.get("Service"))
        for text in _values.texts(cfn, item)
    }


def _asked_for(cfn: _values.Template, condition: Any) -> str | None:
    """The key that has to be sent for a condition to hold; None where it holds without one."""
    for operator, keys in condition.items() if isinstance(condition, dict) else ():
        # without the key an operator with Not holds, and so does one that ends in IfExists
        if "Not" in str(operator) or str(operator).endswith("IfExists") or operator == "Null":
            continue
        for option in _values.items(cfn, keys):
            for key in option if isinstance(option, dict) else ():
                if str(key).lower() in _KEYS:
                    return str(key)
    return None
