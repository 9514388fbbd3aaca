"""Every condition in a policy has a row in docs/decisions.md with the page of AWS that shows it, and the reverse."""

import re

import pytest

from tests.templates.pair import ROLES, ROOT, resources, statements

PAGE = (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8")
KINDS = {
    "AWS::EC2::VPCEndpoint": "endpoint",
    "AWS::IAM::ManagedPolicy": "role",
    "AWS::IAM::Role": "role",
    "AWS::KMS::Key": "key",
    "AWS::S3::BucketPolicy": "bucket",
    "AWS::SNS::TopicPolicy": "topic",
}
PERMISSION = {
    "SourceAccount": "aws:SourceAccount",
    "SourceArn": "aws:SourceArn",
    "PrincipalOrgID": "aws:PrincipalOrgID",
}


def rows():
    """The table as (policy, resource, caller, key) to the page."""
    (section,) = re.findall(r"^## Conditions in policies$(.*?)^## ", PAGE, re.MULTILINE | re.DOTALL)
    found = {}
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and cells[0] != "policy of" and not cells[0].startswith("-"):
            policy, names, caller, key, page = cells
            for name in re.findall(r"`(\w+)`", names):
                row = (policy, name, caller, key.strip("`"))
                assert row not in found, row
                found[row] = page
    return found


def services(principal):
    """Who is named: services with the region left out of their name, or anybody."""
    if principal == "*":
        return ["anybody"]
    named = principal.get("Service", [])
    texts = (
        name["Fn::Sub"] if isinstance(name, dict) else name for name in (named if isinstance(named, list) else [named])
    )
    return [text.replace(".${AWS::Region}.${AWS::URLSuffix}", ".amazonaws.com") for text in texts]


def conditions(resource):
    """Every condition of one resource as (policy, caller, key)."""
    found, kind = resource["Properties"], KINDS.get(resource["Type"])
    if resource["Type"] == "AWS::Lambda::Permission":
        yield from (("function", found["Principal"], key) for name, key in PERMISSION.items() if name in found)
        return
    trust = found.get("AssumeRolePolicyDocument", {})
    for statement in statements(found):
        of_trust = statement in trust.get("Statement", [])
        holder = next((services(s["Principal"]) for s in statements(trust)), ["anybody"])
        callers = services(statement["Principal"]) if "Principal" in statement else holder
        for keys in statement.get("Condition", {}).values():
            for key in keys:
                assert kind, f"a policy in a {resource['Type']}: say in KINDS what it is"
                yield from (("trust" if of_trust else kind, caller, key) for caller in callers)


def collected():
    return {
        (policy, name, caller, key)
        for role in ROLES
        for name, resource in resources(role).items()
        for policy, caller, key in conditions(resource)
    }


def test_every_condition_in_the_templates_has_a_row_with_its_page():
    assert collected() - set(rows()) == set()


def test_every_row_is_about_a_condition_that_is_there():
    assert set(rows()) - collected() == set()


@pytest.mark.parametrize("role", ROLES)
def test_kms_is_asked_by_way_of_services_under_their_name_in_every_partition(role):
    asked = [
        condition["StringEquals"]["kms:ViaService"]
        for statement in statements(resources(role))
        if "kms:ViaService" in (condition := statement.get("Condition", {})).get("StringEquals", {})
    ]
    texts = [value["Fn::Sub"] if isinstance(value["Fn::Sub"], str) else value["Fn::Sub"][0] for value in asked]
    assert {text.partition(".")[0] for text in texts} == {"s3", "secretsmanager"}
    assert {text.rpartition("}")[2] for text in texts} == {".amazonaws.com"}


def test_there_are_conditions_of_every_kind_to_look_at():
    assert {row[0] for row in collected()} == {"trust", "function", *KINDS.values()}


@pytest.mark.parametrize("page", sorted(set(rows().values())))
def test_a_page_is_one_of_awss_own(page):
    assert re.fullmatch(r"<https://(docs\.aws\.amazon\.com|aws\.github\.io)/\S+>", page)


@pytest.mark.parametrize(
    ("resource", "found"),
    [
        (
            {
                "Type": "AWS::IAM::Role",
                "Properties": {
                    "AssumeRolePolicyDocument": {
                        "Statement": [
                            {
                                "Effect": "Allow",
                                "Principal": {"Service": "s3.amazonaws.com"},
                                "Condition": {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}},
                            }
                        ]
                    }
                },
            },
            [("trust", "s3.amazonaws.com", "aws:SourceAccount")],
        ),
        (
            {
                "Type": "AWS::Lambda::Permission",
                "Properties": {"Principal": "events.amazonaws.com", "SourceAccount": {"Ref": "AWS::AccountId"}},
            },
            [("function", "events.amazonaws.com", "aws:SourceAccount")],
        ),
    ],
    ids=["trust", "function"],
)
def test_a_condition_that_is_added_is_seen(resource, found):
    assert list(conditions(resource)) == found
