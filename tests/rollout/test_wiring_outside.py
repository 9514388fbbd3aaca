"""Templates that cannot be edited, wired in the environment file, and stacks that exist under names of their own."""

import json
from textwrap import dedent

import pytest
import yaml

from tests.rollout.deployments import Deployments
from tests.systems import PRIMARY, SECONDARY, passes, template
from twinstack.errors import InputError
from twinstack.screen.events import WiresRead

WIRING = {
    "primary": {
        "PeeringId": "secondary.PeeringId",
        "PeerCidr": "secondary.VpcCidr",
        "PeerBucket": "secondary.BucketArn",
    },
    "secondary": {
        "PeerVpc": "primary.VpcId",
        "PeerCidr": "primary.VpcCidr",
        "GlobalCluster": "primary.GlobalCluster",
        "SourceRegion": "primary.Region",
    },
}


def bare(text):
    """The template as JSON, without what TwinStack reads."""
    body = dict(template(text).body)
    del body["Metadata"]
    return json.dumps(body, indent=1)


@pytest.fixture
def outside(tmp_path):
    """The pair as somebody else's templates."""
    pair = Deployments(tmp_path, {"primary": bare(PRIMARY), "secondary": bare(SECONDARY)})
    pair.entries = {role: {"wiring": wiring} for role, wiring in WIRING.items()}
    return pair


def test_templates_wired_from_outside_are_deployed_as_others_are(outside):
    assert passes(outside.deploy()) == [["primary"], ["secondary"], ["primary"]]
    (read,) = outside.screen.of(WiresRead)
    assert {wire["verdict"] for wire in read.wires} == {"matches"}
    assert "TwinStack" not in str(outside.aws["primary"].requests[0].template)
    outside.forget_calls()
    assert outside.deploy().passes == ()
    assert outside.mutations() == []


def test_they_are_unlinked_before_they_are_deleted(outside):
    outside.deploy()
    outside.destroy()
    unlinking = outside.aws["primary"].requests[-1]
    assert {name: unlinking.parameters[name] for name in WIRING["primary"]} == dict.fromkeys(WIRING["primary"], "")
    assert outside.stacks() == []


def test_destroy_passes_over_wires_that_the_live_stack_does_not_know(outside):
    outside.deploy()
    body = json.loads(outside.templates["primary"])
    body["Parameters"] |= {"Endpoint": {"Type": "String", "Default": ""}, "VpcCidr": {"Type": "String", "Default": ""}}
    outside.templates["primary"] = json.dumps(body)
    outside.entries["primary"] = {
        "wiring": {**WIRING["primary"], "Endpoint": "secondary.Endpoint", "VpcCidr": "secondary.VpcCidr"}
    }
    outside.destroy()
    assert outside.stacks() == []
    assert outside.aws["primary"].requests[-1].parameters["VpcCidr"] is None


def test_stacks_that_were_wired_inside_are_taken_down_when_the_file_wires_them(live):
    live.templates = {"primary": bare(PRIMARY), "secondary": bare(SECONDARY)}
    live.entries = {role: {"wiring": wiring} for role, wiring in WIRING.items()}
    live.destroy()
    assert live.aws["primary"].requests[-1].parameters["PeeringId"] == ""
    assert live.stacks() == []


def test_a_template_that_takes_nothing_says_so_with_an_empty_wiring(outside):
    outside.templates = {"primary": bare(PRIMARY)}
    outside.entries = {"primary": {"wiring": {}}}
    outside.deploy()
    assert outside.stacks() == ["pair-dev-primary"]


def refusal(pair):
    with pytest.raises(InputError) as error:
        pair.run()
    return str(error.value).replace(f"{pair.folder}/", "")


def line(pair, text):
    """`file:line` of a text in the environment file."""
    lines = (pair.folder / "environments/dev.yaml").read_text().splitlines()
    (number,) = (number for number, found in enumerate(lines, 1) if text in found)
    return f"environments/dev.yaml:{number}"


def test_wiring_in_both_places_is_refused_with_both(outside):
    outside.templates["secondary"] = SECONDARY
    message = refusal(outside)
    lines = (outside.folder / "environments/dev.yaml").read_text().splitlines()
    number = 1 + max(index for index, found in enumerate(lines) if found.strip() == "wiring:")
    assert message == (
        f"environments/dev.yaml:{number}: the wiring of secondary stands here and in its template "
        "(generated/secondary.yaml:3); keep one of them"
    )


def test_wiring_in_neither_place_is_refused_with_both_ways_out(outside):
    del outside.entries["primary"]
    assert refusal(outside) == (
        "generated/primary.yaml: there is no Metadata.TwinStack.Role; add it, with the Wiring of the parameters that "
        "take an output of another stack. In a template that you cannot change, write the wires under `wiring:` of "
        f"the stack primary ({line(outside, 'primary:')}), `wiring: {{}}` if there are none"
    )


