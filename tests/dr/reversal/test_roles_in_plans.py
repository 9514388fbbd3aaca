"""What a plan says first when another stack than the primary's writes, and what it refuses."""

import pytest

from tests.dr.fake_database import EAST, NORTH, OLD, WEST, Aws
from tests.dr.reversal.pairs import BOTH, PAIR, PRIMARY, changed, judged
from tests.dr.versions.pairs import live
from tests.systems import passes
from twinstack.aws.errors import AwsError
from twinstack.dr.aws.api import RoleChange
from twinstack.errors import CredentialsError, UnreachableError
from twinstack.planning.world import Absent, Unknown

REVERSED = (
    "Roles reversed: trading-eu-west-1 in eu-west-1 (stack secondary) writes in global database trading now, "
    "trading-us-east-1 in us-east-1 (stack primary) reads; CloudFormation does not know it. `failback` brings the "
    "roles back"
)
WHO = "trading-eu-west-1 in eu-west-1 writes in global database trading now"
TOPIC = ("DisplayName: database", "DisplayName: databases")
PASSWORD = ("SecretString:password", "SecretString:password:AWSPENDING")


def test_roles_that_equal_the_stacks_are_not_spoken_of():
    found = judged(Aws(EAST, BOTH), changed("primary", TOPIC))
    assert (passes(found.plan), found.refused, found.remarks) == ([["primary"]], (), ())


def test_with_reversed_roles_and_nothing_to_change_that_alone_is_said():
    found = judged(Aws(WEST, BOTH))
    assert (found.plan.passes, found.refused, found.remarks) == ((), (), (REVERSED,))


def test_a_safe_change_is_let_through_and_called_safe():
    found = judged(Aws(WEST, BOTH), changed("primary", TOPIC))
    assert (passes(found.plan), found.refused) == ([["primary"]], ())
    assert found.remarks == (REVERSED, "Safe with the roles reversed: primary: Topic")


# role, edits, place and resource, action, and what the sentence says would happen
UNSAFE = {
    "a password of the cluster that reads": (
        "primary",
        [PASSWORD],
        "generated/primary.yaml:23: primary: Cluster (AWS::RDS::DBCluster): ",
        "Modify",
        "MasterUserPassword would change, and AWS takes no password of a cluster that reads",
    ),
    "a user of it": (
        "primary",
        [("MasterUsername: admin", "MasterUsername: root")],
        "generated/primary.yaml:22: primary: Cluster (AWS::RDS::DBCluster): ",
        "Modify",
        "MasterUsername would change, and AWS takes no user of a cluster that reads",
    ),
    "a database name of it": (
        "primary",
        [("DatabaseName: trading", "DatabaseName: other")],
        "generated/primary.yaml:21: primary: Cluster (AWS::RDS::DBCluster): ",
        "Modify",
        "DatabaseName would change, and AWS takes no database name of a cluster that reads",
    ),
    "the source region of the writer": (
        "secondary",
        [("SourceRegion: us-east-1", "SourceRegion: eu-west-1")],
        "generated/secondary.yaml:14: secondary: Cluster (AWS::RDS::DBCluster): ",
        "Replace",
        "SourceRegion would change; it is the region that the cluster was first copied from",
    ),
    "a member that leaves": (
        "secondary",
        [("          GlobalClusterIdentifier: !Ref Global\n", "")],
        "generated/secondary.yaml:12: secondary: Cluster (AWS::RDS::DBCluster): ",
        "Detach",
        "GlobalClusterIdentifier would go, which detaches the cluster and lets it take writes of its own",
    ),
    "a member of another database": (
        "primary",
        [("GlobalClusterIdentifier: !Ref Global", "GlobalClusterIdentifier: other")],
        "generated/primary.yaml:18: primary: Cluster (AWS::RDS::DBCluster): ",
        "Replace",
        "GlobalClusterIdentifier would change",
    ),
    "the global cluster replaced": (
        "primary",
        [("Engine: aurora-mysql, EngineVersion", "StorageEncrypted: true, Engine: aurora-mysql, EngineVersion")],
        "generated/primary.yaml:11: primary: Global (AWS::RDS::GlobalCluster): ",
        "Replace",
        "the global cluster would be replaced, since StorageEncrypted would change",
    ),
    "a member replaced": (
        "secondary",
        [("          DBClusterParameterGroupName", "          KmsKeyId: other\n          DBClusterParameterGroupName")],
        "generated/secondary.yaml:17: secondary: Cluster (AWS::RDS::DBCluster): ",
        "Replace",
        "the cluster would be replaced, since KmsKeyId would change",
    ),
    "an instance of the writer replaced": (
        "secondary",
        [("Engine: aurora-mysql, DBInstance", "DBInstanceIdentifier: new, Engine: aurora-mysql, DBInstance")],
        "generated/secondary.yaml:20: secondary: Instance (AWS::RDS::DBInstance): ",
        "Replace",
        "an instance of the cluster would be replaced, since DBInstanceIdentifier would change",
    ),
    "an instance of the writer removed": (
        "secondary",
        [
            ("      Instance:\n        Type: AWS::RDS::DBInstance\n", ""),
            ("        Properties: {DBClusterIdentifier: !Ref Cluster, Engine: aurora-mysql, DBInstanceClass: ", "#"),
        ],
        "generated/secondary.yaml:6: secondary: Instance (AWS::RDS::DBInstance): ",
        "Remove",
        "an instance of the cluster would be removed",
    ),
    "a custom resource that writes": (
        "primary",
        [("Name: reader", "Name: writer")],
        "generated/primary.yaml:28: primary: User (Custom::User): ",
        "Modify",
        "its function would run, and it is given the writer endpoint of a cluster that reads",
    ),
}


