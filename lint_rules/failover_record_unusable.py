"""E9523: a failover record that Route 53 refuses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lint_rules import _reading, _rule, _values


class FailoverRecordUnusable(_rule.Rule):
    """A failover record is a CNAME at the apex of its zone, or has no SetIdentifier."""

    id = "E9523"
    shortdesc = "Failover record that Route 53 refuses"
    description = (
        "A name with a CNAME can have no other records, and the apex has SOA and NS; records of one name and type "
        "are told apart by SetIdentifier."
    )
    fix = "give failover records a SetIdentifier, and CNAMEs a name below the zone's"
    source_url = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html#CNAMEFormat"
    tags = ["resources", "route53"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        for path, record, zone in _reading.records(cfn):
            for case in _values.scenarios(cfn, record, ["Failover", "SetIdentifier", "Type"]):
                if "Failover" not in case:
                    continue
                if "SetIdentifier" not in case:
                    yield path, "the failover record has no SetIdentifier"
                if _values.texts(cfn, case.get("Type")) == {"CNAME"} and _is_apex(cfn, record.get("Name"), zone):
                    yield [*path, "Name"], "the failover record is a CNAME at the zone's apex"


def _is_apex(cfn: _values.Template, name: Any, zone: dict[str, Any]) -> bool:
    apexes = [zone.get("HostedZoneName")]
    for logical_id, properties in _reading.properties(cfn, "AWS::Route53::HostedZone"):
        if {"Ref": logical_id} in _values.branches(cfn, zone.get("HostedZoneId")):
            apexes.append(properties.get("Name"))
    if any(apex is not None and name == apex for apex in apexes):
        return True
    # a trailing dot and the case of letters change nothing; a part that is not known could be anything
    names = _names(cfn, name)
    return bool(names) and any(names == _names(cfn, apex) for apex in apexes if apex is not None)


def _names(cfn: _values.Template, node: Any) -> set[str]:
    found = _values.texts(cfn, node)
    return set() if any(_values.UNKNOWN in text for text in found) else {text.rstrip(".").lower() for text in found}
