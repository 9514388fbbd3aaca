"""How far the deployer's policies reach where tags, names, services and boundaries narrow them, and no further.

What must not be refused is held as well: what CloudFormation calls before a tag is there or counts.
"""

import re

import pytest

from deployer_policy.documents import policies
from deployer_policy.facts import facts_of
from deployer_policy.permissions import ADDITIONS, handlers, permissions_of
from tests.test_deployer_policy import (
    DEPLOYER,
    OURS,
    POLICIES,
    TYPES,
    VPC,
    accepted,
    allowed,
    made,
    resources_of,
    statements,
)
from twinstack.environment.file import EnvironmentModel

KEY = OURS["kms"]["key"]
OTHERS_TAG = {"aws__ResourceTag/Project": "payroll"}
NO_TAG = {"aws__ResourceTag/Project": None}
NEW_KEY = {**NO_TAG, "kms__ResourceAliases": None}


def changing(service):
    """The actions of a service that the deployer has and that change something."""
    reads = re.compile(rf"{service}:(Describe|Get|List)")
    given = {action for one in statements(DEPLOYER) for action in one["Action"]}
    return sorted(action for action in given if action.startswith(f"{service}:") and not reads.match(action))


@pytest.mark.parametrize("action", [*changing("ec2"), *changing("kms")])
def test_nothing_that_carries_another_projects_tag_is_changed(action):
    takes_grants = action == "kms:RetireGrant"  # which KMS does not narrow further
    tagged = [arn for arn in resources_of(action) if ":alias/" not in arn and not takes_grants and accepted(action)]
    assert [arn for arn in tagged if allowed(action, arn, **OTHERS_TAG)] == []


MADE_AS = {
    "AWS::EC2::FlowLog": "vpc-flow-log",
    "AWS::EC2::RouteTable": "route-table",
    "AWS::EC2::SecurityGroup": "security-group",
    "AWS::EC2::Subnet": "subnet",
    "AWS::EC2::VPC": "vpc",
    "AWS::EC2::VPCEndpoint": "vpc-endpoint",
    "AWS::EC2::VPCPeeringConnection": "vpc-peering-connection",
}


@pytest.mark.parametrize("resource_type", MADE_AS)
@pytest.mark.parametrize("sends_tags", [True, False])
def test_what_makes_a_resource_of_a_network_is_allowed_before_it_has_its_tags(resource_type, sends_tags):
    """Whether CloudFormation sends the tags in the creating call, or after all others, is not written down."""
    arn = OURS["ec2"][MADE_AS[resource_type]]
    sent = {} if sends_tags else {"aws__RequestTag/Project": None}
    named = handlers(resource_type, "us-east-1")["create"]
    called = [it for it in named if it.startswith("ec2:") and MADE_AS[resource_type] in (accepted(it) or ())]
    assert called
    assert [action for action in called if not allowed(action, arn, **NO_TAG, **sent)] == []


@pytest.mark.parametrize("part", ["RouteTable", "SecurityGroup", "Subnet", "VpcEndpoint", "VpcPeeringConnection"])
def test_what_is_made_for_a_vpc_is_made_for_one_of_ours(part):
    action = f"ec2:Create{part}"
    assert allowed(action, VPC)
    assert not allowed(action, VPC, **NO_TAG)


@pytest.mark.parametrize(
    "resource_type", sorted({name for name in TYPES if "kms" in str(permissions_of(name, "us-east-1"))})
)
def test_a_new_key_can_be_made_and_used_before_its_tag_counts(resource_type):
    """KMS takes up to five minutes: https://docs.aws.amazon.com/kms/latest/developerguide/abac.html"""
    added = [action for one in ADDITIONS if one.type == resource_type for action in one.actions]
    named = {*handlers(resource_type, "us-east-1")["create"], *added}
    called = [it for it in named if it.startswith("kms:") and "key" in (accepted(it) or ())]
    assert [action for action in called if not allowed(action, KEY, **NEW_KEY)] == []


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        ("ec2:AssociateRouteTable", "subnet"),
        ("ec2:CreateRoute", "route-table"),
        ("ec2:DeleteVpc", "vpc"),
        ("ec2:ModifyVpcEndpoint", "security-group"),
        ("ec2:ReplaceRoute", "route-table"),
        ("ec2:RevokeSecurityGroupIngress", "security-group"),
        ("ec2:UpdateSecurityGroupRuleDescriptionsEgress", "security-group"),
        ("kms:DisableKeyRotation", "key"),
        ("kms:EnableKey", "key"),
        ("kms:ScheduleKeyDeletion", "key"),
        ("kms:UntagResource", "key"),
        ("kms:UpdateKeyDescription", "key"),
    ],
)
def test_what_comes_after_the_making_needs_the_projects_tag(action, kind):
    resource = OURS[action.partition(":")[0]][kind]
    assert allowed(action, resource)
    assert not allowed(action, resource, **NO_TAG)


