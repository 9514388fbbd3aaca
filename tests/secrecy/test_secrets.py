"""What is taken out of a text that is shown."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.rollout.deployments import Deployments, Telling
from twinstack.aws.api import StackDescription
from twinstack.aws.secret_outputs import noticing
from twinstack.environment.secret_values import secret_defaults, secret_outputs, secret_parameters, secret_wires
from twinstack.screen.events import Failure, OutputsRead
from twinstack.screen.secrets import DiscreetScreen, Secrets
from twinstack.templates import live_template


def hidden(text, *values):
    secrets = Secrets()
    secrets.add(values)
    return secrets.hidden(text)


@pytest.mark.parametrize(
    ("text", "values", "shown"),
    [
        ("the value s3cr3t-value is bad", ["s3cr3t-value"], "the value **** is bad"),
        ("a-secret-long and a-secret", ["a-secret", "a-secret-long"], "**** and ****"),
        ('{"a": "say \\"hi\\" twice"}', ['say "hi" twice'], '{"a": "****"}'),
        (r"'line\none'", ["line\none"], "'****'"),
        ("primary is primaries", ["primary"], "**** is primaries"),
        ("xpassword-1x", ["password-1"], "x****x"),
        ("a (.*) b", ["(.*)x", "(.*)"], "a **** b"),
        ("1 yes and abc", ["1", "yes", "", None, "abc"], "1 yes and abc"),
        ("**** stays", ["****"], "**** stays"),
        ("{{resolve:secretsmanager:db:SecretString:key}}", [], "{{resolve:secretsmanager:****}}"),
        (
            "a{{resolve:ssm-secure:/a:3}}b{{resolve:ssm:/c}}c",
            [],
            "a{{resolve:ssm-secure:****}}b{{resolve:ssm:****}}c",
        ),
        ("{{resolve:secretsmanager:${Secret}::x}} y", [], "{{resolve:secretsmanager:****}} y"),
        ('{"a": "{{resolve:secretsmanager:cut", "b": 1}', [], '{"a": "{{resolve:secretsmanager:****}}", "b": 1}'),
        ("{{resolve:secretsmanager:****}}", [], "{{resolve:secretsmanager:****}}"),
        ("{{other:thing}}", [], "{{other:thing}}"),
    ],
)
def test_a_text(text, values, shown):
    assert hidden(text, *values) == shown


@given(some.text(min_size=4), some.text(), some.text())
def test_no_value_of_some_length_is_ever_left_in_a_text_as_it_is_or_as_json_has_it(value, before, after):
    shown = hidden(f"{before} {value} {json.dumps(value)} {after}", value)
    assert value not in shown.replace("****", "") or value in f"{before} {after}" or set(value) <= set('* "')


def test_values_that_become_known_later_are_hidden_from_then_on():
    told, secrets = Telling(), Secrets()
    screen = DiscreetScreen(told, secrets)
    screen.tell(OutputsRead({"primary": {"Url": "https://known-later"}}))
    secrets.add(["known-later"])
    screen.tell(OutputsRead({"primary": {"Url": "https://known-later"}}))
    screen.tell(Failure("known-later", 1, ("ask known-later",)))
    assert told.events[0].outputs == {"primary": {"Url": "https://known-later"}}
    assert told.events[1:] == [OutputsRead({"primary": {"Url": "https://****"}}), Failure("****", 1, ("ask ****",))]


SECRETIVE = """
    Parameters:
      Open: {Type: String, Default: open}
      Token: {Type: String, NoEcho: true, Default: old-default}
    Resources: {Vpc: {Type: 'AWS::EC2::VPC'}}
    Outputs:
      One: {Value: !Ref Open}
      Two: {Value: !Join ['', [a, !Ref Token]]}
      Three: {Value: !Sub 'https://${Token}@${Vpc}'}
"""


def test_the_secret_parts_of_a_template():
    template = live_template(SECRETIVE, "pair")
    assert secret_parameters(template) == ["Token"]
    assert secret_defaults(template) == ["old-default"]
    assert secret_outputs(template) == ["Two", "Three"]


@pytest.fixture
def live(tmp_path):
    pair = Deployments(tmp_path)
    pair.deploy()
    return pair


class Cloud:
    def __init__(self, described, template):
        self.described, self.template = described, template

    def describe_stack(self, name):
        return self.described

    def get_template(self, name):
        return self.template

    def delete_change_set(self, arn):
        return f"deleted {arn}"


def test_outputs_that_are_secret_by_the_template_that_a_stack_has_are_noticed_when_that_is_read(live):
    run, found = live.run(), []
    described = run.clients["primary"].cloudformation.describe_stack("pair-dev-primary")
    described.outputs.update({"Two": "value-of-two", "One": "value-of-one"})
    clients = {"primary": replace(run.clients["primary"], cloudformation=Cloud(described, SECRETIVE))}
    cloud = noticing(clients, run.planner.system, found.extend)["primary"].cloudformation
    assert cloud.describe_stack("pair-dev-primary") is described
    assert found == []
    assert cloud.get_template(described.stack_id) == SECRETIVE
    assert found == ["old-default", "value-of-two"]
    assert cloud.delete_change_set("it") == "deleted it"


def test_a_template_that_cannot_be_read_is_handed_on(live):
    run = live.run()
    clients = {"primary": replace(run.clients["primary"], cloudformation=Cloud(None, "no template"))}
    cloud = noticing(clients, run.planner.system, list)["primary"].cloudformation
    assert cloud.describe_stack("pair-dev-primary") is None
    assert cloud.get_template("pair-dev-primary") == "no template"


PRODUCER = SECRETIVE.replace("    Parameters:", "    Metadata: {TwinStack: {Role: primary}}\n    Parameters:", 1)
MIDDLE = """
    Metadata: {TwinStack: {Role: middle, Wiring: {Url: primary.Three, Plain: primary.One}}}
    Parameters: {Url: {Type: String}, Plain: {Type: String}}
    Resources: {Vpc: {Type: 'AWS::EC2::VPC'}}
    Outputs: {Handed: {Value: !Ref Url}, Plain: {Value: !Ref Plain}}
"""
LAST = """
    Metadata: {TwinStack: {Role: last, Wiring: {Far: middle.Handed, Plain: middle.Plain}}}
    Parameters: {Far: {Type: String}, Plain: {Type: String}}
    Resources: {Vpc: {Type: 'AWS::EC2::VPC'}}
"""


@pytest.fixture
def three(tmp_path):
    return Deployments(tmp_path, {"primary": PRODUCER, "middle": MIDDLE, "last": LAST}).run()


def test_a_secret_is_followed_through_wires(three):
    assert secret_wires(three.planner.system) == {"primary": set(), "middle": {"Url"}, "last": {"Far"}}


@pytest.mark.parametrize(
    ("role", "parameters", "outputs", "expected"),
    [
        ("primary", {"Token": "****"}, {"One": "1", "Two": "2", "Three": "3"}, ["2", "3"]),
        ("middle", {"Url": "u", "Plain": "p"}, {"Handed": "h", "Plain": "p"}, ["h", "u"]),
        ("last", {"Far": "f", "Plain": "p"}, {}, ["f"]),
    ],
)
def test_what_describing_a_stack_shows_is_noticed_by_the_template_it_is_to_have(
    three, role, parameters, outputs, expected
):
    found = []
    described = StackDescription("arn", "name", "UPDATE_COMPLETE", "", parameters, outputs, {})
    clients = {role: replace(three.clients[role], cloudformation=Cloud(described, ""))}
    noticing(clients, three.planner.system, found.extend)[role].cloudformation.describe_stack("name")
    assert found == expected
