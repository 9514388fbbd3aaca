"""The order in which stacks with a new engine version are updated: those that read now, then the one that writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from twinstack.dr.global_databases import GlobalDatabase
from twinstack.dr.roles import Roles


def readers_first(order: Sequence[str], changing: Iterable[tuple[GlobalDatabase, Roles]]) -> tuple[str, ...]:
    """Returns an update order in which the readers of each database come before its writer.

    Everything else keeps its place. Where two databases ask for opposite orders, the order stays as it is: the check of
    the plan then refuses.

    Args:
        order: The update order, all roles.
        changing: The databases whose versions change, with their roles.
    """
    before: dict[str, set[str]] = {role: set() for role in order}
    for database, roles in changing:
        stacks = {change.after.region: change.after.role for change in database.upgrades}
        writer = stacks.get(roles.writer.region) if roles.writer else None
        if writer is not None:
            before[writer] |= {stacks[reader.region] for reader in roles.readers if reader.region in stacks} - {writer}
    return _sorted(order, before) or tuple(order)


def _sorted(order: Sequence[str], before: Mapping[str, set[str]]) -> tuple[str, ...]:
    """Returns the roles with what must come before each, first come first served; () when that goes round in a ring."""
    done: list[str] = []
    while len(done) < len(order):
        free = next((role for role in order if role not in done and before[role] <= set(done)), None)
        if free is None:
            return ()
        done.append(free)
    return tuple(done)
