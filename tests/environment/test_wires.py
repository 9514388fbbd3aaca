"""A wire is `role.Output`: what each way of writing one comes to, and what is said of one that cannot be."""

import pytest

from tests.environment.files import said
from tests.systems import template
from twinstack.marked_yaml import parse_marked
from twinstack.templates import Wiring, live_template


def wired(source, parameter="{Type: String}"):
    return template(f"""\
Metadata:
  TwinStack:
    Role: one
    Wiring:
      Peer: {source}
Parameters:
  Peer: {parameter}
Resources: {{Topic: {{Type: 'AWS::SNS::Topic'}}}}
""")


FORMS = "write it as role.Output, artifacts.Bucket or artifacts.Key(folder)"


@pytest.mark.parametrize(
    ("source", "parameter", "role", "output", "required", "is_artifact"),
    [
        ("two.Id", "{Type: String}", "two", "Id", True, False),
        ("two.Id", "{Type: String, Default: ''}", "two", "Id", False, False),
        ("second-one_2.Id2", "{Type: String}", "second-one_2", "Id2", True, False),
        ("artifacts.Bucket", "{Type: String}", "artifacts", "Bucket", True, True),
        ("artifacts.Key(lambda_src/probe)", "{Type: String}", "artifacts", "Key(lambda_src/probe)", True, True),
    ],
)
def test_a_wire_says_what_it_takes_and_whether_it_is_waited_for(source, parameter, role, output, required, is_artifact):
    (wire,) = wired(source, parameter).wires
    assert (wire.parameter, wire.role, wire.output) == ("Peer", role, output)
    assert (wire.required, wire.is_artifact, wire.source, wire.where) == (
        required,
        is_artifact,
        source,
        "template.yaml:5",
    )


@pytest.mark.parametrize(
    "source",
    ["two", "two.", ".Id", "two.Id.More", "2.Id", "two.I-d", "artifacts.Id", "artifacts.Key()", "3", "[two, Id]"],
)
def test_what_is_no_wire_is_said_with_its_line(source):
    shown = "3" if source == "3" else "['two', 'Id']" if source.startswith("[") else repr(source)
    shown = {"2.Id": "'2.Id'"}.get(source, shown)
    assert said(lambda: wired(source).wires) == [f"template.yaml:5: the wire of Peer is {shown}; {FORMS}"]


def test_a_wire_to_no_parameter_is_said_with_its_line():
    text = "Metadata: {TwinStack: {Role: one, Wiring: {Peer: two.Id}}}\nResources: {Topic: {Type: T}}\n"
    assert said(lambda: template(text).wires) == [
        "template.yaml:1: wire to Peer, which is not among the parameters of template.yaml; declare it there, or "
        "correct the wire"
    ]


def test_a_wired_parameter_with_a_default_is_said_with_both_lines():
    assert said(lambda: wired("two.Id", "\n    Type: String\n    Default: x").wires) == [
        "template.yaml:9: the parameter Peer is wired (template.yaml:5) and has the default 'x'; leave it out (the "
        "wire is required) or make it '' (the wire is optional)"
    ]


def test_wires_from_outside_stand_where_they_are_written():
    document = parse_marked("stacks:\n  one:\n    wiring:\n      Peer: two.Id\n", "dev.yaml")
    outside = Wiring({"Peer": "two.Id"}, document, ("stacks", "one", "wiring"))
    found = wired("two.Other").with_wiring(outside)
    assert [(wire.source, wire.where) for wire in found.wires] == [("two.Id", "dev.yaml:4")]
    assert (found.wiring.where(), found.wiring.where("Peer")) == ("dev.yaml:3", "dev.yaml:4")
    assert [wire.source for wire in wired("two.Other").wires] == ["two.Other"]


