"""The deployer's policies cover what CloudFormation and the deployer do, and reach no further than they must."""

import ast
import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import boto3
import cfnlint
import pytest

from deployer_policy import FILE, render_policies, templates
from deployer_policy.documents import MAX_CHARACTERS, policies
from deployer_policy.facts import facts_of
from deployer_policy.kept import KEPT
from deployer_policy.operators import OPERATORS
from deployer_policy.own_calls import OWN_CALLS
from deployer_policy.permissions import ADDITIONS, CORRECTIONS, handlers, permissions_of
from deployer_policy.scopes import DENIED, SCOPES
from twinstack.aws import boto, parameter_store
from twinstack.environment.file import EnvironmentModel
from twinstack.errors import InputError
from twinstack.generating import generated

ROOT = Path(__file__).parents[1]
COMMITTED = ROOT / "generated" / FILE
POLICIES = json.loads(COMMITTED.read_text())
PREFIX = "deployer-tradingdb-"
(PLANNER,) = [document for name, document in POLICIES.items() if name.endswith("planner")]
OPERATORS_POLICIES = ("watcher", "operator")
DEPLOYER = {
    name: document
    for name, document in POLICIES.items()
    if not name.endswith(("planner", "emptying", *OPERATORS_POLICIES))
}
PAGE = (ROOT / "docs" / "deployer-role.md").read_text()
REGIONS = ("us-east-1", "eu-west-1")
TYPES = sorted(
    {
        resource["Type"]
        for body in templates(
            {role: (ROOT / "generated" / f"{role}.yaml").read_text() for role in ("primary", "secondary")}
        )
        for resource in body["Resources"].values()
    }
)

# AWS's Service Authorization Reference, as cfn-lint ships it: the actions in lower case, and what each accepts.
REFERENCE = json.loads((Path(cfnlint.__file__).parent / "data/AdditionalSpecs/Policies.json").read_text())

CONTEXT = {
    "aws:CalledVia": ["cloudformation.amazonaws.com"],
    "aws:RequestedRegion": "eu-west-1",
    "aws:ResourceTag/Project": "tradingdb",
    "aws:RequestTag/Project": "tradingdb",
    "aws:PrincipalAccount": "111122223333",
    "aws:ResourceAccount": "111122223333",
    "kms:GrantIsForAWSResource": "true",
    "kms:ResourceAliases": ["alias/tradingdb-dev-database"],
    "kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com",
    "route53:ChangeResourceRecordSetsNormalizedRecordNames": ["writer.tradingdb-prod.tradingdb.internal"],
    "route53:VPCs": ["VPCId=vpc-1,VPCRegion=eu-west-1"],
    "iam:PassedToService": "states.amazonaws.com",
    "iam:AWSServiceName": "rds.amazonaws.com",
    "iam:PolicyARN": "arn:aws:iam::111122223333:policy/tradingdb-dev-primary-ReadSecretPolicy-1A2B3C",
}

