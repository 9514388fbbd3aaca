"""The database's settings: one set, used by both regions.

Aurora does not replicate parameter groups, and a promoted region runs with its own; equal by construction is
the only way to be sure.
https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-disaster-recovery.html
"""

from __future__ import annotations

from troposphere import rds

from templates_src.assembly import RegionTemplate
from templates_src.tags import keep_when_protected, tags

FAMILY = "aurora-mysql8.0"
CLUSTER_GROUP = "ClusterParameterGroup"
INSTANCE_GROUP = "InstanceParameterGroup"

CLUSTER_SETTINGS = {
    "require_secure_transport": "ON",
    "tls_version": "TLSv1.2,TLSv1.3",
    "server_audit_logging": "1",
    "server_audit_events": "CONNECT,QUERY_DCL,QUERY_DDL",
    # the global database replicates storage; nothing here reads a binary log, and writing one costs commits
    "binlog_format": "OFF",
    # fixed when a cluster is created, and has to be equal in all regions of a global database
    "lower_case_table_names": "0",
    "time_zone": "UTC",
    "character_set_server": "utf8mb4",
    "collation_server": "utf8mb4_0900_ai_ci",
}
INSTANCE_SETTINGS = {"slow_query_log": "1", "long_query_time": "1", "log_output": "FILE"}


def add(template: RegionTemplate) -> None:
    """Add the cluster's and the instances' parameter group."""
    template.put(
        rds.DBClusterParameterGroup(
            CLUSTER_GROUP,
            **keep_when_protected(),
            Family=FAMILY,
            Description="TLS only, audited, UTC",
            Parameters=CLUSTER_SETTINGS,
            Tags=tags(template),
        )
    )
    template.put(
        rds.DBParameterGroup(
            INSTANCE_GROUP,
            **keep_when_protected(),
            Family=FAMILY,
            Description="Slow queries are logged",
            Parameters=INSTANCE_SETTINGS,
            Tags=tags(template),
        )
    )
