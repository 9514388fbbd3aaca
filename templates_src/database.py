"""The Aurora global database: an empty global cluster, and in each region a cluster that names it.

The global cluster is made empty and both clusters join it, so that the two templates stay symmetric after the
roles are reversed, and no SourceDBClusterIdentifier drifts.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-rds-globalcluster.html

The cluster that joins second is the standby: it brings a key of its own region and SourceRegion (without it
RDS asks for a pre-signed URL), and has no user, password or database name, which RDS refuses there.
https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-attaching.html
"""

from __future__ import annotations

from typing import Any

from awacs import logs as log_actions
from troposphere import AWSObject, GetAtt, If, Ref, Sub, logs, rds

from templates_src import parameter_groups, roles, secret
from templates_src.assembly import RegionTemplate
from templates_src.encryption import DATABASE_KEY, OPERATIONS_KEY, key_arn
from templates_src.network import DATABASE_GROUP, PORT, subnet_ids, zone
from templates_src.policies import allow, arn, document
from templates_src.tags import PROTECTED, keep_when_protected, tags

GLOBAL_CLUSTER = "GlobalCluster"
CLUSTER = "Cluster"
INSTANCES = ("Instance1", "Instance2")
ENGINE = "aurora-mysql"
MONITORING_SECONDS = 15

_LOGS = {"audit": "AuditLogGroup", "error": "ErrorLogGroup", "slowquery": "SlowQueryLogGroup"}


def cluster_identifier() -> Sub:
    """The cluster's name: by region, since names are unique across a global database and roles move."""
    return Sub("${Project}-${EnvironmentSuffix}-${AWS::Region}")


def add_global(template: RegionTemplate) -> None:
    """Add the global cluster that both regions' clusters join."""
    template.concern("Database")
    template.put(
        rds.GlobalCluster(
            GLOBAL_CLUSTER,
            **keep_when_protected(),
            GlobalClusterIdentifier=Sub("${Project}-${EnvironmentSuffix}"),
            Engine=ENGINE,
            EngineVersion=Ref("GlobalEngineVersion"),
            StorageEncrypted=True,
            DeletionProtection=If(PROTECTED, True, False),
            Tags=tags(template, "Global database"),
        )
    )


def add_primary(template: RegionTemplate) -> None:
    """Add the cluster that starts as the writer."""
    _add_cluster(
        template,
        GlobalClusterIdentifier=Ref(GLOBAL_CLUSTER),
        DatabaseName=Ref("DatabaseName"),
        MasterUsername=secret.resolve("username"),
        MasterUserPassword=secret.resolve("password"),
    )


def add_secondary(template: RegionTemplate, global_cluster: Ref, source_region: Ref) -> None:
    """Add the cluster that starts as the reader.

    SourceRegion is the region the cluster was first copied from; changing it would replace the cluster, so it
    does not follow the roles.
    """
    template.concern("Database")
    _add_cluster(template, GlobalClusterIdentifier=global_cluster, SourceRegion=source_region)


def _add_cluster(template: RegionTemplate, **by_role: Any) -> None:
    """Add the cluster with what it stands on.

    Its automated backups outlive it for their retention, save that a deletion by hand can take them along:
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Managing.Backups.Retaining.html
    """
    template.put(
        rds.DBSubnetGroup(
            "DatabaseSubnets",
            **keep_when_protected(),
            DBSubnetGroupDescription="Private subnets of the database",
            SubnetIds=subnet_ids("Database"),
            Tags=tags(template),
        )
    )
    parameter_groups.add(template)
    _add_log_groups(template)
    template.put(
        rds.DBCluster(
            CLUSTER,
            **keep_when_protected(),
            # RDS would make the log groups itself, without retention and key
            DependsOn=list(_LOGS.values()),
            DBClusterIdentifier=cluster_identifier(),
            **by_role,
            Engine=ENGINE,
            EngineVersion=Ref("EngineVersion"),
            # paid extended support is the default and cannot be left later
            EngineLifecycleSupport="open-source-rds-extended-support-disabled",
            Port=PORT,
            StorageType=Ref("StorageType"),
            StorageEncrypted=True,
            KmsKeyId=key_arn(DATABASE_KEY),
            DBSubnetGroupName=Ref("DatabaseSubnets"),
            VpcSecurityGroupIds=[Ref(DATABASE_GROUP)],
            DBClusterParameterGroupName=Ref(parameter_groups.CLUSTER_GROUP),
            BackupRetentionPeriod=Ref("BackupRetentionDays"),
            PreferredBackupWindow=Ref("BackupWindow"),
            PreferredMaintenanceWindow=Ref("MaintenanceWindow"),
            DeleteAutomatedBackups=False,
            CopyTagsToSnapshot=True,
            EnableCloudwatchLogsExports=list(_LOGS),
            EnableIAMDatabaseAuthentication=True,
            DeletionProtection=If(PROTECTED, True, False),
            Tags=tags(template, "Database"),
        )
    )
    _add_instances(template)


