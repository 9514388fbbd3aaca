"""What is asked before a deployment: quotas, offers, and rights."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.local.conftest import EAST, WEST
from tests.local_settings import local_settings

VERSION = "8.0.mysql_aurora.3.10.4"
VPCS = {"ServiceCode": "vpc", "QuotaCode": "L-F678F1CE"}


def value(account, region=EAST, **quota):
    return account.client("service-quotas", region).get_service_quota(**(quota or VPCS))["Quota"]["Value"]


def test_a_quota_is_aws_default_until_a_test_makes_it_small(account, local_state):
    assert value(account) == 5.0
    with local_settings(local_state, quotas={"L-F678F1CE": 2, "eu-west-1/L-F678F1CE": 1}):
        assert (value(account), value(account, WEST)) == (2.0, 1.0)
        default = account.client("service-quotas").get_aws_default_service_quota(**VPCS)
        assert default["Quota"]["Value"] == 5.0
    assert value(account, WEST) == 5.0


def test_the_quotas_of_a_service_are_listed_by_name(account):
    pages = account.client("service-quotas").get_paginator("list_service_quotas").paginate(ServiceCode="rds")
    found = {quota["QuotaName"]: quota["Value"] for page in pages for quota in page["Quotas"]}
    assert found == {"DB clusters": 40.0, "DB instances": 40.0}


def test_what_is_no_quota_and_what_is_global_elsewhere_is_not_found(account):
    roles = {"ServiceCode": "iam", "QuotaCode": "L-FE177D64"}
    assert value(account, **roles) == 1000.0
    for region, quota in ((EAST, {**VPCS, "QuotaCode": "L-00000000"}), (WEST, roles)):
        with pytest.raises(ClientError, match="NoSuchResourceException"):
            value(account, region, **quota)
    with pytest.raises(ClientError, match="NoSuchResourceException"):
        account.client("service-quotas").list_service_quotas(ServiceCode="nothing")


def test_rds_counts_what_is_used(account, local_state):
    rds = account.client("rds", "eu-central-1")

    def quota(name):
        found = rds.describe_account_attributes()["AccountQuotas"]
        return next((each["Used"], each["Max"]) for each in found if each["AccountQuotaName"] == name)

    name = account.unique("counted")
    assert quota("DBClusters") == (0, 40)
    rds.create_db_cluster(
        DBClusterIdentifier=name, Engine="aurora-mysql", MasterUsername="admin", MasterUserPassword="secret-word"
    )
    with local_settings(local_state, quotas={"DBClusters": 1}):
        assert quota("DBClusters") == (1, 1)
    rds.delete_db_cluster(DBClusterIdentifier=name, SkipFinalSnapshot=True)


def test_lambda_and_route_53_tell_their_limits(account, local_state):
    def told():
        limits = account.client("lambda").get_account_settings()["AccountLimit"]
        zones = account.client("route53").get_account_limit(Type="MAX_HOSTED_ZONES_BY_OWNER")["Limit"]["Value"]
        return limits["ConcurrentExecutions"], limits["UnreservedConcurrentExecutions"], zones

    assert told() == (1000, 1000, 500)
    with local_settings(local_state, quotas={"L-B99A9384": 10, "L-4EA4796A": 0}):
        assert told() == (10, 10, 0)


def zones(account, kind, region=EAST):
    found = account.client("rds", region).describe_orderable_db_instance_options(
        Engine="aurora-mysql", EngineVersion=VERSION, DBInstanceClass=kind, Vpc=True
    )["OrderableDBInstanceOptions"]
    return [zone["Name"] for option in found for zone in option["AvailabilityZones"]]


def test_a_class_is_offered_in_every_zone_until_a_test_takes_it_away(account, local_state):
    assert zones(account, "db.r6g.2xlarge") == ["us-east-1a", "us-east-1b", "us-east-1c"]
    assert zones(account, "db.r9g.large") == []
    gone = ["us-east-1b/db.r6g.2xlarge", "eu-west-1/db.r6g.2xlarge", "db.r5.large"]
    with local_settings(local_state, not_offered=gone):
        assert zones(account, "db.r6g.2xlarge") == ["us-east-1a", "us-east-1c"]
        assert zones(account, "db.r6g.2xlarge", WEST) == []
        assert zones(account, "db.r5.large") == []


def test_a_version_is_offered_until_a_test_takes_it_away(account, local_state):
    def offered(region):
        found = account.client("rds", region).describe_db_engine_versions(Engine="aurora-mysql", EngineVersion=VERSION)
        return [(each["EngineVersion"], each["SupportsGlobalDatabases"]) for each in found["DBEngineVersions"]]

    assert offered(EAST) == [(VERSION, True)]
    with local_settings(local_state, not_offered=[f"eu-west-1/{VERSION}"]):
        assert (offered(EAST), offered(WEST)) == ([(VERSION, True)], [])
        assert zones(account, "db.r6g.large", WEST) == []


def test_rights_are_simulated_for_users_and_roles_only(account):
    iam, name = account.client("iam"), account.unique("operator")
    arn = iam.create_user(UserName=name)["User"]["Arn"]
    statement = {"Effect": "Allow", "Action": ["rds:Describe*"], "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document)

    def simulated(principal):
        asked = ["rds:DescribeDBClusters", "rds:DeleteDBCluster"]
        found = iam.simulate_principal_policy(PolicySourceArn=principal, ActionNames=asked)["EvaluationResults"]
        return {each["EvalActionName"]: each["EvalDecision"] for each in found}

    assert simulated(arn) == {"rds:DescribeDBClusters": "allowed", "rds:DeleteDBCluster": "implicitDeny"}
    with pytest.raises(ClientError, match=r"NoSuchEntity.*user with name nobody"):
        simulated("arn:aws:iam::000000000000:user/nobody")
    for nobody in ("arn:aws:iam::000000000000:root", "arn:aws:sts::000000000000:assumed-role/r/s"):
        with pytest.raises(ClientError, match=r"InvalidInput.*does not clearly define entity type"):
            simulated(nobody)

    key = iam.create_access_key(UserName=name)["AccessKey"]
    sts = boto3.client(
        "sts",
        region_name=EAST,
        endpoint_url=account.endpoint,
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )
    assert sts.get_caller_identity()["Arn"] == arn
