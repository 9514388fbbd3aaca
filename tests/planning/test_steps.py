"""What one step says of itself: where each value comes from, and why the stack is deployed."""

from dataclasses import replace

import pytest

from tests.systems import planner, schemas, system
from twinstack.errors import InputError
from twinstack.expressions.values import ArtifactValue, OutputValue
from twinstack.planning.steps import ParameterValue, Planner, artifact_value, base_of, known, not_comparable
from twinstack.planning.world import Absent, Live, Unknown

PRODUCER = """
    Metadata: {TwinStack: {Role: producer}}
    Resources: {Topic: {Type: 'AWS::SNS::Topic'}}
    Outputs: {Arn: {Value: !Ref Topic}, Name: {Value: prices}}
"""
CONSUMER = """
    Metadata: {TwinStack: {Role: consumer, Wiring: {Arn: producer.Arn, Name: producer.Name, Code: 'artifacts.Bucket'}}}
    Parameters:
      Arn: {Type: String}
      Name: {Type: String, Default: ''}
      Code: {Type: String}
      Given: {Type: String}
      Size: {Type: Number, Default: 3}
    Resources: {Queue: {Type: 'AWS::SQS::Queue', Properties: {A: !Ref Arn, B: !Ref Name, C: !Ref Given, D: !Ref Size}}}
    Outputs: {Url: {Value: !Ref Queue}, Given: {Value: !Ref Given}}
"""
GIVEN = {"Given": "here"}
CODE, NEW_CODE = (("changed", "Code", "artifacts.Bucket"), ("new", "Code", "artifacts.Bucket"))


def pair(given=GIVEN, tags=None, **templates):
    return system({"producer": PRODUCER, "consumer": CONSUMER} | templates, {"consumer": given}, tags=tags)


def live(given=None, status="UPDATE_COMPLETE", outputs=None, **parameters):
    """The consumer as AWS describes it, deployed with these values."""
    stack = (given or pair()).stacks["consumer"]
    values = {"Arn": "arn", "Name": "prices", "Code": "bucket", "Given": "here", "Size": "3"} | parameters
    return Live(status, stack.template, values, outputs or {"Url": "url", "Given": "here"}, stack.tags)


def produced(**outputs):
    return Live("CREATE_COMPLETE", pair().stacks["producer"].template, {}, outputs, {})


def step(consumer=None, producer=None, given=None, unlink=()):
    asked = Planner(given or pair(), schemas, frozenset(unlink))
    return asked.step(
        {"producer": producer or produced(Arn="arn", Name="prices"), "consumer": consumer or Absent()}, "consumer"
    )


def values(found):
    return {it.name: (it.value, it.before, it.source, it.stale) for it in found.parameters}


def test_each_parameter_says_where_its_value_comes_from():
    assert values(step()) == {
        "Arn": ("arn", None, "wire", False),
        "Name": ("prices", None, "wire", False),
        "Code": (ArtifactValue("eu-test-1", "", "artifacts", "Bucket"), None, "wire", False),
        "Given": ("here", None, "literal", False),
        "Size": ("3", None, "default", False),
    }


def test_an_update_has_the_values_before_beside_them():
    found = step(live(Given="there"))
    assert (found.operation, values(found)["Given"], values(found)["Arn"]) == (
        "UPDATE",
        ("here", "there", "literal", False),
        ("arn", "arn", "wire", False),
    )


@pytest.mark.parametrize(
    ("producer", "stale"),
    [
        (Absent(), False),
        (Unknown("Throttling"), False),
        (produced(Name="prices"), True),
        (replace(produced(Arn="arn"), status="ROLLBACK_COMPLETE"), False),
    ],
)
def test_a_value_is_kept_while_its_producer_cannot_give_it(producer, stale):
    found = step(live(), producer)
    assert values(found)["Arn"] == ("arn", "arn", "previous", stale)
    assert [it.name for it in found.stale] == (["Arn"] if stale else [])
    assert not any(it.parameter == "Arn" for it in found.because if it.reason != "stale")


@pytest.mark.parametrize("before", [None, live(Arn="", Name="")])
def test_a_value_that_was_never_there_is_missing_or_empty(before):
    found = step(before, Absent())
    assert [wire.parameter for wire in found.missing] == ["Arn"]
    assert (found.needed, found.after, found.operation) == (False, None, "UPDATE" if before else "CREATE")
    assert "Arn" not in values(found)
    assert values(found)["Name"] == ("", "" if before else None, "default", False)


