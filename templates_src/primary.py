"""The primary region: the global database, its writer, the names; linked to the secondary once that exists."""

from __future__ import annotations

from troposphere import Ref

from templates_src import (
    backup,
    backup_plan,
    dashboard,
    database,
    dns,
    encryption,
    endpoints,
    export,
    health,
    monitoring,
    network,
    notifications,
    outputs,
    parameters,
    probe,
    probe_user,
    secret,
    wires,
)
from templates_src.assembly import RegionTemplate


def build() -> RegionTemplate:
    """Assemble the primary's template."""
    template = RegionTemplate("primary", "Aurora global database: primary region")
    parameters.add(template, parameters.PRIMARY_ONLY)
    secondary, wired = wires.add_to_primary(template)
    wires.add_artifacts(template)

    network.add(template, secondary)
    network.add_peering_routes(template, secondary)
    endpoints.add(template)
    encryption.add(template)
    secret.add(template, secondary, wired.database_key_arn)
    probe_user.add_secret(template, secondary, wired.database_key_arn)
    database.add_global(template)
    database.add_primary(template)
    backup.add(template, secondary)
    export.add(template)
    backup_plan.add_vault(template)
    backup_plan.add_plan(template, secondary)
    probe.add(template, secondary, Ref(probe_user.SECRET), wired.reader_endpoint)
    probe_user.add_maker(template)
    notifications.add(template)
    monitoring.add(template, secondary)
    dashboard.add(template)
    health.add_reader_check(template, probe.RUNS, wired.health_check_id, wired.writes_check_id)
    dns.add(template, secondary, wired.vpc_id, wired.reader_endpoint, wired.own_check_id)

    outputs.add(template)
    outputs.add_primary_only(template)
    return template