@pytest.mark.parametrize(
    ("wire", "message"),
    [
        ({"Peer": "primary.VpcId"}, "wire to Peer, which is not among the parameters of generated/secondary.yaml"),
        ({"PeerVpc": "primary"}, "the wire of PeerVpc is 'primary'; write it as role.Output"),
        ({"PeerVpc": 5}, "stacks.secondary.wiring.PeerVpc: Input should be a valid string, not 5"),
    ],
)
def test_a_wrong_wire_is_told_with_its_line_in_the_environment_file(outside, wire, message):
    outside.entries["secondary"] = {"wiring": wire}
    told = refusal(outside)
    (name,) = wire
    assert told.startswith(f"{line(outside, f'{name}: ')}: {message}")


def test_a_wired_parameter_with_a_default_is_told_with_both_places(outside):
    outside.entries["secondary"] = {"wiring": {**WIRING["secondary"], "VpcCidr": "primary.VpcCidr"}}
    told = refusal(outside)
    assert told.startswith("generated/secondary.yaml:")
    assert f"the parameter VpcCidr is wired ({line(outside, ' VpcCidr: ')}) and has the default '10.1.0.0/16'" in told


def test_stacks_that_exist_under_other_names_are_updated_and_not_made_again(tmp_path):
    pair = Deployments(tmp_path)
    pair.deploy()
    pair.forget_calls()
    for role in pair.templates:
        pair.stack(role).content.tags.clear()  # another tool made them
    pair.environment["project"] = "orders"
    pair.entries = {role: {"stack_name": f"pair-dev-{role}"} for role in pair.templates}
    assert [(step.stack.name, step.operation) for step in pair.deploy().steps] == [
        ("pair-dev-secondary", "UPDATE"),
        ("pair-dev-primary", "UPDATE"),
    ]
    assert sorted(pair.stacks()) == ["pair-dev-primary", "pair-dev-secondary"]
    pair.destroy()
    assert pair.stacks() == []


@pytest.mark.parametrize("name", ["orders_dev", "1st", "a" * 129, "-a", ""])
def test_a_stack_name_that_cloudformation_does_not_take_is_refused(pair, name):
    pair.entries["primary"] = {"stack_name": name}
    assert refusal(pair) == (
        f"{line(pair, 'stack_name')}: stacks.primary.stack_name: {name!r} is not a stack name: letters, digits and "
        "hyphens, beginning with a letter, at most 128 characters"
    )


@pytest.mark.parametrize("role", ["first_one", "a" * 121])
def test_a_role_that_makes_no_stack_name_needs_one(tmp_path, role):
    pair = Deployments(tmp_path, {role: bare(PRIMARY)})
    pair.entries = {role: {"wiring": {}}}
    assert "is not a name that CloudFormation takes for a stack" in refusal(pair)
    pair.entries[role]["stack_name"] = "first"
    assert pair.run().planner.system.stacks[role].name == "first"


def test_two_stacks_of_one_name_in_one_region_are_refused(pair):
    pair.regions["secondary"] = "us-east-1"
    pair.entries["primary"] = {"stack_name": "pair-dev-secondary"}
    assert refusal(pair) == (
        f"{line(pair, 'secondary:')}: secondary would be the stack pair-dev-secondary in us-east-1, and primary is it "
        f"({line(pair, 'stack_name')}); give one of them another name"
    )


@pytest.mark.parametrize(
    "apart",
    [{"region": "eu-west-1"}, {"region": "us-east-1", "assume_role": "arn:aws:iam::111122223333:role/deployer"}],
)
def test_one_name_in_another_region_or_account_is_another_stack(pair, apart):
    pair.entries = {"primary": {"stack_name": "orders"}, "secondary": {"stack_name": "orders", **apart}}
    names = [stack.name for stack in pair.run().planner.system.stacks.values()]
    assert names == ["orders", "orders"]


def test_no_stack_may_have_the_name_of_the_artifact_bucket(pair):
    pair.entries["primary"] = {"stack_name": "pair-dev-artifacts"}
    assert refusal(pair) == (
        f"{line(pair, 'stack_name')}: pair-dev-artifacts is the stack of the deployer's own bucket; give primary "
        "another name"
    )


def test_yaml_and_json_of_one_template_are_one_template(tmp_path):
    texts = {"primary": bare(PRIMARY), "secondary": yaml.safe_dump(yaml.safe_load(bare(SECONDARY)))}
    pair = Deployments(tmp_path, {role: dedent(text) for role, text in texts.items()})
    pair.entries = {role: {"wiring": wiring} for role, wiring in WIRING.items()}
    assert passes(pair.deploy()) == [["primary"], ["secondary"], ["primary"]]
