"""What of an environment does not fit its templates, or what of its stacks each other: each is said with its line."""

import pytest

from tests.environment.files import HEAD, ONE, TWO, assembled, said

# What `assemble` says, by what is wrong. HEAD are the first two lines of each file.
REFUSED = {
    "a parameter that no template has": (
        "parameters: {Nmae: x}\n",
        {},
        ["dev.yaml:3: unknown parameter Nmae; no such parameter in one.yaml, two.yaml"],
    ),
    "an override that no template of the region has": (
        "parameter_overrides:\n  eu-west-1: {Size: 3}\n",
        {},
        ["dev.yaml:4: unknown parameter Size; no such parameter in two.yaml"],
    ),
    "an override of a region without a stack": (
        "parameter_overrides:\n  eu-west-2: {Size: 3}\n",
        {},
        ["dev.yaml:4: no stack is in eu-west-2; they are in eu-west-1, us-east-1"],
    ),
    "a wired parameter": (
        "parameters: {Peer: x}\n",
        {},
        ["dev.yaml:3: Peer takes its value from two.Id (one.yaml); leave it out here"],
    ),
    "a wired parameter in an override": (
        "parameter_overrides: {us-east-1: {Peer: x}}\n",
        {},
        ["dev.yaml:3: Peer takes its value from two.Id (one.yaml); leave it out here"],
    ),
    "an own parameter": (
        "parameters: {Project: x}\n",
        {},
        ["dev.yaml:3: Project is filled from the environment's own keys; set project, environment_suffix or protected"],
    ),
    "everything of it at once": (
        "parameters: {Nmae: x, Peer: x}\nupdate_order: [one]\n",
        {},
        [
            "dev.yaml:4: update_order is one, but the stacks are one, two; name each of them once",
            "dev.yaml:3: unknown parameter Nmae; no such parameter in one.yaml, two.yaml",
            "dev.yaml:3: Peer takes its value from two.Id (one.yaml); leave it out here",
        ],
    ),
    "an order that names a stack twice": (
        "update_order: [one, one]\n",
        {},
        ["dev.yaml:3: update_order is one, one, but the stacks are one, two; name each of them once"],
    ),
    "a value that is too large": (
        "parameters: {Size: 10}\n",
        {},
        ["dev.yaml:3: one: parameter Size: '10' breaks MaxValue 9"],
    ),
    "an override that is too large": (
        "parameter_overrides:\n  us-east-1:\n    Size: 10\n",
        {},
        ["dev.yaml:5: one: parameter Size: '10' breaks MaxValue 9"],
    ),
    "a default that is too large": (
        "",
        {"one": ONE.replace("Default: 3", "Default: 10")},
        ["one.yaml:3: one: parameter Size: '10' breaks MaxValue 9"],
    ),
    "an own key that does not fit": (
        "protected: true\n",
        {"one": ONE.replace("'true', ", "")},
        ["dev.yaml:3: one: parameter Protected: 'true' is not one of false"],
    ),
    "a project that does not fit": (
        "",
        {"one": ONE.replace("Project: {Type: String}", "Project: {Type: String, MaxLength: 3}")},
        ["dev.yaml:1: one: parameter Project: 'pair' breaks MaxLength 3 characters"],
    ),
    "a suffix of the command line that does not fit": (
        "",
        {"one": ONE.replace("EnvironmentSuffix: {Type: String}", "EnvironmentSuffix: {Type: String, MaxLength: 2}")},
        ["dev.yaml:1: one: parameter EnvironmentSuffix: 'dev' breaks MaxLength 2 characters"],
    ),
    "each value that does not fit": (
        "parameters:\n  Size: x\n  Name: abc\n",
        {"two": TWO.replace("Name: {Type: String", "Name: {Type: String, MaxLength: 2")},
        [
            "dev.yaml:4: one: parameter Size: 'x' is not a number",
            "dev.yaml:5: two: parameter Name: 'abc' breaks MaxLength 2 characters",
        ],
    ),
    "a secret that does not fit": (
        "parameters: {Secret: hunter2}\n",
        {"two": TWO.replace("NoEcho: true", "NoEcho: true, MaxLength: 3")},
        ["dev.yaml:3: two: parameter Secret: the value (NoEcho) breaks MaxLength 3 characters"],
    ),
    "a template that is not there": ("", {"two": None}, ["two.yaml: there is no such file"]),
    "a template without a role": (
        "",
        {"two": TWO.partition("\n")[2]},
        [
            "two.yaml: there is no Metadata.TwinStack.Role; add it, with the Wiring of the parameters that take an "
            "output of another stack. In a template that you cannot change, write the wires under `wiring:` of the "
            "stack two (dev.yaml:2), `wiring: {}` if there are none"
        ],
    ),
    "a role that is no name": (
        "",
        {"two": TWO.replace("Role: two", "Role: 2")},
        [
            "two.yaml: there is no Metadata.TwinStack.Role; add it, with the Wiring of the parameters that take an "
            "output of another stack. In a template that you cannot change, write the wires under `wiring:` of the "
            "stack two (dev.yaml:2), `wiring: {}` if there are none"
        ],
    ),
    "a template of another role": (
        "",
        {"two": TWO.replace("Role: two", "Role: second")},
        [
            "dev.yaml:2: the stack two has a template whose role is second (two.yaml:1); give both the same name",
        ],
    ),
    "a template of another role, on its own line": (
        "",
        {"two": "Metadata:\n  TwinStack:\n    Wiring: {}\n    Role: second\n" + TWO.partition("\n")[2]},
        [
            "dev.yaml:2: the stack two has a template whose role is second (two.yaml:4); give both the same name",
        ],
    ),
    "a default that is too large, on its own line": (
        "",
        {
            "one": ONE.replace(
                "{Type: Number, Default: 3, MaxValue: 9}", "\n    Type: Number\n    Default: 10\n    MaxValue: 9"
            )
        },
        ["one.yaml:5: one: parameter Size: '10' breaks MaxValue 9"],
    ),
    "a trigger of a rollback that no template has": (
        "rollback_triggers: {alarms: [Lag]}\n",
        {},
        ["dev.yaml:3: rollback_triggers.alarms: no template has a resource Lag; name an alarm by its logical id"],
    ),
}


