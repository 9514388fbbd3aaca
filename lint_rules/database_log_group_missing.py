"""W9535: log groups that RDS has to make."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import _reading, _rule, _values

_PREFIX = "/aws/rds/cluster/"


class DatabaseLogGroupMissing(_rule.Rule):
    """A member of a global database exports logs to log groups that the template does not have."""

    id = "W9535"
    shortdesc = "Database logs without log groups"
    description = "RDS makes the missing groups itself, without retention or a key, and they outlive the stack."
    fix = "add a log group with RetentionInDays named /aws/rds/cluster/<cluster>/<log> for each exported log"
    source_url = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Integrating.CloudWatch.html"
    tags = ["resources", "rds", "aurora", "logs"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        for _, group in _reading.properties(cfn, "AWS::Logs::LogGroup"):
            if any(text.startswith((_PREFIX, _values.UNKNOWN)) for text in _names(cfn, group)):
                return
        for name, properties in _reading.global_members(cfn).items():
            if any(True for _ in _values.items(cfn, properties.get("EnableCloudwatchLogsExports", []))):
                path: _rule.Path = ["Resources", name, "Properties", "EnableCloudwatchLogsExports"]
                yield path, f"the logs of {name} have no log group"


def _names(cfn: _values.Template, group: dict[str, object]) -> frozenset[str]:
    # a group without a name gets one that is not the database's
    return _values.texts(cfn, group["LogGroupName"]) if "LogGroupName" in group else frozenset()
