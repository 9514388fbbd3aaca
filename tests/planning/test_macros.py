"""What a macro or a module makes is said to be unknown, is never counted, and makes a step when it may differ."""

from dataclasses import replace

import pytest

from tests.systems import deployed, planner, system
from twinstack.errors import InputError
from twinstack.planning.document import plan_document
from twinstack.planning.passes import plan
from twinstack.planning.shown import text_of
from twinstack.planning.steps import resolver_for
from twinstack.planning.world import Absent
from twinstack.screen.plan_text import plan_lines

SERVERLESS = """
    Transform: AWS::Serverless-2016-10-31
    Metadata: {TwinStack: {Role: one}}
    Parameters: {Stage: {Type: String, Default: dev}}
    Globals: {Function: {Timeout: 3}}
    Resources:
      Hello: {Type: 'AWS::Serverless::Function', Properties: {Handler: app.handler, Stage: !Ref Stage}}
      Table: {Type: 'AWS::DynamoDB::Table'}
    Outputs:
      Api: {Value: !Sub 'https://${ServerlessRestApi}.example'}
      Role: {Value: !GetAtt HelloRole.Arn}
"""
INCLUDED = """
    Metadata: {TwinStack: {Role: one}}
    Resources:
      Fn::Transform: {Name: 'AWS::Include', Parameters: {Location: s3://bucket/more.yaml}}
      Topic: {Type: 'AWS::SNS::Topic', Properties: {DisplayName: !Ref OfTheInclude}}
"""
MODULE = """
    Metadata: {TwinStack: {Role: one}}
    Parameters: {Size: {Type: String, Default: small}}
    Resources:
      Storage: {Type: 'My::S3::Encrypted::MODULE', Properties: {Size: !Ref Size}}
      Topic: {Type: 'AWS::SNS::Topic', Properties: {DisplayName: !GetAtt StorageBucket.Arn, Key: !Ref StorageKey}}
"""
INSIDE = """
    Metadata: {TwinStack: {Role: one}}
    Resources:
      Topic:
        Type: AWS::SNS::Topic
        Properties:
          DisplayName: !Sub {Fn::Transform: {Name: 'AWS::Include', Parameters: {Location: s3://bucket/name.txt}}}
"""
LISTED = """
    Metadata: {TwinStack: {Role: one}}
    Resources:
      Fn::Transform: [{Name: 'AWS::Include', Parameters: {Location: s3://bucket/more.yaml}}, {Name: Other}]
      Topic: {Type: 'AWS::SNS::Topic', Properties: {Tags: {Fn::Transform: [{Name: Tagged}]}}}
"""
MAPPED = """
    Metadata: {TwinStack: {Role: one}}
    Mappings: {Names: {Fn::Transform: {Name: 'AWS::Include', Parameters: {Location: s3://bucket/names.yaml}}}}
    Resources:
      Topic: {Type: 'AWS::SNS::Topic', Properties: {DisplayName: !FindInMap [Names, eu, Topic]}}
"""
WHOLE = """
    Transform: [AWS::LanguageExtensions, {Name: MyMacro}]
    Metadata: {TwinStack: {Role: one}}
    Resources:
      Topic: {Type: 'AWS::SNS::Topic'}
"""


def step(text, world=None, **values):
    given = system({"one": text}, {"one": values})
    planned = plan(planner(given), world or {"one": Absent()})
    return planned.steps[0] if planned.steps else None


@pytest.mark.parametrize(
    ("text", "counted", "left"),
    [
        (SERVERLESS, ["Table"], ("AWS::Serverless-2016-10-31", "AWS::Serverless::Function in Hello")),
        (INCLUDED, ["Topic"], ("AWS::Include in Resources",)),
        (MODULE, ["Topic"], ("My::S3::Encrypted::MODULE in Storage",)),
        (INSIDE, ["Topic"], ("AWS::Include in Topic",)),
        (LISTED, ["Topic"], ("AWS::Include, Other in Resources", "Tagged in Topic")),
        (MAPPED, ["Topic"], ("AWS::Include in Mappings",)),
        (WHOLE, ["Topic"], ("MyMacro",)),
    ],
)
def test_what_is_made_by_a_macro_is_named_and_not_counted(text, counted, left):
    found = step(text)
    assert ([change.resource for change in found.changes], found.left_to_aws) == (counted, left)


