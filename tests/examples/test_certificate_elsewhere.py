"""A certificate and a web ACL in us-east-1 for an application elsewhere, which the alarm in us-east-1 needs in turn."""

import pytest

from twinstack.errors import TwinStackError


@pytest.fixture
def example(copied):
    return copied("certificate-elsewhere")


def threshold(example):
    (alarm,) = example.client("cloudwatch", "edge").describe_alarms()["MetricAlarms"]
    return alarm["Threshold"], alarm["Dimensions"]


def configuration(example):
    distribution = example.outputs("application")["DistributionId"]
    found = example.client("cloudfront", "application").get_distribution_config(Id=distribution)
    return found["DistributionConfig"]


def test_it_is_deployed_changed_and_destroyed(example):
    told = example.deploy()
    assert told.steps() == [("CREATE", "edge"), ("CREATE", "application"), ("UPDATE", "edge")]
    assert set(told.verdicts().items()) == {
        (("edge", "DistributionId"), "matches"),
        (("application", "CertificateArn"), "matches"),
        (("application", "WebAclArn"), "matches"),
    }
    edge, application = example.outputs("edge"), example.outputs("application")
    assert edge["CertificateArn"].startswith("arn:aws:acm:us-east-1:")
    assert configuration(example)["ViewerCertificate"]["ACMCertificateArn"] == edge["CertificateArn"]
    assert configuration(example)["WebACLId"] == edge["WebAclArn"]
    named = {"Name": "DistributionId", "Value": application["DistributionId"]}
    assert threshold(example) == (5.0, [named, {"Name": "Region", "Value": "Global"}])

    assert example.deploy().steps() == []

    example.change("environment.yaml", "parameters:\n", "parameters:\n  ErrorRatePercent: 1\n")
    told = example.deploy()
    assert told.steps() == [("UPDATE", "edge")]
    assert [change["resource"] for change in told.change_sets()[0].changes] == ["ErrorRate"]
    assert threshold(example)[0] == 1.0

    told = example.destroy()
    assert told.steps() == [("DELETE", "application"), ("DELETE", "edge")]
    assert example.stacks() == set()
    assert example.client("acm", "edge").list_certificates()["CertificateSummaryList"] == []
    assert example.client("wafv2", "edge").list_web_acls(Scope="CLOUDFRONT")["WebACLs"] == []


def test_another_domain_moves_the_distribution_to_another_certificate(example):
    example.deploy()
    before = example.outputs("edge")["CertificateArn"]
    example.change("environment.yaml", "www.example.org", "shop.example.org")
    told = example.deploy()
    assert told.steps() == [("UPDATE", "edge"), ("UPDATE", "application")]
    assert example.outputs("edge")["CertificateArn"] != before
    assert configuration(example)["ViewerCertificate"]["ACMCertificateArn"] == example.outputs("edge")["CertificateArn"]
    assert configuration(example)["Aliases"]["Items"] == ["shop.example.org"]
    example.destroy()
    acm = example.client("acm", "edge")
    left = acm.list_certificates()["CertificateSummaryList"]
    assert [certificate["CertificateArn"] for certificate in left] == [before]  # it was in use when its turn came
    acm.delete_certificate(CertificateArn=before)


def test_the_edge_in_another_region_is_refused_before_anything_is_made(example):
    example.change("environment.yaml", "us-east-1", "eu-west-1")
    with pytest.raises(TwinStackError, match="CloudFront takes certificates and web ACLs from us-east-1 only"):
        example.deploy()
    assert example.stacks() == set()
