"""What AWS would not do is found before a deployment, told all at once, and nothing is changed."""

from dataclasses import replace

import pytest

from tests.fake_answers import refused
from tests.preflight.site import VERSION, region
from tests.rollout.deployments import Deployments
from twinstack.dr.aws.api import Cluster, EngineVersion, GlobalCluster
from twinstack.dr.preflight import looks as of_databases
from twinstack.errors import RefusedError, TwinStackError
from twinstack.preflight.deployment import checks
from twinstack.preflight.site import Peering, Room, Vpc
from twinstack.rollout.deploying import deploy
from twinstack.screen.events import PlanMade, PreflightDone

TEMPLATE = """
    Metadata: {TwinStack: {Role: one}}
    Parameters:
      VpcCidr: {Type: String, Default: 10.0.0.0/16}
      PeerVpc: {Type: String, Default: vpc-9}
      Version: {Type: String, Default: VERSION}
      Class: {Type: String, Default: db.r6g.large}
      Zones: {Type: String, Default: '2'}
      Label: {Type: String, Default: '1'}
    Conditions:
      Two: !Equals [!Ref Zones, '2']
    Resources:
      Vpc: {Type: 'AWS::EC2::VPC', Properties: {CidrBlock: !Ref VpcCidr}}
      SubnetA: {Type: 'AWS::EC2::Subnet', Properties: {VpcId: !Ref Vpc, AvailabilityZone: !Select [0, !GetAZs '']}}
      SubnetB:
        Type: AWS::EC2::Subnet
        Condition: Two
        Properties: {VpcId: !Ref Vpc, AvailabilityZone: !Select [1, !GetAZs '']}
      Peering: {Type: 'AWS::EC2::VPCPeeringConnection', Properties: {VpcId: !Ref Vpc, PeerVpcId: !Ref PeerVpc}}
      Bucket: {Type: 'AWS::S3::Bucket', Properties: {BucketName: !Sub 'pair-${Label}-${AWS::AccountId}'}}
      Role: {Type: 'AWS::IAM::Role', Properties: {RoleName: pair-writer, AssumeRolePolicyDocument: {Statement: []}}}
      Log: {Type: 'AWS::Logs::LogGroup', Properties: {LogGroupName: /pair/log}}
      Key: {Type: 'AWS::KMS::Alias', Properties: {AliasName: alias/pair, TargetKeyId: key}}
      Function: {Type: 'AWS::Lambda::Function', Properties: {ReservedConcurrentExecutions: 5}}
      Rule: {Type: 'AWS::Events::Rule', Properties: {State: ENABLED}}
      Names:
        Type: AWS::Route53::HostedZone
        Properties: {Name: pair.test, VPCs: [{VPCId: !Ref PeerVpc, VPCRegion: us-east-1}]}
      Global: {Type: 'AWS::RDS::GlobalCluster', Properties: {GlobalClusterIdentifier: pair}}
      Cluster:
        Type: AWS::RDS::DBCluster
        Properties:
          DBClusterIdentifier: pair-one
          GlobalClusterIdentifier: !Ref Global
          Engine: aurora-mysql
          EngineVersion: !Ref Version
      Instance:
        Type: AWS::RDS::DBInstance
        Properties:
          DBClusterIdentifier: !Ref Cluster
          DBInstanceClass: !Ref Class
          AvailabilityZone: !Select [1, !GetAZs '']
""".replace("VERSION", VERSION)

AT = "generated/one.yaml"


def denying(*denied, decision="implicitDeny"):
    """What IAM's simulation says where some actions are denied."""
    return lambda principal, actions, *_: {it: decision if it in denied else "allowed" for it in actions}


