"""Who may look, who may switch, and who may deploy: each operation's calls are in the policies that its role gets."""

import ast
import re
from functools import cache
from pathlib import Path

import botocore.session
import pytest

from tests.dr.test_boto_region import PREFIXES, calls_of
from tests.test_deployer_policy import FOREIGN, LOCK, OURS, POLICIES, PREFIX, STACK, accepted, allowed
from twinstack.dr.operations.names import PROBE

ROOT = Path(__file__).parents[2]


def of(*names):
    return {name: POLICIES[PREFIX + name] for name in names}


# What the page on roles attaches.
WATCHES = of("planner", "watcher")
OPERATES = of("planner", "watcher", "operator")
DEPLOYS = {name: document for name, document in POLICIES.items() if not name.endswith(("watcher", "operator"))}

BY_HAND = {"aws__CalledVia": None}  # an operator calls AWS without CloudFormation
CHANGES = ("rds:FailoverGlobalCluster", "rds:SwitchoverGlobalCluster")
# Operations whose action has another name.
ACTIONS = {"GetBucketReplication": "s3:GetReplicationConfiguration", "Invoke": "lambda:InvokeFunction"}
PROBE_FUNCTION = f"arn:aws:lambda:eu-west-1:111122223333:function:tradingdb-dev-secondary-{PROBE}-1A2B3C"
RESOURCES = {
    "cloudformation": [STACK],
    "cloudwatch": ["*"],
    "ec2": ["*"],
    "lambda": [PROBE_FUNCTION],
    "route53": ["arn:aws:route53:::hostedzone/Z1", "arn:aws:route53:::healthcheck/1234abcd"],
    "ssm": [LOCK],
}


SESSION = botocore.session.Session()


@cache
def operations(service):
    return {botocore.xform_name(name): name for name in SESSION.get_service_model(service).operation_names}


def action_of(service, call):
    operation = operations(service)[call]
    return ACTIONS.get(operation) or f"{PREFIXES.get(service, service)}:{operation}"


def resources_of(action):
    service, kinds = action.partition(":")[0], accepted(action)
    if service in RESOURCES:
        return [arn for arn in RESOURCES[service] if service != "route53" or arn.split(":::")[1].split("/")[0] in kinds]
    return [arn for kind, arn in OURS[service].items() if kind in kinds]


def methods_called(*places):
    """The names of the methods that modules call."""
    files = [
        file for place in places for file in ([ROOT / place] if place.endswith(".py") else (ROOT / place).rglob("*.py"))
    ]
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in files]
    return {node.attr for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def calls_through_the_deployers_seam(*places):
    """What the deployer's own clients call for modules, as (service, call)."""
    called = methods_called(*places, "twinstack/dr/run.py", "twinstack/aws/world_reading.py")
    seam = {
        "boto.py": {"BotoCloudFormation": "cloudformation", "BotoRegions": "ec2"},
        "parameter_store.py": {"BotoParameterStore": "ssm"},
        "alarms.py": {"BotoAlarms": "cloudwatch"},
    }
    for file, classes in seam.items():
        for made in ast.parse((ROOT / "twinstack/aws" / file).read_text(encoding="utf-8")).body:
            if not isinstance(made, ast.ClassDef) or made.name not in classes:
                continue
            for method in made.body:
                if isinstance(method, ast.FunctionDef) and method.name in called:
                    text = ast.unparse(method)
                    found = re.findall(
                        r"get_paginator\('(\w+)'\)|(?:_client|_make\(\))\.(?!get_paginator)(\w+)\(", text
                    )
                    yield from ((classes[made.name], paged or single) for paged, single in found)


HEALTH = "twinstack/dr/health.py"
OPERATIONS = (
    "twinstack/dr/operations",
    "twinstack/dr/drill",
    HEALTH,
    "twinstack/cli/switchover.py",
    "twinstack/cli/drill.py",
)
STATUS = ("twinstack/dr/status", HEALTH, "twinstack/cli/status.py", "twinstack/aws/elsewhere_reading.py")


def actions(*folders):
    calls = set(calls_of(*folders))
    read = {("rds", "describe_global_clusters"), ("rds", "describe_db_clusters"), ("ssm", "get_parameter")}
    through = set(calls_through_the_deployers_seam(*folders))
    return sorted({action_of(*call) for call in calls | read | through})


def refused(wanted, documents):
    return [
        (action, resource)
        for action in wanted
        for resource in resources_of(action)
        if not allowed(action, resource, documents, **BY_HAND)
    ]


def test_whoever_watches_may_make_every_call_of_status():
    wanted = actions(*STATUS)
    assert {"cloudformation:ListStackResources", "cloudwatch:DescribeAlarms", "states:ListExecutions"} <= set(wanted)
    assert refused(wanted, WATCHES) == []


def test_whoever_operates_may_make_every_call_of_the_operations():
    wanted = actions(*OPERATIONS)
    assert {*CHANGES, "lambda:InvokeFunction", "cloudwatch:GetMetricStatistics"} <= set(wanted)
    assert refused(wanted, OPERATES) == []


def test_whoever_operates_may_not_deploy():
    given = {action for document in OPERATES.values() for one in document["Statement"] for action in one["Action"]}
    reads = ("Describe", "Get", "List")
    assert {one for one in given if not one.partition(":")[2].startswith(reads)} == {*CHANGES, "lambda:InvokeFunction"}


def test_whoever_watches_may_change_nothing_and_read_no_secret():
    given = {action for document in WATCHES.values() for one in document["Statement"] for action in one["Action"]}
    assert {one for one in given if not one.partition(":")[2].startswith(("Describe", "Get", "List"))} == set()
    assert "secretsmanager:GetSecretValue" not in given


@pytest.mark.parametrize("action", CHANGES)
def test_who_deploys_may_not_change_who_writes_by_hand(action):
    assert allowed(action, OURS["rds"]["global-cluster"], OPERATES, **BY_HAND)
    assert not allowed(action, OURS["rds"]["global-cluster"], DEPLOYS, **BY_HAND)


@pytest.mark.parametrize("action", CHANGES)
def test_only_our_databases_change_their_writer_and_only_in_our_regions(action):
    assert not allowed(action, FOREIGN["rds:DeleteGlobalCluster"], OPERATES, **BY_HAND)
    assert not allowed(action, FOREIGN["rds:DeleteDBCluster"], OPERATES, **BY_HAND)
    assert not allowed(action, OURS["rds"]["cluster"], OPERATES, aws__RequestedRegion="ap-south-1", **BY_HAND)


def test_no_function_but_the_probe_is_called():
    other = PROBE_FUNCTION.replace(PROBE, "ProbeUserFunction")
    assert allowed("lambda:InvokeFunction", PROBE_FUNCTION, OPERATES, **BY_HAND)
    assert not allowed("lambda:InvokeFunction", other, OPERATES, **BY_HAND)
