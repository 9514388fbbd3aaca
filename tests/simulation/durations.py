"""How long things take, in seconds of the virtual clock: what is usual, not what anybody promises."""

from __future__ import annotations

CHANGE_SET_SECONDS = 4.0
STACK_SECONDS = 1.5
_OTHER = (3.0, 2.0, 3.0)
# Creation, update, deletion.
_BY_TYPE = {
    "AWS::CloudFront::Distribution": (240.0, 180.0, 240.0),
    "AWS::EC2::NatGateway": (110.0, 5.0, 60.0),
    "AWS::EC2::VPCEndpoint": (60.0, 20.0, 45.0),
    "AWS::ElastiCache::ReplicationGroup": (600.0, 120.0, 300.0),
    "AWS::KMS::Key": (20.0, 5.0, 3.0),
    "AWS::Lambda::Function": (12.0, 8.0, 5.0),
    "AWS::RDS::DBCluster": (75.0, 45.0, 90.0),
    "AWS::RDS::DBInstance": (420.0, 180.0, 300.0),
    "AWS::RDS::GlobalCluster": (45.0, 20.0, 40.0),
    "AWS::Route53::HostedZone": (40.0, 20.0, 30.0),
    "AWS::S3::Bucket": (22.0, 5.0, 3.0),
}


def seconds_for(kind: str, status: str) -> float:
    """Returns how long it takes from an event of a resource to the next event of its stack."""
    creation, update, deletion = _BY_TYPE.get(kind, _OTHER)
    # A deletion has one event a resource, at its end: its time comes after that.
    times = {"CREATE_IN_PROGRESS": creation, "UPDATE_IN_PROGRESS": update, "DELETE_COMPLETE": deletion}
    return times.get(status, STACK_SECONDS)
