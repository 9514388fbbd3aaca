"""The failures this project began with cannot be in its templates; each is planted, and found, in another test."""

import json
import re
import subprocess
import sys

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from tests.templates.pair import REGIONS, ROLES, ROOT, mappings, properties, resources, statements, template


@pytest.mark.parametrize("role", ROLES)
def test_1_no_zone_stands_under_a_name_that_aws_reserves(role):
    assert not re.search(r"example\.(com|net|org)", json.dumps(template(role)), re.IGNORECASE)


@pytest.mark.parametrize("role", ROLES)
def test_2_every_resource_type_exists(role):
    known = set(PROVIDER_SCHEMA_MANAGER.get_resource_types(REGIONS[role]))
    own = {"Custom::ProbeUser"}
    assert {body["Type"] for body in resources(role).values()} - own <= known


@pytest.mark.parametrize("role", ROLES)
def test_3_the_key_of_the_replica_stands_under_encryption_configuration(role):
    found = [part for part in mappings(template(role)) if "ReplicaKmsKeyID" in part]
    assert [list(part) for part in found] == [["ReplicaKmsKeyID"]]
    assert "replicaKmsKeyId" not in json.dumps(template(role))


def test_4_every_template_module_imports_by_itself():
    modules = sorted(file.stem for file in (ROOT / "templates_src").glob("*.py") if file.stem != "__init__")
    program = "import importlib\n" + "\n".join(f"importlib.import_module('templates_src.{name}')" for name in modules)
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)


@pytest.mark.parametrize("role", ROLES)
def test_5_no_parameter_and_no_condition_is_there_for_nothing(role):
    body = json.dumps([template(role)["Resources"], template(role)["Conditions"], template(role)["Rules"]])
    for name in [*template(role)["Parameters"], *template(role)["Conditions"]]:
        assert name in body, name


@pytest.mark.parametrize("role", ROLES)
def test_6_no_legacy_property_of_buckets_is_used(role):
    text = json.dumps(properties(role, "BackupBucket"))
    for legacy in ("NoncurrentVersionExpirationInDays", '"Transition"', "NoncurrentVersionTransition", "AccessControl"):
        assert legacy not in text


@pytest.mark.parametrize("role", ROLES)
def test_7_record_identifiers_end_in_the_environment_suffix(role):
    for part in mappings(resources(role)):
        if "SetIdentifier" in part:
            assert part["SetIdentifier"]["Fn::Sub"].endswith("-${EnvironmentSuffix}")


def test_8_the_encrypted_standby_brings_its_own_key_and_says_where_it_copies_from():
    cluster = properties("secondary", "Cluster")
    assert cluster["StorageEncrypted"] is True
    assert cluster["KmsKeyId"] == {"Fn::GetAtt": ["DatabaseKey", "Arn"]}
    assert cluster["SourceRegion"] == {"Ref": "PrimaryRegion"}
    assert properties("secondary", "DatabaseKey")["EnableKeyRotation"] is True


@pytest.mark.parametrize("role", ROLES)
def test_8_no_key_policy_is_open_to_everybody(role):
    for body in resources(role, "AWS::KMS::Key").values():
        for statement in statements(body):
            assert statement["Principal"] not in ("*", {"AWS": "*"})


@pytest.mark.parametrize("role", ROLES)
def test_9_nobody_is_asked_for_a_password(role):
    assert not [name for name in template(role)["Parameters"] if re.search("password|secret", name, re.IGNORECASE)]
    assert "ManageMasterUserPassword" not in json.dumps(template(role))


@pytest.mark.parametrize("role", ROLES)
def test_10_the_suffix_is_a_parameter_that_names_depend_on(role):
    assert template(role)["Parameters"]["EnvironmentSuffix"]["Default"] == "dev"
    fixed = [
        (name, key)
        for name, body in resources(role).items()
        for key in ("DBClusterIdentifier", "GlobalClusterIdentifier", "BucketName", "AliasName", "LogGroupName", "Name")
        if "EnvironmentSuffix" not in json.dumps(body["Properties"].get(key, "EnvironmentSuffix"))
    ]
    joined = [("Cluster", "GlobalClusterIdentifier")]
    logs = [("FlowLog", "LogGroupName")]
    instances = [("Instance1", "DBClusterIdentifier"), ("Instance2", "DBClusterIdentifier")]
    assert sorted(fixed) == sorted(joined + logs + instances)
