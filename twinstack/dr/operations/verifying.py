"""What is looked at after the roles have moved: each is well, or is not, or could not be looked at and why."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from twinstack.aws.api import StackResource
from twinstack.aws.side_by_side import Silence, side_by_side
from twinstack.dr.database import Site
from twinstack.dr.health import health_of
from twinstack.dr.operations.names import (
    PROBE,
    PROBE_IS_ON,
    READER_CHECK,
    READER_NAME,
    WRITER_NAME,
    ZONE,
)
from twinstack.dr.roles import Roles
from twinstack.dr.run import DatabaseRun
from twinstack.expressions.values import as_text
from twinstack.planning.world import Live
from twinstack.preflight.checked import Checked

_LOCAL = "the local AWS runs no database that a probe could log in to"
# A probe that starts cold has to reach Secrets Manager and two databases first.
SECONDS = 30.0


def verify(run: DatabaseRun, before: Roles, after: Roles, target: str) -> tuple[Checked, ...]:
    """Looks at the pair after a change of roles.

    Args:
        run: The run.
        before: The roles before.
        after: The roles afterwards.
        target: The region that is to write.
    """
    looks: dict[str, Callable[[], list[Checked]]] = {
        "write probe": partial(_probe, run, target),
        "records": partial(_records, run, before, after),
        "health check": partial(_health, run),
    }
    found = side_by_side(looks, SECONDS)
    return (
        _writer(after, target),
        _views(after),
        _endpoint(before, after),
        *(
            checked
            for name, answer in found.items()
            for checked in ([Checked(name, "unknown", answer.why)] if isinstance(answer, Silence) else answer)
        ),
    )


def _writer(after: Roles, target: str) -> Checked:
    if after.writer is not None and after.writer.region == target:
        return Checked("writer", "ok", f"{after.writer}, by AWS")
    return Checked("writer", "failed", f"{after.writer or 'nobody'} writes, by AWS", "look at `status`")


def _views(after: Roles) -> Checked:
    """Whether a region still takes another cluster for the writer: then two may take writes."""
    check = "one writer"
    if writers := after.writers:
        said = ", ".join(f"{region} says {writer}" for region, writer in writers.items())
        fix = "stop the applications in both regions now: docs/runbook.md, split brain"
        return Checked(check, "failed", said, fix)
    if after.silent:
        fix = "the old writer may still take writes: keep the applications of that region off"
        return Checked(check, "unknown", f"{', '.join(after.silent)} does not answer", fix)
    return Checked(check, "ok", "all regions name the same")


def _endpoint(before: Roles, after: Roles) -> Checked:
    check = "global endpoint"
    if not after.endpoint:
        return Checked(check, "unknown", "AWS names none")
    if before.endpoint and before.endpoint != after.endpoint:
        return Checked(check, "failed", f"{after.endpoint}, before {before.endpoint}", "give the applications the new")
    return Checked(check, "ok", f"still {after.endpoint}")


def _live(run: DatabaseRun, role: str) -> Live | None:
    state = run.world.get(role)
    return state if isinstance(state, Live) else None


def _output(live: Live | None, name: str) -> str:
    found = live.outputs.get(name) if live else None
    return found if isinstance(found, str) else ""


def _owner(run: DatabaseRun) -> tuple[Site, Live | None]:
    site = run.database.owner or run.database.sites[0]
    return site, _live(run, site.role)


def _probe(run: DatabaseRun, target: str) -> list[Checked]:
    """Has the probe of the new writer's region log in, and reads what it says of whether the server takes writes."""
    check, site = "write probe", run.database.at(target)
    live = _live(run, site.role) if site else None
    if site is None or live is None:
        return [Checked(check, "unknown", f"the stack in {target} could not be read")]
    if run.local:
        return [Checked(check, "unknown", _LOCAL)]
    if as_text(live.parameters.get(PROBE_IS_ON, "false")) != "true":
        return [Checked(check, "unknown", f"probes are off in {site}: {PROBE_IS_ON} is not true")]
    listed = run.clients[site.role].cloudformation.resources(site.stack)
    function = _physical(listed, PROBE)
    if not function:
        return [Checked(check, "unknown", f"{site.stack} has no resource {PROBE}")]
    return [_judged(check, run.slowly(site.role, target).log_of_a_call(function), target)]


def _physical(listed: list[StackResource], name: str) -> str:
    return next((entry.physical_id for entry in listed if entry.resource == name), "")


def _judged(check: str, log: Sequence[str], target: str) -> Checked:
    told = [line for line in _lines(log) if line.get("Target") == target]
    if any(line.get("Writer") == 1 for line in told):
        return Checked(check, "ok", f"the probe logged in: {target} takes writes (no row was written)")
    reasons = "; ".join(str(line["Error"]) for line in told if "Error" in line)
    if any(line.get("Reachable") == 1 for line in told):
        fix = "the server is still read only for the probe; try `status` in a minute"
        return Checked(check, "failed", f"the probe logged in, and {target} takes no writes", fix)
    return Checked(check, "failed" if told else "unknown", reasons or "the probe said nothing", "docs/probe.md")


def _lines(log: Sequence[str]) -> Iterator[Mapping[str, object]]:
    for line in log:
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if isinstance(found, dict):
            yield found


def _records(run: DatabaseRun, before: Roles, after: Roles) -> list[Checked]:
    site, live = _owner(run)
    zone, writer, reader = (_output(live, name) for name in (ZONE, WRITER_NAME, READER_NAME))
    if not (zone and writer):
        return [Checked("records", "unknown", f"{site} has no outputs {ZONE} and {WRITER_NAME} that can be read")]
    region = run.slowly(site.role, site.region)
    leads = list(region.record_values(zone, writer))
    wanted = after.endpoint or before.endpoint
    fix = f"it has to lead to {wanted}, which follows the writer by itself"
    found = [
        Checked(writer, "ok", f"leads to {wanted}")
        if leads == [wanted]
        else Checked(writer, "failed", f"leads to {', '.join(leads) or 'nothing'}", fix)
    ]
    if reader:
        leads = list(region.record_values(zone, reader))
        found.append(
            Checked(reader, "ok", f"leads to {', '.join(leads)}, by their health")
            if leads
            else Checked(reader, "failed", "leads to nothing", "deploy the pair whole")
        )
    return found


def _health(run: DatabaseRun) -> list[Checked]:
    check, (site, live) = "health check", _owner(run)
    identifier = _output(live, READER_CHECK)
    if not identifier:
        return [Checked(check, "unknown", f"{site} has no output {READER_CHECK} that can be read")]
    verdict, said = health_of(run.slowly(site.role, site.region), identifier)
    return [Checked(check, verdict, said, "docs/probe.md" if verdict == "failed" else "")]