@pytest.mark.parametrize(
    ("text", "macros", "inside", "loops", "metadata"),
    [
        ("Resources: {T: {Type: T}}", (), False, False, None),
        ("Transform: M\nResources: {T: {Type: T}}", ("M",), False, False, None),
        ("Transform: AWS::LanguageExtensions\nResources: {T: {Type: T}}", (), False, False, None),
        (
            "Transform: [AWS::LanguageExtensions, M, {Name: N}]\nResources: {T: {Type: T}}",
            ("M", "N"),
            False,
            False,
            None,
        ),
        ("Fn::Transform: {Name: N}\nResources: {T: {Type: T}}", ("N",), True, False, None),
        ("Resources: {T: {Type: T, Properties: {A: {Fn::Transform: {Name: N}}}}}", (), True, False, None),
        ("Resources: {T: {Type: T}, 'Fn::ForEach::X': [A, [a], {B: {Type: T}}]}", (), False, True, None),
        ("Metadata: {TwinStack: {Role: one}}\nResources: {T: {Type: T}}", (), False, False, {"Role": "one"}),
        ("Metadata: {TwinStack: one}\nResources: {T: {Type: T}}", (), False, False, None),
        ("Metadata: one\nResources: {T: {Type: T}}", (), False, False, None),
    ],
)
def test_a_template_says_what_else_is_in_it(text, macros, inside, loops, metadata):
    found = template(text)
    assert (found.macros, found.has_macros_inside, found.has_loops, found.metadata) == (macros, inside, loops, metadata)
    assert list(found.resources) == ["T"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a", ": not a CloudFormation template: it has no Resources"),
        ("Resources: x", ": not a CloudFormation template: it has no Resources"),
        ("\nResources: {}", ":2: Resources is empty; a stack needs at least one resource"),
        ("Resources:\n  T: x", ":2: Resources.T must be a mapping"),
        ("Resources:\n  T:", ":2: Resources.T must be a mapping"),
        ("Resources: {T: {Type: T}}\nOutputs: x", ":2: Outputs must be a mapping"),
        ("Resources: {T: {Type: T}}\nOutputs:\n  O: x", ":3: Outputs.O must be a mapping"),
        ("Resources: {T: {Type: T}}\nParameters: []", ":2: Parameters must be a mapping"),
        ("Resources: {T: {Type: T}}\nParameters:\n  P: x", ":3: Parameters.P must be a mapping"),
        ("Resources:\n  T:\n    Type: T\n    Properties: x", ":4: Resources.T.Properties must be a mapping"),
        ("Resources:\n  T: {Type: T, Condition: [a]}", ":2: Resources.T.Condition must be a name"),
        (
            "Resources: {T: {Type: T}}\nOutputs:\n  O: {Value: 1, Condition: 1}",
            ":3: Outputs.O.Condition must be a name",
        ),
        (
            "Resources: {T: {Type: T}}\nMetadata:\n  TwinStack:\n    Wiring: x",
            ":4: Metadata.TwinStack.Wiring must be a mapping",
        ),
        ("Resources:\n  T: {}", ":2: Resources.T has no Type; add it"),
        ("Resources:\n  T: {Type: [a]}", ":2: Resources.T has no Type; add it"),
        ("a: [", ":2: not readable as YAML: did not find expected node content"),
    ],
)
def test_what_is_no_template_is_said_with_its_line(text, line):
    assert said(live_template, text, "pair") == [f"template of stack pair{line}"]


@pytest.mark.parametrize(
    "text",
    [
        "Resources: {T: {Type: T}}\nOutputs:\nParameters:\nConditions:\nMetadata:\n",
        "Resources: {T: {Fn::Transform: {Name: N}}}",
        "Transform: M\nResources: {T: {}}",
        "Resources: {T: {Type: T, Properties: }}",
        "Resources: {'Fn::ForEach::X': [A, [a], {B: {Type: T}}]}",
        "Resources: {T: {Type: T}}\nOutputs: {'Fn::ForEach::X': [A, [a], {B: {Value: 1}}]}",
        "Resources: {T: {Type: T}}\nMetadata: {TwinStack: {Wiring: }}",
    ],
)
def test_what_cloudformation_takes_is_taken(text):
    found = live_template(text, "pair")
    assert found.outputs == found.parameters == found.section("Metadata").get("Other", {}) == {}


def test_the_text_that_is_submitted_is_compact_and_in_the_order_of_the_template():
    text = "Resources: {b: {Type: T}, a: {Type: é}}\nDescription: x\n"
    assert template(text).text == '{"Resources":{"b":{"Type":"T"},"a":{"Type":"é"}},"Description":"x"}'
