"""Route 53's rules on failover, as far as the templates use them: where a name leads in a given situation.

Written from AWS's pages and without a look at how the templates are made:

- a check on an alarm follows the data of the alarm's metric, and without data its InsufficientDataHealthStatus; a check
  that has never had data is healthy under LastKnownStatus:
  https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html
- a calculated check is healthy when as many children as its threshold are; zero is always met:
  https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-creating-values.html
- of two failover records the primary answers while it is healthy, and also when both are not; a record without a check
  is always healthy: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-how-route-53-chooses-records.html
"""

from dataclasses import dataclass, field

PAIRED = {"breaching": "Unhealthy", "missing": "LastKnownStatus", "notBreaching": "Healthy"}
"""What an alarm makes of no data, and what its check has to: which of the two wins is not documented."""
BREAKS = {
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
}


@dataclass
class Route53:
    """The health checks and records of a linked pair.

    Attributes:
        stacks: The resources of both stacks, resolved, by role.
        regions: The region of each role.
        ids: For the id of each health check that one stack takes from the other: the role and the logical id.
        known: What each check last knew, by role and logical id.
    """

    stacks: dict
    regions: dict
    ids: dict
    known: dict = field(default_factory=dict)

    def see(self, data):
        """Lets every check look at the metrics: by role, metric and, for a probe, the region that it speaks of."""
        for role, made in self.stacks.items():
            for name, body in made.items():
                if body.type == "AWS::Route53::HealthCheck" and "AlarmIdentifier" in config(body):
                    self.known[role, name] = self._of_alarm(role, name, config(body), data)

    def _of_alarm(self, role, name, check, data):
        assert check["AlarmIdentifier"]["Region"] == self.regions[role]
        alarm = self.stacks[role][check["AlarmIdentifier"]["Name"]].properties
        assert check["InsufficientDataHealthStatus"] == PAIRED[alarm["TreatMissingData"]], name
        target = [it["Value"] for it in alarm["Dimensions"] if it["Name"] == "Target"]
        value = data.get((role, alarm["MetricName"], *target))
        if value is not None:
            return not BREAKS[alarm["ComparisonOperator"]](value, float(alarm["Threshold"]))
        without = {"Healthy": True, "Unhealthy": False, "LastKnownStatus": self.known.get((role, name), True)}
        return without[check["InsufficientDataHealthStatus"]]

    def is_healthy(self, role, check):
        """Whether a check, by the id that a stack knows it by, is healthy."""
        role, name = self.ids.get(check, (role, check))
        body = config(self.stacks[role][name])
        if body["Type"] == "CALCULATED":
            healthy = sum(self.is_healthy(role, child) for child in body["ChildHealthChecks"])
            return healthy >= int(body["HealthThreshold"])
        return self.known[role, name]

    def answer(self, name):
        """Returns what a name leads to."""
        records = [
            body.properties
            for body in self.stacks["primary"].values()
            if body.type == "AWS::Route53::RecordSet" and body.properties["Name"].startswith(f"{name}.")
        ]
        if len(records) == 1:
            return records[0]["ResourceRecords"][0]
        by_failover = {record["Failover"]: record for record in records}
        first, second = by_failover["PRIMARY"], by_failover["SECONDARY"]
        chosen = second if not self._serves(first) and self._serves(second) else first
        return chosen["ResourceRecords"][0]

    def _serves(self, record):
        return "HealthCheckId" not in record or self.is_healthy("primary", record["HealthCheckId"])


def config(body):
    return body.properties["HealthCheckConfig"]
