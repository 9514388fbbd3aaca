"""What is certain must be in the change set exactly; what is there besides must be dynamic, with a predicted cause."""

from dataclasses import replace

import pytest

from tests.review.steps import NESTED, VPC, certain_detail, change, dynamic, may, parameter, real, static, step
from twinstack.review.comparison import Prediction, compare


def never(_resource):
    return False


def problems(predicted, *listed, made_by_macro=never):
    rows = compare(Prediction(predicted, made_by_macro), listed)
    return {row.resource: row.problems for row in rows if row.problems}


EDITED = change("Modify", "Topic", certain_detail("DisplayName"))
MOVED = change("Replace", "Vpc", certain_detail("CidrBlock", "Always"), type=VPC, policy_action="ReplaceAndDelete")
PERHAPS = change("Replace?", "Vpc", certain_detail("InstanceTenancy", "Conditionally"), type=VPC)


# What is certain


@pytest.mark.parametrize(
    ("predicted", "listed"),
    [
        (change("Add", "Topic"), real("Add", "Topic")),
        (change("Add", "Topic"), real("Add", "Topic", replacement="True")),  # as AWS says it when asked for values
        (EDITED, real("Modify", "Topic", static("DisplayName"))),
        (
            MOVED,
            real(
                "Modify",
                "Vpc",
                static("CidrBlock", "Always"),
                type=VPC,
                replacement="True",
                policy_action="ReplaceAndDelete",
            ),
        ),
        (
            PERHAPS,
            real("Modify", "Vpc", static("InstanceTenancy", "Conditionally"), type=VPC, replacement="Conditional"),
        ),
        (change("Remove", "Topic", policy_action="Retain"), real("Remove", "Topic", policy_action="Retain")),
        (change("Remove", "Topic", policy_action="Retain"), real("Remove", "Topic")),
    ],
)
def test_what_is_certain_is_accepted_as_predicted(predicted, listed):
    assert problems(step(predicted), listed) == {}


def test_what_is_certain_must_be_there():
    assert problems(step(EDITED, MOVED)) == {"Topic": ("not in the change set",), "Vpc": ("not in the change set",)}


@pytest.mark.parametrize(
    ("listed", "complaint"),
    [
        (real("Remove", "Topic"), "Remove, not Modify"),
        (real("Dynamic", "Topic"), "Dynamic, not Modify"),
        (real("Modify", "Topic", static("DisplayName"), type=VPC), "of type AWS::EC2::VPC, not AWS::SNS::Topic"),
        (real("Modify", "Topic", static("DisplayName"), replacement="True"), "replacement True, not False"),
        (real("Modify", "Topic", static("DisplayName"), policy_action="Delete"), "policy action Delete, not none"),
        (real("Modify", "Topic", static("DisplayName"), static("Other")), "Other is not predicted"),
    ],
)  # fmt: skip
def test_what_is_certain_may_not_be_other(listed, complaint):
    assert problems(step(EDITED), listed) == {"Topic": (complaint,)}


def test_each_predicted_property_must_be_there():
    both = change("Modify", "Topic", certain_detail("DisplayName"), certain_detail("KmsMasterKeyId"))
    listed = real("Modify", "Topic", static("KmsMasterKeyId"))
    assert problems(step(both), listed) == {"Topic": ("DisplayName is predicted and not there",)}


def test_another_attribute_is_held_by_its_name():
    noted = change("Modify", "Topic", certain_detail("", attribute="Metadata"))
    assert problems(step(noted), real("Modify", "Topic", static("", attribute="Metadata"))) == {}
    assert problems(step(noted), real("Modify", "Topic", static("", attribute="DeletionPolicy"))) == {
        "Topic": ("Metadata is predicted and not there", "DeletionPolicy is not predicted")
    }


