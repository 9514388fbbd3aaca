"""Roles, and policies that stand apart from them."""

import pytest
from botocore.exceptions import ClientError

ROLE = {
    "Type": "AWS::IAM::Role",
    "Properties": {
        "AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole"}
            ],
        }
    },
}


def policy(action, name="replicate"):
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    properties = {"RoleName": {"Ref": "Role"}, "PolicyName": name, "PolicyDocument": document}
    return {"Type": "AWS::IAM::RolePolicy", "Properties": properties}


def test_a_policy_of_its_own_is_put_into_its_role(account, stack, not_emulated):
    iam = account.client("iam")

    def action(name="replicate"):
        found = iam.get_role_policy(RoleName=stack.physical_id("Role"), PolicyName=name)
        return found["PolicyDocument"]["Statement"][0]["Action"]

    stack.deploy({"Role": ROLE, "Policy": policy("s3:ReplicateObject")})
    assert action() == "s3:ReplicateObject"
    (change,) = stack.deploy({"Role": ROLE, "Policy": policy("s3:ReplicateDelete")})["Changes"]
    assert (action(), change["ResourceChange"]["Replacement"]) == ("s3:ReplicateDelete", "False")
    stack.deploy({"Role": ROLE, "Policy": policy("s3:ReplicateDelete", "other")})
    assert action("other") == "s3:ReplicateDelete"
    with pytest.raises(ClientError, match="NoSuchEntity"):
        action()
    assert not_emulated(stack) == set()
    stack.deploy({"Role": ROLE})
    assert iam.list_role_policies(RoleName=stack.physical_id("Role"))["PolicyNames"] == []
    stack.delete()
