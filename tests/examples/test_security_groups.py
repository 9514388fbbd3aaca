"""Two stacks of one region, synthesized by the CDK, where each lets in the other's security group."""

import pytest

from tests.examples.conftest import Example
from twinstack.errors import TwinStackError

VERSION = "/cdk-bootstrap/hnb659fds/version"


@pytest.fixture
def example(copied):
    example = copied("security-groups")
    example.bootstrap = Example(example.folder / "bootstrap", example.root, example.account)
    yield example
    example.client("ssm", "orders").delete_parameters(Names=[VERSION])


def rules(example, role):
    """Direction, port and the other group of each rule of a stack's group that names one."""
    filters = [{"Name": "group-id", "Values": [example.outputs(role)["GroupId"]]}]
    found = example.client("ec2", role).describe_security_group_rules(Filters=filters)["SecurityGroupRules"]
    named = [(rule, rule.get("ReferencedGroupInfo", {}).get("GroupId")) for rule in found]
    return {("out" if rule["IsEgress"] else "in", rule["FromPort"], group) for rule, group in named if group}


def test_it_is_deployed_changed_and_destroyed(example):
    example.bootstrap.deploy()
    told = example.deploy()
    assert told.steps() == [("CREATE", "orders"), ("CREATE", "payments"), ("UPDATE", "orders")]
    assert (len(told.verdicts()), set(told.verdicts().values())) == (3, {"matches"})
    assert [len(made.changes) for made in told.change_sets()] == [9, 4, 2]  # the metadata of the CDK among them
    orders, payments = example.outputs("orders")["GroupId"], example.outputs("payments")["GroupId"]
    assert rules(example, "orders") == {("in", 8080, payments), ("out", 8443, payments)}
    assert rules(example, "payments") == {("in", 8443, orders), ("out", 8080, orders)}

    assert example.deploy().steps() == []

    example.change("Payments.template.json", "8443", "9443")
    example.change("Orders.template.json", "8443", "9443")
    told = example.deploy()
    assert told.steps() == [("UPDATE", "payments"), ("UPDATE", "orders")]
    assert [[change["resource"] for change in made.changes] for made in told.change_sets()] == [
        ["FromOther"],
        ["ToOther"],
    ]
    assert rules(example, "orders") == {("in", 8080, payments), ("out", 9443, payments)}
    assert rules(example, "payments") == {("in", 9443, orders), ("out", 8080, orders)}

    told = example.destroy()
    assert told.steps() == [("DELETE", "payments"), ("DELETE", "orders")]
    assert example.stacks() == set()
    example.bootstrap.destroy()
    assert example.client("cloudformation", "orders").describe_stacks()["Stacks"] == []


def test_an_old_bootstrap_is_refused_by_the_rule_of_the_cdk(example):
    example.client("ssm", "orders").put_parameter(Name=VERSION, Value="5", Type="String")
    with pytest.raises(TwinStackError, match="CDK bootstrap stack version 6 required"):
        example.deploy()
    assert example.stacks() == set()
