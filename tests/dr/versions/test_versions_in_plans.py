"""What a plan does to the versions of a global database: in which order, and what is refused."""

import pytest

from tests.dr.fake_database import EAST, NEW, NORTH, OLD, WEST, Aws
from tests.dr.versions.pairs import PAIR, PRIMARY, TRIO, advised, live, versioned
from tests.systems import passes, planner
from twinstack.aws.errors import AwsError
from twinstack.errors import UnreachableError
from twinstack.planning.passes import plan
from twinstack.planning.world import Absent, Unknown

GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/"
BOTH_OLD = {EAST: OLD, WEST: OLD}
LINE_BEFORE, MAJOR_AFTER = "8.0.mysql_aurora.3.04.4", "8.4.mysql_aurora.8.4.7"


def upgraded(aws, world=None, templates=PAIR, versions=NEW, **options):
    world = world or live(templates, OLD)
    return advised(versioned(templates, versions, **options), world, aws)


def test_the_reader_is_upgraded_before_the_writer_one_cluster_a_pass():
    found = upgraded(Aws(EAST, BOTH_OLD))
    assert (passes(found.plan), found.refused) == ([["secondary"], ["primary"]], ())
    assert found.remarks == (
        "Engine version of global database trading: 8.0.mysql_aurora.3.10.4: secondary (reader) in pass 1, then "
        "primary (writer) in pass 2; while versions differ AWS refuses a switchover and a managed failover "
        f"({GUIDE}aurora-global-database-upgrade.html)",
    )


def test_with_reversed_roles_the_stack_that_reads_now_is_updated_first():
    found = upgraded(Aws(WEST, BOTH_OLD))
    assert (passes(found.plan), found.refused) == ([["primary"], ["secondary"]], ())
    said = [remark for remark in found.remarks if "Update order" in remark or "Engine version" in remark]
    assert said[0] == (
        "Update order of this plan: primary, secondary: trading-eu-west-1 in eu-west-1 writes in global database "
        "trading now, and readers are upgraded before the writer"
    )
    assert "primary (reader) in pass 1, then secondary (writer) in pass 2" in said[1]


def test_the_roles_override_the_order_of_the_environment_too():
    found = upgraded(Aws(EAST, BOTH_OLD), update_order=("primary", "secondary"))
    assert passes(found.plan) == [["secondary"], ["primary"]]


@pytest.mark.parametrize(
    ("writer", "order"),
    [
        (EAST, [["third"], ["secondary"], ["primary"]]),
        (WEST, [["third"], ["primary"], ["secondary"]]),
        (NORTH, [["secondary"], ["primary"], ["third"]]),
    ],
)
def test_of_three_clusters_the_writer_is_last_and_the_others_keep_their_order(writer, order):
    found = upgraded(Aws(writer, {**BOTH_OLD, NORTH: OLD}), templates=TRIO)
    assert (passes(found.plan), found.refused) == (order, ())


ONE_LOOK = [("primary", EAST), ("secondary", WEST)]


def test_without_a_change_of_version_no_cluster_is_looked_at_and_nothing_is_said():
    aws = Aws(EAST, BOTH_OLD)
    found = advised(versioned({**PAIR, "primary": PRIMARY + "      More: {Value: more}\n"}, OLD), live(PAIR, OLD), aws)
    assert (passes(found.plan), found.refused, found.remarks) == ([["primary"]], (), ())
    assert sorted(aws.asked) == ONE_LOOK


def test_the_rest_of_a_plan_after_its_first_pass_is_the_writer_alone():
    world = live(PAIR, {"primary": OLD, "secondary": NEW})
    found = upgraded(Aws(EAST, {EAST: OLD, WEST: NEW}), world)
    assert (passes(found.plan), found.refused) == ([["primary"]], ())


def test_the_writer_alone_is_refused_while_a_reader_has_the_old_version():
    found = upgraded(Aws(EAST, BOTH_OLD), versions={"primary": NEW, "secondary": OLD})
    (refusal,) = found.refused
    assert (refusal.stack, refusal.resource, refusal.type) == ("primary", "Cluster", "AWS::RDS::DBCluster")
    assert refusal.sentence == (
        "generated/primary.yaml:16: primary: Cluster (AWS::RDS::DBCluster): it is the writer of global database "
        "trading, and EngineVersion 8.0.mysql_aurora.3.10.4 would reach it before trading-eu-west-1 in eu-west-1 "
        '(8.0.mysql_aurora.3.10.3); upgrade the readers first, "Minor version upgrades" '
        f"({GUIDE}aurora-global-database-upgrade.html#aurora-global-database-upgrade.minor)"
    )