def _add_log_groups(template: RegionTemplate) -> None:
    """Kept with the cluster, which goes on writing: a group that was deleted would come back, made by RDS."""
    for kind, logical_id in _LOGS.items():
        template.put(
            logs.LogGroup(
                logical_id,
                **keep_when_protected(),
                LogGroupName=Sub(f"/aws/rds/cluster/${{Project}}-${{EnvironmentSuffix}}-${{AWS::Region}}/{kind}"),
                KmsKeyId=key_arn(OPERATIONS_KEY),
                RetentionInDays=Ref("LogRetentionDays"),
                Tags=tags(template, f"Database {kind} log"),
            )
        )


def _add_instances(template: RegionTemplate) -> None:
    """Two instances of one class in two zones, in both regions: the standby has to take the full load.

    An instance holds no data, yet it is kept with its cluster: AWS refuses to delete the last instance of a writer
    while the global database has a reader, so a deletion of the stack would end half way.

    One waits for the other, since CloudFormation changes side by side whatever does not, and a new class or setting
    would take both down at once. The first waits for nobody: the instance that is made first becomes the writer, and it
    is the one of tier 0. No template knows who writes when it is updated. If the first does, it restarts and Aurora
    fails over to the second, then that restarts and it fails back: two short outages, with the writer where it was.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-dependson.html
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Modifying.html
    """
    monitoring = _add_monitoring_role(template)
    for index, logical_id in enumerate(INSTANCES):
        after: dict[str, Any] = {"DependsOn": [INSTANCES[index - 1]]} if index else {}
        template.put(
            rds.DBInstance(
                logical_id,
                **after,
                **keep_when_protected(),
                DBClusterIdentifier=Ref(CLUSTER),
                Engine=ENGINE,
                DBInstanceClass=Ref("DBInstanceClass"),
                DBParameterGroupName=Ref(parameter_groups.INSTANCE_GROUP),
                AvailabilityZone=zone(index),
                PromotionTier=index,
                PubliclyAccessible=False,
                # no effect in a global database, and the regions have to run the same patch
                AutoMinorVersionUpgrade=False,
                CACertificateIdentifier="rds-ca-rsa2048-g1",
                MonitoringInterval=MONITORING_SECONDS,
                MonitoringRoleArn=GetAtt(monitoring, "Arn"),
                EnablePerformanceInsights=True,
                PerformanceInsightsKMSKeyId=key_arn(DATABASE_KEY),
                Tags=tags(template),
            )
        )


def _add_monitoring_role(template: RegionTemplate) -> AWSObject:
    """The role of enhanced monitoring, with what AWS's own policy for it allows, in the one group that it writes to.

    It is kept with the instances, which go on using it. The group is one per account and region, made by RDS and shared
    by all of its databases: not the stack's.
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_Monitoring.OS.Enabling.html
    """
    group = "logs:${AWS::Region}:${AWS::AccountId}:log-group:RDSOSMetrics"
    streams = [
        log_actions.CreateLogStream,
        log_actions.PutLogEvents,
        log_actions.DescribeLogStreams,
        log_actions.GetLogEvents,
    ]
    return roles.add(
        template,
        "MonitoringRole",
        "monitoring.rds.amazonaws.com",
        "Lets enhanced monitoring write operating system metrics",
        {
            "write-metrics": document(
                allow([log_actions.CreateLogGroup, log_actions.PutRetentionPolicy], [arn(group)]),
                allow(streams, [arn(f"{group}:log-stream:*")]),
            )
        },
        **keep_when_protected(),
    )
