"""A global database of two clusters, made through the API, for the tests of what operators do with one."""

import time
from dataclasses import dataclass

from tests.local.conftest import EAST, WEST

VERSION = "8.0.mysql_aurora.3.10.4"


@dataclass
class GlobalDatabase:
    """Two members, the first of which writes when it is made."""

    account: object
    name: str

    def rds(self, region):
        return self.account.client("rds", region)

    def cluster(self, region):
        return f"{self.name}-{region}"

    def instance(self, region):
        return f"{self.cluster(region)}-1"

    def arn(self, region):
        found = self.rds(region).describe_db_clusters(DBClusterIdentifier=self.cluster(region))
        return found["DBClusters"][0]["DBClusterArn"]

    def make(self, regions=(EAST, WEST), instances=True):
        self.rds(EAST).create_global_cluster(
            GlobalClusterIdentifier=self.name, Engine="aurora-mysql", EngineVersion=VERSION
        )
        for number, region in enumerate(regions):
            first = {"MasterUsername": "admin", "MasterUserPassword": "secret-word"}
            self.rds(region).create_db_cluster(
                DBClusterIdentifier=self.cluster(region),
                GlobalClusterIdentifier=self.name,
                Engine="aurora-mysql",
                EngineVersion=VERSION,
                **({} if number else first),
            )
            if instances:
                self.add_instance(region)
        return self

    def add_instance(self, region):
        self.rds(region).create_db_instance(
            DBInstanceIdentifier=self.instance(region),
            DBClusterIdentifier=self.cluster(region),
            DBInstanceClass="db.r6g.large",
            Engine="aurora-mysql",
        )

    def described(self, region=EAST):
        (found,) = self.rds(region).describe_global_clusters(GlobalClusterIdentifier=self.name)["GlobalClusters"]
        return found

    def writer(self):
        (found,) = [m["DBClusterArn"] for m in self.described()["GlobalClusterMembers"] if m["IsWriter"]]
        return found.split(":")[3]

    def synchronization(self):
        members = self.described()["GlobalClusterMembers"]
        return {member["DBClusterArn"].split(":")[3]: member["SynchronizationStatus"] for member in members}

    def switch_over(self, to, asked_in=None):
        return self.rds(asked_in or self.writer()).switchover_global_cluster(
            GlobalClusterIdentifier=self.name, TargetDbClusterIdentifier=self.arn(to)
        )["GlobalCluster"]

    def fail_over(self, to, asked_in=None):
        return self.rds(asked_in or to).failover_global_cluster(
            GlobalClusterIdentifier=self.name, TargetDbClusterIdentifier=self.arn(to), AllowDataLoss=True
        )["GlobalCluster"]

    def state(self):
        """The status, that of the change, and those of the members, the first region's first."""
        found = self.described()
        members = tuple(member["SynchronizationStatus"] for member in found["GlobalClusterMembers"])
        return found["Status"], found.get("FailoverState", {}).get("Status"), members

    def settled(self):
        """Wait until no change is under way and every member is connected."""
        end = time.monotonic() + 30
        while (state := self.state())[:2] != ("available", None) or set(state[2]) != {"connected"}:
            assert time.monotonic() < end, state
            time.sleep(0.01)
