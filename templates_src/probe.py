"""The probe of a region: a function on a schedule that logs in to its own database and to the other region's.

It stands in the application subnets, so it sees what an application sees. Its code comes from the deployer's own
bucket under a name made of its content. It writes its findings as log lines in embedded metric format: no metrics
endpoint and no permission on metrics is needed.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format.html

One at a time, since a database that hangs must not collect probes: a probe ends after half its minute, and nothing
calls it again. `ReserveConcurrency` makes Lambda see to it too, where the account has executions to reserve.

The functions are there from the start. The schedule, and in the primary the user, wait for `ProbeEnabled` and for the
link: a user that cannot be made then fails an update, and not the first create of a database that refuses to be
deleted again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from awacs.aws import Statement
from troposphere import And, Condition, GetAtt, If, NoValue, Ref, Sub, awslambda, events, sqs
from troposphere import logs as log_resources

from templates_src import probe_role
from templates_src.assembly import OtherRegion, RegionTemplate
from templates_src.database import CLUSTER
from templates_src.encryption import OPERATIONS_KEY, key_arn
from templates_src.monitoring import PROBE_FUNCTION, PROBE_ON, PROBE_RUNS
from templates_src.network import APP_GROUP, PORT, subnet_ids
from templates_src.tags import goes_with_the_stack, tags

CODE_BUCKET, CODE_KEY = "ProbeCodeBucket", "ProbeCodeKey"
FUNCTION = PROBE_FUNCTION
FAILED = "ProbeFailedEvents"
RUNS = PROBE_RUNS
RESERVE_CONCURRENCY, RESERVED = "ReserveConcurrency", "ConcurrencyReserved"
SECONDS = 30


@dataclass(frozen=True)
class FunctionSpec:
    """One function of the package.

    Attributes:
        logical_id: its logical id.
        handler: what Lambda calls.
        description: what it does.
        environment: its variables; never a secret, only where it is.
        may: what its work takes, besides its log.
        seconds: how long it may take.
        inside: whether it is in the VPC.
    """

    logical_id: str
    handler: str
    description: str
    environment: Mapping[str, object]
    may: Sequence[Statement]
    seconds: int
    inside: bool = True


def add(template: RegionTemplate, other: OtherRegion, secret_arn: object, other_reader: Ref) -> None:
    """Add the probe and its schedule.

    Args:
        template: the template.
        other: the other region.
        secret_arn: the secret of the probe's user, in this region.
        other_reader: the reader endpoint of the other region, which answers in either role.
    """
    template.concern("Probe")
    if other.linked is not None:
        template.add_condition(RUNS, And(Condition(PROBE_ON), Condition(other.linked)))
    template.put(
        sqs.Queue(
            FAILED,
            **goes_with_the_stack(),
            KmsMasterKeyId=key_arn(OPERATIONS_KEY),
            MessageRetentionPeriod=86400,
            Tags=tags(template, "Calls of functions that failed"),
        )
    )
    add_function(
        template,
        FunctionSpec(
            FUNCTION,
            "probe.handler.handler",
            "Tries the databases of both regions",
            {
                "DATABASE": Sub("${Project}-${EnvironmentSuffix}"),
                "PROBE_SECRET_ARN": secret_arn,
                "TARGETS": _targets(other, other_reader),
            },
            probe_role.reading([secret_arn]),
            SECONDS,
        ),
    )
    template.put(
        awslambda.EventInvokeConfig(
            "ProbeOnce",
            FunctionName=Ref(FUNCTION),
            Qualifier="$LATEST",
            # a late answer is no answer: the next minute asks again
            MaximumRetryAttempts=0,
            MaximumEventAgeInSeconds=60,
        )
    )
    _add_schedule(template, PROBE_ON if other.linked is None else RUNS)


def add_function(template: RegionTemplate, spec: FunctionSpec) -> None:
    """Add a function of the package, with its log group and its role."""
    group = template.put(
        log_resources.LogGroup(
            f"{spec.logical_id}Log",
            **goes_with_the_stack(),
            KmsKeyId=key_arn(OPERATIONS_KEY),
            RetentionInDays=Ref("LogRetentionDays"),
            Tags=tags(template, f"Log: {spec.description[0].lower()}{spec.description[1:]}"),
        )
    )
    role = probe_role.add(
        template,
        f"{spec.logical_id}Role",
        GetAtt(group, "Arn"),
        spec.may,
        GetAtt(FAILED, "Arn"),
        inside=spec.inside,
    )
    network: dict[str, Any] = {
        "VpcConfig": awslambda.VPCConfig(SubnetIds=subnet_ids("App"), SecurityGroupIds=[Ref(APP_GROUP)])
    }
    template.put(
        awslambda.Function(
            spec.logical_id,
            Description=spec.description,
            Handler=spec.handler,
            Code=awslambda.Code(S3Bucket=Ref(CODE_BUCKET), S3Key=Ref(CODE_KEY)),
            Runtime="python3.13",
            Architectures=["arm64"],
            MemorySize=256,
            Timeout=spec.seconds,
            ReservedConcurrentExecutions=If(RESERVED, 1, NoValue),
            Role=GetAtt(role, "Arn"),
            **(network if spec.inside else {}),
            Environment=awslambda.Environment(Variables=dict(spec.environment)),
            KmsKeyArn=key_arn(OPERATIONS_KEY),
            LoggingConfig=awslambda.LoggingConfig(LogGroup=Ref(group)),
            DeadLetterConfig=awslambda.DeadLetterConfig(TargetArn=GetAtt(FAILED, "Arn")),
            Tags=tags(template),
        )
    )


def _targets(other: OtherRegion, other_reader: Ref) -> object:
    """The databases to try: this region's two endpoints, and the other region's reader, once it is known."""
    own = [
        _target("${AWS::Region}", f"${{{CLUSTER}.ReadEndpoint.Address}}"),
        _target("${AWS::Region}", f"${{{CLUSTER}.Endpoint.Address}}"),
    ]
    both = [*own, _target(f"${{{other.region.data['Ref']}}}", f"${{{other_reader.data['Ref']}}}")]
    linked = Sub(json.dumps(both))
    return linked if other.linked is None else If(other.linked, linked, Sub(json.dumps(own)))


def _target(region: str, host: str) -> dict[str, Any]:
    return {"region": region, "host": host, "port": PORT}


def _add_schedule(template: RegionTemplate, runs: str) -> None:
    rule = template.put(
        events.Rule(
            "ProbeSchedule",
            Description="The databases are tried every minute",
            ScheduleExpression="rate(1 minute)",
            State=If(runs, "ENABLED", "DISABLED"),
            Targets=[events.Target(Id="probe", Arn=GetAtt(FUNCTION, "Arn"))],
            Tags=tags(template),
        )
    )
    template.put(
        awslambda.Permission(
            "ProbeScheduleMayCall",
            FunctionName=Ref(FUNCTION),
            Action="lambda:InvokeFunction",
            Principal="events.amazonaws.com",
            SourceArn=GetAtt(rule, "Arn"),
        )
    )
