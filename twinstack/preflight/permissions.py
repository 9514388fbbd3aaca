"""Whether whoever deploys may make what a plan adds, by IAM's simulation.

Which actions, on which resources and under which conditions is what `deployer_policy` computes for these
templates. A schema also names actions that only some properties need: so only what a resource type is made by, or what
is denied by name, is refused; the rest is told. Nobody is refused for not being allowed to simulate.

The simulation knows the policies of the user or role and of its organization, and neither those of a session nor those
of resources: https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from deployer_policy.documents import policies
from deployer_policy.facts import facts_of
from deployer_policy.permissions import permissions_to_create
from twinstack.environment.file import EnvironmentFile
from twinstack.errors import InputError
from twinstack.preflight.checked import Checked
from twinstack.preflight.looking import Look, SiteOf
from twinstack.preflight.needs import Added
from twinstack.preflight.site import Decision, Site

_ASSUMED = re.compile(r"arn:[\w-]+:sts::\d+:assumed-role/(?P<role>[^/]+)/.+")
_ENTITY = re.compile(r"arn:[\w-]+:iam::\d+:(user|role)/.+")
# How an action begins that makes something; the others tag it, read it or see to its parts.
_MAKING = ("create", "put", "change", "run", "allocate")
_LISTS = ("ForAllValues:", "ForAnyValue:")
_SHOWN = 12

Context = Mapping[str, tuple[str, tuple[str, ...]]]


@dataclass(frozen=True)
class Wanted:
    """Some of the actions, as one statement of the deployer's policies has them.

    Attributes:
        actions: The actions.
        resources: What they are for, `*` for any characters.
        conditions: The condition of the statement.
    """

    actions: frozenset[str]
    resources: tuple[str, ...]
    conditions: Mapping[str, Mapping[str, Any]]


_Answer = tuple[str, Mapping[str, Decision]]


def looks(added: Sequence[Added], site_of: SiteOf, file: EnvironmentFile) -> Iterator[Look[_Answer]]:
    """Yields a look for each stack that something is added to: who makes it, and in which region, differs by stack."""
    by_stack: dict[str, list[Added]] = {}
    for item in added:
        by_stack.setdefault(item.stack.role, []).append(item)
    for role, items in by_stack.items():
        stack = items[0].stack
        check = f"permissions ({role}, {stack.region})"
        types = sorted({item.type for item in items})
        try:
            wanted = wanted_by(items, file)
        except InputError as error:
            yield Look(check, lambda: ("", {}), partial(_not_computed, check, str(error)))
            continue
        if not wanted:
            continue
        essential = {action: kind for kind in types for action in made_by(kind, stack.region)}
        ask = partial(_simulate, site_of(role, stack.region), wanted, stack.region, stack.service_role)
        yield Look(check, ask, partial(_judged, check, essential))


def wanted_by(added: Sequence[Added], file: EnvironmentFile) -> tuple[Wanted, ...]:
    """Returns what the resources of one stack need to be made.

    Raises:
        InputError: A type has no schema, or the policies cannot be computed.
    """
    stack = added[0].stack
    needed = {it for kind in {item.type for item in added} for it in permissions_to_create(kind, stack.region)}
    facts = facts_of((stack.template.body,), (file.model,))
    folded = {action.casefold() for action in needed}
    statements = [it for document in policies(sorted(needed), facts).values() for it in document["Statement"]]
    found = (
        Wanted(
            frozenset(action for action in statement["Action"] if action.casefold() in folded),
            tuple(statement["Resource"]),
            statement.get("Condition", {}),
        )
        for statement in statements
        # What the deployer calls itself it finds out by itself.
        if "aws:CalledVia" in statement.get("Condition", {}).get("ForAnyValue:StringEquals", {})
        or statement["Sid"] in ("RolesPassed", "ServiceLinkedRoles")
    )
    return tuple(it for it in found if it.actions)


def made_by(resource_type: str, region: str) -> frozenset[str]:
    """Returns the actions without which a type is never made, as far as their names say so.

    That is the action named for the type (`rds:CreateDBCluster`), else the only one of its service that makes anything.
    """
    named = resource_type.rpartition("::")[2].casefold()
    making = {
        action: verb
        for action in permissions_to_create(resource_type, region)
        for verb in _MAKING
        if action.partition(":")[2].casefold().startswith(verb) and not action.casefold().endswith("tags")
    }
    exact = [action for action, verb in making.items() if action.partition(":")[2].casefold() == verb + named]
    if exact:
        return frozenset(exact)
    return frozenset(making) if len(making) == 1 else frozenset()


def _not_computed(check: str, why: str, _answer: _Answer) -> Sequence[Checked]:
    return [Checked(check, "unknown", why)]


def _simulate(site: Site, wanted: Sequence[Wanted], region: str, service_role: str | None) -> _Answer:
    account, caller = site.account(), service_role or site.caller()
    if match := _ASSUMED.fullmatch(caller):
        caller = site.role_arn(match["role"])
    if not _ENTITY.fullmatch(caller):
        return caller, {}
    found: dict[str, Decision] = {}
    for it in wanted:
        resources = [_example(resource, account, region) for resource in it.resources]
        context = _context(it.conditions, account, region)
        for action, decision in site.simulated(caller, it.actions, resources, context).items():
            # Two statements may be for one action: like one of several resources, one of them is enough.
            if found.get(action) != "allowed":
                found[action] = decision
    return caller, found


def _example(resource: str, account: str, region: str) -> str:
    """Returns what a pattern of ours fits, mostly an ARN: region and account where it leaves them open, else `x`."""
    if resource == "*":
        return resource
    parts = resource.split(":", 5)
    if len(parts) == 6:
        parts[3], parts[4] = parts[3].replace("*", region), parts[4].replace("*", account)
    return ":".join(parts).replace("*", "x")


def _context(conditions: Mapping[str, Mapping[str, Any]], account: str, region: str) -> Context:
    """Returns condition keys with values that meet a condition."""

    def values(key: str, given: Any) -> tuple[str, ...]:
        if key == "aws:RequestedRegion":
            return (region,)
        every = [given] if isinstance(given, str) else list(given)
        here = [it for it in every if region in it] or every
        return tuple(_example(it.replace("${aws:PrincipalAccount}", account), account, region) for it in here[:1])

    return {
        key: (_kind(operator), known)
        for operator, keys in conditions.items()
        # That a key is there follows from its value.
        if operator != "Null"
        for key, given in keys.items()
        if (known := values(key, given))
    }


def _kind(operator: str) -> str:
    if operator.startswith(_LISTS):
        return "stringList"
    return "boolean" if operator == "Bool" else "string"


def _judged(check: str, essential: Mapping[str, str], answer: _Answer) -> Sequence[Checked]:
    principal, found = answer
    if not found:
        return [Checked(check, "unknown", f"IAM simulates users and roles, and {principal} is neither")]
    folded = {action.casefold(): kind for action, kind in essential.items()}
    denied = {action: decision for action, decision in found.items() if decision != "allowed"}
    without = [it for it in denied if denied[it] == "explicitDeny" or it.casefold() in folded]
    if without:
        return [
            Checked(
                check,
                "failed",
                f"by IAM's simulation {principal} may not do {_listed(without)}",
                "allow them; generated/deployer-policy.json has the statements, and docs/deployer-role.md says how to "
                "attach them",
            )
        ]
    if denied:
        said = f"{principal} may make everything; some kinds of properties may also need {_listed(sorted(denied))}"
        return [Checked(check, "unknown", said)]
    return [Checked(check, "ok", f"IAM's simulation allows {principal} all of {len(found)} actions")]


def _listed(actions: Collection[str]) -> str:
    every = sorted(actions)
    more = f" and {len(every) - _SHOWN} more" if len(every) > _SHOWN else ""
    return ", ".join(every[:_SHOWN]) + more
