"""Stage `network`: the VPCs, the peering between them, and their endpoints."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from twinstack.dr.aws.api import Endpoint
from twinstack.dr.first_run.checks.answers import Answer, compared
from twinstack.dr.first_run.checks.check import Check
from twinstack.dr.first_run.checks.scene import PRIMARY, SECONDARY, Scene

_TABLES = ("DatabaseRouteTable", "AppRouteTable")


def peering_active(scene: Scene) -> Answer:
    """Whether the peering was accepted without anybody doing so."""
    status = scene.regions[SECONDARY].peering_status(scene.physical_id(SECONDARY, "PeeringConnection"))
    return compared("active", status, same=status == "active")


def routes_through_peering(scene: Scene) -> Answer:
    """Whether every private table has a route to the other side."""
    peering = scene.physical_id(SECONDARY, "PeeringConnection")
    answered, same = [], True
    for role, other in ((PRIMARY, SECONDARY), (SECONDARY, PRIMARY)):
        wanted = scene.parameter(other, "VpcCidr")
        for table in _TABLES:
            routes = scene.regions[role].routes(scene.physical_id(role, table))
            states = [it.state for it in routes if it.to == wanted and it.through == peering]
            answered.append(f"{role} {table}: {', '.join(states) or 'none'}")
            same = same and states == ["active"]
    return compared("an active route to the other VPC in all four tables", "; ".join(answered), same=same)


def endpoints_answer(scene: Scene) -> Answer:
    """Whether every endpoint is there, and the interface endpoints have the services' own names."""
    answered, same = [], True
    for role, region in scene.regions.items():
        vpc = scene.physical_id(role, "Vpc")
        found = scene.wait("endpoints", partial(region.endpoints, vpc), _all_ready, seconds=300)
        wanted = scene.count(role, "AWS::EC2::VPCEndpoint")
        answered.append(f"{role}: " + ", ".join(_told(it) for it in found))
        same = same and len(found) == wanted and _all_ready(found)
    return compared("every endpoint available, interface endpoints with private names", "; ".join(answered), same=same)


def _all_ready(found: Sequence[Endpoint]) -> bool:
    return all(it.state == "available" and (it.kind != "Interface" or it.private_names) for it in found)


def _told(endpoint: Endpoint) -> str:
    service = endpoint.service.rpartition(".")[2]
    names = ", private names" if endpoint.private_names else ""
    return f"{service} ({endpoint.kind}, {endpoint.state}{names})"


def no_way_out(scene: Scene) -> Answer:
    """Whether there is neither an internet gateway nor a NAT gateway."""
    found = [way for role, region in scene.regions.items() for way in region.ways_out(scene.physical_id(role, "Vpc"))]
    return compared("no internet gateway, no NAT gateway", ", ".join(found) or "none", same=not found)


CHECKS = (
    Check("peering", peering_active, emulator="the local AWS's peering is active from the start"),
    Check("routes", routes_through_peering),
    Check("endpoints", endpoints_answer, emulator="the local AWS's endpoints carry nothing"),
    Check("no-internet", no_way_out),
)