@pytest.mark.parametrize(
    ("said", "consequences"), [("Never", ("replacement Conditional, not False",)), ("Conditionally", ())]
)
def test_a_replacement_must_be_as_certain_as_predicted(said, consequences):
    listed = real("Modify", "Vpc", static("CidrBlock", said), type=VPC, replacement="Conditional")
    assert problems(step(MOVED), listed) == {
        "Vpc": (f"CidrBlock replaces it {said.lower()}, not always", *consequences)
    }


def test_a_value_that_follows_from_a_change_in_place_makes_aws_less_certain_of_a_replacement():
    listed = real(
        "Modify",
        "Vpc",
        dynamic("CidrBlock", "", "Always", source="DirectModification"),
        dynamic("CidrBlock", "Topic.Name", "Always"),
        type=VPC,
        replacement="Conditional",
    )
    edited = real("Modify", "Topic", static("DisplayName"))
    assert problems(step(EDITED, MOVED), edited, listed) == {}
    assert problems(step(MOVED), listed) == {"Vpc": ("CidrBlock changes with Topic.Name, which is not predicted",)}


def test_every_detail_of_a_property_must_replace_as_predicted():
    listed = real(
        "Modify", "Vpc", static("CidrBlock", "Always"), static("CidrBlock"), type=VPC, replacement="True"
    )  # fmt: skip
    assert problems(step(MOVED), listed) == {"Vpc": ("CidrBlock replaces it never and always, not always",)}


def test_a_possible_replacement_may_not_be_a_certain_one():
    listed = real("Modify", "Vpc", static("InstanceTenancy", "Conditionally"), type=VPC, replacement="True")
    assert problems(step(PERHAPS), listed) == {"Vpc": ("replacement True, not Conditional",)}


@pytest.mark.parametrize("policy", ["Delete", "Snapshot"])
def test_what_becomes_of_what_goes_must_be_as_predicted(policy):
    retained = change("Remove", "Topic", policy_action="Retain")
    assert problems(step(retained), real("Remove", "Topic", policy_action=policy)) == {
        "Topic": (f"policy action {policy}, not Retain",)
    }


def test_what_would_become_of_what_is_perhaps_replaced_may_be_said():
    listed = real(
        "Modify",
        "Vpc",
        static("InstanceTenancy", "Conditionally"),
        type=VPC,
        replacement="Conditional",
        policy_action="ReplaceAndRetain",
    )
    assert problems(step(PERHAPS), listed) == {}


def test_a_property_that_is_certain_may_have_predicted_causes_and_no_others():
    listed = real("Modify", "Topic", static("DisplayName"), static("DisplayName", cause="Word"))
    assert problems(step(EDITED, parameter("Word")), listed) == {}
    unmoved = parameter("Word", after="old")
    assert problems(step(EDITED, unmoved), listed) == {
        "Topic": ("DisplayName changes with Word, which is not predicted",)
    }


def test_a_parameter_whose_value_an_earlier_pass_makes_may_be_a_cause():
    listed = real("Modify", "Topic", static("DisplayName", cause="Word"))
    assert problems(step(EDITED, parameter("Word", None, None, unknown=True)), listed) == {}


def test_an_entry_listed_twice_is_seen_on_both():
    listed = real("Modify", "Topic", static("DisplayName"))
    rows = compare(Prediction(step(EDITED)), [listed, listed])
    assert [row.problems for row in rows] == [("listed twice",), ("listed twice",)]


# What only a part of a property decides: CloudFormation looks at the whole of it

CHECK = "AWS::Route53::HealthCheck"


@pytest.mark.parametrize(
    ("action", "recreation", "said", "replacement"),
    [
        ("Modify", "Never", "Conditionally", "Conditional"),
        ("Modify", "Never", "Never", "False"),
        ("Replace", "Always", "Conditionally", "Conditional"),
        ("Replace", "Always", "Always", "True"),
    ],
)
def test_a_change_of_a_part_may_be_called_conditional(action, recreation, said, replacement):
    predicted = change(action, "Check", certain_detail("HealthCheckConfig", recreation, by_part=True), type=CHECK)
    listed = real("Modify", "Check", static("HealthCheckConfig", said), type=CHECK, replacement=replacement)
    assert problems(step(predicted), listed) == {}


