"""The health checks behind the readers' name.

Health checkers stand outside the VPC and cannot reach a private endpoint, so the checks watch alarms: standard
resolution, one metric, all periods. A check follows the data of its alarm's metric and not the alarm's state, so what
it makes of no data is chosen here, and always as its alarm does.
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html

Silence is no verdict. What the secondary says of the primary (its probe reaches it) and of itself (it takes writes)
counts until it says something else: a probe that is denied its secret, or is dead, moves nobody. What a region says of
its own instances counts as down without data: an instance that runs reports its uptime.

Readers are sent to the primary's region while all of this holds: the secondary's probe reaches it, the secondary does
not take writes, and what this region reads is not behind. The second is the gate: after a failover the old primary may
be stale, or have gone a way of its own, so readers stay where the writer is until the roles are back. `ReadersAt` is
the operator's hand on it: a CALCULATED check with a threshold of zero is always healthy, and with one above the number
of its children never.
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-creating-values.html

Without probes nobody looks from outside: then the primary's region judges itself.
"""

from __future__ import annotations

from typing import Any

from troposphere import Equals, If, Ref, route53

from templates_src.assembly import RegionTemplate
from templates_src.inputs import Input
from templates_src.monitoring import (
    OWN_ALARM,
    PROBE_ALARM,
    STALE_ALARM,
    WRITES_ALARM,
    add_own_alarm,
    add_stale_alarm,
    add_writes_alarm,
)
from templates_src.tags import tags

OTHER_CHECK = "OtherRegionHealthCheck"
OWN_CHECK = "OwnHealthCheck"
STALE_CHECK = "ReadersBehindHealthCheck"
WRITES_CHECK = "StandbyWritesHealthCheck"
READER_CHECK = "ReaderHealthCheck"
READERS_AT = "ReadersAt"
_AT_PRIMARY, _AT_SECONDARY = "ReadersAtPrimary", "ReadersAtSecondary"
_LAST_KNOWN = "LastKnownStatus"


def readers_at(group: str) -> Input:
    """The parameter by which an operator holds readers in one region."""
    places = ["automatic", "primary", "secondary"]
    return Input(
        READERS_AT,
        group,
        "Where reader. leads: automatic, or held at the region of one stack",
        {"Default": places[0], "AllowedValues": places, "ConstraintDescription": "automatic, primary or secondary"},
    )


def add_standby_checks(template: RegionTemplate) -> None:
    """Add what the secondary says: of the primary, of its role, of its own instances."""
    template.concern("Health")
    add_own_alarm(template)
    add_writes_alarm(template)
    _add_alarm_check(template, OTHER_CHECK, PROBE_ALARM, _LAST_KNOWN, "Primary region as the secondary sees it")
    _add_alarm_check(template, WRITES_CHECK, WRITES_ALARM, _LAST_KNOWN, "Unhealthy while the secondary takes writes")
    _add_alarm_check(template, OWN_CHECK, OWN_ALARM, "Unhealthy", "Secondary region as it sees itself")


def add_reader_check(template: RegionTemplate, judged: str, reached: Ref, standby_reads: Ref) -> None:
    """Add this region's own checks and the one that the PRIMARY record hangs on.

    Args:
        template: the template.
        judged: the condition that the secondary is known and its probe runs.
        reached: the secondary's check on this region.
        standby_reads: the secondary's check on its own role.
    """
    template.concern("Health")
    add_own_alarm(template)
    add_stale_alarm(template)
    _add_alarm_check(template, OWN_CHECK, OWN_ALARM, "Unhealthy", "Primary region as it sees itself")
    # the region of the writer has no lag, and must not keep the last one that it had as a reader
    on_purpose = {"cfn-lint": {"config": {"ignore_checks": ["W9526"]}}}
    _add_alarm_check(
        template,
        STALE_CHECK,
        STALE_ALARM,
        "Healthy",
        "Unhealthy while this region reads far behind",
        Metadata=on_purpose,
    )
    template.add_condition(_AT_PRIMARY, Equals(Ref(READERS_AT), "primary"))
    template.add_condition(_AT_SECONDARY, Equals(Ref(READERS_AT), "secondary"))
    from_outside, by_itself = [reached, standby_reads, Ref(STALE_CHECK)], [Ref(OWN_CHECK), Ref(STALE_CHECK)]
    every = If(judged, len(from_outside), len(by_itself))
    template.put(
        route53.HealthCheck(
            READER_CHECK,
            HealthCheckConfig=route53.HealthCheckConfig(
                Type="CALCULATED",
                HealthThreshold=If(_AT_PRIMARY, 0, If(_AT_SECONDARY, len(from_outside) + 1, every)),
                ChildHealthChecks=If(judged, from_outside, by_itself),
            ),
            HealthCheckTags=tags(template, "Whether readers are sent here", name="readers"),
        )
    )


def _add_alarm_check(
    template: RegionTemplate, logical_id: str, alarm: str, without_data: str, purpose: str, **attributes: Any
) -> None:
    template.put(
        route53.HealthCheck(
            logical_id,
            **attributes,
            HealthCheckConfig=route53.HealthCheckConfig(
                Type="CLOUDWATCH_METRIC",
                AlarmIdentifier=route53.AlarmIdentifier(Name=Ref(alarm), Region=Ref("AWS::Region")),
                InsufficientDataHealthStatus=without_data,
            ),
            HealthCheckTags=tags(template, purpose, name=alarm),
        )
    )
