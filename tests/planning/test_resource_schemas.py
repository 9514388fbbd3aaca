"""What the resource schemas say of an update."""

import pytest

from twinstack.planning.resource_schemas import UpdateRules, known_regions, rules_of, shipped_schemas

PARTLY = UpdateRules(
    create_only=(("Name",), ("Code", "Image"), ("Items", "*", "Kind")),
    conditional_create_only=(("Mode",), ("Network", "Subnet"), ("Name", "Part")),
)


@pytest.mark.parametrize(
    ("name", "recreation", "by_part"),
    [
        ("Name", "Always", False),
        ("Code", "Conditionally", True),
        ("Items", "Conditionally", True),
        ("Mode", "Conditionally", False),
        ("Network", "Conditionally", True),
        ("Other", "Never", False),
    ],
)
def test_what_a_changed_property_does_to_its_resource(name, recreation, by_part):
    assert (PARTLY.recreation(name), PARTLY.is_by_part(name)) == (recreation, by_part)


def test_the_rules_are_read_from_a_schema():
    schema = {
        "createOnlyProperties": ["/properties/Name", "/properties/Code/Image"],
        "conditionalCreateOnlyProperties": ["/properties/Items/*/Kind"],
        "primaryIdentifier": ["/properties/Id", "/properties/Nested/Arn"],
        "required": ["Name"],
        "tagging": {"tagProperty": "/properties/Tags"},
    }
    assert rules_of(schema) == UpdateRules(
        create_only=(("Name",), ("Code", "Image")),
        conditional_create_only=(("Items", "*", "Kind"),),
        tags_update=True,
        fixed_attributes=frozenset({"Id", "Nested.Arn"}),
        identifier=("Id", "Nested.Arn"),
        required=("Name",),
    )


def test_a_schema_that_says_nothing_of_updates_has_no_rules():
    assert rules_of({}) == UpdateRules((), (), False, frozenset())


@pytest.mark.parametrize(
    ("tagging", "update"),
    [
        ({"tagProperty": "/properties/Tags"}, True),
        ({"tagProperty": "/properties/Tags", "taggable": True, "tagUpdatable": True}, True),
        ({"tagProperty": "/properties/Tags", "taggable": False}, False),
        ({"tagProperty": "/properties/Tags", "tagUpdatable": False}, False),
        ({"taggable": True, "tagUpdatable": True}, False),
        (None, False),
    ],
)
def test_the_stacks_tags_reach_a_type_that_can_change_its_tags(tagging, update):
    assert rules_of({"tagging": tagging}).tags_update is update


def test_the_shipped_schemas_say_what_replaces_a_cluster():
    rules = shipped_schemas("AWS::RDS::DBCluster", "eu-west-1")
    assert rules.recreation("DBClusterIdentifier") == "Always"
    assert rules.recreation("GlobalClusterIdentifier") == "Conditionally"
    assert rules.recreation("BackupRetentionPeriod") == "Never"
    assert rules.tags_update


def test_a_type_of_one_region_is_not_one_of_another():
    elsewhere = shipped_schemas("AWS::AccessAnalyzer::ArchiveRule", "us-east-1")
    assert elsewhere != UpdateRules()
    assert shipped_schemas("AWS::AccessAnalyzer::ArchiveRule", "eu-west-1") == UpdateRules()


def test_a_region_that_is_not_known_has_the_types_of_the_first_one():
    assert "eu-test-1" not in known_regions()
    assert "eu-west-1" in known_regions()
    assert shipped_schemas("AWS::EC2::VPC", "eu-test-1") == shipped_schemas("AWS::EC2::VPC", "us-east-1")


def test_a_type_without_a_schema_has_no_rules():
    assert shipped_schemas("Custom::Thing", "eu-west-1") == UpdateRules()
