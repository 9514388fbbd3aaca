"""What is judged to be settled is what the files say, and nothing else is."""

import json
from random import Random

import pytest

from tests.simulation.environments import BASE, FLAGSHIP, VARIANTS, documents
from tests.simulation.rules import GUARDED_TYPES, is_whole
from tests.simulation.settled import unsettled, wanted
from tests.simulation.world import World

CHANGED = [variant for variant in VARIANTS if variant not in (BASE, FLAGSHIP)]


@pytest.fixture
def settled():
    """A world with the base deployed, and who deployed it."""
    world = World(Random(3))
    deployer = world.add("run", "deploy", BASE)
    world.run()
    yield world, deployer
    world.clear()


def test_what_was_deployed_is_settled(settled):
    assert list(unsettled(*settled)) == []


@pytest.mark.parametrize("variant", CHANGED, ids=lambda variant: variant.name)
def test_other_files_would_change_something(settled, variant):
    world, deployer = settled
    deployer.variant = variant
    assert list(unsettled(world, deployer))


def test_each_thing_that_differs_is_said(settled):
    world, deployer = settled
    cloud = world.sites["eu-west-1"].cloudformation
    content = cloud.stack("pair-dev-secondary").content
    content.values["PeerCidr"] = "10.9.0.0/16"
    content.tags["Team"] = "risk"
    content.outputs["More"] = "x"
    del content.resources["Bucket"]
    assert list(unsettled(world, deployer)) == [
        "secondary.PeerCidr is '10.9.0.0/16', and primary.VpcCidr is '10.0.0.0/16'",
        "secondary would change: Bucket",
        "secondary would change: outputs",
        "secondary would change: tags",
    ]
    cloud.delete_by_hand("pair-dev-secondary")
    assert list(unsettled(world, deployer)) == ["pair-dev-secondary is not there"]
    deployer.operation = "destroy"
    assert list(unsettled(world, deployer)) == ["pair-dev-primary is still there"]


def test_a_value_of_a_region_beats_one_for_all_and_a_parameter_named_nowhere_has_none():
    said, _ = documents(FLAGSHIP, protected=False)
    it = wanted(FLAGSHIP, protected=False)["secondary"]
    assert it.given["VpcCidr"] == said["parameter_overrides"]["eu-west-1"]["VpcCidr"]
    assert (it.given["Protected"], it.tags["Role"], "DomainName" in it.given) == ("false", "secondary", False)


@pytest.mark.parametrize(
    ("changed", "whole"),
    [
        ({}, True),
        ({"Resource": "LogicalResourceId/Cluster"}, False),
        ({"Action": ["Update:Replace"]}, False),
        ({"Condition": {"StringEquals": {"ResourceType": ["AWS::S3::Bucket"]}}}, False),
        ({"Effect": "Allow"}, False),
    ],
    ids=["whole", "one resource", "deleting left out", "types left out", "no denial"],
)
def test_a_policy_is_whole_that_denies_losing_whatever_is_guarded(changed, whole):
    denial = {
        "Effect": "Deny",
        "Action": ["Update:Replace", "Update:Delete"],
        "Principal": "*",
        "Resource": "*",
        "Condition": {"StringEquals": {"ResourceType": sorted(GUARDED_TYPES)}},
    }
    allowing = {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}
    assert is_whole(json.dumps({"Statement": [allowing, denial | changed]})) is whole
    assert not is_whole("")
