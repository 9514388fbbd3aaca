"""The committed templates as the tests read them: by a parser and an evaluation that are not the project's."""

import json
import re
from functools import cache
from pathlib import Path

import cfn_flip
import yaml

from tests.fake_templates import REF, Evaluation, text

ROOT = Path(__file__).parents[2]
ROLES = ("primary", "secondary")
REGIONS = {"primary": "us-east-1", "secondary": "eu-west-1"}

WIRED = {
    "primary": {
        "PeeringConnectionId": "pcx-0123456789abcdef0",
        "SecondaryRegion": "eu-west-1",
        "SecondaryVpcId": "vpc-0123456789abcdef0",
        "SecondaryVpcCidr": "10.1.0.0/16",
        "SecondaryDatabaseKeyArn": "arn:aws:kms:eu-west-1:111122223333:key/database",
        "SecondaryBackupBucketArn": "arn:aws:s3:::theirs",
        "SecondaryBackupBucketName": "theirs",
        "SecondaryBackupKeyArn": "arn:aws:kms:eu-west-1:111122223333:key/backup",
        "SecondaryReaderEndpoint": "reader.eu-west-1",
        "SecondaryHealthCheckId": "12345678-1234-1234-1234-123456789012",
        "SecondaryWritesHealthCheckId": "12345678-1234-1234-1234-123456789013",
        "SecondaryOwnHealthCheckId": "12345678-1234-1234-1234-123456789014",
        "ProbeCodeBucket": "artifacts-us-east-1",
        "ProbeCodeKey": "code/lambda_src/probe/0.zip",
    },
    "secondary": {
        "GlobalClusterIdentifier": "tradingdb-dev",
        "PrimaryRegion": "us-east-1",
        "PrimaryVpcId": "vpc-0123456789abcdef1",
        "PrimaryVpcCidr": "10.0.0.0/16",
        "PrimaryBackupBucketArn": "arn:aws:s3:::theirs",
        "PrimaryBackupBucketName": "theirs",
        "PrimaryBackupKeyArn": "arn:aws:kms:us-east-1:111122223333:key/backup",
        "PrimaryReaderEndpoint": "reader.us-east-1",
        "PrimaryProbeLoginArn": "arn:aws:secretsmanager:us-east-1:111122223333:secret:probe-AbCdEf",
        "ProbeCodeBucket": "artifacts-eu-west-1",
        "ProbeCodeKey": "code/lambda_src/probe/0.zip",
    },
}


def path(role):
    return ROOT / "generated" / f"{role}.yaml"


@cache
def template(role):
    return json.loads(cfn_flip.to_json(path(role).read_text()))


def subnets_of(tier):
    """The subnets of a tier as a property names them: the third one where there are three zones."""
    first, second, third = ({"Ref": f"{tier}Subnet{letter}"} for letter in "ABC")
    return [first, second, {"Fn::If": ["HasThirdZone", third, {"Ref": "AWS::NoValue"}]}]


def resources(role, *types):
    """The resources of a template, of the given types only, by logical id."""
    found = template(role)["Resources"]
    return {name: body for name, body in found.items() if not types or body["Type"] in types}


def properties(role, logical_id):
    return template(role)["Resources"][logical_id]["Properties"]


def evaluation(role, **parameters):
    """A template under the defaults, the wires of a linked pair and the given values."""
    body = template(role)
    defaults = {name: declared.get("Default", "") for name, declared in body["Parameters"].items()}
    values = {name: text(value) for name, value in {**defaults, **WIRED[role], **parameters}.items()}

    def made(logical_id, attribute):
        """What AWS would make, with the logical id in it; the name of a secret is its ARN, which is taken apart."""
        if attribute != REF:
            return f"{logical_id}.{attribute}"
        is_secret = body["Resources"][logical_id]["Type"] == "AWS::SecretsManager::Secret"
        return f"arn:aws:secretsmanager:{REGIONS[role]}:111122223333:secret:{logical_id}" if is_secret else logical_id

    return Evaluation(body, values, REGIONS[role], f"tradingdb-dev-{role}", made)


def resolved(role, **parameters):
    """The resources that exist, with the defaults, the wires of a linked pair and the given values."""
    return evaluation(role, **parameters).resources


@cache
def environment_file(name):
    return yaml.safe_load((ROOT / "environments" / f"{name}.yaml").read_text())


@cache
def of_environment(name, role):
    """The resources of a linked pair under an environment file: a value of the region beats one for all."""
    file = environment_file(name)
    own = {"Project": file["project"], "EnvironmentSuffix": file["environment_suffix"], "Protected": file["protected"]}
    overrides = file.get("parameter_overrides", {}).get(file["stacks"][role]["region"], {})
    given = {**file.get("parameters", {}), **overrides, **own}
    return resolved(role, **{key: value for key, value in given.items() if key in template(role)["Parameters"]})


def unlinked(**parameters):
    """The primary's resources before the secondary exists."""
    alone = {name: "" for name in WIRED["primary"] if not name.startswith("ProbeCode")}
    return resolved("primary", **alone, **parameters)


def walk(node):
    """Every mapping, list and scalar in a part of a template."""
    yield node
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in children:
        yield from walk(child)


def mappings(node):
    return (part for part in walk(node) if isinstance(part, dict))


def statements(node):
    """Every policy statement in a part of a template."""
    return (part for part in mappings(node) if "Effect" in part)


def names_in(node):
    """What an expression refers to: parameters and resources."""
    found = set()
    for part in mappings(node):
        if isinstance(part.get("Ref"), str):
            found.add(part["Ref"])
        if "Fn::GetAtt" in part:
            target = part["Fn::GetAtt"]
            found.add((target if isinstance(target, str) else target[0]).split(".")[0])
        if "Fn::Sub" in part:
            text = part["Fn::Sub"] if isinstance(part["Fn::Sub"], str) else part["Fn::Sub"][0]
            found |= {name.split(".")[0] for name in re.findall(r"\$\{([^!}]+)\}", text)}
    return found
