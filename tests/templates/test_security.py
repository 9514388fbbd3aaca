"""Who may do what: no wildcard principal, no secret where it can be read, keys per region and purpose."""

import json
import re

import pytest

from tests.templates.pair import ROLES, WIRED, properties, resolved, resources, statements, template, unlinked, walk

ANSWERS = [{"Fn::Sub": "arn:${AWS::Partition}:s3:::cloudformation-custom-resource-response-*/*"}]
ROOT_PRINCIPAL = {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}


@pytest.mark.parametrize("role", ROLES)
def test_whoever_is_allowed_is_named_or_of_this_account(role):
    for name, body in resources(role).items():
        for statement in statements(body):
            if statement["Effect"] == "Allow" and "*" in json.dumps(statement.get("Principal", "")):
                assert body["Type"] == "AWS::EC2::VPCEndpoint", name
                if statement["Resource"] == ANSWERS:  # signed by CloudFormation, which is no principal of this account
                    assert statement["Action"] == ["s3:PutObject"]
                    continue
                assert statement["Condition"]["StringEquals"] == {"aws:PrincipalAccount": {"Ref": "AWS::AccountId"}}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("key", ["DatabaseKey", "BackupKey"])
def test_the_data_keys_are_in_the_hands_of_the_account_alone(role, key):
    allowed = properties(role, key)["KeyPolicy"]["Statement"]
    assert [statement["Principal"] for statement in allowed] == [ROOT_PRINCIPAL]


