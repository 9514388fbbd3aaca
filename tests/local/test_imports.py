"""What a deleted stack keeps is remembered, and a new stack of its name takes it in, as AWS documents it."""

import json
import time

import pytest
from botocore.exceptions import ClientError

RETAINED = {"DeletionPolicy": "Retain"}
VPC = {"Type": "AWS::EC2::VPC", **RETAINED, "Properties": {"CidrBlock": "10.0.0.0/16"}}
SUBNET = {"Type": "AWS::EC2::Subnet", **RETAINED, "Properties": {"CidrBlock": "10.0.0.0/24", "VpcId": {"Ref": "Vpc"}}}
BUCKET = {"Type": "AWS::S3::Bucket", **RETAINED, "Properties": {"AbacStatus": "Enabled"}}
POLICY = {
    "Type": "AWS::S3::BucketPolicy",
    **RETAINED,
    "Properties": {"Bucket": {"Ref": "Bucket"}, "PolicyDocument": {"Version": "2012-10-17", "Statement": []}},
}
TOPIC = {"Type": "AWS::SNS::Topic"}
KEPT = {"Vpc": VPC, "Subnet": SUBNET, "Bucket": BUCKET, "Policy": POLICY}


@pytest.fixture
def deleted(stack):
    """A stack that was deleted; `kept` has the physical ids of what it kept, `id` is the stack's."""
    stack.deploy({**KEPT, "Topic": TOPIC})
    stack.kept = {name: stack.physical_id(name) for name in KEPT}
    stack.id = stack.api.describe_stacks(StackName=stack.name)["Stacks"][0]["StackId"]
    stack.delete()
    return stack


def to_import(stack, **names):
    keys = {"Vpc": "VpcId", "Subnet": "SubnetId", "Bucket": "BucketName", "Policy": "Bucket"}
    ids = {**stack.kept, "Policy": stack.kept["Bucket"], **names}
    return [
        {"LogicalResourceId": name, "ResourceType": KEPT[name]["Type"], "ResourceIdentifier": {keys[name]: ids[name]}}
        for name in KEPT
    ]


def import_set(stack, resources, wanted, **options):
    made = stack.api.create_change_set(
        StackName=stack.name,
        ChangeSetName=f"import-{time.monotonic_ns()}",
        ChangeSetType="IMPORT",
        TemplateBody=json.dumps({"Resources": resources}),
        ResourcesToImport=wanted,
        **options,
    )
    return stack.api.describe_change_set(ChangeSetName=made["Id"])


def imported(stack):
    stack.api.execute_change_set(ChangeSetName=import_set(stack, KEPT, to_import(stack))["ChangeSetId"])
    return stack.settled()


def listed(stack, stack_id):
    entries = stack.api.list_stack_resources(StackName=stack_id)["StackResourceSummaries"]
    return {entry["LogicalResourceId"]: (entry["ResourceStatus"], entry["PhysicalResourceId"]) for entry in entries}


def test_a_deleted_stack_lists_what_it_kept_and_what_went(deleted):
    found = listed(deleted, deleted.id)
    assert {name: found[name] for name in KEPT} == {name: ("DELETE_SKIPPED", deleted.kept[name]) for name in KEPT}
    assert found["Topic"][0] == "DELETE_COMPLETE"


def test_it_is_remembered_beside_a_new_stack_of_the_name(deleted):
    assert imported(deleted) == "IMPORT_COMPLETE"
    summaries = deleted.api.list_stacks(StackStatusFilter=["DELETE_COMPLETE"])["StackSummaries"]
    (found,) = [it for it in summaries if it["StackId"] == deleted.id]
    assert found["DeletionTime"]
    assert deleted.api.describe_stacks(StackName=deleted.id)["Stacks"][0]["StackStatus"] == "DELETE_COMPLETE"
    assert listed(deleted, deleted.id)["Vpc"] == ("DELETE_SKIPPED", deleted.kept["Vpc"])


def test_an_import_lists_imports_alone_and_takes_in_what_was_there(deleted):
    change_set = import_set(deleted, KEPT, to_import(deleted))
    changes = [change["ResourceChange"] for change in change_set["Changes"]]
    assert {(it["LogicalResourceId"], it["Action"]) for it in changes} == {(name, "Import") for name in KEPT}
    assert {it["PhysicalResourceId"] for it in changes} == {*deleted.kept.values()} - {deleted.kept["Policy"]}
    assert imported(deleted) == "IMPORT_COMPLETE"
    assert {name: deleted.physical_id(name) for name in KEPT} == deleted.kept


def test_the_usual_update_goes_on_from_there_and_knows_attributes(deleted):
    imported(deleted)
    outputs = {"Arn": {"Value": {"Fn::GetAtt": ["Bucket", "Arn"]}}}
    deleted.deploy({**KEPT, "Topic": TOPIC}, Outputs=outputs)
    assert deleted.outputs() == {"Arn": f"arn:aws:s3:::{deleted.kept['Bucket']}"}


def test_neither_tags_nor_outputs_can_be_brought_along(deleted):
    with pytest.raises(ClientError, match=r"cannot modify or add \[Tags\]"):
        import_set(deleted, KEPT, to_import(deleted), Tags=[{"Key": "a", "Value": "b"}])


def test_what_is_not_there_cannot_be_imported(deleted):
    change_set = import_set(deleted, KEPT, to_import(deleted, Vpc="vpc-0"))
    assert (change_set["Status"], change_set["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert change_set["StatusReason"] == "Resource of type 'AWS::EC2::VPC' with identifier 'vpc-0' was not found."


def test_cloud_control_knows_what_is_there(deleted, account):
    control = account.client("cloudcontrol", deleted.region)
    there = {"AWS::EC2::VPC": deleted.kept["Vpc"], "AWS::S3::BucketPolicy": deleted.kept["Bucket"]}
    for kind, identifier in there.items():
        found = control.get_resource(TypeName=kind, Identifier=identifier)
        assert found["ResourceDescription"]["Identifier"] == identifier
        with pytest.raises(control.exceptions.ResourceNotFoundException):
            control.get_resource(TypeName=kind, Identifier="other")


def test_a_key_that_is_pending_deletion_is_gone_for_cloudformation(account):
    kms, control = account.client("kms"), account.client("cloudcontrol")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    assert control.get_resource(TypeName="AWS::KMS::Key", Identifier=key)
    kms.schedule_key_deletion(KeyId=key)
    with pytest.raises(control.exceptions.ResourceNotFoundException):
        control.get_resource(TypeName="AWS::KMS::Key", Identifier=key)


def test_what_was_not_emulated_of_a_resource_is_listed_again(deleted, not_emulated):
    assert not_emulated(deleted) == set()
    imported(deleted)
    assert not_emulated(deleted) == {("Bucket", "AbacStatus")}
