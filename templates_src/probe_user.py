"""The database user of the probe: its secret, the function that makes it, and the one that answers for that.

Both belong to the primary. The user arrives in the standby by replication and the secret by its replica, which the
secondary names by the ARN of the original: the two differ by region only.
https://docs.aws.amazon.com/secretsmanager/latest/userguide/create-manage-multi-region-secrets.html

Where CloudFormation waits for an answer has a legacy name of S3, which cannot be reached from inside this VPC. So what
CloudFormation calls is outside, and has the function inside make the user. It is the one whose logical id was there
first: the ServiceToken of a custom resource can never be changed.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/privatelink-interface-endpoints.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-customresource.html
"""

from __future__ import annotations

from awacs import awslambda as lambda_actions
from troposphere import AWSObject, GetAtt, Ref, Select, Split, Sub

from templates_src import probe, probe_role, secret
from templates_src.assembly import OtherRegion, RegionTemplate
from templates_src.database import CLUSTER, INSTANCES
from templates_src.network import PORT
from templates_src.policies import allow

SECRET = "ProbeSecret"  # noqa: S105  # a logical id
FUNCTION, MAKER = "ProbeUserFunction", "ProbeUserMaker"
USER = "twinstack_probe"
MAKER_SECONDS = 60
# two calls of the maker, and between them the minutes in which Lambda gives an idle function its interfaces back
SECONDS = 300
# of 3,600 at most: also for an answer that was not taken, after which Lambda calls once more, a minute later
SERVICE_TIMEOUT = 600


class _ProbeUser(AWSObject):
    """The custom resource that the function answers for."""

    resource_type = "Custom::ProbeUser"
    props = {  # noqa: RUF012  # troposphere's way
        "ServiceToken": (str, True),
        "ServiceTimeout": (int, True),
        "Host": (str, True),
        "Port": (int, True),
        "SecretArn": (str, True),
    }


def add_secret(template: RegionTemplate, other: OtherRegion, other_database_key: Ref) -> None:
    """Add the secret; its name for the user has to stay, since the old user would stay too."""
    user = secret.GeneratedUser(SECRET, USER, "User of the probe, who may log in and no more")
    secret.add_generated(template, user, other, other_database_key)


def add_maker(template: RegionTemplate) -> None:
    """Add the function that makes the user, the one that answers for it, and while probes run the user."""
    template.concern("User of the probe")
    secrets = [Ref(secret.SECRET), Ref(SECRET)]
    probe.add_function(
        template,
        probe.FunctionSpec(
            MAKER,
            "probe.user.handler",
            "Makes the user of the probe",
            {"MASTER_SECRET_ARN": Ref(secret.SECRET), "PROBE_SECRET_ARN": Ref(SECRET)},
            probe_role.reading(secrets),
            MAKER_SECONDS,
        ),
    )
    calls = [lambda_actions.GetFunctionConfiguration, lambda_actions.InvokeFunction]
    probe.add_function(
        template,
        probe.FunctionSpec(
            FUNCTION,
            "probe.answering.handler",
            "Answers CloudFormation about the user of the probe",
            {"MAKER_FUNCTION": Ref(MAKER)},
            [allow(calls, [GetAtt(MAKER, "Arn")])],
            SECONDS,
            inside=False,
        ),
    )
    template.put(
        _ProbeUser(
            "ProbeUser",
            Condition=probe.RUNS,
            # what the maker needs to reach database and secrets, also when the stack goes
            DependsOn=[
                *INSTANCES,
                "DatabaseFromAppSubnets",
                "SecretsManagerEndpoint",
                # a dependency cannot hang on a condition, and the third subnet may be missing; from there all of this
                # is reached by the main route table too, since it is in the VPC
                *(f"AppSubnet{zone}Routes" for zone in "AB"),
            ],
            ServiceToken=GetAtt(FUNCTION, "Arn"),
            ServiceTimeout=SERVICE_TIMEOUT,
            Host=GetAtt(CLUSTER, "Endpoint.Address"),
            Port=PORT,
            SecretArn=Ref(SECRET),
        )
    )


def replica_arn(original: Ref) -> Sub:
    """The ARN of the secret's replica in this region."""
    return Sub(
        "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:${Name}",
        Name=Select(6, Split(":", original)),
    )
