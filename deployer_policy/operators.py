"""What the operations of a global database call, beside what the planner reads.

`status` looks (`watcher`); the others also change who writes (`operator`). Apart from the deployer's policies, so that
who may switch may not deploy.
"""

from __future__ import annotations

from deployer_policy.statements import (
    ANY,
    BUCKETS,
    DATABASES,
    LOCK,
    SECRETS,
    STATE_MACHINES,
    Only,
    Scope,
    arns,
)

OPERATORS: tuple[Scope, ...] = (
    # Asked for by their cluster, not by name.
    Scope(
        "watcher",
        "ClustersWatched",
        ("rds:DescribeDBClusterSnapshots", "rds:DescribeDBInstances"),
        ANY,
        (Only.IN_OUR_REGIONS,),
    ),
    Scope(
        "watcher",
        "MeasuresWatched",
        ("cloudwatch:DescribeAlarms", "cloudwatch:GetMetricStatistics"),
        ANY,
        (Only.IN_OUR_REGIONS,),
    ),
    # Route 53 gives both random ids.
    Scope(
        "watcher",
        "NamesWatched",
        ("route53:GetHealthCheck", "route53:GetHealthCheckStatus", "route53:ListResourceRecordSets"),
        arns("route53", "::healthcheck/*", "::hostedzone/*"),
        (),
    ),
    Scope("watcher", "SecretsWatched", ("secretsmanager:DescribeSecret",), SECRETS, (Only.IN_OUR_REGIONS,)),
    Scope("watcher", "BucketsWatched", ("s3:GetReplicationConfiguration",), BUCKETS, (Only.OF_OUR_ACCOUNT,)),
    Scope("watcher", "ExportsWatched", ("states:ListExecutions",), STATE_MACHINES, (Only.IN_OUR_REGIONS,)),
    Scope("watcher", "LockWatched", ("ssm:GetParameter",), LOCK, (Only.IN_OUR_REGIONS,)),
    # Both take a global cluster and the cluster that is to write:
    # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonrds.html
    Scope(
        "operator",
        "RolesChanged",
        ("rds:FailoverGlobalCluster", "rds:SwitchoverGlobalCluster"),
        DATABASES,
        (Only.IN_OUR_REGIONS,),
    ),
    Scope(
        "operator",
        "ProbesCalled",
        ("lambda:InvokeFunction",),
        arns("lambda", "*:*:function:{project}-*-ProbeFunction-*"),
        (Only.IN_OUR_REGIONS,),
    ),
)
