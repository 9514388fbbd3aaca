"""A cluster that a deleted stack has kept, and that was taken out of the global database before or since."""

from tests.dr.fake_database import EAST, OLD, WEST, Aws
from tests.dr.reversal.pairs import BOTH, PAIR, judged
from tests.dr.reversal.test_detached import Disagreeing
from tests.dr.versions.pairs import live
from twinstack.errors import UnreachableError
from twinstack.planning.world import Absent, Kept

KEEPING = {
    role: text.replace(
        "        Type: AWS::RDS::DBCluster\n", "        Type: AWS::RDS::DBCluster\n        DeletionPolicy: Retain\n"
    )
    for role, text in PAIR.items()
}


def kept(name="trading-eu-west-1"):
    return live(KEEPING, OLD) | {"secondary": Absent({"Cluster": Kept(name, "AWS::RDS::DBCluster")})}


def test_a_cluster_that_is_still_a_member_is_taken_in():
    found = judged(Aws(EAST, BOTH), KEEPING, kept())
    assert [it.resource for step in found.plan.steps for it in step.imports] == ["Cluster"]
    assert found.refused == ()


def test_a_cluster_that_was_detached_is_refused_with_what_to_do():
    (refusal,) = judged(Disagreeing(east=(EAST,), west=None), KEEPING, kept()).refused
    assert (refusal.stack, refusal.resource, refusal.action) == ("secondary", "Cluster", "Converge")
    assert "Cluster (trading-eu-west-1) in eu-west-1 is in no global database trading" in refusal.sentence
    assert "take a snapshot of it and delete it" in refusal.sentence


def test_it_is_refused_too_when_both_stacks_are_gone():
    gone = kept() | {"primary": Absent()}
    assert [it.stack for it in judged(Disagreeing(east=(EAST,), west=None), KEEPING, gone).refused] == ["secondary"]


def test_a_kept_cluster_beside_which_the_database_has_another_one_is_refused():
    (refusal,) = judged(Aws(EAST, BOTH), KEEPING, kept("an-old-one")).refused
    assert "Cluster (an-old-one) is not the cluster that trading has in eu-west-1: that is trading-eu-west-1" in (
        refusal.sentence
    )


def test_where_nobody_says_who_is_a_member_the_plan_says_that():
    silent = UnreachableError("no answer")
    found = judged(Aws(EAST, BOTH, silent={EAST: silent, WEST: silent}), KEEPING, kept())
    assert any("whether Cluster (trading-eu-west-1), which is taken in again" in it for it in found.remarks)


def test_without_an_import_nothing_is_asked():
    aws = Aws(EAST, BOTH)
    assert judged(aws, KEEPING, dict.fromkeys(PAIR, Absent())).refused == ()
    assert aws.asked == []
