"""The global database of an environment, and who writes in it."""

import threading

import pytest

from tests.dr.fake_database import EAST, NAME, OLD, WEST, Aws
from tests.dr.versions.pairs import PAIR, PRIMARY, live, versioned
from tests.systems import planner
from twinstack.aws.errors import AwsError
from twinstack.aws.side_by_side import Silence
from twinstack.dr.database import Site, find_database
from twinstack.dr.roles import read_members, read_roles
from twinstack.errors import InputError, UnreachableError
from twinstack.planning.world import Absent, Unknown

BOTH = {EAST: OLD, WEST: OLD}


@pytest.fixture
def found():
    return find_database(planner(versioned(PAIR, OLD)), live(PAIR, OLD))


def test_the_database_is_found_with_its_stacks(found):
    assert found.identifier == NAME
    assert [(site.role, site.region, site.cluster, site.owns) for site in found.sites] == [
        ("primary", EAST, "Cluster", True),
        ("secondary", WEST, "Cluster", False),
    ]


@pytest.mark.parametrize("lost", ["primary", "secondary"])
@pytest.mark.parametrize("state", [Unknown("gone"), Absent()])
def test_a_stack_that_cannot_be_read_hides_neither_the_database_nor_its_site(found, lost, state):
    assert find_database(planner(versioned(PAIR, OLD)), {**live(PAIR, OLD), lost: state}) == found


def test_an_environment_without_a_global_database_is_told_so():
    plain = {"primary": "Resources: {Topic: {Type: AWS::SNS::Topic}}\n"}
    with pytest.raises(InputError, match="the environment has no global database"):
        find_database(planner(versioned(plain, OLD)), {"primary": Absent()})


def test_two_global_databases_are_named():
    two = PRIMARY.replace(
        "    Outputs:",
        "      More:\n        Type: AWS::RDS::GlobalCluster\n"
        "        Properties: {GlobalClusterIdentifier: more, Engine: aurora-mysql}\n    Outputs:",
    )
    with pytest.raises(InputError, match="2 global databases: global database trading, global database more"):
        find_database(planner(versioned({"primary": two}, OLD)), {"primary": Absent()})


def test_roles_are_what_aws_says_and_not_what_stacks_are_called(found):
    roles = read_roles(found, Aws(WEST, BOTH))
    assert (roles.writer.region, [reader.region for reader in roles.readers]) == (WEST, [EAST])
    assert roles.reversed_in(found)
    assert not read_roles(found, Aws(EAST, BOTH)).reversed_in(found)


def test_a_region_that_does_not_answer_is_named_and_its_cluster_is_still_known(found):
    roles = read_roles(found, Aws(EAST, BOTH, silent={EAST: UnreachableError("lost")}))
    assert roles.silent == {EAST: Silence("lost")}
    assert (roles.writer.region, roles.writer.found, roles.writer.status) == (EAST, Silence("lost"), "")
    assert str(roles.at(WEST).version) == OLD


def test_whoever_may_not_read_the_instances_sees_the_cluster_all_the_same(found):
    denied = AwsError("DescribeDBInstances", "AccessDenied", "not allowed", "here")

    class WithoutInstances(Aws):
        def __call__(self, role, region):
            there = super().__call__(role, region)
            there.instances = refusing
            return there

    def refusing(_cluster):
        raise denied

    roles = read_roles(found, WithoutInstances(EAST, BOTH))
    assert [str(cluster.version) for cluster in roles.clusters] == [OLD, OLD]
    assert roles.writer.instances == Silence(str(denied), refused=True)


def test_who_writes_is_known_without_a_look_at_the_clusters(found):
    aws = Aws(WEST, BOTH)
    roles = read_members(found, aws)
    assert (roles.writer.region, roles.writer.version) == (WEST, None)
    assert sorted(aws.asked) == [("primary", EAST), ("secondary", WEST)]


def test_a_region_that_accepts_and_never_answers_holds_nothing_up(found):
    never, aws = threading.Event(), Aws(EAST, BOTH)

    def region_of(role, region):
        if region == EAST:
            never.wait()
        return aws(role, region)

    roles = read_roles(found, region_of, seconds=0.2)
    never.set()
    assert list(roles.silent) == [EAST]
    assert roles.at(WEST).status == "available"


def test_when_no_region_answers_that_is_said_of_each(found):
    silent = {EAST: UnreachableError("east is lost"), WEST: UnreachableError("west is lost")}
    assert read_roles(found, Aws(EAST, BOTH, silent=silent)) == Silence("east is lost\nwest is lost")


def test_a_database_that_no_region_knows_does_not_exist(found):
    class Nowhere(Aws):
        def __call__(self, role, region):
            there = super().__call__(role, region)
            there.global_cluster = lambda _name: None
            return there

    assert not read_roles(found, Nowhere(EAST, BOTH)).exists


def test_sites_read_as_role_and_region():
    assert str(Site("primary", EAST, "trading-dev-primary", "Cluster", owns=True)) == "primary (us-east-1)"