@pytest.mark.parametrize(("role", "edits", "place", "action", "what"), UNSAFE.values(), ids=UNSAFE)
def test_what_is_not_safe_with_reversed_roles_is_refused_with_place_and_way_out(role, edits, place, action, what):
    found = judged(Aws(WEST, BOTH), changed(role, *edits))
    (refusal,) = [each for each in found.refused if each.sentence.startswith(place)]
    assert (refusal.stack, refusal.action) == (role, action)
    assert what in refusal.sentence
    assert WHO in refusal.sentence
    assert refusal.sentence.endswith(": `failback` first, then deploy this")
    assert found.remarks[0] == REVERSED


def test_what_is_refused_is_not_called_safe():
    found = judged(Aws(WEST, BOTH), changed("primary", PASSWORD, TOPIC))
    assert len(found.refused) == 1
    assert "Safe with the roles reversed: primary: Topic" in found.remarks


def test_of_what_follows_from_another_change_the_cause_stands_last_where_a_person_looks():
    found = judged(Aws(WEST, BOTH), changed("secondary", ("SourceRegion: us-east-1", "SourceRegion: eu-west-1")))
    assert [each.resource for each in found.refused] == ["Instance", "Cluster"]


def test_a_whole_sentence_names_file_line_resource_property_reason_and_way_out():
    (refusal,) = judged(Aws(WEST, BOTH), changed("primary", PASSWORD)).refused
    assert refusal.sentence == (
        "generated/primary.yaml:23: primary: Cluster (AWS::RDS::DBCluster): MasterUserPassword would change, and AWS "
        "takes no password of a cluster that reads; trading-eu-west-1 in eu-west-1 writes in global database trading "
        "now, and trading-us-east-1 in us-east-1 reads: `failback` first, then deploy this"
    )


@pytest.mark.parametrize("edit", [PASSWORD, ("Name: reader", "Name: writer")], ids=["password", "custom resource"])
def test_the_cluster_that_writes_takes_what_a_writer_takes(edit):
    assert judged(Aws(EAST, BOTH), changed("primary", edit)).refused == ()


def test_the_cluster_that_reads_takes_no_password_whichever_stack_it_is_in():
    text = "          SourceRegion: us-east-1\n"
    found = judged(Aws(EAST, BOTH), changed("secondary", (text, f"{text}          MasterUsername: admin\n")))
    (refusal,) = found.refused
    assert refusal.sentence.endswith(": take it out of this template; it belongs to the stack of the writer")
    assert found.remarks == ()


@pytest.mark.parametrize(
    ("edit", "resource"),
    [
        (("DBInstanceClass: db.r6g.large", "DBInstanceClass: db.r6g.xlarge"), "Instance"),
        (("{time_zone: UTC}", "{time_zone: GMT}"), "Group"),
    ],
)
def test_what_may_restart_the_writer_is_let_through_and_said(edit, resource):
    found = judged(Aws(WEST, BOTH), changed("secondary", edit))
    assert found.refused == ()
    assert found.remarks[1:] == (
        f"Safe with the roles reversed: secondary: {resource}",
        f"This may restart the cluster that writes, trading-eu-west-1 in eu-west-1: secondary: {resource}",
    )
    assert len(judged(Aws(WEST, BOTH), changed("primary", edit)).remarks) == 2


def test_a_custom_resource_may_go_while_its_cluster_reads():
    start = PRIMARY.index("      User:")
    gone = PRIMARY[start : PRIMARY.index("      Topic:")]
    assert judged(Aws(WEST, BOTH), changed("primary", (gone, ""))).refused == ()


DENIED = AwsError("DescribeGlobalClusters", "AccessDenied", "not allowed", "here")
MOVING = RoleChange("failing-over", "a", "b", may_lose_data=True)


