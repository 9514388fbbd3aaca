"""What a stack puts out: every value that the other one takes, and what an operator looks for.

No Exports: they do not cross regions, and they lock the producer. No output depends on what came through a
wire, so an update that links the stacks changes nothing that the other one reads.
"""

from __future__ import annotations

from troposphere import GetAtt, Join, Ref

from templates_src import backup, database, dns, health, network, notifications, peering, probe_user, secret
from templates_src.assembly import RegionTemplate
from templates_src.encryption import BACKUP_KEY, DATABASE_KEY, key_arn


def add(template: RegionTemplate) -> None:
    """Add what both regions put out."""
    outputs = (
        ("Region", None, Ref("AWS::Region")),
        ("VpcId", None, Ref(network.VPC)),
        ("VpcCidr", None, Ref("VpcCidr")),
        ("AppSubnetIds", None, Join(",", network.subnet_ids("App"))),
        ("AppSecurityGroupId", None, Ref(network.APP_GROUP)),
        ("DatabaseSecurityGroupId", None, Ref(network.DATABASE_GROUP)),
        ("ClusterIdentifier", None, Ref(database.CLUSTER)),
        ("ClusterArn", "ARN of the cluster, as switchover takes it", GetAtt(database.CLUSTER, "DBClusterArn")),
        ("ClusterEndpoint", "Cluster endpoint; inactive in the standby", GetAtt(database.CLUSTER, "Endpoint.Address")),
        ("ReaderEndpoint", None, GetAtt(database.CLUSTER, "ReadEndpoint.Address")),
        ("DatabaseKeyArn", None, key_arn(DATABASE_KEY)),
        ("BackupKeyArn", None, key_arn(BACKUP_KEY)),
        ("BackupBucketName", None, Ref(backup.BUCKET)),
        ("BackupBucketArn", None, GetAtt(backup.BUCKET, "Arn")),
        ("NotificationTopicArn", "Topic of alarms and events", Ref(notifications.TOPIC)),
    )
    for name, description, value in outputs:
        template.put_out(name, description, value)


def add_primary_only(template: RegionTemplate) -> None:
    """Add what only the primary owns."""
    outputs = (
        ("GlobalClusterIdentifier", None, Ref(database.GLOBAL_CLUSTER)),
        ("SecretArn", "Secret of the master user", Ref(secret.SECRET)),
        ("ProbeLoginArn", "Secret of the probe's user", Ref(probe_user.SECRET)),
        ("ReadSecretPolicyArn", "Policy that lets its holder read the secret", Ref(secret.READ_POLICY)),
        ("PrivateZoneId", None, Ref(dns.ZONE)),
        ("WriterName", "Name that applications write to; follows a promotion", dns.name("writer")),
        (
            "GlobalWriterEndpoint",
            "Where WriterName leads; for clients that verify the host name, or log in with IAM tokens",
            GetAtt(database.GLOBAL_CLUSTER, "GlobalEndpoint.Address"),
        ),
        ("ReaderName", "Name that applications read from", dns.name("reader")),
        ("ReaderHealthCheckId", "Health check behind the readers' name", Ref(health.READER_CHECK)),
    )
    for name, description, value in outputs:
        template.put_out(name, description, value)
    # cfn-lint knows GlobalEndpoint and not its field; for an output there is no narrower place to say so
    template.metadata["cfn-lint"] = {"config": {"ignore_checks": ["E6101"]}}


def add_secondary_only(template: RegionTemplate) -> None:
    """Add what only the secondary makes."""
    template.put_out("VpcPeeringConnectionId", "Peering between the two VPCs", Ref(peering.CONNECTION))
    template.put_out("OtherRegionHealthCheckId", "Health of the primary, seen from here", Ref(health.OTHER_CHECK))
    template.put_out("StandbyWritesHealthCheckId", "Unhealthy while the secondary writes", Ref(health.WRITES_CHECK))
    template.put_out("OwnHealthCheckId", "Health of the secondary's own instances", Ref(health.OWN_CHECK))