@pytest.mark.parametrize("text", [SERVERLESS, INCLUDED, MODULE, INSIDE, LISTED, MAPPED, WHOLE])
def test_nothing_runs_again_while_nothing_differs(text):
    assert step(text, {"one": deployed(step(text).after)}) is None


@pytest.mark.parametrize(
    ("text", "changed", "values"),
    [
        (SERVERLESS, SERVERLESS.replace("Timeout: 3", "Timeout: 9"), {}),
        (SERVERLESS, SERVERLESS, {"Stage": "prod"}),
        (INCLUDED, INCLUDED.replace("more.yaml", "other.yaml"), {}),
        (MODULE, MODULE, {"Size": "large"}),
        (WHOLE, WHOLE.replace("Resources:", "Description: other\n    Resources:"), {}),
    ],
)
def test_whatever_a_macro_may_see_makes_a_step(text, changed, values):
    found = step(changed, {"one": deployed(step(text).after)}, **values)
    assert (found.needed, found.changes, found.macros_run_again) == (True, (), True)


def test_a_property_that_a_macro_makes_changes_with_what_the_macro_is_given():
    found = step(INSIDE.replace("name.txt", "other.txt"), {"one": deployed(step(INSIDE).after)})
    assert [(change.action, change.properties) for change in found.changes] == [("Modify", ("DisplayName",))]


def test_a_person_and_a_program_are_told_that_the_change_set_says_the_rest():
    given = system({"one": SERVERLESS})
    document = plan_document(plan(planner(given), {"one": Absent()}), "dev").as_data()
    assert document["passes"][0]["steps"][0]["left_to_aws"] == [
        "AWS::Serverless-2016-10-31",
        "AWS::Serverless::Function in Hello",
    ]
    lines = [line for line, _ in plan_lines(document, verbose=False)]
    assert "    not known before the change set: what AWS::Serverless-2016-10-31 makes" in lines
    assert "    + 1 resource" in lines


def test_a_resource_that_a_macro_makes_whole_is_named_and_not_counted():
    text = WHOLE.replace("[AWS::LanguageExtensions, {Name: MyMacro}]", "AWS::LanguageExtensions")
    found = step(text + "      Made: {Fn::Transform: {Name: Maker, Parameters: {Of: 1}}}\n")
    assert ([change.resource for change in found.changes], found.left_to_aws) == (["Topic"], ("Maker in Made",))


def test_what_a_macro_may_bring_into_a_mapping_is_named_by_its_keys():
    stack = system({"one": MAPPED}).stacks["one"]
    found = resolver_for(stack, stack.template, {}, {}).resolve({"Fn::FindInMap": ["Names", "eu", "Topic"]})
    assert text_of(found) == "Fn::FindInMap(Names, eu, Topic)"


def test_a_resource_that_a_macro_may_make_is_named_like_any_other():
    stack = system({"one": INCLUDED}).stacks["one"]
    resolve = resolver_for(stack, stack.template, {}, {}).resolve
    assert text_of(resolve({"Ref": "OfTheInclude"})) == "${one:OfTheInclude}"
    assert text_of(resolve({"Fn::GetAtt": "OfTheInclude.Arn"})) == "${one:OfTheInclude.Arn}"


def test_a_name_that_no_module_can_make_is_still_an_error():
    with pytest.raises(InputError, match=r"OtherBucket\.Arn: no such resource"):
        step(MODULE.replace("StorageBucket.Arn", "OtherBucket.Arn"))


SECRET = SERVERLESS.replace("Stage: {Type: String, Default: dev}", "Stage: {Type: String, NoEcho: true, Default: abc}")


def test_a_secret_parameter_does_not_make_a_macro_run_for_ever():
    live = deployed(step(SECRET).after)
    masked = replace(live, parameters={"Stage": "****"})
    assert step(SECRET, {"one": masked}) is None


@pytest.mark.parametrize("section", ["Outputs", "Conditions", "Mappings"])
def test_an_include_in_another_section_is_named_and_its_change_makes_a_step(section):
    text = WHOLE.replace("[AWS::LanguageExtensions, {Name: MyMacro}]", "AWS::LanguageExtensions")
    text += f"    {section}: {{Fn::Transform: {{Name: 'AWS::Include', Parameters: {{Location: s3://bucket/1}}}}}}\n"
    found = step(text)
    assert found.left_to_aws == (f"AWS::Include in {section}",)
    world = {"one": deployed(found.after)}
    assert step(text, world) is None
    assert step(text.replace("bucket/1", "bucket/2"), world).macros_run_again
