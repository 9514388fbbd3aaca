"""What is advised about the reasons that AWS gives."""

import re
from string import Formatter

import pytest

from twinstack.rollout.operations.hints import hint_for, known_reasons


@pytest.mark.parametrize("known", known_reasons(), ids=lambda known: known.source.rpartition("github.com/")[2])
def test_each_row_is_the_first_that_fits_the_wording_it_was_made_for(known):
    assert hint_for(known.example) == known.advice(known.example)
    assert "{" not in known.advice(known.example)


@pytest.mark.parametrize("known", known_reasons(), ids=lambda known: known.source.rpartition("github.com/")[2])
def test_each_row_names_only_what_its_pattern_finds_and_says_where_it_was_seen(known):
    named = {name for _, name, _, _ in Formatter().parse(known.hint) if name}
    assert named <= set(known.pattern.groupindex)
    assert re.fullmatch(r"https://\S+", known.source)


@pytest.mark.parametrize(("reason", "hint"), [
    (
        "User: arn:aws:iam::1:user/ci is not authorized to perform: kms:CreateGrant on resource: "
        "arn:aws:kms:eu-west-1:1:key/2 because no resource-based policy allows the kms:CreateGrant action",
        "allow kms:CreateGrant on arn:aws:kms:eu-west-1:1:key/2 to the role that deploys (the service role, where the "
        "stack has a role_arn)",
    ),
    (
        "User: arn:aws:iam::1:user/ci is not authorized to perform: iam:CreatePolicy  because no identity-based policy "
        "allows the iam:CreatePolicy action",
        "allow iam:CreatePolicy on it to the role that deploys (the service role, where the stack has a role_arn)",
    ),
    (
        "The maximum number of addresses has been reached. (Service: AmazonEC2; Status Code: 400; Error Code: "
        "AddressLimitExceeded; Request ID: 4eab)",
        "the quota of addresses of this account and region is used up: remove some, or ask for more under Service "
        "Quotas",
    ),
    (
        "Cannot find version 8.0.mysql_aurora.3.02.2 for aurora",
        "this region does not offer 8.0.mysql_aurora.3.02.2 any more, or not yet: aws rds describe-db-engine-versions "
        "--engine aurora lists what it does",
    ),
    ("A reason nobody has seen", ""),
    ("", ""),
    ("{action} {0} %s", ""),
])  # fmt: skip
def test_the_advice(reason, hint):
    assert hint_for(reason) == hint


def test_a_reason_of_any_length_is_looked_at_quickly():
    for text in ("x", "arn:aws:kms:", "The maximum number of ", " already exists in stack"):
        assert hint_for(text * 200_000).count("x") >= 0


def test_braces_in_what_aws_says_are_no_places_to_fill():
    assert "{type.__init__}" in hint_for(
        "is not authorized to perform: s3:PutObject on resource: {type.__init__} because"
    )
