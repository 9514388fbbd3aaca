"""Which resources of the pair are tried by themselves, before the database: small parts, then the network.

Each part is a pair of stacks of its own, cut out of the templates, under names that end in the part's name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from twinstack.dr.first_run.checks.scene import PRIMARY, SECONDARY
from twinstack.dr.first_run.cutting import cut
from twinstack.environment.file import EnvironmentFile
from twinstack.planning.system import Stack, System
from twinstack.rollout.steps.artifacts import MAX_BYTES_IN_REQUEST
from twinstack.templates import Template

PARTS, NETWORK = "parts", "network"

_SMALL = {
    PRIMARY: (
        "AccessLogBucketPolicy",
        "BackupBucketPolicy",
        "DatabaseKeyAlias",
        "BackupKeyAlias",
        "OperationsKeyAlias",
        "FlowLog",
        "TopicPolicy",
        "DatabaseSecret",
        "PrivateZone",
        "ReaderHealthCheck",
        "WriterRecord",  # with it the empty global cluster, whose endpoint it names: free, and the least certain of all
    ),
    SECONDARY: (
        "AccessLogBucketPolicy",
        "DatabaseKeyAlias",
        "BackupKeyAlias",
        "OperationsKeyAlias",
        "FlowLog",
        "TopicPolicy",
    ),
}
# Alarms name the cluster that they watch: without one they have no data, which is what a health check then shows.
_NOT_HERE = "not-in-this-part"
# The wires that the network itself needs; what else hangs on the link is not there.
_NETWORK_WIRES = frozenset(
    {
        "PrimaryRegion",
        "PrimaryVpcId",
        "PrimaryVpcCidr",
        "PeeringConnectionId",
        "SecondaryRegion",
        "SecondaryVpcId",
        "SecondaryVpcCidr",
    }
)


def small_parts(pair: System, file: EnvironmentFile) -> System:
    """Returns bucket, keys, secret, zone, flow log and health checks, not linked to each other.

    The primary's template is made too large for a request, so that the deployer's own bucket is tried as well.

    Args:
        pair: The whole pair.
        file: The environment file, which names the stacks.
    """
    stacks = {}
    for role, resources in _SMALL.items():
        stack = pair.stacks[role]
        padding = MAX_BYTES_IN_REQUEST if role == PRIMARY else 0
        part = cut(stack.template, resources, stand_ins={"Cluster": _NOT_HERE}, padding=padding)
        stacks[role] = _part(stack, part, file.stack_name(f"{PARTS}-{role}"))
    return System(stacks)


def network(pair: System, file: EnvironmentFile) -> System:
    """Returns the VPCs with all that is in them, and the peering between them; arguments as for `small_parts`."""
    kept = {role: _network_wires(pair.stacks[role].template) for role in (PRIMARY, SECONDARY)}
    stacks = {}
    for role, other in ((PRIMARY, SECONDARY), (SECONDARY, PRIMARY)):
        template = pair.stacks[role].template
        resources = [each for each, it in template.resources.items() if str(it.get("Type")).startswith("AWS::EC2::")]
        # What is linked beyond the network counts as linked: the routes hang on the whole of it.
        given = {wire.parameter: _NOT_HERE for wire in template.wires if wire.parameter not in kept[role]}
        given |= {"BackupBucket": f"arn:aws:s3:::{_NOT_HERE}"}
        outputs = list(dict.fromkeys(kept[other].values()))
        part = cut(template, resources, outputs=outputs, wired=kept[role], stand_ins=given)
        stacks[role] = _part(pair.stacks[role], part, file.stack_name(f"{NETWORK}-{role}"))
    return System(stacks)


def _network_wires(template: Template) -> Mapping[str, str]:
    """Returns the wires of the network: the parameter and the output of the other stack."""
    return {wire.parameter: wire.output for wire in template.wires if wire.parameter in _NETWORK_WIRES}


def _part(stack: Stack, template: Template, name: str) -> Stack:
    """Returns the stack of a part: another name, and only the parameters that are left."""
    parameters = {key: value for key, value in stack.parameters.items() if key in template.parameters}
    return replace(stack, name=name, template=template, parameters=parameters, artifacts={})
