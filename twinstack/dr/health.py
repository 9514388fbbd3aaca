"""Whether a health check of Route 53 is healthy, in words; a calculated one by its children.

AWS tells no status of a calculated check by its API, so it is worked out as Route 53 does: healthy when so many of its
children are as its threshold says.
https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetHealthCheckStatus.html
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html
"""

from __future__ import annotations

from twinstack.aws.errors import AwsError
from twinstack.dr.aws.api import Network
from twinstack.preflight.checked import Verdict

_CALCULATED = "CALCULATED"


def health_of(region: Network, check: str) -> tuple[Verdict, str]:
    """Asks for the status of a health check.

    Args:
        region: Where to ask; Route 53 is one for all regions.
        check: The id of the check.

    Returns:
        Whether it is healthy, and by what; unknown where AWS does not say.
    """
    config = region.health_check(check)
    if config.kind != _CALCULATED:
        return _seen(region, check)
    verdicts = [_of_child(region, child) for child in config.children]
    healthy, unknown = verdicts.count("ok"), verdicts.count("unknown")
    said = f"{healthy} of {len(verdicts)} checks below it are healthy, and {config.threshold} have to be"
    if healthy >= config.threshold:
        return "ok", said
    if healthy + unknown >= config.threshold:
        return "unknown", f"{said}; of {unknown} AWS does not say"
    return "failed", said


def _of_child(region: Network, check: str) -> Verdict:
    try:
        return _seen(region, check)[0]
    except AwsError:
        return "unknown"


def _seen(region: Network, check: str) -> tuple[Verdict, str]:
    seen = list(region.health_observations(check))
    bad = [status for status in seen if not status.startswith("Success")]
    if not seen:
        return "unknown", "no checker has said anything yet"
    said = f"{len(seen) - len(bad)} of {len(seen)} checkers see it healthy"
    return ("failed", f"{said}: {bad[0]}") if bad else ("ok", said)
