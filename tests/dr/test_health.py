"""Whether a health check is healthy: AWS tells it of each but the calculated ones."""

from types import SimpleNamespace

import pytest

from twinstack.aws.errors import AwsError
from twinstack.dr.aws.api import HealthCheck
from twinstack.dr.health import health_of

GOOD, BAD = ["Success: well"] * 2, ["Success: well", "Failure: no data"]
REFUSED = AwsError("GetHealthCheckStatus", "InvalidInput", "not of this one", "here")


def route53(*children, threshold=0):
    """A region in which check `0`, `1`, … observe this, and `all` is calculated from them."""
    seen = dict(zip(map(str, range(len(children))), children, strict=True))

    def observations(check):
        found = seen[check]
        if isinstance(found, Exception):
            raise found
        return found

    kinds = {"all": HealthCheck("CALCULATED", tuple(seen), threshold)}
    return SimpleNamespace(
        health_check=lambda check: kinds.get(check, HealthCheck("CLOUDWATCH_METRIC")),
        health_observations=observations,
    )


@pytest.mark.parametrize(
    ("observed", "verdict", "said"),
    [
        (GOOD, "ok", "2 of 2 checkers see it healthy"),
        (BAD, "failed", "1 of 2 checkers see it healthy: Failure: no data"),
        ([], "unknown", "no checker has said anything yet"),
    ],
)
def test_a_check_is_what_its_checkers_see(observed, verdict, said):
    assert health_of(route53(observed), "0") == (verdict, said)


@pytest.mark.parametrize(
    ("children", "threshold", "verdict"),
    [
        ((GOOD, GOOD), 2, "ok"),
        ((GOOD, BAD), 1, "ok"),
        ((GOOD, BAD), 2, "failed"),
        ((GOOD, []), 2, "unknown"),
        ((GOOD, REFUSED), 2, "unknown"),
        ((BAD, REFUSED), 2, "failed"),
        ((REFUSED, GOOD), 1, "ok"),
        ((BAD, BAD), 0, "ok"),
        ((GOOD, GOOD), 3, "failed"),
    ],
)
def test_a_calculated_check_is_what_the_checks_below_it_make_of_it(children, threshold, verdict):
    found, said = health_of(route53(*children, threshold=threshold), "all")
    assert found == verdict
    assert f"of {len(children)} checks below it are healthy, and {threshold} have to be" in said
