"""What a change set says of each value, with IncludePropertyValues and without."""

import json

import pytest

LATER = "{{changeSet:KNOWN_AFTER_APPLY}}"


def topic(**properties):
    return {"Type": "AWS::SNS::Topic", "Properties": properties}


def text(name="Value", **more):
    return {name: {"Type": "String", "Default": "", **more}}


def changes(stack, change_set, *, values):
    pages = stack.api.get_paginator("describe_change_set").paginate(
        ChangeSetName=change_set["ChangeSetId"], IncludePropertyValues=values
    )
    listed = [change["ResourceChange"] for page in pages for change in page["Changes"]]
    return {change["LogicalResourceId"]: change for change in listed}


def shown(change):
    """The details of a change with values, a row each: path, kind, before, after, evaluation, source, cause."""
    return [
        (
            detail["Target"].get("Path"),
            detail["Target"].get("AttributeChangeType"),
            detail["Target"].get("BeforeValue"),
            detail["Target"].get("AfterValue"),
            detail["Evaluation"],
            detail.get("ChangeSource"),
            detail.get("CausingEntity"),
        )
        for detail in change["Details"]
    ]


def plain(change):
    """The details of a change without values, a row each: attribute, name, recreation, evaluation, source, cause."""
    return {
        (
            detail["Target"]["Attribute"],
            detail["Target"].get("Name"),
            detail["Target"]["RequiresRecreation"],
            detail["Evaluation"],
            detail.get("ChangeSource"),
            detail.get("CausingEntity"),
        )
        for detail in change["Details"]
    }


def update(stack, before, after, old=(), new=(), **sections):
    """Deploy one template, and make the change set of another."""
    stack.deploy(before, old, **sections)
    return stack.change_set({"Resources": after, **sections}, dict(new))


def test_an_added_resource_shows_what_it_is_going_to_be(stack):
    second = topic(DisplayName={"Fn::Sub": "next to ${First}"}, KmsMasterKeyId={"Fn::GetAtt": ["First", "TopicName"]})
    change_set = stack.change_set({"Resources": {"First": topic(DisplayName="one"), "Second": second}})
    found = changes(stack, change_set, values=True)
    assert json.loads(found["First"]["AfterContext"]) == {"Properties": {"DisplayName": "one"}}
    assert json.loads(found["Second"]["AfterContext"]) == {
        "Properties": {"DisplayName": LATER, "KmsMasterKeyId": LATER}
    }
    assert (found["First"]["Action"], found["First"]["Replacement"], found["First"]["Details"]) == ("Add", "True", [])
    assert "Replacement" not in changes(stack, change_set, values=False)["First"]


def test_a_removed_resource_shows_what_it_was_and_what_becomes_of_it(stack):
    kept = {**topic(DisplayName="kept"), "DeletionPolicy": "Retain"}
    change_set = update(stack, {"Kept": kept, "Gone": topic(DisplayName="gone"), "Stays": topic()}, {"Stays": topic()})
    found = changes(stack, change_set, values=True)
    assert json.loads(found["Kept"]["BeforeContext"]) == {
        "Properties": {"DisplayName": "kept"},
        "DeletionPolicy": "Retain",
    }
    assert {name: change["PolicyAction"] for name, change in found.items()} == {"Kept": "Retain", "Gone": "Delete"}
    stack.delete()


def test_a_changed_value_is_shown_by_its_path(stack):
    def queue(**policy):
        return {"Type": "AWS::SQS::Queue", "Properties": {"RedriveAllowPolicy": policy}}

    before = {"redrivePermission": "byQueue", "sourceQueueArns": ["a", "b"]}
    after = {"redrivePermission": "byQueue", "sourceQueueArns": ["a", "c", "d"]}
    change_set = update(stack, {"Queue": queue(**before)}, {"Queue": queue(**after)})
    path = "/Properties/RedriveAllowPolicy/sourceQueueArns"
    assert shown(changes(stack, change_set, values=True)["Queue"]) == [
        (f"{path}/1", "Modify", "b", "c", "Static", "DirectModification", None),
        (f"{path}/2", "Add", None, "d", "Static", "DirectModification", None),
    ]
    assert plain(changes(stack, change_set, values=False)["Queue"]) == {
        ("Properties", "RedriveAllowPolicy", "Never", "Static", "DirectModification", None)
    }
    stack.delete()