# One resource of ours of each kind that IAM knows, named as CloudFormation names it.
OURS = {
    "backup": {
        "backupplan": "arn:aws:backup:eu-west-1:111122223333:backup-plan:1234abcd",
        "backupvault": "arn:aws:backup:eu-west-1:111122223333:backup-vault:tradingdb-dev-backup",
    },
    "cloudwatch": {
        "alarm": "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:tradingdb-dev-primary-CpuHigh-1A2B3C",
        "dashboard": "arn:aws:cloudwatch::111122223333:dashboard/tradingdb-dev-eu-west-1",
    },
    "ec2": {
        kind: f"arn:aws:ec2:eu-west-1:111122223333:{kind}/x-1"
        for kind in (
            "route-table",
            "security-group",
            "security-group-rule",
            "subnet",
            "vpc",
            "vpc-encryption-control",
            "vpc-endpoint",
            "vpc-flow-log",
            "vpc-peering-connection",
        )
    },
    "events": {"rule-on-default-event-bus": "arn:aws:events:eu-west-1:111122223333:rule/tradingdb-dev-primary-Rule-1A"},
    "firehose": {"deliverystream": "arn:aws:firehose:eu-west-1:111122223333:deliverystream/tradingdb-dev-logs"},
    "iam": {
        "role": "arn:aws:iam::111122223333:role/tradingdb-dev-primary-FlowLogRole-1A2B3C",
        "policy": "arn:aws:iam::111122223333:policy/tradingdb-dev-primary-ReadSecretPolicy-1A2B3C",
    },
    "kms": {
        "alias": "arn:aws:kms:eu-west-1:111122223333:alias/tradingdb-dev-database",
        "key": "arn:aws:kms:eu-west-1:111122223333:key/1234abcd",
    },
    "lambda": {
        "function": "arn:aws:lambda:eu-west-1:111122223333:function:tradingdb-dev-primary-Probe-1A2B3C",
        "function version": "arn:aws:lambda:eu-west-1:111122223333:function:tradingdb-dev-primary-Probe-1A2B3C:1",
    },
    "logs": {
        "log-group": "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/rds/cluster/tradingdb-dev-eu-west-1/audit"
    },
    "rds": {
        "auto-backup": "arn:aws:rds:eu-west-1:111122223333:auto-backup:ab-1",
        "cluster": "arn:aws:rds:eu-west-1:111122223333:cluster:tradingdb-dev-eu-west-1",
        "cluster-auto-backup": "arn:aws:rds:eu-west-1:111122223333:cluster-auto-backup:ab-1",
        "cluster-pg": "arn:aws:rds:eu-west-1:111122223333:cluster-pg:tradingdb-dev-primary-clusterparametergroup-1a",
        "cluster-snapshot": "arn:aws:rds:eu-west-1:111122223333:cluster-snapshot:tradingdb-dev-primary-snapshot-1a",
        "db": "arn:aws:rds:eu-west-1:111122223333:db:tradingdb-dev-primary-instance1-1a",
        "es": "arn:aws:rds:eu-west-1:111122223333:es:tradingdb-dev-primary-clusterevents-1a",
        "global-cluster": "arn:aws:rds::111122223333:global-cluster:tradingdb-dev",
        "og": "arn:aws:rds:eu-west-1:111122223333:og:default:aurora-mysql-8-0",
        "pg": "arn:aws:rds:eu-west-1:111122223333:pg:tradingdb-dev-primary-instanceparametergroup-1a",
        "snapshot": "arn:aws:rds:eu-west-1:111122223333:snapshot:tradingdb-dev-primary-snapshot-1a",
        "subgrp": "arn:aws:rds:eu-west-1:111122223333:subgrp:tradingdb-dev-primary-databasesubnets-1a",
    },
    "route53": {
        "change": "arn:aws:route53:::change/C1",
        "healthcheck": "arn:aws:route53:::healthcheck/1234abcd",
        "hostedzone": "arn:aws:route53:::hostedzone/Z1",
        "queryloggingconfig": "arn:aws:route53:::queryloggingconfig/1",
    },
    "route53-recovery-control-config": {
        "routingcontrol": "arn:aws:route53-recovery-control::111122223333:controlpanel/1/routingcontrol/2"
    },
    "s3": {
        "bucket": "arn:aws:s3:::tradingdb-dev-bk-111122223333-eu-west-1-an",
        "object": "arn:aws:s3:::tradingdb-dev-bk-111122223333-eu-west-1-an/exports/1",
    },
    "s3tables": {
        "table": "arn:aws:s3tables:eu-west-1:111122223333:bucket/aws-s3/table/1",
        "tablebucket": "arn:aws:s3tables:eu-west-1:111122223333:bucket/aws-s3",
    },
    "scheduler": {
        "schedule": "arn:aws:scheduler:eu-west-1:111122223333:schedule/default/tradingdb-dev-primary-Probe-1A2B3C",
        "schedule-group": "arn:aws:scheduler:eu-west-1:111122223333:schedule-group/tradingdb-dev",
    },
    "secretsmanager": {"secret": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:DatabaseSecret-1A2B3C-AbCdEf"},
    "sns": {"topic": "arn:aws:sns:eu-west-1:111122223333:tradingdb-dev-primary-Topic-1A2B3C"},
    "sqs": {"queue": "arn:aws:sqs:eu-west-1:111122223333:tradingdb-dev-primary-ProbeFailures-1A2B3C"},
    "states": {"statemachine": "arn:aws:states:eu-west-1:111122223333:stateMachine:ExportStateMachine-1A2B3C"},
    "sts": {"role": "arn:aws:iam::111122223333:role/tradingdb-dev-peer"},
}

# Services whose resources have ids, not names.
UNNAMED = ("elasticfilesystem", "s3files", "vpce")
VPC = OURS["ec2"]["vpc"]
# What a function of ours may refer to and we do not make.
OTHERS = {
    "capacityprovider": "arn:aws:lambda:eu-west-1:111122223333:capacity-provider:others",
    "code signing config": "arn:aws:lambda:eu-west-1:111122223333:code-signing-config:csc-1",
    "layerversion": "arn:aws:lambda:eu-west-1:111122223333:layer:others:1",
}
SERVICE_LINKED = "arn:aws:iam::111122223333:role/aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS"

# The same kinds, named by somebody else.
FOREIGN = {
    "cloudformation:DeleteStack": "arn:aws:cloudformation:eu-west-1:111122223333:stack/payroll-prod/1",
    "cloudwatch:DeleteAlarms": "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:payroll",
    "events:PutTargets": "arn:aws:events:eu-west-1:111122223333:rule/payroll",
    "iam:DeleteRole": "arn:aws:iam::111122223333:role/payroll",
    "iam:CreatePolicyVersion": "arn:aws:iam::111122223333:policy/deployer-tradingdb-identity",
    "iam:PassRole": "arn:aws:iam::111122223333:role/admin",
    "iam:PutRolePolicy": "arn:aws:iam::111122223333:role/deployer",
    "kms:DeleteAlias": "arn:aws:kms:eu-west-1:111122223333:alias/payroll",
    "logs:DeleteLogGroup": "arn:aws:logs:eu-west-1:111122223333:log-group:payroll",
    "rds:DeleteDBCluster": "arn:aws:rds:eu-west-1:111122223333:cluster:payroll",
    "rds:DeleteGlobalCluster": "arn:aws:rds::111122223333:global-cluster:payroll",
    "s3:DeleteBucket": "arn:aws:s3:::payroll",
    "secretsmanager:GetSecretValue": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:payroll-AbCdEf",
    "sns:DeleteTopic": "arn:aws:sns:eu-west-1:111122223333:payroll",
    "states:DeleteStateMachine": "arn:aws:states:eu-west-1:111122223333:stateMachine:payroll",
}


def statements(documents):
    return [statement for document in documents.values() for statement in document["Statement"]]


def matches(pattern, text, flags=0):
    escaped = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(escaped, text, flags) is not None


def holds(operator, key, wanted, context):
    there, wanted = context.get(key), wanted if isinstance(wanted, list) else [wanted]
    wanted = [re.sub(r"\$\{(.+?)\}", lambda name: context[name[1]], value) for value in wanted]
    if operator == "Null":
        return wanted == ["true" if there is None else "false"]
    if operator.startswith("ForAllValues:"):
        return all(any(matches(value, one) for value in wanted) for one in there or [])
    if there is None:
        return operator.endswith("IfExists")
    if operator == "ForAnyValue:StringEquals":
        return bool(set(there) & set(wanted))
    return {
        "Bool": lambda: there in wanted,
        "StringEquals": lambda: there in wanted,
        "StringEqualsIfExists": lambda: there in wanted,
        "ArnLike": lambda: any(matches(value, there) for value in wanted),
    }[operator]()


def applies(statement, action, resource, context):
    return (
        any(matches(pattern, action, re.IGNORECASE) for pattern in statement["Action"])
        and any(matches(pattern, resource) for pattern in statement["Resource"])
        and all(
            holds(operator, key, wanted, context)
            for operator, keys in statement.get("Condition", {}).items()
            for key, wanted in keys.items()
        )
    )


def allowed(action, resource, documents=None, **changed):
    context = {**CONTEXT, **{key.replace("__", ":"): value for key, value in changed.items()}}
    effects = {
        one.get("Effect", "Allow")
        for one in statements(DEPLOYER if documents is None else documents)
        if applies(one, action, resource, context)
    }
    return effects == {"Allow"}


def accepted(action):
    """The kinds of resource that an action accepts, in lower case; None for an action that IAM does not know."""
    service, _, name = action.partition(":")
    found = REFERENCE.get(service, {}).get("Actions", {}).get(name.lower())
    return None if found is None else {kind.lower() for kind in found.get("Resources", ())}


def resources_of(action):
    """The resources of ours that an action is tried on: of every kind that it accepts and that we have."""
    if action == "iam:CreateServiceLinkedRole":
        return [SERVICE_LINKED]
    service, kinds = action.partition(":")[0], accepted(action)
    if not kinds or service in UNNAMED:
        return [f"arn:aws:{service}:eu-west-1:111122223333:thing/1"]
    if action in ("ec2:CreateTags", "ec2:DeleteTags"):
        kinds = kinds - {"security-group-rule"}  # CloudFormation gives rules no tags
    ours = [arn for kind, arn in OURS[service].items() if kind in kinds]
    ours = ours or [arn for kind, arn in OTHERS.items() if kind in kinds]
    assert ours, f"{action} accepts {kinds}: add one of ours to OURS"
    return ours


# Named for properties that the templates do not use; nobody else is attached to.
NOT_USED = re.compile("iam:(At|De)tach(User|Group)Policy")


def corrected(action):
    return CORRECTIONS[action].instead if action in CORRECTIONS else action


@pytest.mark.parametrize("resource_type", TYPES)
@pytest.mark.parametrize("handler", ["create", "read", "update", "delete", "list"])
def test_the_permissions_of_every_handler_are_covered(resource_type, handler):
    named = {action for region in REGIONS for action in handlers(resource_type, region).get(handler, ())}
    needed = sorted(filter(None, map(corrected, named)))
    assert [
        (action, resource)
        for action in needed
        if not NOT_USED.fullmatch(action)
        for resource in resources_of(action)
        if not allowed(action, resource)
    ] == []


@pytest.mark.parametrize("addition", ADDITIONS, ids=lambda addition: addition.type)
def test_what_the_schemas_leave_out_is_covered_for_the_types_that_are_used(addition):
    used = [name for name in TYPES if name.startswith(addition.type)]
    missing = [
        action
        for action in addition.actions
        if used and not all(allowed(action, resource) for resource in resources_of(action))
    ]
    assert missing == []


@pytest.mark.parametrize("resource_type", [name for name in TYPES if not name.startswith("Custom::")])
def test_every_type_says_what_making_and_deleting_it_takes(resource_type):
    for region in REGIONS:
        assert handlers(resource_type, region).get("create")
        assert handlers(resource_type, region).get("delete")


def calls_of_the_deployer():
    """The operations that these modules call, as they write them: a method, or a paginator's name."""
    calls = defaultdict(set)
    services = {
        "BotoCloudFormation": "cloudformation", "BotoBuckets": "s3", "BotoRegions": "ec2", "BotoParameterStore": "ssm"
    }  # fmt: skip
    written = [Path(module.__file__).read_text() for module in (boto, parameter_store)]
    for node in (node for text in written for node in ast.walk(ast.parse(text))):
        if not isinstance(node, ast.ClassDef):
            continue
        service = services[node.name]
        for call in ast.walk(node):
            if isinstance(call, ast.Call) and re.fullmatch(r"self\._client\.\w+", ast.unparse(call.func)):
                calls[service].add(call.func.attr)
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "self._client.get_paginator":
                calls[service].add(call.args[0].value)
    for names in calls.values():
        names.discard("get_paginator")
    return [(service, name) for service, names in sorted(calls.items()) for name in sorted(names)]


# An operation of S3 is not always the action that allows it, and may need more than one.
S3_ACTIONS = {
    "ListObjectVersions": ["s3:ListBucketVersions"],
    "DeleteObjects": ["s3:DeleteObject", "s3:DeleteObjectVersion"],
    "PutObject": ["s3:PutObject"],
}
STACK = "arn:aws:cloudformation:eu-west-1:111122223333:stack/tradingdb-dev-primary/1"
ARTIFACTS = "arn:aws:s3:::tradingdb-dev-artifacts-bucket-1a2b3c"
LOCK = "arn:aws:ssm:eu-west-1:111122223333:parameter/twinstack/tradingdb-dev/lock"


@pytest.mark.parametrize(("service", "call"), calls_of_the_deployer())
def test_every_call_of_the_deployer_is_covered(service, call):
    client = boto3.client(service, region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
    operation = client.meta.method_to_api_mapping[call]
    actions = S3_ACTIONS[operation] if service == "s3" else [f"{service}:{operation}"]
    for action in actions:
        on_bucket = ARTIFACTS if "bucket" in accepted(action) else f"{ARTIFACTS}/templates/1.json"
        resource = {"s3": on_bucket, "ssm": LOCK}.get(service, STACK)
        assert allowed(action, resource, aws__CalledVia=None)


KEPT_POLICY = {name: document for name, document in POLICIES.items() if name.endswith("-kept")}


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("cloudformation:GetResource", "*"),
        ("ec2:DescribeVpcs", "*"),
        ("s3:GetBucketPolicy", "arn:aws:s3:::tradingdb-prod-bk-111122223333-eu-west-1-an"),
        ("iam:GetRole", "arn:aws:iam::111122223333:role/tradingdb-prod-primary-MonitoringRole-1A2B3C"),
        ("route53:GetHostedZone", "arn:aws:route53:::hostedzone/Z1"),
        ("secretsmanager:DescribeSecret", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:DatabaseSecret-1"),
    ],
)
def test_whether_what_was_kept_is_there_can_be_asked_without_cloudformation(action, resource):
    assert allowed(action, resource, KEPT_POLICY, aws__CalledVia=None)


def test_asking_whether_what_was_kept_is_there_reads_no_secret_and_changes_nothing():
    actions = [action for one in statements(KEPT_POLICY) for action in one["Action"]]
    assert "secretsmanager:GetSecretValue" not in actions
    assert {action.partition(":")[2][:3] for action in actions} == {"Des", "Get", "Lis"}


def test_no_parameter_but_the_lock_is_reached():
    for other in (LOCK.replace("tradingdb", "payroll"), LOCK.replace("/lock", "/password")):
        for action in ("ssm:DeleteParameter", "ssm:GetParameter", "ssm:PutParameter"):
            assert not allowed(action, other, aws__CalledVia=None)


def test_a_change_set_may_expand_the_macros_that_the_templates_use():
    transform = "arn:aws:cloudformation:eu-west-1:aws:transform/LanguageExtensions"
    assert allowed("cloudformation:CreateChangeSet", transform, aws__CalledVia=None)


def test_drift_of_a_whole_stack_can_be_detected_which_asks_for_that_of_its_resources_too():
    for action in ("cloudformation:DetectStackDrift", "cloudformation:DetectStackResourceDrift"):
        assert allowed(action, STACK, aws__CalledVia=None)


def test_the_planner_only_reads_stacks_their_drift_regions_and_the_roles_of_databases():
    assert [one["Action"] for one in PLANNER["Statement"]] == [
        [
            "cloudformation:DescribeStacks",
            "cloudformation:GetStackPolicy",
            "cloudformation:GetTemplate",
            "cloudformation:ListStackResources",
        ],
        ["cloudformation:DescribeStackResourceDrifts"],
        ["cloudformation:DescribeStacks", "cloudformation:ListStacks"],
        ["ec2:DescribeRegions"],
        ["rds:DescribeDBClusters", "rds:DescribeGlobalClusters"],
    ]


@pytest.mark.parametrize("policies_of", ["planner", "deployer"])
def test_who_writes_in_a_global_database_can_be_asked_of_our_databases_in_every_region(policies_of):
    given = {"planner": PLANNER} if policies_of == "planner" else DEPLOYER
    ours = {
        "rds:DescribeGlobalClusters": "arn:aws:rds::111122223333:global-cluster:tradingdb-dev",
        "rds:DescribeDBClusters": "arn:aws:rds:ap-south-1:111122223333:cluster:tradingdb-dev-ap-south-1",
    }
    for action, database in ours.items():
        assert allowed(action, database, given, aws__CalledVia=None, aws__RequestedRegion="ap-south-1")
        foreign = database.replace("tradingdb", "payments")
        assert not allowed(action, foreign, given, aws__CalledVia=None)


def test_the_state_of_alarms_can_be_asked_by_who_deploys():
    """For rollback triggers; of composite alarms CloudWatch tells only who may ask of all."""
    alarm = "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:tradingdb-dev-primary-CpuHigh-1A2B3C"
    assert allowed("cloudwatch:DescribeAlarms", alarm, aws__CalledVia=None)
    assert not allowed("cloudwatch:DescribeAlarms", alarm, aws__CalledVia=None, aws__RequestedRegion="ap-south-1")
    assert not allowed("cloudwatch:DescribeAlarms", alarm, {"planner": PLANNER}, aws__CalledVia=None)


LISTING = ["cloudformation:DescribeStacks", "cloudformation:ListStacks", "ec2:DescribeRegions"]


@pytest.mark.parametrize("policies_of", ["planner", "deployer"])
def test_stacks_that_moved_or_were_forgotten_can_be_found(policies_of):
    """All stacks of our regions without a name, ours by name in every other region, and which regions there are."""
    given = {"planner": PLANNER} if policies_of == "planner" else DEPLOYER
    elsewhere = STACK.replace("eu-west-1", "ap-south-1")
    foreign = FOREIGN["cloudformation:DeleteStack"]
    for action in LISTING:
        assert allowed(action, foreign, given, aws__CalledVia=None)
        assert not allowed(action, foreign, given, aws__CalledVia=None, aws__RequestedRegion="ap-south-1")
    assert allowed(LISTING[0], elsewhere, given, aws__CalledVia=None, aws__RequestedRegion="ap-south-1")


@pytest.mark.parametrize("statement", statements(POLICIES), ids=lambda statement: statement["Sid"])
class TestEachStatement:
    def test_names_every_action_in_full(self, statement):
        assert not [action for action in statement["Action"] if "*" in action or action.count(":") != 1]

    def test_names_only_actions_that_iam_knows(self, statement):
        assert [action for action in statement["Action"] if accepted(action) is None] == []

    def test_carries_a_condition_where_it_is_for_any_resource(self, statement):
        assert "*" not in statement["Resource"] or statement["Condition"]

    def test_is_for_any_resource_only_where_the_documentation_says_why(self, statement):
        why = PAGE.split("## What cannot be narrowed")[1].split("\n## ")[0]
        assert "*" not in statement["Resource"] or f"`{statement['Sid']}`" in why

    def test_narrows_no_action_that_accepts_no_resource(self, statement):
        """Such an action would be refused: AWS asks for it with `*` alone."""
        narrowed = "*" not in statement["Resource"]
        assert [action for action in statement["Action"] if narrowed and not accepted(action)] == []


@pytest.mark.parametrize(("action", "resource"), FOREIGN.items())
def test_what_is_named_by_others_is_out_of_reach(action, resource):
    assert not allowed(action, resource)


@pytest.mark.parametrize(
    "action",
    [
        "ec2:CreateVpc",
        "iam:PutRolePolicy",
        "kms:Decrypt",
        "rds:DeleteDBCluster",
        "route53:ChangeResourceRecordSets",
        "s3:PutBucketPolicy",
        "secretsmanager:GetSecretValue",
        "sns:DeleteTopic",
    ],
)
def test_resources_are_changed_through_cloudformation_only(action):
    assert allowed(action, resources_of(action)[0])
    assert not allowed(action, resources_of(action)[0], aws__CalledVia=None)


def test_a_key_is_granted_only_to_a_service_of_aws_that_asks_for_us():
    assert not allowed("kms:CreateGrant", OURS["kms"]["key"], kms__GrantIsForAWSResource="false")


def test_no_other_region_is_reached():
    assert allowed("ec2:CreateVpc", VPC)
    assert not allowed("ec2:CreateVpc", VPC, aws__RequestedRegion="ap-south-1")


def test_roles_are_passed_to_the_services_that_the_templates_trust_and_to_no_other():
    passing = [one for one in statements(POLICIES) if "iam:PassRole" in one["Action"]]
    assert [(one["Resource"], one["Condition"]["StringEquals"]["iam:PassedToService"]) for one in passing] == [
        (
            ["arn:aws:iam::*:role/tradingdb-*"],
            [
                "backup.amazonaws.com",
                "events.amazonaws.com",
                "export.rds.amazonaws.com",
                "lambda.amazonaws.com",
                "monitoring.rds.amazonaws.com",
                "s3.amazonaws.com",
                "states.amazonaws.com",
                "vpc-flow-logs.amazonaws.com",
            ],
        )
    ]
    assert not allowed("iam:PassRole", OURS["iam"]["role"], iam__PassedToService="ec2.amazonaws.com")


def test_no_policy_of_aws_is_attached_that_the_templates_do_not_name():
    administrator = "arn:aws:iam::aws:policy/AdministratorAccess"
    assert allowed("iam:AttachRolePolicy", OURS["iam"]["role"])
    assert not allowed("iam:AttachRolePolicy", OURS["iam"]["role"], iam__PolicyARN=administrator)


def test_service_linked_roles_are_made_for_every_type_that_asks_for_one():
    asking = {name for name in TYPES if "iam:CreateServiceLinkedRole" in permissions_of(name, "us-east-1")}
    assert {name.split("::")[1] for name in asking} == {"Backup", "EC2", "RDS"}
    (made,) = [one for one in statements(POLICIES) if "iam:CreateServiceLinkedRole" in one["Action"]]
    assert made["Condition"]["StringEquals"]["iam:AWSServiceName"] == [
        "backup.amazonaws.com",
        "delivery.logs.amazonaws.com",
        "rds.amazonaws.com",
    ]


def test_no_policy_has_a_name_that_the_role_itself_may_change():
    assert not [name for name in POLICIES if name.startswith("tradingdb-")]


def test_every_policy_fits_and_so_does_their_number():
    sizes = {name: len(re.sub(r"\s", "", json.dumps(document))) for name, document in POLICIES.items()}
    assert [name for name, characters in sizes.items() if characters > 6_144] == []
    assert MAX_CHARACTERS == 6_144


def test_no_role_of_the_documentation_gets_more_policies_than_iam_attaches():
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
    table = PAGE.split("| role | policies")[1].split("\n\n")[0]
    of_roles = [re.findall(r"`([a-z]+)`", row.split("|")[2]) for row in table.splitlines()[2:]]
    assert {name for names in of_roles for name in names} == {name.removeprefix(PREFIX) for name in POLICIES}
    assert max(map(len, of_roles)) <= 10


def test_statement_ids_are_unique_in_a_policy_and_of_the_letters_that_iam_takes():
    for document in POLICIES.values():
        ids = [statement["Sid"] for statement in document["Statement"]]
        assert len(set(ids)) == len(ids)
        assert all(re.fullmatch("[A-Za-z0-9]+", one) for one in ids)


def test_the_table_has_no_two_rows_of_one_name_and_each_is_explained_in_the_documentation():
    ids = [scope.sid for scope in (*OWN_CALLS, *KEPT, *OPERATORS, *SCOPES, *DENIED)]
    assert len(set(ids)) == len(ids)
    assert [sid for sid in ids if f"`{sid}`" not in PAGE] == []


@pytest.mark.parametrize("action", CORRECTIONS)
def test_a_correction_is_of_an_action_that_does_not_exist_to_one_that_does(action):
    assert accepted(action) is None
    assert CORRECTIONS[action].instead is None or accepted(CORRECTIONS[action].instead) is not None
    assert CORRECTIONS[action].page.startswith("https://docs.aws.amazon.com/")


def test_the_committed_file_is_current():
    texts = {name: (ROOT / "generated" / name).read_text() for name in ("primary.yaml", "secondary.yaml")}
    assert COMMITTED.read_text() == render_policies(texts, ROOT)


@pytest.mark.parametrize("seed", ["0", "12345"])
def test_another_process_with_another_hash_seed_renders_the_same_bytes(seed):
    program = (
        "import sys; from pathlib import Path; from deployer_policy import render_policies as render;"
        "texts = {n: Path('generated', n).read_text() for n in ('primary.yaml', 'secondary.yaml')};"
        "sys.stdout.write(render(texts, Path.cwd()))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == COMMITTED.read_text()


def test_generating_writes_the_policies_and_finds_an_edit(tmp_path):
    (tmp_path / "environments").mkdir()
    for file in (ROOT / "environments").glob("*.yaml"):
        (tmp_path / "environments" / file.name).write_text(file.read_text())
    assert (tmp_path / "generated" / FILE) in generated.write(tmp_path)
    assert generated.stale(tmp_path) == ""
    written = tmp_path / "generated" / FILE
    written.write_text(written.read_text().replace("tradingdb-*", "*"))
    assert f"--- a/generated/{FILE}\n+++ b/generated/{FILE}\n" in generated.stale(tmp_path)


PREPARED = [
    "AWS::Backup::BackupPlan",
    "AWS::Backup::BackupSelection",
    "AWS::Backup::BackupVault",
    "AWS::CloudWatch::CompositeAlarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::Function",
    "AWS::Lambda::Permission",
    "AWS::Scheduler::Schedule",
    "AWS::SecretsManager::ResourcePolicy",
    "AWS::SecretsManager::RotationSchedule",
]


@pytest.mark.parametrize("resource_type", PREPARED)
def test_a_type_that_the_table_has_rows_for_is_covered_as_soon_as_a_template_uses_it(resource_type):
    secret = {"Type": "AWS::SecretsManager::Secret", "Properties": {"Name": "x"}}
    documents = {"": {"Statement": list(made({"Type": resource_type}, secret, project="tradingdb").values())}}
    needed = permissions_of(resource_type, "eu-central-1") - {"iam:CreateServiceLinkedRole", "iam:PassRole"}
    refused = [
        action
        for action in sorted(needed)
        for resource in resources_of(action)
        if not allowed(
            action,
            resource.replace("DatabaseSecret", "tradingdb-dev"),
            documents,
            aws__RequestedRegion="eu-central-1",
            kms__ViaService=f"{resource_type.split('::')[1].lower()}.eu-central-1.amazonaws.com",
        )
    ]
    assert refused == []


def made(*resources, **environment):
    stacks = {"primary": {"template": "a.yaml", "region": "eu-central-1", **environment.pop("stack", {})}}
    model = EnvironmentModel.model_validate({"project": "orders", **environment, "stacks": stacks})
    body = {"Resources": {f"R{number}": resource for number, resource in enumerate(resources)}}
    facts = facts_of([body], [model])
    actions = {action for name in facts.types for action in permissions_of(name, "eu-central-1")}
    return {one["Sid"]: one for one in statements(policies(sorted(actions), facts))}


def test_names_and_regions_come_from_the_environments():
    topics = made({"Type": "AWS::SNS::Topic"})["Topics"]
    assert topics["Resource"] == ["arn:aws:sns:*:*:orders-*"]
    assert topics["Condition"]["StringEquals"] == {"aws:RequestedRegion": ["eu-central-1"]}


def test_the_partition_is_that_of_the_regions():
    chinese = made({"Type": "AWS::SNS::Topic"}, stack={"region": "cn-north-1"})
    assert chinese["Topics"]["Resource"] == ["arn:aws-cn:sns:*:*:orders-*"]


def test_a_service_role_may_be_passed_to_cloudformation_only():
    role = "arn:aws:iam::111122223333:role/cloudformation"
    passed = made({"Type": "AWS::SNS::Topic"}, stack={"role_arn": role})["ServiceRolesPassed"]
    assert passed["Resource"] == [role]
    assert passed["Condition"] == {"StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}}


@pytest.mark.parametrize(("name", "more"), [("legacy-db", ["legacy-db/*"]), ("orders-legacy-db", []), (None, [])])
def test_a_stack_that_has_a_name_of_its_own_may_be_changed_too(name, more):
    stacks = made({"Type": "AWS::SNS::Topic"}, stack={"stack_name": name})["Stacks"]
    assert stacks["Resource"] == [
        *(f"arn:aws:cloudformation:*:*:stack/{pattern}" for pattern in ("orders-*", *more)),
        "arn:aws:cloudformation:*:*:changeSet/twinstack-*",
    ]


def test_a_role_in_another_account_may_be_assumed():
    role = "arn:aws:iam::444455556666:role/deployer"
    given = made({"Type": "AWS::SNS::Topic"}, stack={"assume_role": role})
    assert given["AccountsEntered"]["Resource"] == given["AccountsRead"]["Resource"] == [role]


def test_a_custom_resource_calls_its_function():
    assert made({"Type": "Custom::ProbeUser"})["Functions"]["Action"] == ["lambda:InvokeFunction"]


def test_a_policy_of_aws_that_a_template_names_may_be_attached():
    role = {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {"Statement": {"Principal": {"Service": "lambda.amazonaws.com"}}},
            "ManagedPolicyArns": [{"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/service-role/Some"}],
        },
    }
    attached = made(role)["PoliciesAttached"]["Condition"]["ArnLike"]["iam:PolicyARN"]
    assert attached == ["arn:aws:iam::*:policy/orders-*", "arn:aws:iam::aws:policy/service-role/Some"]


@pytest.mark.parametrize(
    ("resource", "said"),
    [
        ({"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": {"Ref": "Name"}}}, "R0: .* LogGroupName"),
        ({"Type": "AWS::Kinesis::Stream"}, r"kinesis:\w+: .* add one"),
        ({"Type": "AWS::No::Such"}, "AWS::No::Such: no resource schema for eu-central-1"),
    ],
)
def test_what_cannot_be_narrowed_is_an_error_that_says_where_to_put_it(resource, said):
    with pytest.raises(InputError, match=said):
        made(resource)


def test_a_policy_that_grows_too_large_is_split_in_the_order_of_its_statements():
    """Four projects make the statements for operations too large for one policy."""
    environments = [
        EnvironmentModel.model_validate(
            {"project": f"orders-{number:02}", "stacks": {"one": {"template": "a", "region": "eu-west-1"}}}
        )
        for number in range(4)
    ]
    texts = {role: (ROOT / "generated" / f"{role}.yaml").read_text() for role in ("primary", "secondary")}
    facts = facts_of(templates(texts), environments)
    actions = {action for name in facts.types for action in permissions_of(name, "eu-west-1")}
    found = [name for name in policies(sorted(actions), facts) if "-operations" in name]
    assert [name.rpartition("-operations")[2] for name in found] == ["-1", "-2"]
