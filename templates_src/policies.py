"""Policy documents, written with awacs: a misspelt action fails when the template is built."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from awacs import sts
from awacs.aws import Action, Allow, Condition, ConditionElement, PolicyDocument, Principal, Statement
from awacs.aws import StringEquals as _StringEquals
from troposphere import AccountId, Sub

OWN_ACCOUNT: Mapping[str, object] = {"aws:SourceAccount": AccountId}

_NAMES_ACCOUNT = frozenset(
    {"events.amazonaws.com", "monitoring.rds.amazonaws.com", "states.amazonaws.com", "vpc-flow-logs.amazonaws.com"}
)
"""The services that AWS shows with aws:SourceAccount in a trust policy; docs/decisions.md has the page of each."""


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
    """A role's trust in one AWS service, where the service says for whom it acts for this account only.

    aws:SourceAccount keeps the service from being talked into using the role for somebody else:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    A service that does not send it could not take on the role at all. Such a role still serves this account alone:
    a role can be passed only within its account.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
    """
    trust: dict[str, Any] = {"Effect": Allow, "Principal": Principal("Service", service), "Action": [sts.AssumeRole]}
    if service in _NAMES_ACCOUNT:
        trust["Condition"] = Condition(string_equals(OWN_ACCOUNT))
    return document(Statement(**trust))


def arn(service_and_rest: str) -> Sub:
    """An ARN in whatever partition the stack is in: `arn("iam::${AWS::AccountId}:root")`."""
    return Sub(f"arn:${{AWS::Partition}}:{service_and_rest}")
