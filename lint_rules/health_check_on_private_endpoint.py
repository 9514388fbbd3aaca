"""E9522: a health check that would have to reach into a VPC."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from typing import Any

from lint_rules import _reading, _rule, _values

_PRIVATE = [ip_network(block) for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")]
_DATABASES = (_reading.GLOBAL_CLUSTER, _reading.CLUSTER, _reading.INSTANCE)


class HealthCheckOnPrivateEndpoint(_rule.Rule):
    """A health check connects to a database endpoint or to a private address."""

    id = "E9522"
    shortdesc = "Health check on a private endpoint"
    description = "Route 53's health checkers are outside every VPC: they never reach it, so it is always unhealthy."
    fix = "check a CloudWatch alarm instead, with type CLOUDWATCH_METRIC"
    source_url = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-private-hosted-zones.html"
    tags = ["resources", "route53", "rds"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        types = ("TCP", "HTTP", "HTTPS", "HTTP_STR_MATCH", "HTTPS_STR_MATCH")
        private = {name for name, _ in _reading.resources(cfn, *_DATABASES)} - _public(cfn)
        internal = {
            name
            for name, properties in _reading.properties(cfn, "AWS::ElasticLoadBalancingV2::LoadBalancer")
            if _values.texts(cfn, properties.get("Scheme")) == {"internal"}
        }
        for path, config in _reading.health_checks(cfn, *types):
            for node in _values.branches(cfn, config.get("FullyQualifiedDomainName")):
                name, attribute = _values.attribute(node) or ("", "")
                if ("Endpoint" in attribute and name in private) or (attribute == "DNSName" and name in internal):
                    yield [*path, "FullyQualifiedDomainName"], f"{name} is not reached from the internet"
            for text in sorted(_values.texts(cfn, config.get("IPAddress"))):
                if _is_private(text):
                    yield [*path, "IPAddress"], f"{text} is not reached from the internet"


def _public(cfn: _values.Template) -> set[Any]:
    """The databases that may be reached from the internet: their instances say so, or are in the default network."""
    clusters = dict(_reading.properties(cfn, _reading.CLUSTER))
    found: set[Any] = set()
    for name, properties in _reading.properties(cfn, _reading.INSTANCE):
        own = _values.referred(properties.get("DBClusterIdentifier"))
        placed = any(
            "DBSubnetGroupName" in one for one in (properties, *(clusters.get(cluster, {}) for cluster in own))
        )
        public = properties.get("PubliclyAccessible", not placed)
        if not _values.is_false(cfn, public):
            found |= {name, *own}
    return found


def _is_private(text: str) -> bool:
    try:
        address = ip_address(text)
    except ValueError:
        return False
    return any(address in network for network in _PRIVATE)