# what AWS answers otherwise; what is told, and the way out
REFUSED = {
    "VPCs are used up": (
        {"vpc_room": Room(5, 5)},
        "quota of VPCs (us-east-1): 5 of 5 in use, and the plan adds 1; have the quota L-F678F1CE of vpc in us-east-1 "
        "raised to 6 or more (https://console.aws.amazon.com/servicequotas/home/services/vpc/quotas/L-F678F1CE)",
    ),
    "peerings of a VPC are used up": (
        {"peerings": [Peering("active", ("vpc-9", "vpc-2"))], "quota": lambda *code: 1 if code[0] == "vpc" else 50},
        "quota of peerings of vpc-9 (us-east-1): 1 of 1 in use, and the plan adds 1; have the quota L-7E9ECCDB of vpc",
    ),
    "clusters are used up": (
        {"database_room": {"DBClusters": Room(40, 40), "DBInstances": Room(0, 40)}},
        "quota of DBClusters (us-east-1): 40 of 40 in use, and the plan adds 1; have the quota L-952B80B8 of rds",
    ),
    "instances are used up": (
        {"database_room": {"DBClusters": Room(0, 40), "DBInstances": Room(40, 40)}},
        "quota of DBInstances (us-east-1): 40 of 40 in use, and the plan adds 1; have the quota L-7B6409FD of rds",
    ),
    "buckets are used up": (
        {"bucket_count": 50},
        "quota of buckets (us-east-1): 50 of 50 in use, and the plan adds 1; have the quota L-DC2B2D3D of s3",
    ),
    "concurrency is reserved": (
        {"concurrency": Room(896, 900)},
        "quota of reserved concurrency (us-east-1): 896 of 900 in use, and the plan adds 5; have the quota L-B99A9384",
    ),
    "roles are used up": (
        {"role_room": Room(1000, 1000)},
        "quota of IAM roles (us-east-1): 1000 of 1000 in use, and the plan adds 1; have the quota L-FE177D64 of iam",
    ),
    "rules are used up": (
        {"rule_count": 50},
        "quota of event rules (us-east-1): 50 of 50 in use, and the plan adds 1; have the quota L-244521F2 of events",
    ),
    "the version is not offered": (
        {"engine_versions": []},
        f"engine version (us-east-1, {VERSION}): one.Cluster: not offered there; change Version ({AT}:6)",
    ),
    "the version is not for global databases": (
        {"engine_versions": [EngineVersion(VERSION, in_global_databases=False)]},
        f"engine version (us-east-1, {VERSION}): one.Cluster: not for global databases there; change Version ({AT}:6)",
    ),
    "the class is not offered in a zone": (
        {"orderable_zones": ["us-east-1a"]},
        f"instance class (us-east-1, db.r6g.large): one.Instance: not offered in us-east-1b with {VERSION}, which is "
        f"where instances are put; it is offered in us-east-1a; change Class ({AT}:7)",
    ),
    "the class is not offered at all": (
        {"orderable_zones": []},
        "one.Instance: not offered in us-east-1b with",
    ),
    "there are too few zones": (
        {"zones": ["us-east-1a"]},
        "zones (us-east-1): Fn::GetAZs names us-east-1a, and 2 are used; use fewer zones",
    ),
    "a default subnet in one zone alone": (
        {"zones_with_default_subnet": ["us-east-1c"]},
        "zones (us-east-1): Fn::GetAZs names us-east-1c, and 2 are used; use fewer zones",
    ),
    "the VPC has a zone of that name": (
        {"zone_names_of": ["other.test", "pair.test"]},
        "private zones of vpc-9: one.Names: vpc-9 has a private zone named pair.test already, and takes one of a name",
    ),
    "the bucket is somebody else's": (
        {"bucket_name": "taken"},
        "names of buckets (us-east-1): one.Bucket: pair-1-111122223333 is somebody else's bucket, or one that you may "
        f"not look at; change Label ({AT}:9)",
    ),
    "the bucket is ours and of no stack": (
        {"bucket_name": "ours"},
        "pair-1-111122223333 is a bucket of this account already, and no stack of this plan has it; empty and delete",
    ),
    "the networks of a peering overlap": (
        {"vpcs": [Vpc("vpc-9", ("192.168.0.0/16", "10.0.128.0/20"))]},
        f"one.Vpc (10.0.0.0/16) overlaps vpc-9 (10.0.128.0/20), and the two are to be peered; change VpcCidr ({AT}:4)",
    ),
    "the log group is there": (
        {"log_groups": ["/pair/log"]},
        "names of log groups (us-east-1): one.Log: /pair/log is there already, and no stack of this plan has it",
    ),
    "the alias is there": (
        {"key_aliases": ["alias/pair"]},
        "names of aliases of keys (us-east-1): one.Key: alias/pair is there already",
    ),
    "the role is there": (
        {"role_exists": True},
        "names of IAM roles (us-east-1): one.Role: pair-writer is there already",
    ),
    "the cluster is there": (
        {"cluster": Cluster("arn", "available", VERSION, "", sign_in_by_iam=True, log_exports=(), parameter_group="")},
        "names of database clusters (us-east-1): one.Cluster: pair-one is there already",
    ),
    "the global database is there": (
        {"global_cluster": GlobalCluster("available", "", ())},
        "names of global databases (us-east-1): one.Global: pair is there already",
    ),
    "what makes a cluster is not allowed": (
        {"simulated": denying("rds:CreateDBCluster")},
        "permissions (one, us-east-1): by IAM's simulation arn:aws:iam::111122223333:user/ana may not do "
        "rds:CreateDBCluster; allow them; generated/deployer-policy.json has the statements",
    ),
    "something is denied by name": (
        {"simulated": denying("s3:PutBucketTagging", decision="explicitDeny")},
        "may not do s3:PutBucketTagging",
    ),
}


