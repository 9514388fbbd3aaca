"""What there is in a template: its resources, and those that rules ask for by what they do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from lint_rules import _values

GLOBAL_CLUSTER, CLUSTER, INSTANCE = "AWS::RDS::GlobalCluster", "AWS::RDS::DBCluster", "AWS::RDS::DBInstance"

_JOINS = "GlobalClusterIdentifier"

BUCKET, KEY, FUNCTION = "AWS::S3::Bucket", "AWS::KMS::Key", "AWS::Lambda::Function"

POLICIES = ("AWS::IAM::Role", "AWS::IAM::RolePolicy", "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")


def resources(cfn: _values.Template, *types: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The resources of the given types, or of every type, by logical id."""
    for name, body in _values.section(cfn, "Resources").items():
        if isinstance(body, dict) and (not types or body.get("Type") in types):
            yield name, body


def properties(cfn: _values.Template, resource_type: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The properties of each resource of a type, as they are written."""
    for name, body in resources(cfn, resource_type):
        found = body.get("Properties")
        if isinstance(found, dict):
            yield name, found


def statements(cfn: _values.Template, *types: str) -> Iterator[tuple[str, list[str | int], dict[str, Any]]]:
    """Every policy statement in the resources of the given types: the logical id, its path, the statement."""
    for name, body in resources(cfn, *types):
        for path, node in _values.mappings(body.get("Properties"), ["Resources", name, "Properties"]):
            if "Effect" in node and ("Action" in node or "NotAction" in node):
                yield name, path, node


def global_members(cfn: _values.Template) -> dict[str, dict[str, Any]]:
    """The clusters of the template that are members of a global database: their properties by logical id."""
    made_from = sources(cfn)
    return {
        name: found
        for name, found in properties(cfn, CLUSTER)
        if name in made_from or any(True for _ in _values.branches(cfn, found.get(_JOINS, _values.NO_VALUE)))
    }


def sources(cfn: _values.Template) -> set[str]:
    """What the global clusters of the template are made from, by logical id."""
    given = [found.get("SourceDBClusterIdentifier") for _, found in properties(cfn, GLOBAL_CLUSTER)]
    return {name for node in given for name in _values.referred(node)}


def member_cases(cfn: _values.Template, *names: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The logical id of each member with the named properties, once for each way in which it is one."""
    made_from = sources(cfn)
    for name, found in global_members(cfn).items():
        for case in _values.scenarios(cfn, found, [_JOINS, *names]):
            if name in made_from or _JOINS in case:
                yield name, case


def instances(cfn: _values.Template, cluster: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The instances of a cluster of the template, which name it by reference or by its identifier."""
    identifier = _values.dig(cfn.template, "Resources", cluster, "Properties", "DBClusterIdentifier")
    for name, found in properties(cfn, INSTANCE):
        given = found.get("DBClusterIdentifier")
        if cluster in _values.referred(given) or _values.same(cfn, given, identifier):
            yield name, found


def allows(cfn: _values.Template, statement: dict[str, Any], action: str) -> bool:
    """Whether a policy statement allows an action by name or by a pattern."""
    allowed = _values.texts(cfn, statement.get("Effect")) == {"Allow"}
    return allowed and any(fnmatchcase(action.lower(), pattern) for pattern in actions(cfn, statement))


def actions(cfn: _values.Template, statement: dict[str, Any]) -> set[str]:
    """The actions of a policy statement, names and patterns, in small letters."""
    return {text.lower() for item in _values.items(cfn, statement.get("Action")) for text in _values.texts(cfn, item)}


def replicated(cfn: _values.Template) -> Iterator[tuple[str, dict[str, Any], list[dict[str, Any]]]]:
    """Each bucket that replicates: its logical id, its properties in one case, the rules that are on."""
    for name, _ in resources(cfn, BUCKET):
        for case in _values.cases(cfn, name):
            rules = [
                rule
                for rule in _values.items(cfn, _values.dig(case, "ReplicationConfiguration", "Rules"))
                if isinstance(rule, dict) and "Disabled" not in _values.texts(cfn, rule.get("Status"))
            ]
            if rules:
                yield name, case, rules


def kms_encrypted(cfn: _values.Template, bucket: dict[str, Any]) -> bool:
    """Whether a bucket, given by its properties without `Fn::If`, encrypts with KMS."""
    return any(
        _values.texts(cfn, _values.dig(rule, "ServerSideEncryptionByDefault", "SSEAlgorithm"))
        <= {"aws:kms", "aws:kms:dsse"}
        for rule in _values.items(cfn, _values.dig(bucket, "BucketEncryption", "ServerSideEncryptionConfiguration"))
    )


def secret(cfn: _values.Template, node: Any) -> str | None:
    """Which secret a value shows, in words: what a dynamic reference brings, or a parameter with NoEcho."""
    for text in (*sorted(_values.texts(cfn, node)), *_strings(node)):
        if found := _SECRET.search(text):
            return f"what {found[1]} holds"
    for name in sorted(_values.referred(node)):
        parameter = _values.dig(cfn.template, "Parameters", name)
        if _values.may_be_true(cfn, _values.dig(parameter, "NoEcho")):
            return f"the parameter {name}, which has NoEcho"
        if PASSWORD.search(name) and _values.dig(parameter, "Type") == "String":
            return f"the parameter {name}, a password by its name"
    return None


PASSWORD = re.compile(r"(?:password|passwd|pwd)$", re.IGNORECASE)
"""A name of something that holds a password; not of what a password is found by, such as PasswordSecretArn."""


_SECRET = re.compile(r"\{\{resolve:(secretsmanager|ssm-secure):(?![^}]*:(?:username|host|port|dbname|engine)[:}])")
"""A dynamic reference to a secret, other than the parts of one that only say where the database is."""


def _strings(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _strings(child)


def records(cfn: _values.Template) -> Iterator[tuple[list[str | int], dict[str, Any], dict[str, Any]]]:
    """Every DNS record set, alone or in a group: its path, itself, and the properties that name its zone."""
    for name, found in properties(cfn, "AWS::Route53::RecordSet"):
        yield ["Resources", name, "Properties"], found, found
    for name, found in properties(cfn, "AWS::Route53::RecordSetGroup"):
        for path, node in _values.mappings(found.get("RecordSets"), ["Resources", name, "Properties", "RecordSets"]):
            if "Name" in node and "Type" in node:
                yield path, node, found


def health_checks(cfn: _values.Template, *types: str) -> Iterator[tuple[list[str | int], dict[str, Any]]]:
    """What each health check of the given types checks, and its path."""
    for name, found in properties(cfn, "AWS::Route53::HealthCheck"):
        for config in _values.branches(cfn, found.get("HealthCheckConfig")):
            if isinstance(config, dict) and _values.texts(cfn, config.get("Type")) <= set(types):
                yield ["Resources", name, "Properties", "HealthCheckConfig"], config


LAGS = {"AuroraGlobalDBReplicationLag", "AuroraGlobalDBRPOLag", "AuroraGlobalDBProgressLag"}
"""The metrics of how far a secondary region is behind."""


def lag_alarms(cfn: _values.Template) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """The alarms on how far a global database is behind: logical id, properties, and where the metric stands in them.

    The metric stands in the properties themselves, or in one of the `Metrics`.
    """
    for name, found in properties(cfn, "AWS::CloudWatch::Alarm"):
        queries = _values.items(cfn, found.get("Metrics"))
        for metric in (found, *(_values.dig(query, "MetricStat", "Metric") for query in queries)):
            if isinstance(metric, dict) and "MetricName" in metric and _values.texts(cfn, metric["MetricName"]) <= LAGS:
                yield name, found, metric