@pytest.mark.parametrize(
    ("action", "recreation", "said", "replacement", "complaints"),
    [
        ("Modify", "Never", "Always", "True",
         ("HealthCheckConfig replaces it always, not never or conditionally",)),
        ("Modify", "Never", "Conditionally", "True", ("replacement True, not Conditional",)),
        ("Replace", "Always", "Never", "False",
         ("HealthCheckConfig replaces it never, not always or conditionally",)),
        ("Replace", "Always", "Always", "False", ("replacement False, not True",)),
        ("Replace", "Always", "Always", "Conditional", ("replacement Conditional, not True",)),
    ],
)  # fmt: skip
def test_a_change_of_a_part_may_not_be_called_more_or_less(action, recreation, said, replacement, complaints):
    predicted = change(action, "Check", certain_detail("HealthCheckConfig", recreation, by_part=True), type=CHECK)
    listed = real("Modify", "Check", static("HealthCheckConfig", said), type=CHECK, replacement=replacement)
    assert problems(step(predicted), listed) == {"Check": complaints}


# What a custom resource's provider decides


@pytest.mark.parametrize(
    ("said", "replacement"), [("Never", "False"), ("Conditionally", "Conditional"), ("Always", "True")]
)
def test_whether_a_custom_resource_is_replaced_is_up_to_its_provider(said, replacement):
    predicted = change("Modify", "Thing", certain_detail("Size"), type="Custom::Thing")
    listed = real("Modify", "Thing", static("Size", said), type="Custom::Thing", replacement=replacement)
    assert problems(step(predicted), listed) == {}


def test_of_a_custom_resource_too_no_other_property_may_change():
    predicted = change("Modify", "Thing", certain_detail("Size"), type="Custom::Thing")
    listed = real("Modify", "Thing", static("Size"), static("Other"), type="Custom::Thing")
    assert problems(step(predicted), listed) == {"Thing": ("Other is not predicted",)}


# What is there besides

TABLE = may("Table", ("VpcId", "Vpc", "Always"), type="AWS::EC2::RouteTable")
ROUTED = real(
    "Modify",
    "Table",
    dynamic("VpcId", "Vpc", "Always"),
    type="AWS::EC2::RouteTable",
    replacement="Conditional",
)
VPC_LISTED = real("Modify", "Vpc", static("InstanceTenancy", "Conditionally"), type=VPC, replacement="Conditional")


def test_what_may_be_touched_may_be_there_or_not():
    assert problems(step(PERHAPS, TABLE), VPC_LISTED, ROUTED) == {}
    assert problems(step(PERHAPS, TABLE), VPC_LISTED) == {}


def test_an_entry_that_nobody_named_is_accepted_when_all_of_it_is_dynamic_and_caused_by_what_is_predicted():
    extra = real("Modify", "Other", dynamic("A", "Vpc.Arn"), dynamic("B", "Vpc"))
    assert problems(step(PERHAPS), VPC_LISTED, extra) == {}


@pytest.mark.parametrize(
    "extra",
    [
        real("Add", "Other"),
        real("Remove", "Other"),
        real("Modify", "Other"),
        real("Modify", "Other", static("A")),
        real("Modify", "Other", static("A", cause="Vpc.Arn", source="ResourceAttribute")),
        real("Modify", "Other", dynamic("A", "Vpc.Arn"), static("B")),
        real("Modify", "Other", dynamic("A", "Vpc.Arn"), dynamic("B", "Stranger.Arn")),
        real("Modify", "Other", dynamic("A", "Stranger.Arn")),
        real("Modify", "Other", dynamic("A", "", source="DirectModification")),
    ],
)
def test_any_other_entry_that_nobody_named_is_not(extra):
    assert problems(step(PERHAPS), VPC_LISTED, extra) == {"Other": ("not predicted",)}


def test_one_entry_leads_to_the_next():
    third = real("Modify", "Route", dynamic("RouteTableId", "Table"))
    assert problems(step(PERHAPS, TABLE), VPC_LISTED, ROUTED, third) == {}


