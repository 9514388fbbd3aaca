"""The database user of the probe: its secret, and the function that makes it.

Both belong to the primary. The user arrives in the standby by replication and the secret by its replica, which the
secondary names by the ARN of the original: the two differ by region only.
https://docs.aws.amazon.com/secretsmanager/latest/userguide/create-manage-multi-region-secrets.html
"""

from __future__ import annotations

from troposphere import AWSObject, GetAtt, Ref, Select, Split, Sub

from templates_src import endpoints, probe, secret
from templates_src.assembly import OtherRegion, RegionTemplate
from templates_src.database import CLUSTER, INSTANCES
from templates_src.network import PORT

SECRET = "ProbeSecret"  # noqa: S105  # a logical id
FUNCTION = "ProbeUserFunction"
USER = "twinstack_probe"
SECONDS = 60


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
    """Add the function, its way to where CloudFormation waits for an answer, and while probes run the user."""
    template.concern("User of the probe")
    endpoints.add_way_to_answer(template)
    probe.add_function(
        template,
        probe.FunctionSpec(
            FUNCTION,
            "probe.user.handler",
            "Makes the user of the probe",
            {"MASTER_SECRET_ARN": Ref(secret.SECRET), "PROBE_SECRET_ARN": Ref(SECRET)},
            [Ref(secret.SECRET), Ref(SECRET)],
            SECONDS,
        ),
    )
    template.put(
        _ProbeUser(
            "ProbeUser",
            Condition=probe.RUNS,
            # what it needs to reach database, secrets and CloudFormation, also when the stack goes
            DependsOn=[
                *INSTANCES,
                "DatabaseFromAppSubnets",
                "SecretsManagerEndpoint",
                endpoints.WAY_TO_ANSWER,
                # a dependency cannot hang on a condition, and the third subnet may be missing; from there all of this
                # is reached by the main route table too, since it is in the VPC
                *(f"AppSubnet{zone}Routes" for zone in "AB"),
            ],
            ServiceToken=GetAtt(FUNCTION, "Arn"),
            ServiceTimeout=2 * SECONDS,
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
