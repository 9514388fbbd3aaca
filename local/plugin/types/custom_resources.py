"""Custom resources: the answer of a function in a VPC arrives only if there is a way to CloudFormation's bucket.

CloudFormation waits at a bucket of its own, in some regions under a legacy name of S3. Such a name leads to public
addresses, also where an interface endpoint of S3 is. No packet moves here, so it is read from the network whether one
would: through a NAT gateway or the like, or a gateway endpoint whose policy takes what another account has signed, and
in both cases out of a security group. Of a policy's conditions only those on the account are looked at.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/privatelink-interface-endpoints.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-vpce-bucketnames.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from ministack.core.responses import new_uuid
from ministack.services.cloudformation import custom_resource

from ..api import client, region
from ..shapes import Properties

_ANYWHERE = "0.0.0.0/0"
_HTTPS = 443
# An internet gateway is none: a function in a VPC never has a public address.
_OUT = ("NatGatewayId", "TransitGatewayId", "InstanceId", "NetworkInterfaceId")
_OWN_ONLY = {"aws:principalaccount", "aws:principalorgid", "aws:resourceaccount", "aws:resourceorgid"}


def refuse_answers_without_a_way() -> None:
    """Make the emulator's own custom resources fail, too, where AWS would wait for an answer in vain."""
    asked = custom_resource.invoke_custom_resource

    def asked_unless_shut_in(request: str, name: str, properties: Properties, *rest: Any, **named: Any) -> Any:
        refuse_unreachable(properties)
        return asked(request, name, properties, *rest, **named)

    custom_resource.invoke_custom_resource = asked_unless_shut_in


def refuse_unreachable(properties: Properties) -> None:
    """Raise what CloudFormation says after the ServiceTimeout, at once, where no answer can arrive."""
    token = str(properties.get("ServiceToken"))
    if ":lambda:" not in token:
        return
    network = client("lambda").get_function_configuration(FunctionName=token).get("VpcConfig") or {}
    shut = _shut_in(network["SubnetIds"], network["SecurityGroupIds"]) if network.get("SubnetIds") else ""
    if shut:
        msg = (
            "CloudFormation did not receive a response from your Custom Resource. Please check your logs for requestId "
            f"[{new_uuid()}]. If you are using the Python cfn-response module, you may need to update your Lambda "
            f"function code so that CloudFormation can attach the updated version. (The local AWS did not wait for it: "
            f"{token.rpartition(':')[2]} is in {network.get('VpcId')}, and {shut} has no way to {_bucket()})"
        )
        raise TimeoutError(msg)


def _bucket() -> str:
    return f"cloudformation-custom-resource-response-{region().replace('-', '')}"


def _shut_in(subnets: Iterable[str], groups: Iterable[str]) -> str:
    """The first subnet that no answer comes out of; '' when one comes out of each."""
    ec2 = client("ec2")
    found = ec2.describe_security_groups(GroupIds=list(groups))["SecurityGroups"]
    rules = [rule for group in found for rule in group["IpPermissionsEgress"] if _is_for_https(rule)]
    anywhere = any(net.get("CidrIp") == _ANYWHERE for rule in rules for net in rule.get("IpRanges", ()))
    to_lists = anywhere or any(rule.get("PrefixListIds") for rule in rules)
    for subnet in subnets:
        table = _table(ec2, subnet)
        leads_out = anywhere and any(_leads_out(route) for route in table["Routes"])
        if not leads_out and not (to_lists and _has_endpoint(ec2, table)):
            return subnet
    return ""


def _is_for_https(rule: Mapping[str, Any]) -> bool:
    protocol = str(rule.get("IpProtocol"))
    return protocol == "-1" or (protocol in ("tcp", "6") and rule["FromPort"] <= _HTTPS <= rule["ToPort"])


def _table(ec2: Any, subnet: str) -> Mapping[str, Any]:
    """The route table of a subnet, which is the VPC's main one where it has none of its own."""
    vpc = ec2.describe_subnets(SubnetIds=[subnet])["Subnets"][0]["VpcId"]
    tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]
    own = [table for table in tables if any(it.get("SubnetId") == subnet for it in table["Associations"])]
    main = [table for table in tables if any(it.get("Main") for it in table["Associations"])]
    return next(iter(own + main), {"Routes": [], "RouteTableId": ""})


def _leads_out(route: Mapping[str, Any]) -> bool:
    return route.get("DestinationCidrBlock") == _ANYWHERE and any(route.get(name) for name in _OUT)


def _has_endpoint(ec2: Any, table: Mapping[str, Any]) -> bool:
    """Whether a route table leads to a gateway endpoint that lets answers through; no other kind has route tables."""
    return any(
        endpoint["ServiceName"].endswith(".s3")
        and table["RouteTableId"] in endpoint.get("RouteTableIds", ())
        and _lets_answers(endpoint.get("PolicyDocument"))
        for endpoint in ec2.describe_vpc_endpoints()["VpcEndpoints"]
    )


def _lets_answers(policy: str | None) -> bool:
    """Whether a policy lets an answer through; without one an endpoint lets everything through."""
    if not policy:
        return True
    target = f"arn:aws:s3:::{_bucket()}/answer"
    return any(
        statement["Effect"] == "Allow"
        and any(fnmatchcase("s3:putobject", action.lower()) for action in _listed(statement.get("Action")))
        and any(fnmatchcase(target, resource) for resource in _listed(statement.get("Resource")))
        and not any(key.lower() in _OWN_ONLY for keys in statement.get("Condition", {}).values() for key in keys)
        for statement in _listed(json.loads(policy)["Statement"])
    )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