def test_a_property_that_is_there_besides_must_be_dynamic_with_a_predicted_cause():
    given = step(EDITED, PERHAPS)
    listed = real("Modify", "Topic", static("DisplayName"), dynamic("KmsMasterKeyId", "Vpc.Arn"))
    assert problems(given, VPC_LISTED, listed) == {}
    listed = real("Modify", "Topic", static("DisplayName"), dynamic("KmsMasterKeyId", "Stranger.Arn"))
    assert problems(given, VPC_LISTED, listed) == {"Topic": ("KmsMasterKeyId is not predicted",)}


@pytest.mark.parametrize(
    ("listed", "complaints"),
    [
        (
            real("Modify", "Table", dynamic("VpcId", "Vpc"), type="AWS::EC2::RouteTable"),
            ("VpcId replaces it never, not always",),
        ),
        (
            real("Modify", "Table", dynamic("VpcId", "Vpc", "Always"), type="AWS::EC2::RouteTable", replacement="True"),
            ("replacement True, not Conditional",),
        ),
        (real("Modify", "Table", type="AWS::EC2::RouteTable"), ("nothing said of what changes",)),
        (real("Remove", "Table", type="AWS::EC2::RouteTable"), ("Remove, not Modify",)),
        (
            real("Modify", "Table", dynamic("VpcId", "Vpc", "Always"), replacement="Conditional"),
            ("of type AWS::SNS::Topic, not AWS::EC2::RouteTable",),
        ),
    ],
)
def test_what_may_be_touched_may_not_be_other(listed, complaints):
    assert problems(step(PERHAPS, TABLE), VPC_LISTED, listed) == {"Table": complaints}


def test_a_touched_property_may_stand_there_once_more_without_a_cause():
    listed = real("Modify", "Other", dynamic("A", "Vpc.Arn"), dynamic("A", "", source="DirectModification"))
    assert problems(step(PERHAPS), VPC_LISTED, listed) == {}


# What cannot be predicted, and was said

SECRET = {"not_comparable": ("Word",)}


@pytest.mark.parametrize("detail", [static, dynamic])
def test_a_parameter_that_cannot_be_compared_may_turn_out_to_differ(detail):
    listed = real("Modify", "Topic", detail("DisplayName", cause="Word", source="ParameterReference"))
    given = step(may("Topic", ("DisplayName", "Word", "Never")), **SECRET)
    assert problems(given, listed) == {}
    assert problems(step(may("Topic", ("DisplayName", "Word", "Never"))), listed) == {
        "Topic": ("DisplayName is not predicted",)
    }


def test_it_may_not_turn_up_in_a_property_that_does_not_refer_to_it():
    other = static("KmsMasterKeyId", cause="Word", source="ParameterReference")
    given = step(may("Topic", ("DisplayName", "Word", "Never")), **SECRET)
    assert problems(given, real("Modify", "Topic", other)) == {"Topic": ("KmsMasterKeyId is not predicted",)}


def test_it_may_then_replace_a_resource_for_certain():
    listed = real(
        "Modify",
        "Vpc",
        static("CidrBlock", "Always", cause="Word", source="ParameterReference"),
        type=VPC,
        replacement="True",
        policy_action="ReplaceAndDelete",
    )
    given = may("Vpc", ("CidrBlock", "Word", "Always"), type=VPC)
    assert problems(step(given, **SECRET), listed) == {}
    assert problems(step(given), listed) == {"Vpc": ("CidrBlock is not predicted",)}


def test_a_static_edit_of_the_same_property_is_no_such_parameter():
    listed = real(
        "Modify",
        "Topic",
        static("DisplayName", cause="Word", source="ParameterReference"),
        static("DisplayName"),
    )
    assert problems(step(may("Topic", ("DisplayName", "Word", "Never")), **SECRET), listed) == {
        "Topic": ("DisplayName is not predicted",)
    }


