"""A region in which all is well, whose answers a test changes one at a time."""

from tests.fake_answers import Answers
from twinstack.dr.aws.api import EngineVersion
from twinstack.preflight.site import Room, Vpc

ACCOUNT = "111122223333"
VERSION = "8.0.mysql_aurora.3.10.4"
ZONES = ["us-east-1a", "us-east-1b", "us-east-1c"]
RDS = ("DBClusters", "DBInstances", "DBSubnetGroups", "DBClusterParameterGroups", "DBParameterGroups")


def allowing(principal, actions, resources, context):
    """What IAM's simulation says of an administrator."""
    return dict.fromkeys(actions, "allowed")


GOOD = {
    "account": ACCOUNT,
    "caller": f"arn:aws:iam::{ACCOUNT}:user/ana",
    "role_room": Room(10, 1000),
    "role_exists": False,
    "quota": 50,
    "vpcs": [Vpc("vpc-1", ("172.31.0.0/16",))],
    "vpc_room": Room(1, 5),
    "peerings": [],
    "zones": ZONES,
    "zones_with_default_subnet": [],
    "bucket_name": "free",
    "bucket_count": 3,
    "concurrency": Room(0, 900),
    "rule_count": 4,
    "log_groups": [],
    "key_aliases": ["alias/aws/rds"],
    "zone_names_of": [],
    "simulated": allowing,
    "engine_versions": [EngineVersion(VERSION, in_global_databases=True)],
    "orderable_zones": ZONES,
    "database_room": {name: Room(0, 40) for name in RDS},
    "cluster": None,
    "global_cluster": None,
}


def region(**changed):
    """The region with some answers changed."""
    return Answers(**GOOD | changed)
