"""Policy documents, written with awacs: a misspelt action fails when the template is built."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from awacs import sts
from awacs.aws import Action, Allow, Condition, ConditionElement, PolicyDocument, Principal, Statement
from awacs.aws import StringEquals as _StringEquals
from troposphere import AccountId, Sub

OWN_ACCOUNT: Mapping[str, object] = {"aws:SourceAccount": AccountId}


def string_equals(keys: Mapping[str, object]) -> ConditionElement:
    """StringEquals over several keys."""
    return _StringEquals(dict(keys))


def document(*statements: Statement) -> PolicyDocument:
    """A policy document of the current language version."""
    return PolicyDocument(Version="2012-10-17", Statement=list(statements))


def allow(
    actions: Sequence[Action],
    resources: Sequence[object],
    *conditions: ConditionElement,
    principal: Principal | None = None,
) -> Statement:
    """A statement that allows the actions on the resources, under all the conditions."""
    attributes: dict[str, Any] = {"Effect": Allow}
    if principal is not None:
        attributes["Principal"] = principal
    attributes |= {"Action": list(actions), "Resource": list(resources)}
    if conditions:
        attributes["Condition"] = Condition(list(conditions))
    return Statement(**attributes)


def service_trust(service: str) -> PolicyDocument:
    """A role's trust in one AWS service acting for this account only.

    aws:SourceAccount keeps the service from being talked into using the role for somebody else:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    return document(
        Statement(
            Effect=Allow,
            Principal=Principal("Service", service),
            Action=[sts.AssumeRole],
            Condition=Condition(string_equals(OWN_ACCOUNT)),
        )
    )


def arn(service_and_rest: str) -> Sub:
    """An ARN in whatever partition the stack is in: `arn("iam::${AWS::AccountId}:root")`."""
    return Sub(f"arn:${{AWS::Partition}}:{service_and_rest}")
