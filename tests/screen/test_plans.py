"""The plan of the pair, in words."""

from textwrap import dedent

import pytest

from tests.systems import PRIMARY, deployed, pair, planner
from twinstack.planning.document import plan_document
from twinstack.planning.passes import plan
from twinstack.planning.world import Absent, Kept, Unknown
from twinstack.screen.plan_text import plan_lines

NOTHING = {"primary": Absent(), "secondary": Absent()}
IDS = {"VpcId": "vpc-1", "PeerVpc": "vpc-1", "GlobalCluster": "global-1", "PeeringId": "pcx-2", "BucketArn": "arn-2"}


def worlds():
    """The worlds that a deployment from nothing goes through."""
    seen = [NOTHING]
    while (planned := plan(planner(pair()), seen[-1])).passes:
        seen.append(seen[-1] | {step.stack.role: deployed(step.after, **IDS) for step in planned.passes[0]})
    return seen


KEPT = {"Bucket": Kept("bucket-1", "AWS::S3::Bucket"), "Cluster": Kept("database-1", "AWS::RDS::GlobalCluster")}


def document(world, given=None):
    return plan_document(plan(planner(given or pair()), world), "dev").as_data()


def text(world, given=None, *, verbose=False):
    return "\n".join(line for line, _ in plan_lines(document(world, given), verbose=verbose))


FROM_NOTHING = """
    Plan for dev: 3 passes: primary → secondary → primary
      Pass 1: create primary (pair-dev-primary) in us-east-1
        + 4 resources
      Pass 2: create secondary (pair-dev-secondary) in eu-west-1
        because PeerVpc gets its value from primary.VpcId
        because PeerCidr gets its value from primary.VpcCidr
        because GlobalCluster gets its value from primary.GlobalCluster
        because SourceRegion gets its value from primary.Region
        + 6 resources
      Pass 3: update primary (pair-dev-primary) in us-east-1
        because PeeringId gets its value from secondary.PeeringId
        because PeerCidr gets its value from secondary.VpcCidr
        because PeerBucket gets its value from secondary.BucketArn
        ~ Bucket AWS::S3::Bucket
            Replication: nothing → ${secondary:Bucket.Arn}
        + 1 resource
"""
ADOPTING = """
    Plan for dev: 4 passes: primary → primary → secondary → primary
      Pass 1: create primary (pair-dev-primary) in us-east-1
        because a deleted pair-dev-primary has left resources behind, which are
            taken in first
        > Cluster AWS::RDS::GlobalCluster (takes in database-1)
        > Bucket AWS::S3::Bucket (takes in bucket-1)
      Pass 2: update primary (pair-dev-primary) in us-east-1
        because its template generated/primary.yaml changed
"""
LAST_PASS = """
    Plan for dev: 1 pass: primary
      Pass 1: update primary (pair-dev-primary) in us-east-1
        because PeeringId gets its value from secondary.PeeringId
        because PeerCidr gets its value from secondary.VpcCidr
        because PeerBucket gets its value from secondary.BucketArn
        ~ Bucket AWS::S3::Bucket
            Replication: nothing → arn-2
        + Route AWS::EC2::Route
        VpcCidr = '10.0.0.0/16' (default)
        PeeringId = 'pcx-2' (wire)
        PeerCidr = '10.1.0.0/16' (wire)
        PeerBucket = 'arn-2' (wire)
"""
MOVED_NETWORK = """
    Plan for dev: 3 passes: primary → secondary → primary
      Pass 1: update primary (pair-dev-primary) in us-east-1
        because parameter VpcCidr changes
        ± Vpc AWS::EC2::VPC (replacement, ReplaceAndDelete)
            CidrBlock: 10.0.0.0/16 → 10.9.0.0/16 (replaces it)
        ± Table AWS::EC2::RouteTable (replacement, ReplaceAndDelete)
            VpcId: ${primary:Vpc} → ${primary:Vpc} (new) (replaces it)
        ± Route AWS::EC2::Route (replacement, ReplaceAndDelete)
            RouteTableId: ${primary:Table} → ${primary:Table} (new) (replaces it)
        outputs that change: VpcId, VpcCidr
      Pass 2: update secondary (pair-dev-secondary) in eu-west-1
        because PeerVpc changes with primary.VpcId
        because PeerCidr changes with primary.VpcCidr
        ± Peering AWS::EC2::VPCPeeringConnection (replacement, ReplaceAndDelete)
            PeerVpcId: vpc-1 → ${primary:Vpc} (replaces it)
        ± Route AWS::EC2::Route (replacement, ReplaceAndDelete)
            VpcPeeringConnectionId:
              - ${secondary:Peering}
              + ${secondary:Peering} (new)
            DestinationCidrBlock: 10.0.0.0/16 → 10.9.0.0/16 (replaces it)
        outputs that change: PeeringId
      Pass 3: update primary (pair-dev-primary) in us-east-1
        because PeeringId changes with secondary.PeeringId
        ~ Route AWS::EC2::Route
            VpcPeeringConnectionId: pcx-2 → ${secondary:Peering}
"""
SWITCHED_OFF = """
    Plan for dev: 1 pass: secondary
      Pass 1: update secondary (pair-dev-secondary) in eu-west-1
        because parameter Replicate changes
        outputs that change: BucketArn
    Stale: primary.PeerBucket keeps a value that its producer no longer has; --unlink PeerBucket empties it
"""
UNREADABLE_STANDBY = """
    Plan for dev: nothing to do
    Partial: secondary could not be read, so it is left alone and what others take from it is kept.
      AccessDenied
"""
UNREADABLE_PRIMARY = """
    Plan for dev: nothing to do
    Partial: primary could not be read, so it is left alone and what others take from it is kept.
      AccessDenied
    Waiting: secondary cannot be deployed before primary.VpcId can be read
    Waiting: secondary cannot be deployed before primary.VpcCidr can be read
    Waiting: secondary cannot be deployed before primary.GlobalCluster can be read
    Waiting: secondary cannot be deployed before primary.Region can be read
"""
SECRETIVE = PRIMARY.replace("VpcCidr: {Type", "Token: {Type: String, NoEcho: true}\n      VpcCidr: {Type").replace(
    "Engine: aurora-mysql", "Engine: !Ref Token"
)
SECRET = """
    Plan for dev: 1 pass: primary
      Pass 1: update primary (pair-dev-primary) in us-east-1
        because its template generated/primary.yaml changed
        because parameter Token changes
        ~ Cluster AWS::RDS::GlobalCluster
            Engine: aurora-mysql → ****
        cannot be compared: Token
        Token = '****' (literal)
        VpcCidr = '10.0.0.0/16' (default)
        PeeringId = 'pcx-2' (wire)
        PeerCidr = '10.1.0.0/16' (wire)
        PeerBucket = 'arn-2' (wire)
"""


