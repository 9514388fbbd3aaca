"""The calls of `api.Network`, made with boto3."""

from __future__ import annotations

from collections.abc import Sequence

from twinstack.aws.asking import Asking, only
from twinstack.dr.aws.api import Endpoint, HealthCheck, Route, Zone


class BotoNetwork(Asking):
    """See `api.Network` for what each method does."""

    def hosted_zone(self, zone: str) -> Zone:
        """See `api.Network`."""
        found = self._ask("route53", "get_hosted_zone", Id=zone)
        vpcs = tuple((vpc["VPCRegion"], vpc["VPCId"]) for vpc in found.get("VPCs", ()))
        return Zone(found["HostedZone"]["Name"].rstrip("."), vpcs)

    def record_values(self, zone: str, name: str) -> Sequence[str]:
        """See `api.Network`."""
        sets = self._every("route53", "list_resource_record_sets", "ResourceRecordSets", HostedZoneId=zone)
        named = [entry for entry in sets if entry["Name"].rstrip(".") == name]
        return [record["Value"].rstrip(".") for entry in named for record in entry.get("ResourceRecords", ())]

    def health_check(self, check: str) -> HealthCheck:
        """See `api.Network`."""
        found = self._ask("route53", "get_health_check", HealthCheckId=check)["HealthCheck"]["HealthCheckConfig"]
        return HealthCheck(found["Type"], tuple(found.get("ChildHealthChecks", ())), found.get("HealthThreshold", 0))

    def health_observations(self, check: str) -> Sequence[str]:
        """See `api.Network`."""
        found = self._ask("route53", "get_health_check_status", HealthCheckId=check)
        return [entry["StatusReport"]["Status"] for entry in found["HealthCheckObservations"]]

    def peering_status(self, peering: str) -> str:
        """See `api.Network`."""
        found = self._ask("ec2", "describe_vpc_peering_connections", VpcPeeringConnectionIds=[peering])
        return str(found["VpcPeeringConnections"][0]["Status"]["Code"])

    def routes(self, table: str) -> Sequence[Route]:
        """See `api.Network`."""
        (found,) = self._ask("ec2", "describe_route_tables", RouteTableIds=[table])["RouteTables"]
        return [
            Route(
                route.get("DestinationCidrBlock") or route.get("DestinationPrefixListId", ""),
                route.get("VpcPeeringConnectionId") or route.get("GatewayId", ""),
                route.get("State", ""),
            )
            for route in found["Routes"]
        ]

    def endpoints(self, vpc: str) -> Sequence[Endpoint]:
        """See `api.Network`."""
        found = self._every("ec2", "describe_vpc_endpoints", "VpcEndpoints", Filters=only("vpc-id", vpc))
        return [
            Endpoint(
                entry["ServiceName"], entry["VpcEndpointType"], entry["State"], entry.get("PrivateDnsEnabled", False)
            )
            for entry in found
        ]

    def ways_out(self, vpc: str) -> Sequence[str]:
        """See `api.Network`."""
        attached = only("attachment.vpc-id", vpc)
        internet = self._every("ec2", "describe_internet_gateways", "InternetGateways", Filters=attached)
        nat = self._every("ec2", "describe_nat_gateways", "NatGateways", Filters=only("vpc-id", vpc))
        return [entry["InternetGatewayId"] for entry in internet] + [entry["NatGatewayId"] for entry in nat]

    def interfaces(self, vpc: str) -> Sequence[str]:
        """See `api.Network`."""
        found = self._every("ec2", "describe_network_interfaces", "NetworkInterfaces", Filters=only("vpc-id", vpc))
        return [entry["NetworkInterfaceId"] for entry in found]

    def flow_log_status(self, flow_log: str) -> str:
        """See `api.Network`."""
        (found,) = self._ask("ec2", "describe_flow_logs", FlowLogIds=[flow_log])["FlowLogs"]
        return " ".join(filter(None, (found["FlowLogStatus"], found.get("DeliverLogsErrorMessage"))))
