"""What is made of AWS's answers before a deployment."""

import pytest

from tests.aws.stubbed import stubbed_clients
from twinstack.aws.errors import AwsError
from twinstack.preflight.boto import BotoSite
from twinstack.preflight.site import Peering, Room, Vpc


@pytest.fixture
def stubbed():
    """A region whose services give the answers that are queued for them."""
    with stubbed_clients() as (stub, make):
        yield stub, BotoSite(make, "one (us-east-1)", "us-east-1")


@pytest.mark.parametrize(("code", "answer"), [("404", "free"), ("403", "taken"), ("301", "taken")])
def test_what_s3_says_of_a_name_tells_whose_it_is(stubbed, code, answer):
    stub, site = stubbed
    stub("s3").add_client_error("head_bucket", code, expected_params={"Bucket": "b"})
    assert site.bucket_name("b") == answer


def test_a_bucket_that_answers_is_ours_and_a_bad_request_says_nothing(stubbed):
    stub, site = stubbed
    stub("s3").add_response("head_bucket", {})
    assert site.bucket_name("b") == "ours"
    stub("s3").add_client_error("head_bucket", "400")
    with pytest.raises(AwsError):
        site.bucket_name("b")


def test_every_page_of_buckets_and_rules_counts(stubbed):
    stub, site = stubbed
    stub("s3").add_response(
        "list_buckets", {"Buckets": [{"Name": "a"}], "ContinuationToken": "more"}, {"MaxBuckets": 1000}
    )
    stub("s3").add_response(
        "list_buckets", {"Buckets": [{"Name": "b"}]}, {"MaxBuckets": 1000, "ContinuationToken": "more"}
    )
    stub("events").add_response("list_rules", {"Rules": [{"Name": "a"}], "NextToken": "more"}, {})
    stub("events").add_response("list_rules", {"Rules": [{"Name": "b"}, {"Name": "c"}]}, {"NextToken": "more"})
    assert (site.bucket_count(), site.rule_count()) == (2, 3)


def test_a_quota_of_the_account_counts_before_the_default(stubbed):
    stub, site = stubbed
    asked = {"ServiceCode": "vpc", "QuotaCode": "L-F678F1CE"}
    stub("service-quotas").add_response("get_service_quota", {"Quota": {"Value": 20.0}}, asked)
    assert site.quota("vpc", "L-F678F1CE") == 20


def test_a_hundred_of_the_concurrency_are_never_reserved(stubbed):
    stub, site = stubbed
    limits = {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 950}
    stub("lambda").add_response("get_account_settings", {"AccountLimit": limits})
    assert site.concurrency() == Room(50, 900)


def test_all_networks_of_a_vpc_count_and_those_that_go_do_not(stubbed):
    stub, site = stubbed
    blocks = [("10.0.0.0/16", "associated"), ("10.9.0.0/16", "disassociated"), ("10.1.0.0/16", "associating")]
    sets = [{"CidrBlock": block, "CidrBlockState": {"State": state}} for block, state in blocks]
    vpcs = [
        {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "CidrBlockAssociationSet": sets},
        {"VpcId": "vpc-2", "CidrBlock": "10.2.0.0/16"},
    ]
    stub("ec2").add_response("describe_vpcs", {"Vpcs": vpcs})
    assert site.vpcs() == [Vpc("vpc-1", ("10.0.0.0/16", "10.1.0.0/16")), Vpc("vpc-2", ("10.2.0.0/16",))]


def test_a_peering_has_two_ends(stubbed):
    stub, site = stubbed
    entry = {"Status": {"Code": "active"}, "RequesterVpcInfo": {"VpcId": "a"}, "AccepterVpcInfo": {"VpcId": "b"}}
    stub("ec2").add_response("describe_vpc_peering_connections", {"VpcPeeringConnections": [entry]})
    assert site.peerings() == [Peering("active", ("a", "b"))]


def test_every_page_of_the_zones_of_a_vpc_counts(stubbed):
    stub, site = stubbed
    asked = {"VPCId": "vpc-1", "VPCRegion": "us-east-1"}
    owner = {"OwningAccount": "111122223333"}
    for page, name in enumerate(("a.test.", "b.test.")):
        found = {"HostedZoneSummaries": [{"HostedZoneId": f"Z{page}", "Name": name, "Owner": owner}], "MaxItems": "1"}
        more = {"NextToken": "more"}
        stub("route53").add_response(
            "list_hosted_zones_by_vpc", found | ({} if page else more), asked | (more if page else {})
        )
    assert site.zone_names_of("vpc-1") == ["a.test", "b.test"]


def test_an_action_is_allowed_when_it_is_for_one_of_the_resources_on_any_page(stubbed):
    stub, site = stubbed
    parts = [("arn:a", "implicitDeny"), ("arn:b", "allowed")]
    pages = [
        {
            "EvalActionName": "s3:CreateBucket",
            "EvalResourceName": "arn:a",
            "EvalDecision": "implicitDeny",
            "ResourceSpecificResults": [
                {"EvalResourceName": name, "EvalResourceDecision": decision} for name, decision in parts
            ],
        },
        {"EvalActionName": "s3:PutBucketPolicy", "EvalResourceName": "arn:a", "EvalDecision": "explicitDeny"},
    ]
    asked = {
        "PolicySourceArn": "arn:aws:iam::111122223333:user/ana",
        "ActionNames": ["s3:CreateBucket", "s3:PutBucketPolicy"],
        "ResourceArns": ["arn:a", "arn:b"],
        "ContextEntries": [
            {"ContextKeyName": "aws:RequestedRegion", "ContextKeyType": "string", "ContextKeyValues": ["us-east-1"]}
        ],
    }
    call = "simulate_principal_policy"
    stub("iam").add_response(call, {"EvaluationResults": pages[:1], "IsTruncated": True, "Marker": "more"}, asked)
    stub("iam").add_response(call, {"EvaluationResults": pages[1:]}, {**asked, "Marker": "more"})
    found = site.simulated(
        asked["PolicySourceArn"],
        {"s3:PutBucketPolicy", "s3:CreateBucket"},
        ["arn:a", "arn:b"],
        {"aws:RequestedRegion": ("string", ("us-east-1",))},
    )
    assert found == {"s3:CreateBucket": "allowed", "s3:PutBucketPolicy": "explicitDeny"}


def test_who_asks_is_asked_once(stubbed):
    stub, site = stubbed
    stub("sts").add_response("get_caller_identity", {"Account": "111122223333", "Arn": "arn:aws:iam::1:user/ana"})
    assert (site.account(), site.caller()) == ("111122223333", "arn:aws:iam::1:user/ana")


def test_names_that_are_there_are_told_from_those_that_are_not(stubbed):
    stub, site = stubbed
    stub("iam").add_client_error("get_role", "NoSuchEntity")
    stub("kms").add_response("list_aliases", {"Aliases": [{"AliasName": "alias/a"}]})
    asked = {"logGroupNamePrefix": "/pair"}
    stub("logs").add_response("describe_log_groups", {"logGroups": [{"logGroupName": "/pair/log"}]}, asked)
    assert (site.role_exists("r"), site.key_aliases(), site.log_groups("/pair")) == (False, ["alias/a"], ["/pair/log"])