def secretive():
    return pair({"primary": {"Token": "hush"}}, primary=SECRETIVE)


@pytest.mark.parametrize(
    ("given", "world", "verbose", "expected"),
    [
        pytest.param(pair(), NOTHING, False, FROM_NOTHING, id="from nothing"),
        pytest.param(pair(), worlds()[2], True, LAST_PASS, id="the last pass, verbose"),
        pytest.param(
            pair({"primary": {"VpcCidr": "10.9.0.0/16"}}), worlds()[3], False, MOVED_NETWORK, id="replacements"
        ),
        pytest.param(pair({"secondary": {"Replicate": "false"}}), worlds()[3], False, SWITCHED_OFF, id="a stale value"),
        pytest.param(
            pair(), worlds()[3] | {"secondary": Unknown("AccessDenied")}, False, UNREADABLE_STANDBY, id="partial"
        ),
        pytest.param(
            pair(), NOTHING | {"primary": Unknown("AccessDenied")}, False, UNREADABLE_PRIMARY, id="partial, waiting"
        ),
        pytest.param(pair(), worlds()[3], False, "Plan for dev: nothing to do", id="nothing to do"),
        pytest.param(secretive(), worlds()[3], True, SECRET, id="a secret"),
    ],
)
def test_the_plan_in_words(given, world, verbose, expected):
    assert text(world, given, verbose=verbose) == dedent(expected).strip()


def test_a_value_that_only_an_earlier_pass_can_make_is_not_guessed():
    assert "    PeerVpc = known after an earlier pass (wire)" in text(NOTHING, verbose=True).splitlines()


def test_a_search_that_was_cut_short_and_a_value_without_effect_are_said():
    plan = document(worlds()[3]) | {"fewest_passes": False, "unused": [{"stack": "primary", "parameter": "PeerCidr"}]}
    assert [line for line, _ in plan_lines(plan, verbose=False)][1:] == [
        "Unused: a new value for primary.PeerCidr would alter no resource",
        "Too many stacks to search for the fewest passes: every stack runs as soon as it can.",
    ]


ELSEWHERE = {
    "stacks": [
        {
            "stack": "secondary",
            "name": "pair-dev-secondary",
            "region": "eu-west-2",
            "status": "CREATE_COMPLETE",
            "region_of_file": "eu-west-1",
        },
        {
            "stack": "audit",
            "name": "pair-dev-audit",
            "region": "us-east-1",
            "status": "UPDATE_COMPLETE",
            "region_of_file": None,
        },
    ],
    "not_looked_at": ["ap-south-1: pair-dev-secondary would not be seen there: no route"],
}


def test_stacks_that_moved_or_were_forgotten_are_said_and_what_was_not_looked_at():
    plan = document(worlds()[3]) | {"elsewhere": ELSEWHERE}
    assert [line for line, _ in plan_lines(plan, verbose=False)][1:] == [
        "Moved: secondary: stack pair-dev-secondary is in eu-west-2 (CREATE_COMPLETE), and the file has it in "
        "eu-west-1; `deploy` refuses unless --abandon secondary leaves it behind",
        "Forgotten: audit: stack pair-dev-audit is in us-east-1 (UPDATE_COMPLETE), and it is not in the file; `deploy` "
        "refuses unless --abandon audit leaves it behind",
        "Not looked at: ap-south-1: pair-dev-secondary would not be seen there: no route",
    ]


def test_what_is_lost_is_red_and_what_is_new_is_green():
    styles = {line.split()[0]: style for line, style in plan_lines(document(NOTHING), verbose=True) if line[4] in "+"}
    assert styles == {"+": "green"}
    moved = document(worlds()[3], pair({"primary": {"VpcCidr": "10.9.0.0/16"}}))
    assert {style for line, style in plan_lines(moved, verbose=False) if "±" in line} == {"red"}


def test_what_is_taken_in_is_named_one_by_one_with_its_id():
    shown = text({"primary": Absent(KEPT), "secondary": Absent()}).splitlines()
    assert shown[:8] == dedent(ADOPTING).strip().splitlines()
