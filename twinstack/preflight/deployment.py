"""Everything that is looked at before a deployment of any pair."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from twinstack.environment.file import EnvironmentFile
from twinstack.planning.passes import Plan
from twinstack.preflight import names, networks, permissions, quotas, zones
from twinstack.preflight.checked import Checked
from twinstack.preflight.looking import Look, SiteOf, look
from twinstack.preflight.needs import Added, additions

FurtherLooks = Callable[[Sequence[Added], EnvironmentFile], Iterable[Look[Any]]]


def no_further_looks(_added: Sequence[Added], _file: EnvironmentFile) -> Iterable[Look[Any]]:
    """Knows no service."""
    return ()


def checks(
    planned: Plan,
    file: EnvironmentFile,
    site_of: SiteOf,
    *,
    further: FurtherLooks = no_further_looks,
    local: bool = False,
) -> tuple[Checked, ...]:
    """Looks at what a plan needs; a plan that adds nothing asks nothing.

    Args:
        planned: The plan.
        file: The environment's file, for the places to change.
        site_of: Returns the region of the account of a stack.
        further: Looks at what a service needs that this knows nothing of.
        local: Whether the local AWS answers.

    Raises:
        CredentialsError: AWS does not take the credentials.
    """
    added = additions(planned)
    if not added:
        return ()
    looks: list[Look[Any]] = [
        *quotas.looks(added, site_of),
        *names.looks(added, site_of, file),
        *networks.looks(added, site_of, file),
        *zones.looks(added, site_of, file),
        *further(added, file),
        *permissions.looks(added, site_of, file),
    ]
    return look(looks, local=local)