@pytest.mark.parametrize("role", ROLES)
def test_the_operations_key_names_the_services_that_use_it(role):
    allowed = properties(role, "OperationsKey")["KeyPolicy"]["Statement"]
    assert [statement["Principal"] for statement in allowed] == [
        ROOT_PRINCIPAL,
        {"Service": "cloudwatch.amazonaws.com"},
        {"Service": ["events.rds.amazonaws.com", "events.amazonaws.com"]},
        {"Service": {"Fn::Sub": "logs.${AWS::Region}.${AWS::URLSuffix}"}},
    ]
    assert allowed[1]["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    assert "Condition" not in allowed[2]
    assert "kms:EncryptionContext:aws:logs:arn" in allowed[3]["Condition"]["ArnLike"]


@pytest.mark.parametrize("role", ROLES)
def test_every_key_rotates_and_has_an_alias_of_its_environment(role):
    keys = resources(role, "AWS::KMS::Key")
    assert list(keys) == ["DatabaseKey", "BackupKey", "OperationsKey"]
    assert {body["Properties"]["EnableKeyRotation"] for body in keys.values()} == {True}
    aliases = [body["Properties"]["AliasName"]["Fn::Sub"] for body in resources(role, "AWS::KMS::Alias").values()]
    assert aliases == [
        f"alias/${{Project}}-${{EnvironmentSuffix}}-{purpose}" for purpose in ("database", "backup", "operations")
    ]


@pytest.mark.parametrize("role", ROLES)
def test_no_key_is_shared_between_the_regions(role):
    assert not [body for body in resources(role).values() if "MultiRegion" in str(body)]
    assert resources(role, "AWS::KMS::ReplicaKey") == {}


@pytest.mark.parametrize("role", ROLES)
def test_every_role_trusts_one_service_acting_for_this_account_where_the_service_says_so(role):
    for name, body in resources(role, "AWS::IAM::Role").items():
        (trust,) = body["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        assert list(trust["Principal"]) == ["Service"], name
        says_so = trust["Principal"]["Service"] in {
            "events.amazonaws.com",
            "monitoring.rds.amazonaws.com",
            "states.amazonaws.com",
            "vpc-flow-logs.amazonaws.com",
        }
        own = {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
        assert trust.get("Condition") == (own if says_so else None), name


@pytest.mark.parametrize("role", ROLES)
def test_every_role_stands_below_the_path_and_within_the_boundary_that_are_asked_for(role):
    boundary = "arn:aws:iam::111122223333:policy/boundary"
    asked = resolved(role, RolePath="/trading/", PermissionsBoundaryArn=boundary, AwsBackupEnabled="true")
    made = {name: body.properties for name, body in asked.items() if body.type == "AWS::IAM::Role"}
    assert len(made) >= 6
    assert {(found["Path"], found["PermissionsBoundary"]) for found in made.values()} == {("/trading/", boundary)}
    without = [body for body in resolved(role).values() if body.type == "AWS::IAM::Role"]
    assert not [body for body in without if "PermissionsBoundary" in body.properties]


@pytest.mark.parametrize("role", ROLES)
def test_no_role_or_policy_has_a_fixed_name(role):
    for name, body in resources(role, "AWS::IAM::Role", "AWS::IAM::ManagedPolicy").items():
        assert not {"RoleName", "ManagedPolicyName"} & set(body["Properties"]), name


@pytest.mark.parametrize("role", ROLES)
def test_a_role_is_given_everything_only_where_aws_knows_no_resource(role):
    wide = [
        (name, statement["Action"])
        for name, body in resources(role, "AWS::IAM::Role", "AWS::IAM::ManagedPolicy").items()
        for statement in statements(body)
        if statement.get("Resource") == ["*"] and statement["Effect"] == "Allow"
    ]
    functions = {"primary": ["ProbeFunctionRole", "ProbeUserMakerRole"], "secondary": ["ProbeFunctionRole"]}[role]
    assert wide == [
        ("FlowLogRole", ["logs:DescribeLogGroups"]),
        ("ExportStarterRole", ["rds:StartExportTask"]),
        *((name, INTERFACES) for name in functions),
    ]


INTERFACES = [
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
]


@pytest.mark.parametrize("role", ROLES)
def test_no_arn_names_a_partition_and_no_account_is_written_down(role):
    texts = [part for part in walk(template(role)["Resources"]) if isinstance(part, str)]
    assert not [text for text in texts if re.search(r"arn:aws[a-z-]*:", text)]
    assert not [text for text in texts if re.search(r"\b\d{12}\b", text)]
    assert not [text for text in texts if re.search(r"\b(us|eu|ap|sa|ca)-[a-z]+-\d", text)]


def test_the_password_is_made_by_secrets_manager_without_what_rds_refuses():
    made = properties("primary", "DatabaseSecret")["GenerateSecretString"]
    assert made["PasswordLength"] == 32
    assert set('/"@ ') <= set(made["ExcludeCharacters"])
    assert "SecretString" not in properties("primary", "DatabaseSecret")
    assert json.loads(made["SecretStringTemplate"]) == {"username": "dbadmin"}


def test_only_the_primary_cluster_resolves_the_secret():
    found = {
        (role, name, key)
        for role in ROLES
        for name, body in resources(role).items()
        for key, value in body["Properties"].items()
        if "resolve:secretsmanager" in json.dumps(value)
    }
    assert found == {("primary", "Cluster", "MasterUsername"), ("primary", "Cluster", "MasterUserPassword")}
    assert properties("primary", "Cluster")["MasterUserPassword"] == {
        "Fn::Sub": "{{resolve:secretsmanager:${DatabaseSecret}:SecretString:password}}"
    }


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("section", ["Parameters", "Outputs"])
def test_no_secret_is_a_parameter_or_an_output(role, section):
    names = [name.lower() for name in template(role).get(section, {})]
    assert not [name for name in names if "password" in name or "credential" in name]
    assert "resolve:" not in json.dumps(template(role)[section])
    assert "NoEcho" not in json.dumps(template(role)[section])


def test_the_secret_is_replicated_under_the_key_of_the_other_region_once_linked():
    assert resolved("primary")["DatabaseSecret"].properties["ReplicaRegions"] == [
        {"Region": "eu-west-1", "KmsKeyId": WIRED["primary"]["SecondaryDatabaseKeyArn"]}
    ]
    assert "ReplicaRegions" not in unlinked()["DatabaseSecret"].properties


def test_reading_the_secret_is_a_policy_of_its_own():
    read, decrypt = properties("primary", "ReadSecretPolicy")["PolicyDocument"]["Statement"]
    assert read["Action"] == ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"]
    assert decrypt["Action"] == ["kms:Decrypt"]
    assert template("primary")["Outputs"]["ReadSecretPolicyArn"]["Value"] == {"Ref": "ReadSecretPolicy"}