def test_a_reader_in_no_stack_of_the_environment_counts_too():
    found = upgraded(Aws(EAST, {**BOTH_OLD, "ap-south-1": OLD}))
    assert "before trading-ap-south-1 in ap-south-1 (8.0.mysql_aurora.3.10.3)" in found.refused[0].sentence


def test_the_writer_follows_a_reader_whose_stack_could_not_be_read_when_aws_says_that_it_is_done():
    world = live(PAIR, {"primary": OLD, "secondary": NEW}) | {"secondary": Unknown("AccessDenied")}
    assert upgraded(Aws(EAST, {EAST: OLD, WEST: NEW}), world).refused == ()
    assert "before trading-eu-west-1" in upgraded(Aws(EAST, BOTH_OLD), world).refused[0].sentence


def test_a_reader_alone_leaves_the_versions_apart_and_that_is_said():
    found = upgraded(Aws(EAST, BOTH_OLD), versions={"primary": OLD, "secondary": NEW})
    assert found.refused == ()
    assert found.remarks[1] == (
        "The versions of global database trading are apart when this plan is done: 8.0.mysql_aurora.3.10.3 in "
        "us-east-1, 8.0.mysql_aurora.3.10.4 in eu-west-1; until they are equal AWS refuses a switchover and a managed "
        f"failover ({GUIDE}aurora-global-database-upgrade.html)"
    )


def test_versions_that_are_apart_already_are_said_though_nothing_changes():
    apart = {"primary": OLD, "secondary": NEW}
    aws = Aws(EAST, {EAST: OLD, WEST: NEW})
    found = upgraded(aws, live(PAIR, apart), versions=apart)
    assert (sorted(aws.asked), found.plan.passes, found.refused) == (ONE_LOOK, (), ())
    assert [remark.partition(":")[0] for remark in found.remarks] == [
        "The versions of global database trading are apart when this plan is done"
    ]


@pytest.mark.parametrize(
    ("before", "after", "kind", "procedure"),
    [
        (
            NEW,
            MAJOR_AFTER,
            "a change of the major version",
            f'"In-place major upgrades for global databases" ({GUIDE}AuroraMySQL.Upgrading.Procedure.html'
            "#AuroraMySQL.Upgrading.GlobalDB)",
        ),
        (
            LINE_BEFORE,
            NEW,
            "a change of line",
            f'"Upgrading Aurora MySQL by modifying the engine version" ({GUIDE}'
            "AuroraMySQL.Updates.Patching.ModifyEngineVersion.html)",
        ),
        (NEW, OLD, "a downgrade", f'"Restoring from a DB cluster snapshot" ({GUIDE}aurora-restore-snapshot.html)'),
        (NEW, "8.0", "a change that cannot be judged", f"({GUIDE}AuroraMySQL.Updates.Versions.html)"),
    ],
)
@pytest.mark.parametrize("roles_read", [True, False], ids=["with AWS", "offline"])
def test_what_is_no_upgrade_within_one_line_is_refused_with_the_procedure(before, after, kind, procedure, roles_read):
    aws = Aws(EAST, {EAST: before, WEST: before}) if roles_read else None
    found = upgraded(aws, live(PAIR, before), versions=after)
    assert [refusal.sentence.partition(";")[0] for refusal in found.refused] == [
        f"generated/secondary.yaml:13: secondary: Cluster (AWS::RDS::DBCluster): EngineVersion {before} -> {after} is "
        f"{kind}",
        f"generated/primary.yaml:16: primary: Cluster (AWS::RDS::DBCluster): EngineVersion {before} -> {after} is "
        f"{kind}",
    ]
    assert all(procedure in refusal.sentence for refusal in found.refused)


