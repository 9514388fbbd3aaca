"""The calls of `api.Account`, made with boto3."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from twinstack.aws.asking import Asking
from twinstack.dr.aws.api import Execution, Measurement, StackDrift, Validated

_MINUTE, _RECENTLY = timedelta(minutes=1), timedelta(minutes=15)


class BotoAccount(Asking):
    """See `api.Account` for what each method does."""

    def validate_template(self, text: str, url: str | None) -> Validated:
        """See `api.Account`."""
        given = {"TemplateURL": url} if url else {"TemplateBody": text}
        found = self._ask("cloudformation", "validate_template", **given)
        return Validated(tuple(found.get("Capabilities", ())), tuple(found.get("DeclaredTransforms", ())))

    def key_state(self, key: str) -> str:
        """See `api.Account`."""
        return str(self._ask("kms", "describe_key", KeyId=key)["KeyMetadata"]["KeyState"])

    def log_group_keys(self, prefix: str) -> dict[str, str]:
        """See `api.Account`."""
        found = self._every("logs", "describe_log_groups", "logGroups", logGroupNamePrefix=prefix)
        return {group["logGroupName"]: group.get("kmsKeyId", "") for group in found}

    def topic_key(self, topic: str) -> str:
        """See `api.Account`."""
        return str(self._ask("sns", "get_topic_attributes", TopicArn=topic)["Attributes"].get("KmsMasterKeyId", ""))

    def has_metric(self, name: str, cluster: str) -> bool:
        """See `api.Account`."""
        of_cluster = [{"Name": "DBClusterIdentifier", "Value": cluster}]
        asked = {"Namespace": "AWS/RDS", "MetricName": name, "Dimensions": of_cluster}
        return bool(self._every("cloudwatch", "list_metrics", "Metrics", **asked))

    def measured(self, name: str, cluster: str, now: datetime) -> Measurement | None:
        """See `api.Account`."""
        return self.metric("AWS/RDS", name, {"DBClusterIdentifier": cluster}, now)

    def metric(self, space: str, name: str, of: Mapping[str, str], now: datetime) -> Measurement | None:
        """See `api.Account`."""
        found = self._ask(
            "cloudwatch",
            "get_metric_statistics",
            Namespace=space,
            MetricName=name,
            Dimensions=[{"Name": dimension, "Value": value} for dimension, value in of.items()],
            StartTime=now - _RECENTLY,
            EndTime=now,
            Period=60,
            Statistics=["Maximum"],
        )["Datapoints"]
        newest = max(found, key=lambda point: point["Timestamp"], default=None)
        return newest and Measurement(newest["Maximum"], newest["Timestamp"] + _MINUTE)

    def stack_drift(self, stack: str) -> StackDrift:
        """See `api.Account`."""
        (found,) = self._ask("cloudformation", "describe_stacks", StackName=stack)["Stacks"]
        drift = found.get("DriftInformation", {})
        return StackDrift(drift.get("StackDriftStatus", "NOT_CHECKED"), drift.get("LastCheckTimestamp"))

    def newest_execution(self, state_machine: str) -> Execution | None:
        """See `api.Account`."""
        found = self._ask("stepfunctions", "list_executions", stateMachineArn=state_machine, maxResults=1)["executions"]
        return Execution(found[0]["status"], found[0]["startDate"]) if found else None

    def log_of_a_call(self, function: str) -> Sequence[str]:
        """See `api.Account`."""
        found = self._ask("lambda", "invoke", FunctionName=function, LogType="Tail")
        return b64decode(found.get("LogResult", "")).decode("utf-8", "replace").splitlines()

    def executions(self, state_machine: str) -> Sequence[str]:
        """See `api.Account`."""
        found = self._every("stepfunctions", "list_executions", "executions", stateMachineArn=state_machine)
        return [entry["status"] for entry in found]
