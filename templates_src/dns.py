"""The names applications use, in a private zone of both VPCs.

`writer.` points at the global database's own writer endpoint, which moves with a promotion. `reader.` fails over
between the two regions' reader endpoints. No failover record points at a writer endpoint: the standby's is
inactive, and DNS does not promote a database.
https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-connecting.html
"""

from __future__ import annotations

from typing import Any

from troposphere import GetAtt, Ref, Sub, route53

from templates_src.assembly import OtherRegion, RegionTemplate
from templates_src.database import CLUSTER, GLOBAL_CLUSTER
from templates_src.health import READER_CHECK
from templates_src.network import VPC
from templates_src.tags import keep_when_protected, tags

ZONE = "PrivateZone"

# AWS says the time to live of a database name should not outlast a connection attempt much
_SECONDS = "5"
_ZONE_NAME = "${DatabaseName}-${EnvironmentSuffix}.${DomainName}"


def name(host: str) -> Sub:
    """A name in the zone."""
    return Sub(f"{host}.{_ZONE_NAME}")


def add(template: RegionTemplate, other: OtherRegion, other_vpc: Ref, other_reader: Ref, other_check: Ref) -> None:
    """Add the zone and its three records."""
    template.concern("Names")
    template.put(
        route53.HostedZone(
            ZONE,
            **keep_when_protected(),
            Name=Sub(_ZONE_NAME),
            VPCs=[
                route53.HostedZoneVPCs(VPCId=Ref(VPC), VPCRegion=Ref("AWS::Region")),
                other.if_known(route53.HostedZoneVPCs(VPCId=other_vpc, VPCRegion=other.region)),
            ],
            HostedZoneTags=tags(template, "Names of the database"),
        )
    )
    _add_record(
        template,
        "WriterRecord",
        "writer",
        GetAtt(GLOBAL_CLUSTER, "GlobalEndpoint.Address"),
        # cfn-lint takes attributes from the list of read-only properties, which names the object and not its field
        Metadata={"cfn-lint": {"config": {"ignore_checks": ["E1010"]}}},
    )
    _add_record(
        template,
        "PrimaryReaderRecord",
        "reader",
        GetAtt(CLUSTER, "ReadEndpoint.Address"),
        Failover="PRIMARY",
        # several environments may share a zone: the identifier ends in the suffix
        SetIdentifier=Sub("primary-${EnvironmentSuffix}"),
        HealthCheckId=Ref(READER_CHECK),
    )
    # were both unhealthy, Route 53 would answer with the primary
    _add_record(
        template,
        "SecondaryReaderRecord",
        "reader",
        other_reader,
        **other.attributes(),
        Failover="SECONDARY",
        SetIdentifier=Sub("secondary-${EnvironmentSuffix}"),
        HealthCheckId=other_check,
    )


def _add_record(template: RegionTemplate, logical_id: str, host: str, target: object, **attributes: Any) -> None:
    template.put(
        route53.RecordSetType(
            logical_id,
            HostedZoneId=Ref(ZONE),
            Name=name(host),
            Type="CNAME",
            TTL=_SECONDS,
            ResourceRecords=[target],
            **attributes,
        )
    )
