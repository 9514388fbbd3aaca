"""Steps and change sets written by hand, for the tests of the review."""

from __future__ import annotations

from twinstack.aws.api import ChangeDetail, ResourceChange
from twinstack.planning.document import (
    ChangeDocument,
    DetailDocument,
    ParameterDocument,
    StepDocument,
    TouchedDetailDocument,
    TouchedDocument,
    ValueDocument,
)

TOPIC, VPC, NESTED = "AWS::SNS::Topic", "AWS::EC2::VPC", "AWS::CloudFormation::Stack"
REPLACEMENTS = {"Replace": "True", "Replace?": "Conditional"}


def value(path="P", before="old", after="new", *, unknown=False):
    return ValueDocument(path=path, before=before, after=after, unknown=unknown)


def certain_detail(name, recreation="Never", *values, attribute="Properties", by_part=False):
    values = values or (value(name),)
    return DetailDocument(attribute=attribute, name=name, recreation=recreation, by_part=by_part, values=values)


def change(action, resource, *details, type=TOPIC, policy_action=""):
    return ChangeDocument(
        action=action,
        resource=resource,
        type=type,
        replacement=REPLACEMENTS.get(action, "False"),
        properties=tuple(detail.label for detail in details),
        details=details,
        policy_action=policy_action,
    )


def may(resource, *details, type=TOPIC):
    """What may be touched; each detail is (property, cause, recreation)."""
    made = tuple(
        TouchedDetailDocument(
            name=name,
            cause=cause,
            source="Automatic" if not cause else "ResourceAttribute" if "." in cause else "ResourceReference",
            recreation=recreation,
        )
        for name, cause, recreation in details
    )
    replacement = "Conditional" if any(detail.recreation != "Never" for detail in made) else "False"
    return TouchedDocument(resource=resource, type=type, replacement=replacement, details=made)


def parameter(name, before="old", after="new", *, unknown=False):
    return ParameterDocument(name=name, before=before, after=after, unknown=unknown, source="literal")


def step(*entries, **more):
    """An update of the primary; entries are changes, what may be touched, and parameters."""
    return StepDocument(
        **{
            "stack": "primary",
            "name": "pair-dev-primary",
            "region": "us-east-1",
            "operation": "UPDATE",
            "because": (),
            "parameters": tuple(it for it in entries if isinstance(it, ParameterDocument)),
            "changes": tuple(it for it in entries if isinstance(it, ChangeDocument)),
            "may_be_touched": tuple(it for it in entries if isinstance(it, TouchedDocument)),
            "changed_outputs": (),
            "tags_changed": False,
            "may_change": (),
            "left_to_aws": (),
            "not_comparable": (),
            **more,
        }
    )


def static(name, recreation="Never", *, attribute="Properties", cause="", source="DirectModification"):
    return ChangeDetail(attribute, name, dynamic=False, cause=cause, recreation=recreation, source=source)


def dynamic(name, cause, recreation="Never", source=""):
    source = source or ("ResourceAttribute" if "." in cause else "ResourceReference")
    return ChangeDetail("Properties", name, dynamic=True, cause=cause, recreation=recreation, source=source)


def real(action, resource, *details, type=TOPIC, replacement="False", policy_action=""):
    return ResourceChange(action, resource, type, "id", replacement, details, policy_action=policy_action)
