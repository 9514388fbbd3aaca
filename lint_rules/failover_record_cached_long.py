"""W9528: a failover record that clients keep for long."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import _reading, _rule, _values

_LONGEST = 60


class FailoverRecordCachedLong(_rule.Rule):
    """The TTL of a failover record is above a minute."""

    id = "W9528"
    shortdesc = "Failover record with a long TTL"
    description = "Clients go on using the old answer for the whole TTL after a failover; AWS recommends 60 seconds."
    fix = "set TTL to 60 or less"
    source_url = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/best-practices-dns.html"
    tags = ["resources", "route53"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        for path, record, _ in _reading.records(cfn):
            for case in _values.scenarios(cfn, record, ["Failover", "TTL"]):
                seconds = _values.numbers(cfn, case.get("TTL"))
                if "Failover" in case and seconds and seconds[0] > _LONGEST:
                    yield [*path, "TTL"], f"clients keep the failover record for {seconds[0]:g} seconds"
