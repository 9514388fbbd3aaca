"""Writes the policies: actions into statements, statements into documents that IAM takes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import product
from typing import Any

from deployer_policy.conditions import condition_of
from deployer_policy.facts import Facts
from deployer_policy.kept import KEPT
from deployer_policy.operators import OPERATORS
from deployer_policy.own_calls import OWN_CALLS
from deployer_policy.scopes import DENIED, SCOPES
from deployer_policy.statements import Scope
from twinstack.errors import InputError

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html, not counting white space
MAX_CHARACTERS = 6_144

Document = dict[str, Any]


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
    wanted: dict[Scope, list[str]] = {scope: list(scope.actions) for scope in (*OWN_CALLS, *KEPT, *OPERATORS, *DENIED)}
    wanted |= {scope: [] for scope in SCOPES}
    for action in actions:
        for scope in _scopes_of(action):
            wanted[scope].append(action)
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


def _scopes_of(action: str) -> Iterator[Scope]:
    for scope in SCOPES:
        if any(fnmatchcase(action.casefold(), pattern.casefold()) for pattern in scope.actions):
            yield scope
            if not scope.further:
                return
    raise InputError(
        f"{action}: a resource type of the templates needs it, and no row of SCOPES in "
        "deployer_policy/scopes.py says how far it can be narrowed; add one"
    )


def _statement(scope: Scope, actions: Sequence[str], facts: Facts) -> Document:
    statement: Document = {
        "Sid": scope.sid,
        "Effect": "Deny" if scope.denies else "Allow",
        "Action": sorted(actions),
        "Resource": [arn for pattern in scope.resources for arn in _filled(pattern, facts)],
    }
    condition = condition_of(scope.only, facts)
    return {**statement, "Condition": condition} if condition else statement


def _filled(pattern: str, facts: Facts) -> list[str]:
    """Fills the names into a pattern: once for each value of each name that stands in it."""
    names = {
        "partition": (facts.partition,),
        "project": facts.projects,
        "stack": facts.stacks,
        "secret": facts.logical_names["AWS::SecretsManager::Secret"],
        "state_machine": facts.logical_names["AWS::StepFunctions::StateMachine"],
        "log_group": facts.log_groups,
        "transform": facts.transforms,
        "service_role": facts.service_roles,
        "assumed_role": facts.assumed_roles,
        "network_kind": facts.network_kinds,
        "path": facts.paths,
        "policy_holder": facts.policy_holders,
        "bounded_stack": facts.bounded_stacks,
        "unbounded_stack": facts.unbounded_stacks,
        "boundary": facts.boundaries,
    }
    there = [name for name in names if f"{{{name}}}" in pattern]
    filled = (dict(zip(there, values, strict=True)) for values in product(*(names[name] for name in there)))
    return [pattern.format_map(values) for values in filled]


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
