"""AWS::CloudFront::Distribution, and the two things that it takes from us-east-1 only.

The emulator lets a distribution name any certificate and any web ACL, and lets either go while it is used.
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html
https://docs.aws.amazon.com/waf/latest/developerguide/how-aws-waf-works-resources.html
"""
# ruff: noqa: D102  what create, update and delete do is said in Handler

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..api import client, region, unless_gone
from ..handler import Handler, Outcome, Resource
from ..recording import replaced
from ..shapes import Properties, typed

_HOME = "us-east-1"


class Distribution(Handler):
    """AWS::CloudFront::Distribution; it is deployed at once and answers no request."""

    type_name = "AWS::CloudFront::Distribution"

    def create(self, resource: Resource, properties: Properties) -> Outcome:
        _check(properties)
        return super().create(resource, properties)

    def update(self, resource: Resource, physical_id: str, old: Properties, new: Properties) -> Outcome:
        _check(new)
        return super().update(resource, physical_id, old, new)


class Certificate(Handler):
    """AWS::CertificateManager::Certificate; the emulator issues it at once."""

    type_name = "AWS::CertificateManager::Certificate"
    ineffective: ClassVar[Mapping[str, str]] = {
        "DomainValidationOptions": "a certificate is issued without proof, and no record is written"
    }

    def delete(self, physical_id: str, properties: Properties) -> None:
        if physical_id in _used("ViewerCertificate", "ACMCertificateArn"):
            msg = f"Certificate {physical_id} is in use."
            raise ValueError(msg)
        super().delete(physical_id, properties)


class WebACL(Handler):
    """AWS::WAFv2::WebACL; it is kept with its rules, and no request ever meets them."""

    type_name = "AWS::WAFv2::WebACL"

    def create(self, resource: Resource, properties: Properties) -> Outcome:
        if properties.get("Scope") == "CLOUDFRONT" and region() != _HOME:
            msg = f"The scope is not valid: CLOUDFRONT exists in {_HOME} only, and this is {region()}"
            raise ValueError(msg)
        return super().create(resource, _with_rules(properties))

    def update(self, resource: Resource, physical_id: str, old: Properties, new: Properties) -> Outcome:
        return super().update(resource, physical_id, old, _with_rules(new))

    def delete(self, physical_id: str, properties: Properties) -> None:
        identifier = physical_id.split("|")[1]
        if any(f"/{identifier}" in arn for arn in _used("WebACLId")):
            msg = f"{physical_id} is being used by a distribution"
            raise ValueError(msg)
        super().delete(physical_id, properties)


def _with_rules(properties: Properties) -> Properties:
    """The properties with rules as the API types them: a limit is a number, which a template may give as text."""
    rules = properties.get("Rules") or []
    return replaced(properties, {"Rules": typed(client("wafv2", _HOME), "Rules", rules)})


def _check(properties: Properties) -> None:
    config = properties["DistributionConfig"]
    certificate = config.get("ViewerCertificate", {}).get("AcmCertificateArn")
    if certificate and not _is_certificate(certificate):
        msg = f"The specified SSL certificate doesn't exist, or isn't in {_HOME} region: {certificate}"
        raise ValueError(msg)
    web_acl = config.get("WebACLId")
    if web_acl and web_acl not in _web_acls():
        msg = f"Web ACL is not accessible by the requester: {web_acl}"
        raise ValueError(msg)


def _is_certificate(arn: str) -> bool:
    acm = client("acm", _HOME)
    known = unless_gone(lambda: acm.describe_certificate(CertificateArn=arn), "ResourceNotFoundException")
    return arn.split(":")[3] == _HOME and known is not None


def _web_acls() -> set[str]:
    """The ARNs of the web ACLs for CloudFront."""
    found = client("wafv2", _HOME).list_web_acls(Scope="CLOUDFRONT")["WebACLs"]
    return {str(web_acl["ARN"]) for web_acl in found}


def _used(*path: str) -> set[str]:
    """What stands at a path in the configuration of each distribution."""
    cloudfront = client("cloudfront")
    there = cloudfront.list_distributions()["DistributionList"].get("Items", [])
    return {str(_at(cloudfront.get_distribution_config(Id=item["Id"])["DistributionConfig"], path)) for item in there}


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        value = value.get(name, {})
    return value
