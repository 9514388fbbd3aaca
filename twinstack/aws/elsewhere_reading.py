"""Looks for stacks where an environment file may have left some: in its own regions, and by name in all others."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from twinstack.aws.api import Clients, CloudFormation, StackDescription
from twinstack.aws.errors import AwsError
from twinstack.errors import UnreachableError
from twinstack.planning.system import System

_AT_A_TIME = 32


@dataclass(frozen=True)
class Sighting:
    """A stack that was seen.

    Attributes:
        account: The role that was assumed to see it, '' for the caller's own account; see `Stack.account`.
        region: Where it is.
        stack: What AWS says of it.
        cloudformation: What it was seen through.
    """

    account: str
    region: str
    stack: StackDescription
    cloudformation: CloudFormation


@dataclass(frozen=True)
class Sightings:
    """What was seen, and what could not be looked at.

    Attributes:
        stacks: Every stack of the regions of the file, and those of the wanted names in other regions.
        gaps: A sentence for each look that was not possible.
    """

    stacks: tuple[Sighting, ...] = ()
    gaps: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Look:
    """One region of one account, and how it is asked: all looks run side by side, each in a thread of its own."""

    account: str
    region: str
    cloudformation: CloudFormation
    ask: Callable[[CloudFormation], list[StackDescription]]

    def take(self) -> list[Sighting] | str:
        """Returns what is seen, or why nothing could be."""
        try:
            found = self.ask(self.cloudformation)
        except (AwsError, UnreachableError) as error:
            return str(error)
        return [Sighting(self.account, self.region, stack, self.cloudformation) for stack in found]


def look_around(system: System, clients: Clients, names: Mapping[str, Collection[str]]) -> Sightings:
    """Looks through the regions of the file, and for some names through all other regions of their account.

    Args:
        system: The stacks of the file.
        clients: Their clients.
        names: The names to look for in all regions, by `Stack.account`; without any, no other region is asked.

    Raises:
        InputError: There are no usable credentials.
    """
    home = _home_looks(system, clients)
    seen, silent = _take(home)
    gaps = [f"{_regions(silent)}: a forgotten stack would not be seen there: {_first(silent)}"] if silent else []
    listed = {(look.account, look.region) for look in home} - {(look.account, look.region) for look, _ in silent}
    for account, wanted in names.items():
        if not wanted:
            continue
        searched = " or ".join(sorted(wanted))
        try:
            looks = _looks_abroad(system, clients, account, frozenset(wanted), listed)
        except (AwsError, UnreachableError) as error:
            gaps.append(f"the account's other regions: {searched} would not be seen there: {error}")
            continue
        found, silent = _take(looks)
        seen += found
        if silent:
            gaps.append(f"{_regions(silent)}: {searched} would not be seen there: {_first(silent)}")
    return Sightings(tuple(seen), tuple(gaps))


def _home_looks(system: System, clients: Clients) -> list[_Look]:
    """Returns a look for each region of the file in each account, with the client of a stack that is there."""
    looks: dict[tuple[str, str], _Look] = {}
    for role, stack in system.stacks.items():
        here = _Look(stack.account, stack.region, clients[role].cloudformation, lambda aws: aws.describe_stacks())
        looks.setdefault(stack.site, here)
    return list(looks.values())


def _looks_abroad(
    system: System, clients: Clients, account: str, names: frozenset[str], listed: Collection[tuple[str, str]]
) -> list[_Look]:
    """Returns a look for some names in each region that has not been listed already."""
    role = next(role for role, stack in system.stacks.items() if stack.account == account)
    regions = clients[role].regions

    def ask(cloudformation: CloudFormation) -> list[StackDescription]:
        described = [cloudformation.describe_stack(name) for name in sorted(names)]
        return [stack for stack in described if stack is not None]

    return [
        _Look(account, region, regions.cloudformation(region), ask)
        for region in regions.enabled()
        if (account, region) not in listed
    ]


def _take(looks: Sequence[_Look]) -> tuple[list[Sighting], list[tuple[_Look, str]]]:
    """Takes all looks at once; returns what was seen, and which looks failed and why."""
    if not looks:
        return [], []
    threads = ThreadPoolExecutor(min(len(looks), _AT_A_TIME))
    try:
        answers = list(threads.map(_Look.take, looks))
    finally:
        # Whoever is interrupted has better things to do than to wait for regions that do not answer.
        threads.shutdown(wait=False, cancel_futures=True)
    seen = [sighting for answer in answers if not isinstance(answer, str) for sighting in answer]
    return seen, [(look, answer) for look, answer in zip(looks, answers, strict=True) if isinstance(answer, str)]


def _regions(silent: Iterable[tuple[_Look, str]]) -> str:
    return ", ".join(dict.fromkeys(look.region for look, _ in silent))


def _first(silent: Sequence[tuple[_Look, str]]) -> str:
    return silent[0][1]
