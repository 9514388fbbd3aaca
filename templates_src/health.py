"""The health checks behind the readers' name.

Health checkers stand outside the VPC and cannot reach a private endpoint, so the checks watch alarms:
standard resolution, one metric, all periods.
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-types.html

The verdict on the primary has to come from outside its region. The secondary's check watches the secondary's
alarm on its probe of the primary; the primary's CALCULATED check has that one as its only child once the
stacks are linked, and its own check until then. The child is replaced in place: the record never moves.

What a check makes of no data: the primary's own is unhealthy, since a database that is up reports. The
secondary's is unhealthy too as soon as probes run, or a dead region would count as well; while `ProbeEnabled`
is false nobody reports and it is healthy.
"""

from __future__ import annotations

from troposphere import If, Ref, route53

from templates_src.assembly import RegionTemplate
from templates_src.monitoring import OWN_ALARM, PROBE_ALARM, PROBE_ON, add_own_alarm
from templates_src.tags import tags

OTHER_CHECK = "OtherRegionHealthCheck"
OWN_CHECK = "OwnHealthCheck"
READER_CHECK = "ReaderHealthCheck"


def add_other_region_check(template: RegionTemplate) -> None:
    """Add the check on the other region, as this region's probe sees it."""
    template.concern("Health of the primary, seen from here")
    _add_alarm_check(
        template,
        OTHER_CHECK,
        PROBE_ALARM,
        If(PROBE_ON, "Unhealthy", "Healthy"),
        "Primary region as the secondary sees it",
    )


def add_reader_check(template: RegionTemplate, linked: str, seen_from_outside: Ref) -> None:
    """Add this region's own check and the one that the PRIMARY record hangs on."""
    template.concern("Health")
    add_own_alarm(template)
    _add_alarm_check(template, OWN_CHECK, OWN_ALARM, "Unhealthy", "Primary region as it sees itself")
    template.put(
        route53.HealthCheck(
            READER_CHECK,
            HealthCheckConfig=route53.HealthCheckConfig(
                Type="CALCULATED",
                HealthThreshold=1,
                ChildHealthChecks=[If(linked, seen_from_outside, Ref(OWN_CHECK))],
            ),
            HealthCheckTags=tags(template, "Whether readers are sent here", name="readers"),
        )
    )


def _add_alarm_check(template: RegionTemplate, logical_id: str, alarm: str, without_data: object, purpose: str) -> None:
    template.put(
        route53.HealthCheck(
            logical_id,
            HealthCheckConfig=route53.HealthCheckConfig(
                Type="CLOUDWATCH_METRIC",
                AlarmIdentifier=route53.AlarmIdentifier(Name=Ref(alarm), Region=Ref("AWS::Region")),
                InsufficientDataHealthStatus=without_data,
            ),
            HealthCheckTags=tags(template, purpose, name=alarm),
        )
    )
