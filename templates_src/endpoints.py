"""The ways out of a network without a way out: endpoints for what a probe calls, and the flow log.

A probe reads its secret, which Secrets Manager decrypts by itself, and Lambda carries its log: one interface endpoint
is all it needs. Applications that call KMS or CloudWatch Logs themselves need two more, paid for by the hour in each
zone; they come with `ApplicationEndpoints`. Endpoint policies admit principals of this account only, which
keeps foreign credentials from carrying data out through them. Their principal has to be `*`: with an account
principal a gateway endpoint admits the root user alone.
https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from awacs import kms, logs, s3, secretsmanager
from awacs.aws import Action, Principal, Statement
from troposphere import AccountId, GetAtt, Ref, Sub, ec2
from troposphere import logs as log_resources

from templates_src import backup, buckets, roles
from templates_src.assembly import RegionTemplate
from templates_src.encryption import OPERATIONS_KEY, key_arn
from templates_src.network import NOTHING, ROUTE_TABLES, VPC, subnet_ids
from templates_src.policies import allow, document, string_equals
from templates_src.tags import goes_with_the_stack, tags

ENDPOINT_GROUP = "EndpointSecurityGroup"

APPLICATION_ENDPOINTS, FOR_APPLICATIONS = "ApplicationEndpoints", "HasApplicationEndpoints"


@dataclass(frozen=True)
class _Interface:
    """An interface endpoint: its logical id, its service, what may be done through it, and when it exists."""

    logical_id: str
    service: str
    actions: tuple[Action, ...]
    attributes: Mapping[str, Any] = field(default_factory=dict)


_ON_REQUEST = {"Condition": FOR_APPLICATIONS}
_INTERFACES = (
    _Interface(
        "SecretsManagerEndpoint", "secretsmanager", (secretsmanager.GetSecretValue, secretsmanager.DescribeSecret)
    ),
    _Interface("KmsEndpoint", "kms", (kms.Decrypt, kms.DescribeKey), _ON_REQUEST),
    _Interface("LogsEndpoint", "logs", (logs.CreateLogStream, logs.PutLogEvents), _ON_REQUEST),
)


def add(template: RegionTemplate) -> None:
    """Add the endpoints and the flow log."""
    template.concern("Endpoints")
    template.put(
        ec2.SecurityGroup(
            ENDPOINT_GROUP,
            VpcId=Ref(VPC),
            GroupDescription="Interface endpoints: HTTPS from this VPC",
            SecurityGroupIngress=[
                {
                    "CidrIp": Ref("VpcCidr"),
                    "IpProtocol": "tcp",
                    "FromPort": 443,
                    "ToPort": 443,
                    "Description": "HTTPS from this VPC",
                }
            ],
            SecurityGroupEgress=[NOTHING],
            Tags=tags(template, name="endpoints"),
        )
    )
    for interface in _INTERFACES:
        template.put(
            ec2.VPCEndpoint(
                interface.logical_id,
                **interface.attributes,
                VpcId=Ref(VPC),
                VpcEndpointType="Interface",
                ServiceName=Sub(f"com.amazonaws.${{AWS::Region}}.{interface.service}"),
                SubnetIds=subnet_ids("App"),
                SecurityGroupIds=[Ref(ENDPOINT_GROUP)],
                PrivateDnsEnabled=True,
                PolicyDocument=document(_own_account_only(interface.actions, ["*"])),
                Tags=tags(template, name=interface.service),
            )
        )
    _add_s3_endpoint(template)
    _add_flow_log(template)


def _own_account_only(actions: Sequence[Action], resources: Sequence[object]) -> Statement:
    return allow(
        actions,
        resources,
        string_equals({"aws:PrincipalAccount": AccountId}),
        principal=Principal("*"),
    )


def _add_s3_endpoint(template: RegionTemplate) -> None:
    backups = [GetAtt(backup.BUCKET, "Arn"), buckets.contents(backup.BUCKET)]
    template.put(
        ec2.VPCEndpoint(
            "S3Endpoint",
            VpcId=Ref(VPC),
            VpcEndpointType="Gateway",
            ServiceName=Sub("com.amazonaws.${AWS::Region}.s3"),
            RouteTableIds=[Ref(table) for table in ROUTE_TABLES],
            PolicyDocument=document(_own_account_only([s3.GetObject, s3.PutObject, s3.ListBucket], backups)),
            Tags=tags(template, name="s3"),
        )
    )


def _add_flow_log(template: RegionTemplate) -> None:
    group = template.put(
        log_resources.LogGroup(
            "FlowLogGroup",
            **goes_with_the_stack(),
            KmsKeyId=key_arn(OPERATIONS_KEY),
            RetentionInDays=Ref("LogRetentionDays"),
            Tags=tags(template, "Flow log"),
        )
    )
    # Not CreateLogGroup, which AWS's page lists too: a group that was deleted by hand would come back without a key.
    # https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-cwl.html#flow-logs-iam-role
    write = document(
        allow([logs.CreateLogStream, logs.PutLogEvents, logs.DescribeLogStreams], [GetAtt(group, "Arn")]),
        # it lists groups, and so knows none of them as its resource
        allow([logs.DescribeLogGroups], ["*"]),
    )
    role = roles.add(
        template,
        "FlowLogRole",
        "vpc-flow-logs.amazonaws.com",
        "Lets the flow log write to its log group",
        {"write-flow-log": write},
    )
    template.put(
        ec2.FlowLog(
            "FlowLog",
            ResourceType="VPC",
            ResourceId=Ref(VPC),
            TrafficType="ALL",
            LogGroupName=Ref(group),
            DeliverLogsPermissionArn=GetAtt(role, "Arn"),
            Tags=tags(template, "Flow log of the VPC"),
        )
    )