@pytest.mark.parametrize(
    ("before", "after", "kind", "procedure"),
    [
        ("15.8", "16.4", "a change of the major version", "#USER_UpgradeDBInstance.PostgreSQL.GlobalDB"),
        ("17.5", "17.4", "a downgrade", "aurora-restore-snapshot.html"),
    ],
)
def test_postgresql_has_procedures_of_its_own(before, after, kind, procedure):
    engine = {"Engine": "aurora-postgresql", "GlobalVersion": "15.8"}
    aws = Aws(EAST, {EAST: before, WEST: before}, version="15.8")
    found = upgraded(aws, live(PAIR, before, **engine), versions=after, **engine)
    assert f"EngineVersion {before} -> {after} is {kind}" in found.refused[0].sentence
    assert procedure in found.refused[0].sentence


def test_a_minor_upgrade_of_postgresql_goes_reader_first():
    engine = {"Engine": "aurora-postgresql", "GlobalVersion": "16.4"}
    aws = Aws(WEST, {EAST: "16.4", WEST: "16.4"}, version="16.4")
    found = upgraded(aws, live(PAIR, "16.4", **engine), versions="16.6", **engine)
    assert (passes(found.plan), found.refused) == ([["primary"], ["secondary"]], ())


def test_templates_may_follow_what_aws_has_upgraded_by_its_own_procedure():
    aws = Aws(EAST, {EAST: MAJOR_AFTER, WEST: MAJOR_AFTER}, version=MAJOR_AFTER)
    found = upgraded(aws, versions=MAJOR_AFTER, GlobalVersion=MAJOR_AFTER)
    assert (found.refused, found.remarks) == ((), ())


def test_the_version_that_counts_is_the_one_that_runs():
    found = upgraded(Aws(EAST, {EAST: "8.0.mysql_aurora.3.10.6", WEST: OLD}))
    assert (
        "EngineVersion 8.0.mysql_aurora.3.10.6 -> 8.0.mysql_aurora.3.10.4 is a downgrade" in found.refused[0].sentence
    )


@pytest.mark.parametrize(
    ("version", "said"),
    [
        (
            NEW,
            "is an upgrade within one line of all clusters of global database trading at once, which AWS does not do",
        ),
        (MAJOR_AFTER, "is a change of the major version; AWS upgrades the whole global database at once"),
    ],
)
def test_the_version_of_the_global_cluster_itself_must_not_change(version, said):
    found = upgraded(Aws(EAST, BOTH_OLD), versions=OLD, GlobalVersion=version)
    assert len(found.refused) == 1
    assert found.refused[0].sentence.startswith(
        "generated/primary.yaml:10: primary: Global (AWS::RDS::GlobalCluster): "
    )
    assert said in found.refused[0].sentence


def test_two_clusters_in_one_stack_are_not_upgraded_at_once():
    alone = """
    Metadata: {TwinStack: {Role: primary}}
    Parameters: {EngineVersion: {Type: String}}
    Resources:
      First:
        Type: AWS::RDS::DBCluster
        Properties: {GlobalClusterIdentifier: trading, Engine: aurora-mysql, EngineVersion: !Ref EngineVersion}
      Second:
        Type: AWS::RDS::DBCluster
        Properties: {GlobalClusterIdentifier: Trading, Engine: aurora-mysql, EngineVersion: !Ref EngineVersion}
"""
    found = upgraded(None, live({"primary": alone}, OLD), {"primary": alone})
    assert [refusal.sentence.partition(";")[0] for refusal in found.refused] == [
        "generated/primary.yaml:7: primary: First (AWS::RDS::DBCluster): primary.First and primary.Second of global "
        "database trading would be upgraded in one pass"
    ]


def test_a_cluster_of_no_global_database_is_left_to_aws():
    alone = """
    Metadata: {TwinStack: {Role: primary}}
    Parameters: {EngineVersion: {Type: String}}
    Resources:
      Cluster: {Type: 'AWS::RDS::DBCluster', Properties: {Engine: aurora-mysql, EngineVersion: !Ref EngineVersion}}
"""
    found = upgraded(Aws(EAST, BOTH_OLD), live({"primary": alone}, OLD), {"primary": alone}, versions=MAJOR_AFTER)
    assert (found.refused, found.remarks) == ((), ())