@pytest.mark.parametrize(("keys", "templates", "lines"), REFUSED.values(), ids=REFUSED)
def test_what_does_not_fit_the_templates_is_said_with_its_line(keys, templates, lines):
    assert said(assembled, HEAD + keys, **templates) == lines


def test_a_wired_parameter_may_have_any_default_as_far_as_constraints_go():
    template = ONE.replace("Peer: {Type: String,", "Peer: {Type: String, MinLength: 1,")
    assert said(assembled, HEAD, one=template) == []


STACKS = {
    "the name of the deployer's own bucket": (
        "artifacts: {template: one.yaml, region: us-east-1}",
        [
            "dev.yaml:3: artifacts is the deployer's own bucket; give the stack another name",
        ],
    ),
    "the stack of the deployer's own bucket": (
        "one: {template: one.yaml, region: us-east-1, stack_name: pair-dev-artifacts}",
        ["dev.yaml:3: pair-dev-artifacts is the stack of the deployer's own bucket; give one another name"],
    ),
    "a role that makes no name": (
        "o_e: {template: one.yaml, region: us-east-1, wiring: {}}",
        [
            "dev.yaml:3: the wiring of o_e stands here and in its template (one.yaml:1); keep one of them",
            "dev.yaml:3: pair-dev-o_e is not a name that CloudFormation takes for a stack: letters, digits and "
            "hyphens, at most 128 characters; rename the role, or add a `stack_name`",
        ],
    ),
    "a region that cfn-lint does not know, on its own line": (
        "one:\n    template: one.yaml\n    region: eu-west-9",
        ["dev.yaml:5: there is no region eu-west-9 that cfn-lint has schemas for"],
    ),
    "a region that cfn-lint does not know": (
        "one: {template: one.yaml, region: eu-west-9}",
        ["dev.yaml:3: there is no region eu-west-9 that cfn-lint has schemas for"],
    ),
}


@pytest.mark.parametrize(("entry", "lines"), STACKS.values(), ids=STACKS)
def test_a_stack_that_cannot_be_is_said_with_its_line(entry, lines):
    assert said(assembled, f"project: pair\nstacks:\n  {entry}\n") == lines


@pytest.mark.parametrize(
    ("first", "second", "lines"),
    [
        (
            "region: us-east-1, stack_name: Same",
            "region: us-east-1, stack_name: Same",
            [
                "dev.yaml:4: two would be the stack Same in us-east-1, and one is it (dev.yaml:3); give one of them "
                "another name"
            ],
        ),
        ("region: us-east-1, stack_name: Same", "region: eu-west-1, stack_name: Same", []),
        (
            "region: us-east-1, stack_name: Same",
            "region: us-east-1, stack_name: Same, assume_role: there",
            [],
        ),
        (
            "region: us-east-1, stack_name: Same, assume_role: elsewhere",
            "region: us-east-1, stack_name: Same, assume_role: there",
            [],
        ),
        ("region: us-east-1", "region: us-east-1", []),
        (
            "region: us-east-1",
            "region: us-east-1, stack_name: pair-dev-one",
            [
                "dev.yaml:4: two would be the stack pair-dev-one in us-east-1, and one is it (dev.yaml:3); give one "
                "of them another name"
            ],
        ),
    ],
    ids=["one name", "in two regions", "in two accounts", "in two others", "their own names", "the name of the other"],
)
def test_no_two_stacks_are_one(first, second, lines):
    entries = f"  one: {{template: one.yaml, {first}}}\n  two: {{template: two.yaml, {second}}}\n"
    assert said(assembled, f"project: pair\nstacks:\n{entries}") == lines


