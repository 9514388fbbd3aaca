"""E9525: a failover record that points at a writer endpoint of a global database."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import _reading, _rule, _values


class FailoverRecordToWriterEndpoint(_rule.Rule):
    """DNS failover between writer endpoints, of which only one is active."""

    id = "E9525"
    shortdesc = "Failover record to a writer endpoint of a global database"
    description = (
        "DNS failover promotes nothing: the standby's writer endpoint is inactive until its cluster is promoted, and "
        "writers that the record sends there fail."
    )
    fix = "point writers at GlobalCluster.GlobalEndpoint.Address, and failover records at ReadEndpoint.Address"
    source_url = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-connecting.html"
    tags = ["resources", "route53", "rds", "aurora"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        writers = {(name, "Endpoint.Address") for name in _reading.global_members(cfn)}
        for path, record, _ in _reading.records(cfn):
            for case in _values.scenarios(cfn, record, ["Failover", "ResourceRecords"]):
                for target in _values.items(cfn, case.get("ResourceRecords")):
                    found = _values.attribute(target)
                    if "Failover" in case and found and found in writers:
                        yield [*path, "ResourceRecords"], f"the failover record points at the writer of {found[0]}"
