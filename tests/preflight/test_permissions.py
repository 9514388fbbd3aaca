"""What permissions are simulated with fits the deployer's own policies: whoever has them may make all."""

from pathlib import Path

import pytest

from deployer_policy.documents import policies
from deployer_policy.facts import facts_of
from deployer_policy.permissions import permissions_of
from tests.preflight.site import ACCOUNT, region
from tests.test_deployer_policy import applies, statements
from twinstack.environment.assembly import assemble
from twinstack.environment.file import read_environment_file
from twinstack.preflight.needs import Added
from twinstack.preflight.permissions import looks

ROOT = Path(__file__).parents[2]
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/boundary"


@pytest.fixture(params=["as it is", "with a boundary and a path"])
def environment(request, tmp_path):
    text = (ROOT / "environments" / "prod.yaml").read_text()
    if request.param != "as it is":
        text = text.replace(
            "parameters:\n", f"parameters:\n  RolePath: /teams/x/\n  PermissionsBoundaryArn: {BOUNDARY}\n", 1
        )
    (tmp_path / "prod.yaml").write_text(text)
    return assemble(read_environment_file(str(tmp_path / "prod.yaml"), ROOT, None, {}), ROOT)


def simulating(body, file):
    """IAM's simulation of a role that has the policies made for a template and an environment."""
    facts = facts_of((body,), (file.model,))
    needed = {action for name in facts.types for one in facts.regions for action in permissions_of(name, one)}
    given = statements(policies(sorted(needed), facts))

    def simulated(principal, actions, resources, context):
        flat = {key: list(values) if kind == "stringList" else values[0] for key, (kind, values) in context.items()}
        flat |= {"aws:PrincipalAccount": ACCOUNT, "aws:CalledVia": ["cloudformation.amazonaws.com"]}
        found = {}
        for action in actions:
            effects = {one["Effect"] for one in given for arn in resources if applies(one, action, arn, flat)}
            found[action] = {frozenset(): "implicitDeny", frozenset({"Allow"}): "allowed"}.get(
                frozenset(effects), "explicitDeny"
            )
        return found

    return simulated


def judged(environment, simulated):
    stack = environment.system.stacks["primary"]
    added = [Added(stack, name, one["Type"], {}) for name, one in stack.template.resources.items()]
    (look,) = looks(added, lambda role, name: region(simulated=simulated), environment.file)
    (checked,) = look.judge(look.ask())
    return checked


def test_whoever_has_the_deployers_policies_is_let_make_all_that_a_stack_adds(environment):
    body = environment.system.stacks["primary"].template.body
    simulated, ways = simulating(body, environment.file), set()

    def told(principal, actions, resources, context):
        ways.update(context.get("kms:ViaService", ("", ()))[1])
        ways.update(context.get("route53:VPCs", ("", ()))[1])
        return simulated(principal, actions, resources, context)

    checked = judged(environment, told)
    assert checked.verdict == "ok", checked.said
    assert ways == {"backup.us-east-1.amazonaws.com", "VPCId=x,VPCRegion=us-east-1"}  # of the region of the stack


@pytest.mark.parametrize("environment", ["as it is"], indirect=True)
def test_what_two_statements_are_for_is_allowed_when_one_of_them_is(environment):
    def allowing_in_a_vpc(principal, actions, resources, context):
        in_a_vpc = any(":vpc/" in arn for arn in resources)
        return {it: "allowed" if in_a_vpc or it != "ec2:CreateSubnet" else "implicitDeny" for it in actions}

    assert judged(environment, allowing_in_a_vpc).verdict == "ok"