def test_a_cluster_that_the_global_cluster_names_as_its_source_belongs_to_it():
    source = PRIMARY.replace(
        "{GlobalClusterIdentifier: trading, Engine: !Ref Engine, EngineVersion: !Ref GlobalVersion}",
        "{GlobalClusterIdentifier: trading, SourceDBClusterIdentifier: !GetAtt Cluster.DBClusterArn}",
    ).replace("          GlobalClusterIdentifier: !Ref Global\n", "")
    templates = {**PAIR, "primary": source}
    found = upgraded(Aws(EAST, BOTH_OLD), live(templates, OLD), templates, versions={"primary": NEW, "secondary": OLD})
    assert "it is the writer of global database trading" in found.refused[0].sentence


def test_of_a_cluster_that_was_taken_out_of_the_database_it_is_said_that_it_stands_alone():
    found = upgraded(Aws(WEST, {WEST: OLD}), versions={"primary": NEW, "secondary": OLD})
    assert [refusal.action for refusal in found.refused] == ["Converge"]
    assert "AWS does not count it to global database trading" in found.remarks[0]


DENIED = AwsError("DescribeGlobalClusters", "AccessDenied", "not allowed", "secondary (eu-west-1)")


@pytest.mark.parametrize(
    ("aws", "why"),
    [
        (Aws(EAST, BOTH_OLD, silent={EAST: DENIED, WEST: DENIED}), "not allowed"),
        (Aws(EAST, BOTH_OLD, status="failing-over"), "it is failing-over, so the roles may be moving"),
        (Aws(EAST, {EAST: OLD, WEST: None}), "cluster trading-eu-west-1 in eu-west-1 is a member of it, and AWS does"),
    ],
)
def test_when_the_roles_cannot_be_read_a_change_of_version_is_refused_with_the_reason(aws, why):
    (refusal,) = upgraded(aws).refused
    assert "who writes in global database trading could not be read: " in refusal.sentence
    assert why in refusal.sentence


def test_a_region_that_does_not_answer_is_passed_over_for_the_roles_but_not_for_its_version():
    aws = Aws(EAST, {WEST: OLD}, silent={EAST: UnreachableError("primary (us-east-1): no answer")})
    lost = live(PAIR, OLD) | {"primary": Unknown("primary (us-east-1): no answer")}
    assert upgraded(aws, lost, versions={"primary": OLD, "secondary": NEW}).refused == ()
    aws = Aws(EAST, BOTH_OLD, silent={EAST: UnreachableError("primary (us-east-1): no answer")})
    assert "primary (us-east-1): no answer" in upgraded(aws).refused[0].sentence


def test_a_database_whose_identifier_only_aws_knows_is_refused_with_what_to_do():
    nameless = PRIMARY.replace("GlobalClusterIdentifier: trading, ", "").replace("Global: {Value", "Other: {Value")
    nameless = nameless.replace("Value: !Ref Global", "Value: none")
    found = upgraded(Aws(EAST, BOTH_OLD), live({"primary": nameless}, OLD), {"primary": nameless})
    assert (
        "give the global cluster a GlobalClusterIdentifier, or the stack an output with its Ref"
        in found.refused[0].sentence
    )


def test_an_identifier_that_aws_made_is_known_from_the_output():
    made = {**PAIR, "primary": PRIMARY.replace("GlobalClusterIdentifier: trading, ", "")}
    found = upgraded(Aws(WEST, BOTH_OLD), live(made, OLD), made)
    assert (passes(found.plan), found.refused) == ([["primary"], ["secondary"]], ())


def test_when_the_later_stack_feeds_the_earlier_the_order_cannot_hold_and_the_plan_is_refused():
    """The reader takes a value that the update of the writer's stack changes, so that stack has to go first."""
    feeding = {
        "primary": PRIMARY.replace("Outputs:", "Outputs:\n      Version: {Value: !Ref EngineVersion}"),
        "secondary": PAIR["secondary"]
        .replace("Wiring: {", "Wiring: {Version: primary.Version, ")
        .replace("Parameters:", "Parameters:\n      Version: {Type: String}")
        .replace("EngineVersion: !Ref EngineVersion", "EngineVersion: !Ref Version"),
    }
    found = upgraded(Aws(EAST, BOTH_OLD), live(feeding, OLD), feeding)
    assert "it is the writer of global database trading" in found.refused[0].sentence