def test_only_an_optional_wire_is_emptied_on_purpose():
    found = step(live(), unlink=[("consumer", "Name"), ("consumer", "Arn"), ("producer", "Given")])
    assert values(found)["Name"] == ("", "prices", "default", False)
    assert values(found)["Arn"] == ("arn", "arn", "wire", False)
    assert values(found)["Given"] == ("here", "here", "literal", False)


def test_a_parameter_without_a_value_is_an_error_with_its_line():
    with pytest.raises(InputError) as error:
        step(given=pair({}))
    assert str(error.value) == (
        "generated/consumer.yaml:7: consumer: parameter Given has no default and the environment gives no value; "
        "add it under parameters or parameter_overrides"
    )


def test_the_deployers_own_bucket_is_known_once_it_is_made():
    stack = replace(pair().stacks["consumer"], artifacts={"Bucket": "made"}, account="arn:role")
    (code,) = [wire for wire in stack.template.wires if wire.is_artifact]
    assert artifact_value(stack, code) == "made"
    assert artifact_value(replace(stack, artifacts={}), code) == ArtifactValue(
        "eu-test-1", "arn:role", "artifacts", "Bucket"
    )


@pytest.mark.parametrize(
    ("found", "because"),
    [
        (step, [("new", "Arn", "producer.Arn"), ("new", "Name", "producer.Name"), NEW_CODE]),
        (lambda: step(live(Given="there")), [CODE, ("parameter", "Given", "environment")]),
        (lambda: step(live(Code="")), [NEW_CODE]),
        (
            lambda: step(live(), produced(Name="other")),
            [("stale", "Arn", "producer.Arn"), ("changed", "Name", "producer.Name"), CODE],
        ),
        (
            lambda: step(live(), unlink=[("consumer", "Name")]),
            [("parameter", "Name", "producer.Name"), CODE],
        ),
        (
            lambda: step(live(pair(consumer=CONSUMER.replace("Outputs: {", "Outputs: {More: {Value: x}, ")))),
            [("template", None, "generated/consumer.yaml"), CODE],
        ),
        (
            lambda: step(live(pair(tags={"Team": "trading"}))),
            [CODE, ("parameter", None, "tags")],
        ),
        (
            lambda: step(replace(live(status="CREATE_FAILED"), made=frozenset({"Queue"}))),
            [("unfinished", None, "CREATE_FAILED"), CODE],
        ),
    ],
    ids=["creation", "parameter", "once empty", "stale", "unlinked", "template", "tags", "unfinished"],
)
def test_a_step_says_why(found, because):
    assert [(it.reason, it.parameter, it.source) for it in found().because] == because


def test_the_outputs_that_change_are_those_that_come_go_or_get_another_value():
    found = step(live(Given="there", outputs={"Url": "url", "Given": "there", "Gone": "x"}))
    assert found.changed_outputs == ("Given", "Gone")
    found = step(live(outputs={"Url": "url"}))
    assert found.changed_outputs == ("Given",)


def test_a_wired_value_that_is_deployed_is_not_unused():
    assert (step(live(Arn="other")).unused, step().unused) == ((), ())


def test_tags_that_differ_are_shown_before_and_after_and_schemas_are_asked_for_the_stacks_region():
    asked = []

    def rules(resource_type, region):
        asked.append(region)
        return schemas(resource_type, region)

    given = pair(tags={"Team": "new"})
    world = {"producer": produced(Arn="arn", Name="prices"), "consumer": replace(live(Given="x"), tags={"Team": "old"})}
    (change,) = Planner(given, rules).step(world, "consumer").changes
    assert [(it.attribute, it.before, it.after) for it in change.details] == [
        ("Properties", "x", "here"),
        ("Tags", {"Team": "old"}, {"Team": "new"}),
    ]
    assert set(asked) == {"eu-test-1"}


def test_an_output_keeps_its_live_value_while_its_expression_stays_the_same():
    assert step(live(Name="other")).after.outputs == {"Url": "url", "Given": "here"}


def test_a_creation_is_always_needed_and_an_update_only_where_something_differs():
    assert step().needed
    same = replace(pair().stacks["consumer"], artifacts={"Bucket": "bucket"})
    given = pair()
    given = replace(given, stacks={**given.stacks, "consumer": same})
    assert not step(live(), given=given).needed
    assert step(live(Size="4"), given=given).needed


