"""A cluster that somebody took out of the global database, and regions that disagree about its members."""

from dataclasses import replace

import pytest

from tests.dr.fake_database import EAST, OLD, WEST, Aws
from tests.dr.reversal.pairs import BOTH, PAIR, changed, judged
from tests.dr.versions.pairs import live
from twinstack.errors import UnreachableError
from twinstack.planning.world import Absent, Unknown

DETACHING = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-detaching.html"


class Disagreeing(Aws):
    """Regions that each see members of their own; None is a region that knows no such database."""

    def __init__(self, **seen):
        super().__init__(None, {})
        self._seen = {EAST: seen["east"], WEST: seen["west"]}

    def __call__(self, role, region):
        found = self._seen[region]
        self.asked.append((role, region))
        if found is None:
            return _Nothing()
        writer, *readers = found
        return Aws(writer, dict.fromkeys((writer, *readers), OLD))(role, region)


class _Nothing:
    def global_cluster(self, name):
        return None


def test_a_detached_cluster_is_refused_with_what_was_found_what_it_means_and_the_ways_out():
    found = judged(Disagreeing(east=(EAST,), west=None))
    assert found.plan.passes == ()
    (refusal,) = found.refused
    assert (refusal.stack, refusal.resource, refusal.action) == ("secondary", "Cluster", "Converge")
    assert refusal.sentence == (
        "generated/secondary.yaml:13: secondary: Cluster in eu-west-1 is in no global database trading, seen from "
        "us-east-1 and eu-west-1. It stands alone and takes writes of its own, so what applications have written since "
        "may be in it, in trading-us-east-1 in us-east-1, which writes in global database trading, or in both. A "
        f"deployment cannot bring it back, since AWS attaches no cluster again ({DETACHING}): decide which of them "
        "holds the data and lead the applications there; then keep or delete the stack pair-dev-secondary, without "
        "which `deploy` makes a new secondary, or take the cluster out of the template; the steps are in "
        'docs/runbook.md, "Manual detach and re-attach"'
    )


def test_the_primary_that_was_left_behind_by_a_detach_is_the_one_that_stands_alone():
    found = judged(Disagreeing(east=None, west=(WEST,)))
    assert [(each.stack, each.action) for each in found.refused] == [("primary", "Converge")]


def test_when_no_region_knows_the_database_every_cluster_stands_alone():
    found = judged(Disagreeing(east=None, west=None))
    assert [each.stack for each in found.refused] == ["primary", "secondary"]
    assert "in the other clusters of global database trading" in found.refused[0].sentence


def test_a_region_that_still_counts_a_cluster_that_has_left_is_named():
    found = judged(Disagreeing(east=(EAST, WEST), west=None))
    (refusal,) = found.refused
    assert (
        "Cluster in eu-west-1 is in no global database trading, seen from its own region, though it still is, seen "
        "from us-east-1. It stands alone"
    ) in refusal.sentence


def test_two_regions_that_each_see_a_writer_of_their_own_are_refused_with_both_sides():
    (refusal,) = judged(Disagreeing(east=(EAST, WEST), west=(WEST, EAST))).refused
    assert refusal.action == "Converge"
    assert (
        "the regions disagree about global database trading: us-east-1 counts trading-us-east-1 (writes), "
        "trading-eu-west-1 (reads); eu-west-1 counts trading-eu-west-1 (writes), trading-us-east-1 (reads). "
        "Applications may have written to either side."
    ) in refusal.sentence
    assert refusal.sentence.endswith('docs/runbook.md, "Split brain"')


def test_while_the_roles_move_regions_that_differ_for_a_moment_are_not_taken_for_more():
    class Moving(Disagreeing):
        def __call__(self, role, region):
            there = super().__call__(role, region)
            seen = there.global_cluster
            there.global_cluster = lambda name: replace(seen(name), status="switching-over")
            return there

    found = judged(Moving(east=(EAST, WEST), west=(WEST, EAST)))
    assert found.refused == ()
    assert "it is switching-over, so the roles may be moving" in found.remarks[0]


def test_the_plan_that_takes_the_detached_cluster_out_only_follows():
    templates = changed("secondary", ("          GlobalClusterIdentifier: !Ref Global\n", ""))
    found = judged(Disagreeing(east=(EAST,), west=None), templates)
    assert found.refused == ()
    assert found.remarks == (
        "secondary: Cluster in eu-west-1 is in no global database trading, seen from us-east-1 and eu-west-1; this "
        "plan takes it out of the database too",
    )


@pytest.mark.parametrize("state", [Absent(), Unknown("no answer")], ids=["absent", "unknown"])
def test_a_stack_that_is_not_there_or_not_readable_has_no_cluster_that_stands_alone(state):
    world = live(PAIR, OLD) | {"secondary": state}
    assert judged(Aws(EAST, {EAST: OLD}), world=world).refused == ()


def test_what_the_region_that_answers_says_counts_when_the_other_is_lost():
    aws = Aws(EAST, {EAST: OLD}, silent={WEST: UnreachableError("eu-west-1: no answer")})
    (refusal,) = judged(aws).refused
    assert "Cluster in eu-west-1 is in no global database trading, seen from us-east-1" in refusal.sentence


def test_members_that_all_regions_count_alike_are_not_spoken_of():
    assert judged(Aws(EAST, BOTH)).refused == ()
