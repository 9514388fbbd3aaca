"""Tags, and the policies that decide what outlives its stack.

The deployer tags each stack with Project, EnvironmentSuffix and Role, and CloudFormation copies stack tags to
every resource that can be tagged; said here once more they would only be noise in every diff. The templates say
what only they know: what a resource is for.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html
"""

from __future__ import annotations

from typing import Any

from troposphere import If, Sub, Tags

from templates_src.assembly import RegionTemplate

PROTECTED = "IsProtected"


def tags(template: RegionTemplate, purpose: str | None = None, *, name: str | None = None) -> Tags:
    """The tags of one resource.

    Args:
        template: the template, whose present concern stands in for a purpose.
        purpose: what the resource is for; not needed where the type has a description.
        name: the last part of a Name tag, for the types whose console lists show that tag as their name.
    """
    named = {} if name is None else {"Name": Sub(f"${{AWS::StackName}}-{name}")}
    return Tags(**named, Purpose=purpose or template.heading)


def keep_when_protected() -> dict[str, Any]:
    """What outlives the stack of a protected environment, and goes with the stack of any other.

    That is whatever holds something nobody can make again, and what AWS would not delete, or would delete to its
    harm, while that stays: a cluster keeps its instances, groups and network, a bucket its policy.

    RetainExceptOnCreate and not Retain: a create that fails and is rolled back leaves no orphan that the next
    attempt would collide with. UpdateReplacePolicy knows Delete, Retain and Snapshot only.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html
    """
    return {
        "DeletionPolicy": If(PROTECTED, "RetainExceptOnCreate", "Delete"),
        "UpdateReplacePolicy": If(PROTECTED, "Retain", "Delete"),
    }


def goes_with_the_stack() -> dict[str, Any]:
    """What nobody misses after its stack; said since the default is easily taken for an oversight."""
    return {"DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete"}
