"""What travels between the stacks is what both templates say."""

import pytest

from tests.templates.pair import ROLES, WIRED, mappings, names_in, template

WIRES = {
    "primary": {
        "PeeringConnectionId": "secondary.VpcPeeringConnectionId",
        "SecondaryRegion": "secondary.Region",
        "SecondaryVpcId": "secondary.VpcId",
        "SecondaryVpcCidr": "secondary.VpcCidr",
        "SecondaryDatabaseKeyArn": "secondary.DatabaseKeyArn",
        "SecondaryBackupBucketArn": "secondary.BackupBucketArn",
        "SecondaryBackupBucketName": "secondary.BackupBucketName",
        "SecondaryBackupKeyArn": "secondary.BackupKeyArn",
        "SecondaryReaderEndpoint": "secondary.ReaderEndpoint",
        "SecondaryHealthCheckId": "secondary.OtherRegionHealthCheckId",
        "SecondaryWritesHealthCheckId": "secondary.StandbyWritesHealthCheckId",
        "SecondaryOwnHealthCheckId": "secondary.OwnHealthCheckId",
        "ProbeCodeBucket": "artifacts.Bucket",
        "ProbeCodeKey": "artifacts.Key(lambda_src/probe)",
    },
    "secondary": {
        "GlobalClusterIdentifier": "primary.GlobalClusterIdentifier",
        "PrimaryRegion": "primary.Region",
        "PrimaryVpcId": "primary.VpcId",
        "PrimaryVpcCidr": "primary.VpcCidr",
        "PrimaryBackupBucketArn": "primary.BackupBucketArn",
        "PrimaryBackupBucketName": "primary.BackupBucketName",
        "PrimaryBackupKeyArn": "primary.BackupKeyArn",
        "PrimaryReaderEndpoint": "primary.ReaderEndpoint",
        "PrimaryProbeLoginArn": "primary.ProbeLoginArn",
        "ProbeCodeBucket": "artifacts.Bucket",
        "ProbeCodeKey": "artifacts.Key(lambda_src/probe)",
    },
}
OF_THE_DEPLOYER = {"ProbeCodeBucket", "ProbeCodeKey"}
LINKS = [name for name in WIRES["primary"] if name not in OF_THE_DEPLOYER]


@pytest.mark.parametrize("role", ROLES)
def test_the_template_says_its_role_and_its_wires(role):
    assert template(role)["Metadata"]["TwinStack"] == {"Role": role, "Wiring": WIRES[role]}


@pytest.mark.parametrize("role", ROLES)
def test_every_wire_leads_from_an_unconditional_output(role):
    for wire in WIRES[role].values():
        producer, output = wire.split(".")
        if producer == "artifacts":
            continue
        assert "Condition" not in template(producer)["Outputs"][output]


@pytest.mark.parametrize("role", ROLES)
def test_every_wired_value_is_used_by_a_resource(role):
    assert set(WIRES[role]) <= names_in(template(role)["Resources"])


def test_the_secondary_waits_for_all_of_its_wires():
    assert not [name for name in WIRES["secondary"] if "Default" in template("secondary")["Parameters"][name]]


def test_the_primary_can_be_made_without_anything_of_the_secondary():
    assert {template("primary")["Parameters"][name]["Default"] for name in LINKS} == {""}


@pytest.mark.parametrize("role", ROLES)
def test_no_stack_is_made_before_the_code_of_the_probe_is_in_its_bucket(role):
    assert not [name for name in OF_THE_DEPLOYER if "Default" in template(role)["Parameters"][name]]


def test_linked_means_that_every_wire_of_the_primary_has_arrived():
    groups = template("primary")["Conditions"]["Linked"]["Fn::And"]
    assert all(2 <= len(group["Fn::And"]) <= 10 for group in groups)  # as many as AWS takes
    parts = [part for group in groups for part in group["Fn::And"]]
    assert parts == [{"Fn::Not": [{"Fn::Equals": [{"Ref": name}, ""]}]} for name in LINKS]


def test_no_other_condition_asks_for_a_wired_value():
    for role in ROLES:
        others = {name: body for name, body in template(role)["Conditions"].items() if name != "Linked"}
        assert not names_in(others) & set(WIRED[role])


def test_a_wired_value_is_used_only_where_the_stacks_are_linked():
    for name, body in template("primary")["Resources"].items():
        if body.get("Condition") not in {"Linked", "BackupPlanOn", "ProbeRuns"}:
            assert not names_in(_without_linked(body)) & set(LINKS), name


def test_the_backup_plan_too_waits_for_the_link():
    assert template("primary")["Conditions"]["BackupPlanOn"] == {
        "Fn::And": [{"Condition": "AwsBackupOn"}, {"Condition": "Linked"}]
    }


def test_nothing_is_cut_out_of_a_wired_value_that_may_be_empty():
    cut = [part for part in mappings(template("primary")) if {"Fn::Split", "Fn::Select"} & set(part)]
    assert not [part for part in cut if names_in(part) & set(LINKS)]


def _without_linked(node):
    if isinstance(node, list):
        return [_without_linked(part) for part in node]
    if not isinstance(node, dict):
        return node
    if node.get("Fn::If", [None])[0] in {"Linked", "ProbeRuns"}:
        return _without_linked(node["Fn::If"][2])
    return {name: _without_linked(part) for name, part in node.items()}


@pytest.mark.parametrize("role", ROLES)
def test_no_output_depends_on_what_came_through_a_wire(role):
    assert not names_in(template(role)["Outputs"]) & set(WIRES[role])


@pytest.mark.parametrize("role", ROLES)
def test_nothing_is_exported(role):
    assert not [name for name, body in template(role)["Outputs"].items() if "Export" in body]


@pytest.mark.parametrize("role", ROLES)
def test_the_rules_want_two_regions_and_two_networks(role):
    other = {"primary": "Secondary", "secondary": "Primary"}[role]
    asserted = {name: rule["Assertions"][0]["Assert"] for name, rule in template(role)["Rules"].items()}
    assert asserted == {
        "RegionsDiffer": {"Fn::Not": [{"Fn::Equals": [{"Ref": "AWS::Region"}, {"Ref": f"{other}Region"}]}]},
        "NetworksDiffer": {"Fn::Not": [{"Fn::Equals": [{"Ref": "VpcCidr"}, {"Ref": f"{other}VpcCidr"}]}]},
    }