@pytest.fixture
def one(tmp_path):
    return Deployments(tmp_path, {"one": TEMPLATE}, {"one": "us-east-1"})


def deployed(one, *, local=False, **answers):
    """Deploys with the answers of a region."""
    there, run = region(**answers), one.run()

    def further(added, file):
        return of_databases.looks(added, file, lambda role, name: there)

    def preflight(_planner, planned):
        return checks(planned, run.environment.file, lambda role, name: there, further=further, local=local)

    run = replace(run, preflight=preflight)
    one.screen = run.screen
    deploy(run)
    return there


def verdicts(one):
    """What was looked at and told, by check."""
    (told,) = one.screen.of(PreflightDone)
    return {row["check"]: row for row in told.checks}


@pytest.mark.parametrize(("answers", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_aws_would_not_do_is_refused_with_its_reason_and_nothing_is_changed(one, answers, reason):
    with pytest.raises(RefusedError) as told:
        deployed(one, **answers)
    assert reason in str(told.value).replace(f"{one.folder}/", "")
    assert told.value.exit_code == 4
    assert (one.mutations(), one.change_sets(), one.stacks(), one.questions) == ([], [], [], [])


def test_everything_that_is_wrong_is_told_at_once(one):
    with pytest.raises(RefusedError) as told:
        deployed(one, vpc_room=Room(5, 5), bucket_name="taken", engine_versions=[])
    assert len(str(told.value).splitlines()) == 4
    assert [row["check"] for row in verdicts(one).values() if row["verdict"] == "failed"] == [
        "quota of VPCs (us-east-1)",
        "names of buckets (us-east-1)",
        f"engine version (us-east-1, {VERSION})",
    ]


def test_where_all_is_well_the_plan_is_carried_out_after_it_was_shown_and_looked_at(one):
    deployed(one, vpcs=[Vpc("vpc-9", ("192.168.0.0/16",))])
    assert one.status("one") == "CREATE_COMPLETE"
    assert {row["verdict"] for row in verdicts(one).values()} == {"ok"}
    kinds = [type(event) for event in one.screen.events]
    assert kinds.index(PlanMade) < kinds.index(PreflightDone)


def test_nothing_is_asked_where_nothing_is_added(one):
    deployed(one)
    one.templates["one"] = TEMPLATE.replace("State: ENABLED", "State: DISABLED")
    there = deployed(one)
    assert one.mutations()
    assert (there.asked, one.screen.of(PreflightDone)) == ([], [])


def test_what_is_there_of_the_stack_itself_is_not_asked_for_again(one):
    without = TEMPLATE.replace("      Rule: {Type: 'AWS::Events::Rule', Properties: {State: ENABLED}}\n", "")
    one.templates["one"] = without
    deployed(one)
    one.templates["one"] = TEMPLATE
    deployed(one, bucket_name="ours", vpc_room=Room(5, 5), cluster=object())
    assert set(verdicts(one)) == {"quota of event rules (us-east-1)", "permissions (one, us-east-1)"}


def test_what_is_not_answered_is_not_known_and_refuses_nothing(one):
    no = refused("DescribeVpcs", "AccessDenied", "no")
    deployed(one, vpcs=no, vpc_room=no, simulated=refused("SimulatePrincipalPolicy", "AccessDenied", "may not"))
    found = verdicts(one)
    assert found["networks (us-east-1)"]["verdict"] == "unknown"
    assert found["permissions (one, us-east-1)"]["said"] == (
        "here: SimulatePrincipalPolicy was refused: AccessDenied: may not"
    )
    assert one.status("one") == "CREATE_COMPLETE"


def test_what_the_local_aws_makes_up_is_never_counted_as_well(one):
    deployed(one, local=True)
    found = verdicts(one)
    assert found["quota of VPCs (us-east-1)"]["verdict"] == "unknown"
    assert found[f"engine version (us-east-1, {VERSION})"]["said"] == "the local AWS offers what is written into it"
    assert found["names of buckets (us-east-1)"]["verdict"] == "ok"


def test_a_vpc_beside_with_the_same_network_is_told_and_not_refused(one):
    deployed(one, vpcs=[Vpc("vpc-1", ("10.0.0.0/8",))])
    row = verdicts(one)["networks (us-east-1)"]
    assert (row["verdict"], row["said"]) == ("ok", "one.Vpc (10.0.0.0/16) overlaps vpc-1 (10.0.0.0/8)")
    assert row["fix"] == "that works, but the two can never be peered"


def test_a_right_that_only_some_properties_need_is_told_and_not_refused(one):
    deployed(one, simulated=denying("lambda:GetLayerVersion"))
    row = verdicts(one)["permissions (one, us-east-1)"]
    assert (row["verdict"], "lambda:GetLayerVersion" in row["said"]) == ("unknown", True)


def test_an_assumed_role_is_simulated_as_the_role_with_its_path(one):
    caller = "arn:aws:sts::111122223333:assumed-role/deployer/session"
    arn = "arn:aws:iam::111122223333:role/teams/deployer"
    there = deployed(one, caller=caller, role_arn=lambda name: {"deployer": arn}[name])
    simulated = [call for call in there.asked if call[0] == "simulated"]
    assert {call[1] for call in simulated} == {arn}
    buckets = next(call for call in simulated if "s3:CreateBucket" in call[2])
    assert buckets[3] == ["arn:aws:s3:::pair-x", "arn:aws:s3:::pair-x/x"]
    assert buckets[4]["aws:RequestedRegion"] == ("string", ("us-east-1",))
    assert buckets[4]["aws:CalledVia"] == ("stringList", ("cloudformation.amazonaws.com",))


def test_the_root_of_an_account_cannot_be_simulated(one):
    deployed(one, caller="arn:aws:iam::111122223333:root")
    row = verdicts(one)["permissions (one, us-east-1)"]
    assert row["said"] == "IAM simulates users and roles, and arn:aws:iam::111122223333:root is neither"
    assert row["verdict"] == "unknown"


def test_what_needs_no_rights_is_not_simulated(one):
    one.templates["one"] = (
        TEMPLATE.partition("      Vpc:")[0] + "      Handle: {Type: AWS::CloudFormation::WaitConditionHandle}\n"
    )
    assert deployed(one).asked == []
    assert one.status("one") == "CREATE_COMPLETE"


def test_what_the_local_aws_says_is_wrong_is_refused_there_too(one):
    with pytest.raises(RefusedError, match="quota of VPCs"):
        deployed(one, local=True, vpc_room=Room(5, 5))


def test_a_name_that_an_earlier_run_stopped_at_may_be_there(one):
    one.aws["one"].fail("Bucket", "it took too long")
    with pytest.raises(TwinStackError, match="it took too long"):
        deployed(one)
    deployed(one, bucket_name="ours")
    assert "names of buckets (us-east-1)" not in verdicts(one)
