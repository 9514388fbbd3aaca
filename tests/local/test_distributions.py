"""Distributions, and the certificates and web ACLs that they take from us-east-1."""

import pytest

from tests.local.conftest import EAST, WEST

VISIBILITY = {"MetricName": "requests", "CloudWatchMetricsEnabled": True, "SampledRequestsEnabled": True}
RULE = {
    "Name": "limit",
    "Priority": "0",
    "Action": {"Block": {}},
    "Statement": {"RateBasedStatement": {"AggregateKeyType": "IP", "Limit": "2000"}},
    "VisibilityConfig": VISIBILITY,
}
CERTIFICATE = {
    "Type": "AWS::CertificateManager::Certificate",
    "Properties": {
        "DomainName": "www.test.local",
        "ValidationMethod": "DNS",
        "DomainValidationOptions": [{"DomainName": "www.test.local", "HostedZoneId": "Z1"}],
    },
}
CERTIFICATE_OUTPUTS = {"Certificate": {"Value": {"Ref": "Certificate"}}}


def web_acl(*rules, **properties):
    given = {"Scope": "CLOUDFRONT", "DefaultAction": {"Allow": {}}, "VisibilityConfig": VISIBILITY, **properties}
    return {"Type": "AWS::WAFv2::WebACL", "Properties": {**given, "Rules": list(rules)}}


def distribution(certificate=None, web_acl=None, **config):
    given = {
        "Enabled": True,
        "Origins": [
            {
                "Id": "content",
                "DomainName": "content.s3.eu-west-1.amazonaws.com",
                "S3OriginConfig": {"OriginAccessIdentity": ""},
                "OriginAccessControlId": {"Fn::GetAtt": ["Signing", "Id"]},
            }
        ],
        "DefaultCacheBehavior": {"TargetOriginId": "content", "ViewerProtocolPolicy": "redirect-to-https"},
        **config,
    }
    if certificate:
        given["ViewerCertificate"] = {"AcmCertificateArn": certificate, "SslSupportMethod": "sni-only"}
    if web_acl:
        given["WebACLId"] = web_acl
    return {"Type": "AWS::CloudFront::Distribution", "Properties": {"DistributionConfig": given}}


def signing(name):
    config = {
        "Name": name,
        "OriginAccessControlOriginType": "s3",
        "SigningBehavior": "always",
        "SigningProtocol": "sigv4",
    }
    properties = {"OriginAccessControlConfig": config}
    return {"Type": "AWS::CloudFront::OriginAccessControl", "Properties": properties}


def refused(stack, resources):
    """What a creation that is rolled back was refused for."""
    change_set = stack.change_set({"Resources": resources})
    stack.api.execute_change_set(ChangeSetName=change_set["ChangeSetId"])
    assert stack.settled() == "ROLLBACK_COMPLETE"
    return [reason for _, reason in stack.failures()][-1]


def test_a_distribution_has_its_certificate_its_web_acl_and_its_signing(account, not_emulated):
    edge, application = account.stack(EAST), account.stack(WEST)
    edge.deploy({"Certificate": CERTIFICATE, "WebAcl": web_acl(RULE)}, Outputs=CERTIFICATE_OUTPUTS)
    certificate = edge.outputs()["Certificate"]
    name, identifier, scope = edge.physical_id("WebAcl").split("|")
    waf, cloudfront = account.client("wafv2"), account.client("cloudfront")
    kept = waf.get_web_acl(Name=name, Id=identifier, Scope=scope)["WebACL"]
    assert kept["Rules"] == [
        {
            "Name": "limit",
            "Priority": 0,
            "Action": {"Block": {}},
            "Statement": {"RateBasedStatement": {"AggregateKeyType": "IP", "Limit": 2000}},
            "VisibilityConfig": VISIBILITY,
        }
    ]
    assert not_emulated(edge) == {("Certificate", "DomainValidationOptions")}

    resources = {"Signing": signing(application.name), "Distribution": distribution(certificate, kept["ARN"])}
    application.deploy(resources)

    def shown():
        found = cloudfront.get_distribution_config(Id=application.physical_id("Distribution"))
        return found["DistributionConfig"]

    made = application.physical_id("Distribution")
    assert shown()["ViewerCertificate"]["ACMCertificateArn"] == certificate
    assert shown()["WebACLId"] == kept["ARN"]
    assert shown()["Origins"]["Items"][0]["OriginAccessControlId"] == application.physical_id("Signing")
    changed = distribution(certificate, kept["ARN"], PriceClass="PriceClass_All")
    (change,) = application.deploy({**resources, "Distribution": changed})["Changes"]
    assert change["ResourceChange"]["Replacement"] == "False"
    assert (shown()["PriceClass"], application.physical_id("Distribution")) == ("PriceClass_All", made)
    assert not_emulated(application) == set()

    edge.deploy({"Certificate": CERTIFICATE, "WebAcl": web_acl()}, Outputs=CERTIFICATE_OUTPUTS)
    assert waf.get_web_acl(Name=name, Id=identifier, Scope=scope)["WebACL"]["Rules"] == []
    application.delete()
    edge.delete()
    assert made not in [item["Id"] for item in cloudfront.list_distributions()["DistributionList"].get("Items", [])]
    assert waf.list_web_acls(Scope="CLOUDFRONT")["WebACLs"] == []


def test_a_certificate_and_a_web_acl_that_are_used_are_not_deleted(account):
    edge, application = account.stack(EAST), account.stack(EAST)
    edge.deploy(
        {"Certificate": CERTIFICATE, "WebAcl": web_acl()},
        Outputs={**CERTIFICATE_OUTPUTS, "WebAcl": {"Value": {"Fn::GetAtt": ["WebAcl", "Arn"]}}},
    )
    outputs = edge.outputs()
    used = distribution(outputs["Certificate"], outputs["WebAcl"])
    application.deploy({"Signing": signing(application.name), "Distribution": used})
    edge.api.delete_stack(StackName=edge.name)
    assert edge.settled() == "DELETE_FAILED"
    reasons = {name: reason for name, reason in edge.failures() if name != edge.name}
    assert "is in use" in reasons["Certificate"]
    assert "is being used by a distribution" in reasons["WebAcl"]
    application.delete()
    edge.delete()


def test_a_distribution_refuses_a_certificate_of_another_region(account):
    elsewhere, application = account.stack(WEST), account.stack(WEST)
    elsewhere.deploy({"Certificate": CERTIFICATE}, Outputs=CERTIFICATE_OUTPUTS)
    wrong = distribution(elsewhere.outputs()["Certificate"])
    reason = refused(application, {"Signing": signing(application.name), "Distribution": wrong})
    assert "isn't in us-east-1 region" in reason
    elsewhere.delete()


@pytest.mark.parametrize(
    ("named", "finding"),
    [
        ({"certificate": f"arn:aws:acm:{EAST}:000000000000:certificate/none"}, "certificate doesn't exist"),
        ({"web_acl": f"arn:aws:wafv2:{EAST}:000000000000:global/webacl/none/none"}, "Web ACL is not accessible"),
    ],
)
def test_a_distribution_refuses_what_does_not_exist(account, named, finding):
    application = account.stack(WEST)
    reason = refused(application, {"Signing": signing(application.name), "Distribution": distribution(**named)})
    assert finding in reason


def test_a_web_acl_for_cloudfront_exists_in_us_east_1_only(account):
    assert "CLOUDFRONT exists in us-east-1 only" in refused(account.stack(WEST), {"WebAcl": web_acl()})