def test_a_key_with_somebody_elses_alias_gets_neither_a_policy_nor_a_tag_of_ours():
    for action in ("kms:PutKeyPolicy", "kms:TagResource"):
        aliases = ["alias/payroll", "alias/tradingdb-dev-x"]
        assert allowed(action, KEY, **NEW_KEY)
        assert not allowed(action, KEY, **{**NEW_KEY, "kms__ResourceAliases": aliases})


def test_no_tag_of_another_project_is_given_and_no_key_made_without_ours():
    given = {"aws__RequestTag/Project": "payroll"}
    for action, resource in (("ec2:CreateTags", VPC), ("kms:TagResource", KEY), ("kms:CreateKey", "*")):
        assert allowed(action, resource)
        assert not allowed(action, resource, **given)
    assert not allowed("kms:CreateKey", "*", **{"aws__RequestTag/Project": None})


@pytest.mark.parametrize("action", ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"])
@pytest.mark.parametrize(
    "changed",
    [
        {"kms__ViaService": None},
        {"kms__ViaService": "s3.eu-west-1.amazonaws.com"},
        {"kms__ViaService": "secretsmanager.ap-south-1.amazonaws.com"},
        {"aws__ResourceAccount": "444455556666"},
    ],
)
def test_a_key_is_used_only_through_services_that_need_it_here(action, changed):
    assert allowed(action, KEY)
    assert not allowed(action, KEY, **changed)


def test_keys_are_used_through_the_services_of_all_types_that_need_it():
    uses = {"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"}
    types = {name for name in TYPES if uses & permissions_of(name, "us-east-1")}
    assert {name.split("::")[1] for name in types} == {"Backup", "Lambda", "SecretsManager", "StepFunctions"}
    (used,) = [one for one in statements(DEPLOYER) if "kms:Decrypt" in one["Action"]]
    assert used["Condition"]["StringEquals"]["kms:ViaService"] == [
        f"{service}.{region}.amazonaws.com"
        for service in ("backup", "lambda", "secretsmanager", "states")
        for region in ("eu-west-1", "us-east-1")
    ]


ZONE = OURS["route53"]["hostedzone"]


@pytest.mark.parametrize(
    "names", [None, ["www.payroll.internal"], ["writer.tradingdb-prod.tradingdb.internal", "www.payroll.internal"]]
)
def test_no_record_is_changed_but_those_that_the_templates_name(names):
    action = "route53:ChangeResourceRecordSets"
    for environment in ("dev.test.local", "prod.tradingdb.internal"):
        ours = [f"{host}.tradingdb-{environment}" for host in ("reader", "writer")]
        assert allowed(action, ZONE, route53__ChangeResourceRecordSetsNormalizedRecordNames=ours)
    assert not allowed(action, ZONE, route53__ChangeResourceRecordSetsNormalizedRecordNames=names)


@pytest.mark.parametrize("vpcs", [None, ["VPCId=vpc-1,VPCRegion=ap-south-1"]])
def test_zones_are_made_for_and_joined_by_vpcs_in_our_regions_only(vpcs):
    for action in ("route53:CreateHostedZone", "route53:AssociateVPCWithHostedZone"):
        assert allowed(action, ZONE)
        assert not allowed(action, ZONE, route53__VPCs=vpcs)


ROLE = {
    "Type": "AWS::IAM::Role",
    "Properties": {
        "AssumeRolePolicyDocument": {"Statement": {"Principal": {"Service": "lambda.amazonaws.com"}}},
        "Path": {"Ref": "Path"},
        "PermissionsBoundary": {"Fn::If": ["Has", {"Ref": "Boundary"}, {"Ref": "AWS::NoValue"}]},
    },
}
BODY = {
    "Parameters": {"Path": {"Type": "String", "Default": "/"}, "Boundary": {"Type": "String", "Default": ""}},
    "Conditions": {"Has": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Boundary"}, ""]}]}},
    "Resources": {"Role": ROLE},
}
BOUNDARY = "arn:aws:iam::111122223333:policy/orders-boundary"


def with_roles(*environments):
    """The statements for roles with path and boundary by parameters; an environment is a suffix and parameters."""
    models = [
        EnvironmentModel.model_validate(
            {
                "project": "orders",
                "environment_suffix": suffix,
                "stacks": {"one": {"template": "a.yaml", "region": "eu-west-1"}},
                "parameters": parameters,
            }
        )
        for suffix, parameters in environments
    ]
    needed = permissions_of("AWS::IAM::Role", "eu-west-1") | permissions_of("AWS::IAM::ManagedPolicy", "eu-west-1")
    needed |= {"iam:PassRole"}
    return policies(sorted(needed), facts_of([BODY], models))


def may(documents, action, role, **changed):
    return allowed(action, f"arn:aws:iam::111122223333:role/{role}", documents, **changed)


OWN_POLICY = {"iam__PolicyARN": "arn:aws:iam::111122223333:policy/orders-x"}


@pytest.mark.parametrize("action", ["iam:CreateRole", "iam:PutRolePolicy", "iam:PutRolePermissionsBoundary"])
def test_where_all_environments_give_a_boundary_no_role_grows_without_it(action):
    documents = with_roles(("dev", {"Boundary": BOUNDARY}), ("prod", {"Boundary": BOUNDARY}))
    assert may(documents, action, "orders-dev-one-R", iam__PermissionsBoundary=BOUNDARY)
    assert not may(documents, action, "orders-dev-one-R")
    assert not may(documents, action, "orders-dev-one-R", iam__PermissionsBoundary="arn:aws:iam::aws:policy/Admin")


def test_a_policy_is_attached_within_the_boundary_only():
    documents = with_roles(("prod", {"Boundary": BOUNDARY}))
    given = {**OWN_POLICY, "iam__PermissionsBoundary": BOUNDARY}
    assert may(documents, "iam:AttachRolePolicy", "orders-prod-one-R", **given)
    assert not may(documents, "iam:AttachRolePolicy", "orders-prod-one-R", **OWN_POLICY)


def test_where_one_environment_gives_a_boundary_the_roles_of_its_stacks_have_it_and_those_of_others_need_none():
    documents = with_roles(("dev", {}), ("prod", {"Boundary": BOUNDARY}))
    assert may(documents, "iam:CreateRole", "orders-dev-one-R")
    assert not may(documents, "iam:CreateRole", "orders-prod-one-R")
    assert may(documents, "iam:CreateRole", "orders-prod-one-R", iam__PermissionsBoundary=BOUNDARY)


def test_a_boundary_is_neither_taken_off_a_role_nor_changed_even_where_it_is_named_as_ours_are():
    documents, free = with_roles(("prod", {"Boundary": BOUNDARY})), with_roles(("prod", {}))
    assert not may(documents, "iam:DeleteRolePermissionsBoundary", "orders-prod-one-R")
    assert may(free, "iam:DeleteRolePermissionsBoundary", "orders-prod-one-R")
    for action in ("iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion"):
        assert not allowed(action, BOUNDARY, documents)
        assert allowed(action, BOUNDARY, free)


def test_without_a_boundary_nothing_is_denied():
    assert {one["Effect"] for one in statements(POLICIES)} == {"Allow"}


@pytest.mark.parametrize("action", ["iam:CreateRole", "iam:PassRole", "iam:TagRole", "iam:AttachRolePolicy"])
def test_roles_are_found_under_the_path_that_an_environment_gives(action):
    documents = with_roles(("dev", {}), ("prod", {"Path": "/teams/x/"}))
    given = {"iam__PolicyARN": "arn:aws:iam::111122223333:policy/teams/x/orders-y"}
    given |= {"iam__PassedToService": "lambda.amazonaws.com"}
    assert may(documents, action, "orders-dev-one-R", **given)
    assert may(documents, action, "teams/x/orders-prod-one-R", **given)
    assert not may(documents, action, "teams/y/orders-prod-one-R", **given)
    assert not may(with_roles(("prod", {"Path": "/teams/x/"})), action, "orders-prod-one-R", **given)


def test_whether_a_kept_role_is_there_is_asked_under_its_path():
    documents = with_roles(("prod", {"Path": "/teams/x/"}))
    assert may(documents, "iam:GetRole", "teams/x/orders-prod-one-R", aws__CalledVia=None)


@pytest.mark.parametrize(
    ("holders", "attached"),
    [({}, None), ({"Users": ["ana"]}, ["user"]), ({"Users": ["ana"], "Groups": ["readers"]}, ["group", "user"])],
)
def test_policies_are_attached_to_users_and_groups_only_where_a_template_does_so(holders, attached):
    found = made({"Type": "AWS::IAM::ManagedPolicy", "Properties": holders}).get("OthersAttached", {})
    expected = attached and [f"arn:aws:iam::*:{kind}/orders-*" for kind in attached]
    assert found.get("Resource") == expected


def test_a_name_that_only_aws_knows_in_part_leaves_that_part_open():
    record = {"Type": "AWS::Route53::RecordSet", "Properties": {"Name": {"Fn::Sub": "A.${AWS::AccountId}.Orders."}}}
    condition = made(record)["Records"]["Condition"]
    key = "route53:ChangeResourceRecordSetsNormalizedRecordNames"
    assert condition["ForAllValues:StringLike"][key] == ["a.*.orders"]
    assert condition["Null"][key] == "false"


def test_a_template_with_a_public_zone_may_make_one():
    zone = made({"Type": "AWS::Route53::HostedZone", "Properties": {"Name": "orders.example"}})["ZonesMade"]
    assert "Null" not in zone["Condition"]


def test_a_type_of_network_that_has_no_row_opens_tags_for_any_kind():
    opened = made({"Type": "AWS::EC2::InternetGateway"})["NetworkChanges"]
    assert opened["Resource"] == ["arn:aws:ec2:*:*:*/*"]
    assert opened["Condition"]["StringEqualsIfExists"]["aws:ResourceTag/Project"] == ["orders"]
