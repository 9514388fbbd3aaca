"""Writes the policies: actions into statements, statements into documents that IAM takes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from deployer_policy.facts import Facts
from deployer_policy.kept import KEPT
from deployer_policy.operators import OPERATORS
from deployer_policy.scopes import OWN_CALLS, SCOPES, Only, Scope
from twinstack.errors import InputError

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html, not counting white space
MAX_CHARACTERS = 6_144

Document = dict[str, Any]

# Services whose service-linked role has another name than theirs.
_LINKED = {"AWS::EC2": "delivery.logs.amazonaws.com"}
_LINKED_TYPES = ("AWS::RDS::", "AWS::EC2::FlowLog", "AWS::Backup::")


def policies(actions: Iterable[str], facts: Facts) -> dict[str, Document]:
    """Makes the policies.

    Args:
        actions: The actions that CloudFormation needs.
        facts: What they are narrowed to.

    Returns:
        The policies by name, none larger than IAM takes.

    Raises:
        InputError: An action has no place in the table of scopes, or one statement alone is too large.
    """
    wanted: dict[Scope, list[str]] = {scope: list(scope.actions) for scope in (*OWN_CALLS, *KEPT, *OPERATORS)}
    wanted |= {scope: [] for scope in SCOPES}
    for action in actions:
        wanted[_scope_of(action)].append(action)
    by_policy: dict[str, list[Document]] = {}
    for scope, needed in wanted.items():
        statement = _statement(scope, needed, facts)
        if needed and statement["Resource"]:
            by_policy.setdefault(scope.policy, []).append(statement)
    project = "-".join(facts.projects)
    return {
        # Not beginning with the project: the role could otherwise change its own policies.
        f"deployer-{project}-{policy}{suffix}": document
        for policy, statements in by_policy.items()
        for suffix, document in _documents(policy, statements)
    }


def render(documents: Mapping[str, Document]) -> str:
    """Returns the text of the file: every policy by its name, one action a line."""
    return json.dumps(documents, indent=2) + "\n"


def size(document: Document) -> int:
    """Returns the characters of a policy as IAM counts them."""
    return len("".join(json.dumps(document).split()))


def _scope_of(action: str) -> Scope:
    for scope in SCOPES:
        if any(fnmatchcase(action.casefold(), pattern.casefold()) for pattern in scope.actions):
            return scope
    raise InputError(
        f"{action}: a resource type of the templates needs it, and no row of SCOPES in "
        "deployer_policy/scopes.py says how far it can be narrowed; add one"
    )


def _statement(scope: Scope, actions: Sequence[str], facts: Facts) -> Document:
    statement: Document = {
        "Sid": scope.sid,
        "Effect": "Allow",
        "Action": sorted(actions),
        "Resource": [arn for pattern in scope.resources for arn in _filled(pattern, facts)],
    }
    condition: dict[str, dict[str, Any]] = {}
    for only in scope.only:
        operator, key, value = _condition(only, facts)
        condition.setdefault(operator, {})[key] = value
    return {**statement, "Condition": condition} if condition else statement


def _filled(pattern: str, facts: Facts) -> list[str]:
    """Fills the names into a pattern: once for each value of the name that stands in it."""
    names = {
        "project": facts.projects,
        "stack": facts.stacks,
        "secret": facts.logical_names["AWS::SecretsManager::Secret"],
        "state_machine": facts.logical_names["AWS::StepFunctions::StateMachine"],
        "log_group": facts.log_groups,
        "transform": facts.transforms,
        "service_role": facts.service_roles,
        "assumed_role": facts.assumed_roles,
    }
    pattern = pattern.replace("{partition}", facts.partition)
    for name, values in names.items():
        if f"{{{name}}}" in pattern:
            return [pattern.replace(f"{{{name}}}", value) for value in values]
    return [pattern]


def _condition(only: Only, facts: Facts) -> tuple[str, str, Any]:
    if only is Only.OF_OUR_POLICIES:
        own = [f"arn:{facts.partition}:iam::*:policy/{project}-*" for project in facts.projects]
        aws = [f"arn:{facts.partition}:iam::aws:policy/{name}" for name in facts.managed_policies]
        return "ArnLike", "iam:PolicyARN", own + aws
    equal: dict[Only, tuple[str, Any]] = {
        Only.IN_OUR_REGIONS: ("aws:RequestedRegion", list(facts.regions)),
        Only.ON_TAGGED: ("aws:ResourceTag/Project", list(facts.projects)),
        Only.OF_OUR_ACCOUNT: ("aws:ResourceAccount", "${aws:PrincipalAccount}"),
        Only.TO_TRUSTED_SERVICES: ("iam:PassedToService", list(facts.trusted_services)),
        Only.TO_CLOUDFORMATION: ("iam:PassedToService", "cloudformation.amazonaws.com"),
        Only.FOR_USED_SERVICES: ("iam:AWSServiceName", _linked_services(facts)),
    }
    if only is Only.FOR_SERVICES_OF_AWS:
        return "Bool", "kms:GrantIsForAWSResource", "true"
    if only is Only.THROUGH_CLOUDFORMATION:
        return "ForAnyValue:StringEquals", "aws:CalledVia", "cloudformation.amazonaws.com"
    return ("StringEquals", *equal[only])


def _linked_services(facts: Facts) -> list[str]:
    services = {name.rpartition("::")[0] for name in facts.types if name.startswith(_LINKED_TYPES)}
    return sorted(
        _LINKED.get(service, f"{service.removeprefix('AWS::').lower()}.amazonaws.com") for service in services
    )


def _documents(policy: str, statements: Sequence[Document]) -> Iterator[tuple[str, Document]]:
    """Packs statements in their order into as few documents as hold them; yields each with its suffix."""
    packed: list[list[Document]] = [[]]
    for statement in statements:
        if size(_document([statement])) > MAX_CHARACTERS:
            raise InputError(
                f"the statement {statement['Sid']} of the deployer's policy {policy} is larger than IAM takes "
                f"({MAX_CHARACTERS:,} characters); split its row in deployer_policy/scopes.py"
            )
        if size(_document([*packed[-1], statement])) > MAX_CHARACTERS:
            packed.append([])
        packed[-1].append(statement)
    for number, part in enumerate(packed, start=1):
        yield (f"-{number}" if len(packed) > 1 else ""), _document(part)


def _document(statements: Sequence[Document]) -> Document:
    return {"Version": "2012-10-17", "Statement": list(statements)}