def test_a_changed_parameter_is_the_cause(stack):
    resources = {"Topic": topic(DisplayName={"Ref": "Value"}, TopicName="fixed")}
    change_set = update(stack, resources, resources, {"Value": "a"}, {"Value": "b"}, Parameters=text())
    row = ("/Properties/DisplayName", "Modify", "a", "b")
    assert shown(changes(stack, change_set, values=True)["Topic"]) == [
        (*row, "Dynamic", "DirectModification", None),
        (*row, "Static", "ParameterReference", "Value"),
    ]
    assert plain(changes(stack, change_set, values=False)["Topic"]) == {
        ("Properties", "DisplayName", "Never", "Dynamic", "DirectModification", None),
        ("Properties", "DisplayName", "Never", "Static", "ParameterReference", "Value"),
    }
    stack.delete()


def test_what_takes_an_attribute_of_a_change_in_place_is_listed_without_values_only(stack):
    def both(name):
        return {
            "First": topic(DisplayName=name, TopicName=f"{stack.name}-first"),
            "Second": topic(DisplayName={"Fn::GetAtt": ["First", "TopicName"]}),
        }

    change_set = update(stack, both("one"), both("two"))
    assert plain(changes(stack, change_set, values=False)["Second"]) == {
        ("Properties", "DisplayName", "Never", "Dynamic", "ResourceAttribute", "First.TopicName")
    }
    assert list(changes(stack, change_set, values=True)) == ["First"]
    stack.delete()


def test_what_takes_from_a_replacement_is_known_only_after_it(stack):
    def both(name):
        return {
            "First": topic(TopicName=f"{stack.name}-{name}"),
            "Second": topic(DisplayName={"Fn::GetAtt": ["First", "TopicName"]}),
        }

    change_set = update(stack, both("one"), both("two"))
    found = changes(stack, change_set, values=True)
    assert (found["First"]["Replacement"], found["First"]["PolicyAction"]) == ("True", "ReplaceAndDelete")
    row = ("/Properties/DisplayName", "Modify", f"{stack.name}-one", LATER)
    assert shown(found["Second"]) == [
        (*row, "Dynamic", "DirectModification", None),
        (*row, "Static", "ResourceAttribute", "First.TopicName"),
    ]
    assert plain(changes(stack, change_set, values=False)["Second"]) == {
        ("Properties", "DisplayName", "Never", "Static", "ResourceAttribute", "First.TopicName")
    }
    stack.delete()


def test_a_secret_value_is_masked(stack):
    resources = {"Topic": topic(DisplayName={"Ref": "Value"})}
    secret = text(NoEcho=True)
    change_set = update(stack, resources, resources, {"Value": "old-word"}, {"Value": "new-word"}, Parameters=secret)
    assert change_set["Parameters"] == [{"ParameterKey": "Value", "ParameterValue": "****"}]
    found = changes(stack, change_set, values=True)["Topic"]
    assert [row[:4] for row in shown(found)] == [("/Properties/DisplayName", "Modify", "****", "****")] * 2
    assert "word" not in json.dumps(found)
    stack.delete()


def test_a_tag_of_the_template_has_the_attribute_tags(stack):
    def tagged(value):
        return {"Topic": topic(Tags=[{"Key": "Owner", "Value": value}])}

    change_set = update(stack, tagged("a"), tagged("b"))
    found = changes(stack, change_set, values=True)["Topic"]
    assert shown(found) == [("/Properties/Tags/0/Value", "Modify", "a", "b", "Static", "DirectModification", None)]
    assert found["Scope"] == ["Tags"]
    assert plain(changes(stack, change_set, values=False)["Topic"]) == {
        ("Tags", None, "Never", "Static", "DirectModification", None)
    }
    stack.delete()


def test_a_tag_of_the_stack_changes_every_resource(stack):
    stack.deploy({"Topic": topic()})
    change_set = stack.change_set({"Resources": {"Topic": topic()}}, Tags=[{"Key": "Owner", "Value": "a"}])
    for values in (True, False):
        assert plain(changes(stack, change_set, values=values)["Topic"]) == {
            ("Tags", None, "Never", "Static", None, None)
        }
    stack.delete()


@pytest.mark.parametrize(
    ("attribute", "before", "after"),
    [
        ("Metadata", {"Note": "a"}, {"Note": "b"}),
        ("DeletionPolicy", "Delete", "Retain"),
        ("UpdateReplacePolicy", "Delete", "Retain"),
    ],
)
def test_an_attribute_of_a_resource_is_a_change_of_its_own(stack, attribute, before, after):
    def whole(value):
        return {"Topic": {**topic(), attribute: value}}

    change_set = update(stack, whole(before), whole(after))
    found = changes(stack, change_set, values=True)["Topic"]
    texts = [v if isinstance(v, str) else json.dumps(v, separators=(",", ":")) for v in (before, after)]
    assert shown(found) == [(f"/{attribute}", "Modify", *texts, "Static", "DirectModification", None)]
    assert (found["Scope"], found["Replacement"]) == ([attribute], "False")
    stack.delete()