def test_a_stack_that_stopped_half_way_is_gone_on_with_though_nothing_differs():
    given = pair()
    same = replace(given.stacks["consumer"], artifacts={"Bucket": "bucket"})
    given = replace(given, stacks={**given.stacks, "consumer": same})
    found = step(replace(live(status="CREATE_FAILED"), made=frozenset({"Queue"})), given=given)
    assert (found.unfinished, found.updates, found.needed, found.changes) == (True, False, True, ())
    assert (step(live()).unfinished, step(live()).updates, step().updates) == (False, True, False)


def test_a_refused_step_is_not_needed_though_it_would_change_something():
    changed = CONSUMER.replace("AWS::SQS::Queue", "AWS::SNS::Topic")
    found = step(live(), given=pair(consumer=changed))
    assert (len(found.refused), found.would_change, found.needed) == (1, True, False)


def test_what_was_made_before_the_stack_stopped_is_not_replaced():
    text = PRODUCER.replace("AWS::SNS::Topic'", "AWS::EC2::VPC', Properties: {CidrBlock: 10.0.0.0/16}")
    old, new = (system({"one": text.replace("10.0", ip).replace("producer", "one")}) for ip in ("10.0", "10.1"))
    stopped = Live("CREATE_FAILED", old.stacks["one"].template, {}, {}, {}, made=frozenset({"Topic"}))
    (sentence,) = planner(new).step({"one": stopped}, "one").refused
    assert sentence.startswith("one: Topic (AWS::EC2::VPC) was made before the stack stopped in CREATE_FAILED, and ")
    assert sentence.endswith("or take the creation back first: `destroy --failed`")
    for free in (replace(stopped, failed=frozenset({"Topic"})), replace(stopped, made=frozenset())):
        assert planner(new).step({"one": free}, "one").refused == ()
    assert planner(old).step({"one": stopped}, "one").refused == ()


@pytest.mark.parametrize(
    ("state", "base"),
    [
        (Absent(), False),
        (Unknown("denied"), False),
        (produced(), True),
        (replace(produced(), status="ROLLBACK_COMPLETE"), False),
    ],
)
def test_an_update_starts_from_a_stack_that_holds_something(state, base):
    assert base_of(state) == (state if base else None)


def test_a_stack_that_was_created_in_vain_is_created_anew():
    found = step(replace(live(), status="ROLLBACK_COMPLETE"))
    assert (found.operation, values(found)["Given"]) == ("CREATE", ("here", None, "literal", False))
    assert [change.action for change in found.changes] == ["Add"]


HIDDEN = """
    Metadata: {TwinStack: {Role: one, Wiring: {Wired: two.Out}}}
    Parameters:
      Secret: {Type: String, NoEcho: true, Default: abc}
      Wired: {Type: String, NoEcho: true, Default: ''}
      Stored: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /x}
      Plain: {Type: String, Default: x}
    Resources: {Topic: {Type: 'AWS::SNS::Topic'}}
"""


def test_what_aws_masks_or_looks_up_cannot_be_compared_save_what_is_kept():
    stack = system({"one": HIDDEN}).stacks["one"]
    given = [
        ParameterValue("Secret", "abc", "abc", "default", no_echo=True),
        ParameterValue("Wired", "abc", "abc", "wire", no_echo=True),
        ParameterValue("Stored", "/x", "/x", "default"),
        ParameterValue("Plain", "x", "x", "default"),
    ]
    assert not_comparable(stack, given) == {"Secret", "Wired", "Stored"}
    assert not_comparable(stack, [replace(it, before=None) for it in given]) == frozenset()
    assert not_comparable(stack, [replace(it, source="previous") for it in given]) == {"Stored"}


@pytest.mark.parametrize(
    ("value", "before", "changed"),
    [("a", "a", False), ("a", "b", True), ("a", None, True), (3, "3", False), (True, "true", False)],
)
def test_a_value_differs_as_cloudformation_sees_it(value, before, changed):
    assert ParameterValue("Name", value, before, "literal").changed is changed


@pytest.mark.parametrize(
    ("value", "text"),
    [("a", "a"), (True, "true"), (3, "3"), (OutputValue("one", "X"), None), (["a", OutputValue("one", "X")], None)],
)
def test_a_value_is_known_unless_aws_has_to_make_it(value, text):
    assert known(value) == text
