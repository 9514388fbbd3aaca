"""Templates that are too large for a request go through a bucket of the deployer's own."""

import pytest

from tests.systems import PRIMARY
from twinstack.errors import InputError, RefusedError
from twinstack.screen.events import StepDone


def padded(text, size):
    return text.replace("Properties: {Engine: aurora-mysql}", f"Metadata: {{Note: '{'x' * size}'}}")


@pytest.fixture
def large(pair):
    pair.templates["primary"] = padded(PRIMARY, 60_000)
    return pair


def test_a_large_template_is_uploaded_and_deployed_from_there(large):
    large.deploy()
    assert sorted(large.stacks()) == ["pair-dev-artifacts", "pair-dev-primary", "pair-dev-secondary"]
    (bucket,) = large.buckets["primary"].objects
    own = [request for request in large.aws["primary"].requests if request.stack_name == "pair-dev-primary"]
    assert {request.template for request in own} == {None}
    (url,) = {request.template_url for request in own}
    assert url.startswith(f"https://{bucket}.s3.us-east-1.amazonaws.com/templates/")
    assert large.aws["secondary"].requests[0].template_url is None


def test_a_template_that_fits_makes_no_bucket(pair):
    pair.deploy()
    assert sorted(pair.stacks()) == ["pair-dev-primary", "pair-dev-secondary"]


def test_a_second_run_of_a_large_template_does_nothing(large):
    large.deploy()
    large.forget_calls()
    large.deploy()
    assert large.mutations() == []


def test_a_bucket_alone_is_removed_too(large):
    with pytest.raises(RefusedError):
        large.deploy(confirm=lambda question: "artifacts" in question)
    assert large.stacks() == ["pair-dev-artifacts"]
    assert large.destroy() is True
    assert large.stacks() == []


def test_a_template_that_cloudformation_takes_in_no_way_is_refused_before_anything_is_changed(large):
    large.templates["secondary"] = padded(large.templates["secondary"], 0).replace(
        "      Bucket: {Type: 'AWS::S3::Bucket'}",
        f"      Bucket: {{Type: 'AWS::S3::Bucket', Metadata: {{Note: '{'x' * 1_000_000}'}}}}",
    )
    with pytest.raises(InputError, match=r"secondary.yaml: .* bytes; CloudFormation takes 1,000,000"):
        large.deploy()
    assert large.mutations() == []


def test_the_bucket_is_removed_with_what_is_in_it(large):
    large.deploy()
    large.destroy()
    assert (large.stacks(), large.buckets["primary"].objects) == ([], {})
    assert [event.stack for event in large.screen.of(StepDone)][-1] == "artifacts"


def test_the_bucket_of_a_protected_environment_is_removed_too(large):
    large.environment["protected"] = True
    large.deploy()
    large.destroy(confirmed_name="pair-dev")
    assert large.stacks() == []