def test_dependencies_and_conditions_by_name_change_nothing(stack):
    conditions = {"Always": {"Fn::Equals": ["a", "a"]}}
    before = {"First": topic(), "Second": topic()}
    after = {"First": topic(), "Second": {**topic(), "DependsOn": "First", "Condition": "Always"}}
    change_set = update(stack, before, after, Conditions=conditions)
    assert change_set["StatusReason"].startswith("The submitted information didn't contain changes.")
    stack.delete()


def test_a_mapping_that_changes_is_a_direct_modification(stack):
    resources = {"Topic": topic(DisplayName={"Fn::FindInMap": ["Names", "main", "name"]})}
    stack.deploy(resources, Mappings={"Names": {"main": {"name": "a"}}})
    change_set = stack.change_set({"Resources": resources, "Mappings": {"Names": {"main": {"name": "b"}}}})
    assert shown(changes(stack, change_set, values=True)["Topic"]) == [
        ("/Properties/DisplayName", "Modify", "a", "b", "Static", "DirectModification", None)
    ]
    stack.delete()


def test_a_renamed_resource_goes_and_another_comes(stack):
    change_set = update(stack, {"Old": topic()}, {"New": topic()})
    found = changes(stack, change_set, values=True)
    assert {name: change["Action"] for name, change in found.items()} == {"Old": "Remove", "New": "Add"}
    stack.delete()


def cluster(**more):
    properties = {"Engine": "aurora-mysql", "MasterUsername": "admin", "ManageMasterUserPassword": True}
    return {"Type": "AWS::RDS::DBCluster", "Properties": {**properties, **more.pop("properties", {})}, **more}


@pytest.mark.parametrize(
    ("policy", "action"),
    [({}, "Snapshot"), ({"DeletionPolicy": "Delete"}, "Delete"), ({"DeletionPolicy": "Retain"}, "Retain")],
    ids=["by default", "deleted", "retained"],
)
def test_a_cluster_that_goes_leaves_a_snapshot_by_default(stack, policy, action):
    change_set = update(stack, {"Cluster": cluster(**policy), "Topic": topic()}, {"Topic": topic()})
    assert changes(stack, change_set, values=False)["Cluster"]["PolicyAction"] == action
    stack.delete()


def test_a_policy_may_hang_on_a_condition(stack):
    policy = {"Fn::If": ["IsKept", "Retain", "Snapshot"]}
    sections = {
        "Transform": "AWS::LanguageExtensions",
        "Parameters": text("Kept"),
        "Conditions": {"IsKept": {"Fn::Equals": [{"Ref": "Kept"}, "true"]}},
    }

    def whole(name):
        properties = {"DBClusterIdentifier": f"{stack.name}-{name}"}
        return {"Cluster": cluster(UpdateReplacePolicy=policy, DeletionPolicy="Delete", properties=properties)}

    for kept, action in (("true", "ReplaceAndRetain"), ("false", "ReplaceAndSnapshot")):
        if stack.status() is None:
            stack.deploy(whole("one"), {"Kept": kept}, **sections)
        change_set = stack.change_set({"Resources": whole("two"), **sections}, {"Kept": kept})
        assert changes(stack, change_set, values=False)["Cluster"]["PolicyAction"] == action
    stack.delete()


def test_what_may_be_replaced_is_conditional_and_its_followers_are_dynamic(stack):
    def both(port):
        config = {"Type": "TCP", "IPAddress": "192.0.2.1", "Port": port}
        check = {"Type": "AWS::Route53::HealthCheck", "Properties": {"HealthCheckConfig": config}}
        return {"Check": check, "Topic": topic(DisplayName={"Ref": "Check"})}

    change_set = update(stack, both(80), both(81))
    found = changes(stack, change_set, values=False)
    assert found["Check"]["Replacement"] == "Conditional"
    assert plain(found["Topic"]) == {("Properties", "DisplayName", "Never", "Dynamic", "ResourceReference", "Check")}
    assert changes(stack, change_set, values=True)["Topic"]["Details"][0]["Target"]["AfterValue"] == LATER
    stack.delete()


def test_a_long_change_set_comes_in_pages(stack):
    names = [f"Topic{number:03}" for number in range(120)]
    change_set = stack.change_set({"Resources": {name: topic() for name in names}})
    pages = list(stack.api.get_paginator("describe_change_set").paginate(ChangeSetName=change_set["ChangeSetId"]))
    assert [len(page["Changes"]) for page in pages] == [50, 50, 20]
    listed = [change["ResourceChange"]["LogicalResourceId"] for page in pages for change in page["Changes"]]
    assert listed == names
    assert len(changes(stack, change_set, values=True)) == len(names)