def test_a_first_deployment_has_nothing_to_upgrade():
    aws = Aws(EAST, {})
    found = advised(versioned(PAIR, NEW), dict.fromkeys(PAIR, Absent()), aws)
    assert (aws.asked, found.refused, found.remarks) == ([], (), ())


def test_a_first_deployment_with_two_versions_is_warned_of():
    found = advised(versioned(PAIR, {"primary": OLD, "secondary": NEW}), dict.fromkeys(PAIR, Absent()), None)
    assert [remark.partition(":")[0] for remark in found.remarks] == [
        "The versions of global database trading are apart when this plan is done"
    ]


def test_a_second_cluster_of_another_version_is_warned_of():
    world = live(PAIR, OLD) | {"secondary": Absent()}
    found = upgraded(Aws(EAST, {EAST: OLD}), world, versions={"primary": OLD, "secondary": NEW})
    assert "8.0.mysql_aurora.3.10.3 in us-east-1, 8.0.mysql_aurora.3.10.4 in eu-west-1" in found.remarks[0]


def test_offline_the_order_of_the_environment_stands_and_it_is_said_that_nobody_asked():
    found = upgraded(None)
    assert (passes(found.plan), found.refused) == ([["secondary"], ["primary"]], ())
    assert found.remarks[1] == (
        "Who writes in global database trading was not read: the update order of the environment stands; with AWS, "
        "`plan` and `deploy` put the readers first"
    )


def test_each_region_is_asked_once_for_the_roles_and_once_for_its_version():
    aws = Aws(EAST, BOTH_OLD)
    upgraded(aws)
    assert sorted(aws.asked[:2]) == sorted(set(aws.asked[2:])) == ONE_LOOK


def test_a_world_of_promised_values_is_followed_like_a_live_one():
    """Offline against a revision there are no identifiers, and the stacks name each other by what is promised."""
    made = {**PAIR, "primary": PRIMARY.replace("GlobalClusterIdentifier: trading, ", "")}
    promised = plan(planner(versioned(made, OLD)), dict.fromkeys(made, Absent())).world
    found = upgraded(None, promised, made)
    assert passes(found.plan) == [["secondary"], ["primary"]]
    assert found.remarks[0].startswith(
        "Engine version of the global database of primary, secondary: 8.0.mysql_aurora.3.10.4: secondary in pass 1, "
        "then primary in pass 2"
    )


def test_a_reader_that_the_plan_takes_out_does_not_leave_the_versions_apart():
    detached = PAIR["secondary"].replace("          GlobalClusterIdentifier: !Ref Global\n", "")
    world = live(PAIR, {"primary": NEW, "secondary": OLD})
    versions = {"primary": NEW, "secondary": OLD}
    assert upgraded(None, world, {**PAIR, "secondary": detached}, versions=versions).remarks == ()


def test_a_cluster_that_is_made_anew_is_not_upgraded_and_counts_with_its_new_version():
    placed = {
        role: text.replace(
            "Engine: !Ref Engine\n          EngineV",
            "Engine: !Ref Engine\n          SourceRegion: REGION\n          EngineV",
        )
        for role, text in PAIR.items()
    }
    before = {role: text.replace("REGION", EAST) for role, text in placed.items()}
    after = {**before, "secondary": placed["secondary"].replace("REGION", NORTH)}
    found = upgraded(None, live(before, NEW), after, versions={"primary": NEW, "secondary": OLD})
    assert [change.action for step in found.plan.steps for change in step.changes] == ["Replace"]
    assert found.refused == ()
    assert "8.0.mysql_aurora.3.10.4 in us-east-1, 8.0.mysql_aurora.3.10.3 in eu-west-1" in found.remarks[0]


def test_an_output_of_the_writer_endpoint_is_not_taken_for_the_identifier():
    endpoint = "Outputs:\n      Endpoint: {Value: !GetAtt Global.GlobalEndpoint.Address}"
    made = PRIMARY.replace("GlobalClusterIdentifier: trading, ", "").replace("Outputs:", endpoint)
    found = upgraded(Aws(WEST, BOTH_OLD), live({**PAIR, "primary": made}, OLD), {**PAIR, "primary": made})
    assert (passes(found.plan), found.refused) == ([["primary"], ["secondary"]], ())
