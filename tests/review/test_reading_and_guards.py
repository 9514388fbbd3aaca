"""A change set is read twice, with values and without; the guards must see what either says, and nothing more."""

from twinstack.aws.api import ChangeDetail, ResourceChange
from twinstack.review.reading import united
from twinstack.rollout.guards.guards import Allowed, refused_changes

PROTECTED = ChangeDetail("Properties", "DeletionProtection", False, "", "Never", "DirectModification")
CLUSTER = ResourceChange("Modify", "Cluster", "AWS::RDS::DBCluster", "cluster", "False", (PROTECTED,))
CAUSED = ChangeDetail("Properties", "DBClusterIdentifier", True, "Cluster", "Always", "ResourceReference")
UNCAUSED = ChangeDetail("Properties", "DBClusterIdentifier", True, "", "Always", "DirectModification")
VALUES = {"path": "/Properties/DBClusterIdentifier", "before": "cluster", "after": "{{changeSet:KNOWN_AFTER_APPLY}}"}


def instance(*details):
    return ResourceChange("Modify", "Instance", "AWS::RDS::DBInstance", "instance", "Conditional", details)


def with_values(detail):
    return ChangeDetail(
        detail.attribute, detail.name, detail.dynamic, detail.cause, detail.recreation, detail.source, **VALUES
    )


def losses(plain, *valued):
    changes = united((CLUSTER, instance(*plain)), (CLUSTER, instance(*map(with_values, valued))))
    return refused_changes("primary", changes, Allowed())


def test_an_instance_that_only_refers_to_a_cluster_changed_in_place_is_not_lost():
    assert losses([CAUSED], CAUSED) == []


def test_nor_is_it_when_the_reading_with_values_names_the_unknown_value_once_more():
    assert losses([CAUSED], UNCAUSED, CAUSED) == []


def test_an_edit_of_the_reference_is_named_in_both_readings_and_is_a_loss():
    assert "DBClusterIdentifier" in losses([UNCAUSED, CAUSED], UNCAUSED, CAUSED)[0]
    assert "DBClusterIdentifier" in losses([UNCAUSED], UNCAUSED)[0]
    assert "DBClusterIdentifier" in losses([], UNCAUSED)[0]


def test_the_values_stay():
    (_, shown) = united((CLUSTER, instance(CAUSED)), (CLUSTER, instance(*map(with_values, (UNCAUSED, CAUSED)))))
    assert shown.details == (with_values(CAUSED),)
