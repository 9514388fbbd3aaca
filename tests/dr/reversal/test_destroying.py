"""Why the stacks of a global database must not be taken down now."""

import pytest

from tests.dr.fake_database import EAST, OLD, WEST, Aws
from tests.dr.reversal.pairs import BOTH, PAIR, changed
from tests.dr.versions.pairs import live, versioned
from twinstack.aws.errors import AwsError
from twinstack.dr.aws.api import RoleChange
from twinstack.dr.plans.destroying import objections
from twinstack.errors import UnreachableError
from twinstack.planning.resource_schemas import shipped_schemas
from twinstack.planning.steps import Planner
from twinstack.planning.world import Absent, Unknown

DENIED = AwsError("DescribeGlobalClusters", "AccessDenied", "not allowed", "here")


def objected(aws, world=None, templates=PAIR, retained=()):
    planner = Planner(versioned(templates, OLD), shipped_schemas)
    return objections(planner, world or live(PAIR, OLD), aws, retained)


def test_with_the_roles_as_deployed_there_is_no_objection():
    assert objected(Aws(EAST, BOTH)) == []


def test_with_reversed_roles_failback_is_named_and_why():
    assert objected(Aws(WEST, BOTH)) == [
        "roles reversed: trading-eu-west-1 in eu-west-1 writes in global database trading now, and primary "
        "(us-east-1), whose stack holds the global cluster, reads; AWS deletes no writer while the database has a "
        "reader, and CloudFormation does not know that the roles are reversed: `failback` first, then `destroy`; "
        "nothing was deleted"
    ]


@pytest.mark.parametrize("there", ["primary", "secondary"])
def test_a_pair_of_which_one_stack_is_gone_goes(there):
    region = {"primary": EAST, "secondary": WEST}[there]
    world = {role: state if role == there else Absent() for role, state in live(PAIR, OLD).items()}
    assert objected(Aws(region, {region: OLD}), world) == []


def test_a_pair_that_was_never_made_goes():
    aws = Aws(EAST, {})
    assert (objected(aws, dict.fromkeys(PAIR, Absent())), aws.asked) == ([], [])


def test_a_database_that_is_gone_already_is_no_objection():
    class Gone(Aws):
        def __call__(self, role, region):
            there = super().__call__(role, region)
            there.global_cluster = lambda _name: None
            return there

    assert objected(Gone(EAST, BOTH)) == []


@pytest.mark.parametrize(
    "aws",
    [
        Aws(EAST, BOTH, status="switching-over"),
        Aws(EAST, BOTH, change=RoleChange("failing-over", "a", "b", may_lose_data=True)),
    ],
)
def test_while_the_roles_move_nothing_goes(aws):
    (said,) = objected(aws)
    assert "so the roles may be moving; wait for the end; nothing was deleted" in said


def test_another_status_of_the_global_cluster_does_not_stop_a_deletion_that_goes_on():
    assert objected(Aws(EAST, BOTH, status="modifying")) == []


def test_roles_that_cannot_be_read_stop_it():
    (said,) = objected(Aws(EAST, BOTH, silent={EAST: DENIED, WEST: DENIED}))
    assert "not allowed" in said
    assert said.startswith("who writes in global database trading could not be read: ")


def lost(role, writer):
    region = {"primary": EAST, "secondary": WEST}[role]
    aws = Aws(writer, BOTH, silent={region: UnreachableError(f"{region}: no answer")})
    return objected(aws, live(PAIR, OLD) | {role: Unknown(f"{role}: no answer")})


def test_with_the_writers_region_lost_it_is_said_how_to_detach_and_what_to_retain():
    assert lost("primary", EAST) == [
        "global database trading: primary (us-east-1) could not be read, so nothing was deleted: primary: no answer\n"
        "What stands: secondary (eu-west-1): stack pair-dev-secondary, UPDATE_COMPLETE, in which trading-eu-west-1 "
        "reads\n"
        "When it answers, run `destroy` again. While it does not, or to keep what applications write here now:\n"
        "- take the cluster out of the database: `aws rds remove-from-global-cluster --region eu-west-1 "
        "--global-cluster-identifier trading --db-cluster-identifier "
        "arn:aws:rds:eu-west-1:111122223333:cluster:trading-eu-west-1`\n"
        "- once primary (us-east-1) can be read, keep its data as you take down the rest: `destroy --retain "
        "secondary.Cluster --retain secondary.Instance`\n"
        '- the steps are in docs/runbook.md, "Lost for good"'
    ]


def test_with_the_readers_region_lost_the_lost_cluster_is_the_one_to_take_out():
    (said,) = lost("secondary", EAST)
    assert "--region us-east-1" in said
    assert "cluster:trading-eu-west-1`" in said
    assert "--retain primary.Cluster --retain primary.Instance" in said


def test_the_files_do_not_count_but_what_is_live():
    assert objected(Aws(EAST, BOTH), templates=changed("primary", ("Name: reader", "Name: other"))) == []


@pytest.mark.parametrize("name", ["secondary.Cluster", "Cluster", "secondary.Instance"])
def test_a_reader_is_not_kept_as_a_member_while_the_writer_goes(name):
    assert objected(Aws(EAST, BOTH), retained=(name,)) == [
        "secondary.Cluster cannot be kept as it is: trading-eu-west-1 in eu-west-1 is a member of global database "
        "trading and reads, and AWS deletes no writer while the database has a reader; take it out first, which makes "
        "it a database of its own that takes writes: `aws rds remove-from-global-cluster --region eu-west-1 "
        "--global-cluster-identifier trading --db-cluster-identifier "
        "arn:aws:rds:eu-west-1:111122223333:cluster:trading-eu-west-1`; then `destroy` again; nothing was deleted"
    ]


@pytest.mark.parametrize(
    ("aws", "retained"),
    [
        (Aws(EAST, {EAST: OLD}), ("secondary.Cluster",)),
        (Aws(EAST, BOTH), ("primary.Cluster", "primary.Instance")),
        (Aws(EAST, BOTH), ("Cluster", "Instance")),
        (Aws(EAST, BOTH), ("secondary.Topic",)),
    ],
    ids=["a cluster that was taken out", "the writer", "all of them", "something else"],
)
def test_what_can_be_kept_is_no_objection(aws, retained):
    assert objected(aws, retained=retained) == []
