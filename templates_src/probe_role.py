"""What the probe's functions may do: write to their own log group, do their work, and be in the network if they are."""

from __future__ import annotations

from collections.abc import Sequence

from awacs import ec2 as ec2_actions
from awacs import kms as kms_actions
from awacs import logs as log_actions
from awacs import secretsmanager, sqs
from awacs.aws import ArnLike, Condition, Deny, Statement
from troposphere import AWSObject, Sub

from templates_src import roles
from templates_src.assembly import RegionTemplate
from templates_src.encryption import DATABASE_KEY, OPERATIONS_KEY, key_arn
from templates_src.policies import allow, arn, document, string_equals

_INTERFACES = [
    ec2_actions.CreateNetworkInterface,
    ec2_actions.DeleteNetworkInterface,
    ec2_actions.DescribeNetworkInterfaces,
    ec2_actions.DescribeSubnets,
    ec2_actions.AssignPrivateIpAddresses,
    ec2_actions.UnassignPrivateIpAddresses,
]


def add(
    template: RegionTemplate,
    logical_id: str,
    log_group: object,
    may: Sequence[Statement],
    queue: object,
    *,
    inside: bool,
) -> AWSObject:
    """Add the role of one function.

    Args:
        template: the template.
        logical_id: its logical id.
        log_group: where the function writes its log.
        may: what its work takes.
        queue: where calls of it that failed go.
        inside: whether it is in the VPC.
    """
    work = document(
        allow([log_actions.CreateLogStream, log_actions.PutLogEvents], [log_group]),
        *may,
        allow([sqs.SendMessage], [queue]),
        allow([kms_actions.Decrypt, kms_actions.GenerateDataKey], [key_arn(OPERATIONS_KEY)]),
    )
    network = {"be-in-the-network": document(*_network())} if inside else {}
    return roles.add(
        template, logical_id, "lambda.amazonaws.com", "Lets a function of the probe work", {"work": work, **network}
    )


def reading(secrets: Sequence[object]) -> list[Statement]:
    """What it takes to read secrets that the database's key encrypts."""
    by_way_of_secrets = string_equals({"kms:ViaService": Sub("secretsmanager.${AWS::Region}.amazonaws.com")})
    return [
        allow([secretsmanager.GetSecretValue], secrets),
        allow([kms_actions.Decrypt], [key_arn(DATABASE_KEY)], by_way_of_secrets),
    ]


def _network() -> list[Statement]:
    """Lambda makes the interfaces with the function's role, and cannot with a narrower resource.

    So the function itself, whose calls carry its ARN, is denied what Lambda needs on its behalf.
    https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
    """
    own_code = ArnLike("lambda:SourceFunctionArn", arn("lambda:${AWS::Region}:${AWS::AccountId}:function:*"))
    denied = Statement(Effect=Deny, Action=list(_INTERFACES), Resource=["*"], Condition=Condition(own_code))
    return [allow(_INTERFACES, ["*"]), denied]