def network(role, parameter="VpcCidr", default="", more=""):
    given = f", Default: {default}" if default else ""
    return f"""\
Metadata: {{TwinStack: {{Role: {role}{more}}}}}
Parameters:
  {parameter}: {{Type: String{given}}}
Resources: {{Vpc: {{Type: 'AWS::EC2::VPC', Properties: {{CidrBlock: !Ref {parameter}}}}}}}
Outputs: {{Cidr: {{Value: x}}}}
"""


NETWORKS = {
    "apart": ("10.0.0.0/16", "10.1.0.0/16", []),
    "side by side": ("10.0.0.0/17", "10.0.128.0/17", []),
    "the same": (
        "10.0.0.0/16",
        "10.0.0.0/16",
        [
            "dev.yaml:5: two: parameter VpcCidr 10.0.0.0/16 overlaps one's VpcCidr 10.0.0.0/16 (dev.yaml:4); change "
            "one of them under parameter_overrides"
        ],
    ),
    "one in the other": (
        "10.0.0.0/16",
        "10.0.200.0/24",
        [
            "dev.yaml:5: two: parameter VpcCidr 10.0.200.0/24 overlaps one's VpcCidr 10.0.0.0/16 (dev.yaml:4); change "
            "one of them under parameter_overrides"
        ],
    ),
    "an address in a network": (
        "10.0.0.7/16",
        "10.1.0.0/16",
        ["dev.yaml:4: one: parameter VpcCidr: '10.0.0.7/16' is not a network: 10.0.0.7/16 has host bits set"],
    ),
    "no network": (
        "10.0.0.0/16",
        "net",
        ["dev.yaml:5: two: parameter VpcCidr: 'net' is not a network: Expected 4 octets in 'net'"],
    ),
}


@pytest.mark.parametrize(("one", "two", "lines"), NETWORKS.values(), ids=NETWORKS)
def test_the_networks_of_two_stacks_are_apart(one, two, lines):
    text = HEAD + f"parameter_overrides:\n  us-east-1: {{VpcCidr: {one}}}\n  eu-west-1: {{VpcCidr: {two}}}\n"
    assert said(assembled, text, one=network("one"), two=network("two")) == lines


def test_the_network_of_a_default_counts_and_its_line_is_the_templates():
    one, two = (network(role, default="10.0.0.0/16") for role in ("one", "two"))
    assert said(assembled, HEAD, one=one, two=two) == [
        "two.yaml:3: two: parameter VpcCidr 10.0.0.0/16 overlaps one's VpcCidr 10.0.0.0/16 (one.yaml:3); change one of "
        "them under parameter_overrides"
    ]


def test_two_stacks_of_one_region_cannot_be_told_apart_by_an_override():
    text = HEAD.replace("eu-west-1", "us-east-1")
    one, two = (network(role, default="10.0.0.0/16") for role in ("one", "two"))
    assert said(assembled, text, one=one, two=two) == [
        "two.yaml:3: two: parameter VpcCidr 10.0.0.0/16 overlaps one's VpcCidr 10.0.0.0/16 (one.yaml:3); rename one of "
        "the parameters"
    ]
    other = network("two", "OtherCidr", "10.0.0.0/16")
    (line,) = said(assembled, text, one=one, two=other)
    assert line.endswith("; change one of them under parameter_overrides")


@pytest.mark.parametrize(
    "two",
    [
        network("two", default="10.0.0.0/16", more=", Wiring: {VpcCidr: one.Cidr}").replace(
            ", Default: 10.0.0.0/16", ""
        ),
        network("two", default="/net").replace("String", "AWS::SSM::Parameter::Value<String>"),
        network("two", default="10.0.0.0/16").replace("AWS::EC2::VPC", "AWS::EC2::Subnet"),
        network("two", default="10.0.0.0/16").replace("!Ref VpcCidr", "10.0.0.0/16"),
        network("two"),
    ],
    ids=["wired", "of SSM", "of a subnet", "written in the template", "without a value yet"],
)
def test_only_networks_that_the_environment_decides_are_compared(two):
    assert said(assembled, HEAD, one=network("one", default="10.0.0.0/16"), two=two) == []


def test_the_networks_of_one_stack_are_its_own():
    text = "project: pair\nstacks: {one: {template: one.yaml, region: us-east-1}}\n"
    both = network("one", default="10.0.0.0/16").replace(
        "Resources: {", "Resources: {More: {Type: 'AWS::EC2::VPC', Properties: {CidrBlock: !Ref VpcCidr}}, "
    )
    assert said(assembled, text, one=both) == []