def test_what_a_macro_makes_is_accepted_and_marked():
    rows = compare(Prediction(step(EDITED), lambda resource: resource == "Made"), [real("Remove", "Made", type=VPC)])
    assert [(row.resource, row.problems, row.unforeseen) for row in rows] == [
        ("Made", (), "made by a macro"),
        ("Topic", ("not in the change set",), ""),
    ]


def test_a_macro_may_add_to_what_is_predicted_but_not_take_from_it():
    def made(_resource):
        return True

    more = real("Modify", "Topic", static("DisplayName", cause="Stranger"), static("Other"))
    assert problems(step(EDITED), more, made_by_macro=made) == {}
    assert problems(step(EDITED), real("Modify", "Topic", static("Other")), made_by_macro=made) == {
        "Topic": ("DisplayName is predicted and not there",)
    }
    assert problems(step(EDITED), real("Remove", "Topic"), made_by_macro=made) == {"Topic": ("Remove, not Modify",)}


def test_an_import_that_changes_something_is_told_with_all_that_it_changes():
    imported = replace(real("Import", "Topic", static("A"), static("B")), physical_id="")
    said = problems(step(change("Import", "Topic")), imported)["Topic"]
    assert "changes A, B, which an import must not" in said


def tried_again(predicted, *listed):
    rows = compare(Prediction(predicted, stopped_at=lambda resource: resource in ("Topic", "Vpc")), listed)
    return [(row.resource, row.problems, row.unforeseen) for row in rows]


TRIED = "the stack stopped at it"


@pytest.mark.parametrize(
    "listed", [[real("Add", "Topic")], [real("Modify", "Topic", replacement="True")], [real("Remove", "Topic")], []]
)
def test_of_a_resource_that_the_stack_stopped_at_anything_may_be_listed(listed):
    assert tried_again(step(EDITED), *listed) == [("Topic", (), TRIED)]


def test_but_no_other_replacement_than_the_predicted_one():
    assert tried_again(step(MOVED), real("Add", "Vpc", type=VPC)) == [("Vpc", ("Add, not Modify",), "")]


AUTOMATIC = dynamic("", "", source="Automatic")


def test_a_nested_stack_is_always_listed_and_what_is_inside_is_marked():
    rows = compare(
        Prediction(step(may("Nested", ("", "", "Never"), type=NESTED))),
        [real("Modify", "Nested", AUTOMATIC, type=NESTED), real("Remove", "Nested/Table", type=VPC)],
    )
    assert [(row.resource, row.problems, row.unforeseen) for row in rows] == [
        ("Nested", (), ""),
        ("Nested/Table", (), "inside a nested stack"),
    ]


def test_what_is_inside_a_nested_stack_that_is_not_predicted_is_not_either():
    assert problems(step(EDITED), real("Modify", "Topic", static("DisplayName")), real("Add", "Nested/Table")) == {
        "Nested/Table": ("not predicted",)
    }


def test_what_is_inside_a_nested_stack_is_not_listed_without_it():
    given = step(may("Nested", ("", "", "Never"), type=NESTED))
    assert problems(given, real("Add", "Nested/Table")) == {"Nested/Table": ("not predicted",)}


def test_automatic_is_said_of_nested_stacks_alone():
    assert problems(step(), real("Modify", "Topic", AUTOMATIC)) == {"Topic": ("not predicted",)}


def test_what_takes_an_output_of_a_nested_stack_may_be_touched():
    given = step(may("Nested", ("", "", "Never"), type=NESTED))
    taker = real("Modify", "Topic", dynamic("DisplayName", "Nested.Outputs.Name"))
    assert problems(given, real("Modify", "Nested", AUTOMATIC, type=NESTED), taker) == {}


def test_the_order_is_that_of_the_change_set_and_what_is_missing_comes_last():
    rows = compare(Prediction(step(EDITED, PERHAPS)), [real("Add", "Other"), VPC_LISTED])
    assert [row.resource for row in rows] == ["Other", "Vpc", "Topic"]
