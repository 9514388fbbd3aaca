"""The secondary region: a standby that joins the global database, and the peering between the two."""

from __future__ import annotations

from troposphere import Ref

from templates_src import (
    backup,
    backup_plan,
    dashboard,
    database,
    encryption,
    endpoints,
    export,
    health,
    monitoring,
    network,
    notifications,
    outputs,
    parameters,
    peering,
    probe,
    probe_user,
    wires,
)
from templates_src.assembly import RegionTemplate


def build() -> RegionTemplate:
    """Assemble the secondary's template."""
    template = RegionTemplate("secondary", "Aurora global database: secondary region")
    parameters.add(template)
    primary = wires.add_to_secondary(template)
    wires.add_artifacts(template)

    network.add(template, primary)
    peering.add(template, Ref("PrimaryVpcId"), primary.region)
    network.add_peering_routes(template, primary)
    endpoints.add(template)
    encryption.add(template)
    database.add_secondary(template, Ref("GlobalClusterIdentifier"), primary.region)
    backup.add(template, primary)
    export.add(template)
    backup_plan.add_vault(template)
    probe.add(template, primary, probe_user.replica_arn(Ref("PrimaryProbeLoginArn")), Ref("PrimaryReaderEndpoint"))
    notifications.add(template)
    monitoring.add(template, primary)
    dashboard.add(template)
    health.add_standby_checks(template)

    outputs.add(template)
    outputs.add_secondary_only(template)
    return template