@pytest.mark.parametrize(
    ("aws", "why"),
    [
        (Aws(EAST, BOTH, silent={EAST: DENIED, WEST: DENIED}), "not allowed"),
        (Aws(EAST, BOTH, status="switching-over"), "it is switching-over, so the roles may be moving"),
        (Aws(EAST, BOTH, change=MOVING), "it is failing-over, so the roles may be moving"),
    ],
)
def test_when_nobody_can_say_who_writes_only_what_depends_on_it_is_refused(aws, why):
    found = judged(aws, changed("primary", TOPIC))
    assert found.refused == ()
    assert found.remarks[0].startswith("Who writes in global database trading could not be read: ")
    assert why in found.remarks[0]
    assert found.remarks[0].endswith("nothing in this plan depends on it")
    found = judged(aws, changed("primary", PASSWORD))
    (refusal,) = found.refused
    assert why in refusal.sentence
    assert refusal.sentence.endswith(": do this when it can be read")
    assert found.remarks[0].endswith("what depends on it is refused")


def test_a_region_that_is_lost_does_not_hide_that_the_other_one_writes():
    lost = live(PAIR, OLD) | {"primary": Unknown("us-east-1: no answer")}
    aws = Aws(WEST, BOTH, silent={EAST: UnreachableError("us-east-1: no answer")})
    found = judged(aws, changed("secondary", ("SourceRegion: us-east-1", "SourceRegion: eu-west-1")), lost)
    assert "SourceRegion would change" in found.refused[-1].sentence
    assert found.remarks[0] == REVERSED


def test_a_region_that_did_not_answer_is_named_though_the_roles_are_known():
    found = judged(Aws(EAST, BOTH, silent={WEST: UnreachableError("eu-west-1: no answer")}))
    assert found.refused == ()
    assert found.remarks == (
        "global database trading: eu-west-1 did not say which clusters it counts: eu-west-1: no answer",
    )


HIDDEN = ("      Note: {Type: String, Default: ''}\n", "      Note: {Type: String, Default: hidden, NoEcho: true}\n")
FROM_HIDDEN = ("'{{resolve:secretsmanager:master:SecretString:password}}'", "!Ref Note")


def test_a_password_that_cannot_be_compared_is_named_when_something_else_changes_in_the_stack_of_a_reader():
    before = changed("primary", HIDDEN, FROM_HIDDEN)
    after = changed("primary", HIDDEN, FROM_HIDDEN, TOPIC)
    said = (
        "primary: Cluster: MasterUserPassword comes from a value that AWS does not show; trading-us-east-1 in "
        "us-east-1 reads, so the update fails if that value is another now"
    )
    assert said in judged(Aws(WEST, BOTH), after, live(before, OLD)).remarks
    assert said not in judged(Aws(WEST, BOTH), before, live(before, OLD)).remarks
    assert judged(Aws(EAST, BOTH), after, live(before, OLD)).remarks == ()


def test_credentials_that_are_not_taken_end_the_run():
    with pytest.raises(CredentialsError):
        judged(Aws(EAST, BOTH, silent={EAST: CredentialsError("expired"), WEST: CredentialsError("expired")}))


def test_nothing_is_asked_before_a_stack_is_there():
    aws = Aws(EAST, {})
    found = judged(aws, world=dict.fromkeys(PAIR, Absent()))
    assert (aws.asked, found.refused, found.remarks) == ([], (), ())


def test_a_secondary_that_is_not_there_yet_is_no_reversal_and_its_creation_is_judged_by_nobody():
    world = live(PAIR, OLD) | {"secondary": Absent()}
    aws = Aws(EAST, {EAST: OLD})
    found = judged(aws, world=world)
    assert (passes(found.plan), found.refused, found.remarks) == ([["secondary"]], (), ())
    assert aws.asked == [("primary", EAST)]


def test_offline_nobody_is_asked_and_nothing_is_said_of_the_roles():
    found = judged(None, changed("primary", PASSWORD))
    assert (found.refused, found.remarks) == ((), ())


def test_many_safe_changes_are_not_all_named():
    tagged = [("DisplayName: database}", f"DisplayName: database}}\n{_topics(8)}")]
    found = judged(Aws(WEST, BOTH), changed("secondary", *tagged))
    assert found.remarks[1] == (
        "Safe with the roles reversed: secondary: Topic0, Topic1, Topic2, Topic3, Topic4, Topic5 and 2 more"
    )


def _topics(number):
    return "".join(f"      Topic{each}: {{Type: 'AWS::SNS::Topic'}}\n" for each in range(number))


def test_a_reader_in_no_stack_is_named_without_one():
    found = judged(Aws(WEST, {**BOTH, NORTH: OLD}))
    assert "trading-eu-test-2 in eu-test-2 reads;" in found.remarks[0]
