"""The database credentials: made by Secrets Manager, replicated, read at run time, known to nobody.

There is no password parameter: the primary cluster resolves the secret when it is created. RDS cannot manage
the password itself in a global database, so the secret is an ordinary one.
https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/rds-secrets-manager.html
It has no fixed name: a retained secret would then block the next stack of the same environment.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from awacs import kms as kms_actions
from awacs import secretsmanager as actions
from troposphere import If, Ref, Select, Split, Sub, iam, secretsmanager

from templates_src import roles
from templates_src.assembly import OtherRegion, RegionTemplate
from templates_src.encryption import DATABASE_KEY, key_arn
from templates_src.policies import allow, document, string_equals
from templates_src.tags import keep_when_protected, tags

SECRET = "DatabaseSecret"  # noqa: S105  # a logical id
READ_POLICY = "ReadSecretPolicy"


@dataclass(frozen=True)
class GeneratedUser:
    """A database user whose password Secrets Manager makes up: its secret's logical id, its name, what it is for."""

    logical_id: str
    name: str
    description: str


def resolve(field: str) -> Sub:
    """The dynamic reference that CloudFormation resolves to a field of the secret when it calls RDS."""
    return Sub(f"{{{{resolve:secretsmanager:${{{SECRET}}}:SecretString:{field}}}}}")


def add(template: RegionTemplate, other: OtherRegion, other_database_key: Ref) -> None:
    """Add the secret, its replica in the other region and the policy of those who may read it."""
    template.concern("Secret")
    master = GeneratedUser(SECRET, "dbadmin", "Master user of the database, for emergencies")
    add_generated(template, master, other, other_database_key)
    _add_read_policy(template, other, other_database_key)


def add_generated(template: RegionTemplate, user: GeneratedUser, other: OtherRegion, other_database_key: Ref) -> None:
    """Add a secret of a database user, with a password that nobody has seen, and its replica."""
    template.put(
        secretsmanager.Secret(
            user.logical_id,
            **keep_when_protected(),
            Description=user.description,
            KmsKeyId=key_arn(DATABASE_KEY),
            GenerateSecretString=secretsmanager.GenerateSecretString(
                SecretStringTemplate=json.dumps({"username": user.name}),
                GenerateStringKey="password",
                PasswordLength=32,
                # RDS refuses / " @ and space; the rest is what shells and URLs trip over
                ExcludeCharacters="\"'@/\\`$%:?# ",
            ),
            ReplicaRegions=other.if_known(
                [secretsmanager.ReplicaRegion(Region=other.region, KmsKeyId=other_database_key)]
            ),
            Tags=tags(template),
        )
    )


def _add_read_policy(template: RegionTemplate, other: OtherRegion, other_database_key: Ref) -> None:
    """IAM is global, so one policy covers the secret and its replica, which differ by region only.

    It is kept with the secret: IAM refuses to delete a policy that an application's role still has.
    """
    secret_in_any_region = Sub(
        "arn:${AWS::Partition}:secretsmanager:*:${AWS::AccountId}:secret:${Name}",
        Name=Select(6, Split(":", Ref(SECRET))),
    )
    keys: list[object] = [key_arn(DATABASE_KEY)]
    if other.linked is not None:
        keys.append(If(other.linked, other_database_key, Ref("AWS::NoValue")))
    template.put(
        iam.ManagedPolicy(
            READ_POLICY,
            **keep_when_protected(),
            Path=Ref(roles.PATH),
            Description="Reads the database secret in either region",
            PolicyDocument=document(
                allow([actions.GetSecretValue, actions.DescribeSecret], [secret_in_any_region]),
                allow(
                    [kms_actions.Decrypt],
                    keys,
                    string_equals({"kms:CallerAccount": Ref("AWS::AccountId")}),
                ),
            ),
        )
    )
