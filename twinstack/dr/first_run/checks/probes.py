"""Stage `probes`: the probes switched on for the linked pair, and off again."""

from __future__ import annotations

from itertools import product

from twinstack.dr.first_run.checks.answers import Answer, compared
from twinstack.dr.first_run.checks.check import Check
from twinstack.dr.first_run.checks.linked import primary_changes
from twinstack.dr.first_run.checks.scene import PRIMARY, SECONDARY, Scene

ENABLED, READERS = "ProbeEnabled", "ReaderHealthCheck"
_SPACE, _REACHABLE = "TwinStack/Probe", "Reachable"
_ROLES = (PRIMARY, SECONDARY)


def user_made(scene: Scene) -> Answer:
    """Whether the custom resource was answered with the id of a user that was made."""
    made, found = "probe-user", scene.physical_id(PRIMARY, "ProbeUser")
    return compared(f"answered with {made}", f"answered with {found}", same=found == made)


def health_check_in_place(scene: Scene) -> Answer:
    """Whether other children left the readers' health check in place."""
    before, after = scene.reader_health_check, scene.physical_id(PRIMARY, READERS)
    said = [change["replacement"] for change in primary_changes(scene) if change["resource"] == READERS]
    return compared(
        f"still {before}",
        f"now {after}; the change set said replacement: {', '.join(said) or 'nothing'}",
        same=before == after,
    )


def both_report_both(scene: Scene) -> Answer:
    """Whether the probe of each region reaches the databases of both."""
    targets = {role: scene.pair.stacks[role].region for role in _ROLES}

    def look() -> dict[str, float | None]:
        found = {}
        for seen_by, target in product(_ROLES, _ROLES):
            of = {"Database": scene.name, "Target": targets[target]}
            measured = scene.regions[seen_by].metric(_SPACE, _REACHABLE, of, scene.run.clock.date())
            found[f"{seen_by} sees {target}"] = measured.value if measured else None
        return found

    # a rule that was just enabled may take minutes to call, and the log some more to become a metric
    found = scene.wait("the probes' reports", look, lambda it: set(it.values()) == {1.0}, seconds=900)
    return compared(
        f"{_REACHABLE} is 1 in each region for both",
        "; ".join(f"{name}: {'nothing yet' if value is None else f'{value:g}'}" for name, value in found.items()),
        same=set(found.values()) == {1.0},
    )


def user_dropped(scene: Scene) -> Answer:
    """Whether the custom resource is gone: its deletion was answered too."""
    left = scene.count(PRIMARY, "Custom::ProbeUser")
    return compared("no custom resource left in the primary", f"{left} left", same=left == 0)


_NOT_RUN = "the local AWS runs no function of the probe: it has no database server"
CHECKS = (
    Check("probe-user", user_made, emulator=_NOT_RUN),
    Check("reader-health-check", health_check_in_place),
    Check("probe-reports", both_report_both, emulator=_NOT_RUN),
    Check("probe-user-dropped", user_dropped, emulator=_NOT_RUN, afterwards=True),
)
