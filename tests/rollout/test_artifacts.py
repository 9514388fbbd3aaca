"""Templates that are too large for a request go through a bucket of the deployer's own."""

from dataclasses import replace

import pytest
import yaml

from tests.rollout.deployments import Deployments
from tests.systems import PRIMARY, SECONDARY
from twinstack.errors import InputError, RefusedError, TwinStackError
from twinstack.packaging import Package, build
from twinstack.rollout.steps.artifacts import build_packages
from twinstack.screen.events import Note, StepDone, WiresRead

ALONE = """
    Metadata: {TwinStack: {Role: primary}}
    Resources:
      Cluster: {Type: 'AWS::RDS::GlobalCluster', Properties: {Engine: aurora-mysql}}
"""


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


def test_the_stack_of_the_bucket_is_one_of_the_environment_with_a_role_of_its_own(large):
    large.deploy()
    own = large.aws["primary"].stack("pair-dev-artifacts").content
    assert own.tags == {"Project": "pair", "EnvironmentSuffix": "dev", "Role": "artifacts"}
    assert own.values == {}
    assert [event.text for event in large.screen.of(Note) if "bucket" in event.text] == [
        "pair-dev-artifacts in us-east-1 gets a bucket for what primary hands to CloudFormation"
    ]


@pytest.mark.parametrize(("region", "domain"), [("cn-north-1", "amazonaws.com.cn"), ("eusc-de-east-1", "amazonaws.eu")])
def test_a_template_stands_at_an_address_of_its_regions_partition(tmp_path, region, domain):
    large = Deployments(tmp_path, {"primary": padded(ALONE, 60_000)}, {"primary": region})
    large.deploy()
    assert f".s3.{region}.{domain}/templates/" in large.aws["primary"].requests[-1].template_url


def test_a_name_of_the_bucket_that_aws_does_not_answer_with_yet_is_looked_for_again(large):
    aws, hidden = large.aws["primary"], [2]
    describe = aws.describe_stack

    def late(name):
        found = describe(name)
        if found and name == "pair-dev-artifacts" and found.outputs and hidden[0]:
            hidden[0] -= 1
            return replace(found, outputs={})
        return found

    aws.describe_stack = late
    large.deploy()
    assert hidden == [0]


def test_a_bucket_stack_without_a_bucket_is_told(large):
    aws = large.aws["primary"]
    describe = aws.describe_stack

    def without(name):
        found = describe(name)
        return replace(found, outputs={}) if found and name == "pair-dev-artifacts" else found

    aws.describe_stack = without
    with pytest.raises(TwinStackError) as error:
        large.deploy()
    assert str(error.value) == "pair-dev-artifacts (us-east-1): the stack has no output Bucket; look at `events`"
    assert [request.stack_name for request in aws.requests] == ["pair-dev-artifacts"]


def test_of_two_buckets_that_are_needed_none_is_made_when_one_is_declined(large):
    large.templates["secondary"] = padded(SECONDARY, 0).replace(
        "      Bucket: {Type: 'AWS::S3::Bucket'}",
        f"      Bucket: {{Type: 'AWS::S3::Bucket', Metadata: {{Note: '{'x' * 60_000}'}}}}",
    )
    with pytest.raises(RefusedError, match="artifacts: declined"):
        large.deploy(confirm=lambda question: "eu-west-1" not in question)
    assert large.questions == [
        "Create pair-dev-artifacts in us-east-1?",
        "Create pair-dev-artifacts in eu-west-1?",
    ]
    assert (large.stacks(), large.change_sets()) == ([], [])


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


def test_the_code_that_templates_name_is_packaged_from_the_folder_of_the_environment(coded, tmp_path):
    folder = tmp_path / "code/probe"
    folder.mkdir(parents=True)
    folder.joinpath("main.py").write_text("x = 1\n")
    folder.with_name("requirements.txt").write_text("")
    built = build_packages(coded.run().planner.system, tmp_path)
    assert built == {"code/probe": build(folder, tmp_path / "wheels")}
    folder.joinpath("main.py").unlink()
    with pytest.raises(InputError, match="no code to package"):
        build_packages(coded.run().planner.system, tmp_path)


CODE = Package(b"zipped", "c0de")
OTHER_CODE = Package(b"zipped again", "c0de2")


WIRED = "SourceRegion: primary.Region, CodeBucket: artifacts.Bucket, CodeKey: artifacts.Key(code/probe)}"
DECLARED = "      CodeBucket: {Type: String}\n      CodeKey: {Type: String}\n      PeerVpc: {Type: String}"
PROBE = """
      Probe:
        Type: AWS::Lambda::Function
        Properties: {Code: {S3Bucket: !Ref CodeBucket, S3Key: !Ref CodeKey}}"""


@pytest.fixture
def coded(pair):
    """The pair with a function in the standby whose code the deployer puts into its bucket."""
    bucket = "      Bucket: {Type: 'AWS::S3::Bucket'}"
    pair.templates["secondary"] = (
        SECONDARY.replace("SourceRegion: primary.Region}", WIRED)
        .replace("      PeerVpc: {Type: String}", DECLARED)
        .replace(bucket, bucket + PROBE)
    )
    pair.packages = {"code/probe": CODE}
    return pair


def function_code(coded):
    values = coded.stack("secondary").content.values
    return values["CodeBucket"], values["CodeKey"]


def test_code_stands_in_the_bucket_before_the_stack_that_runs_it(coded):
    coded.deploy()
    assert sorted(coded.stacks()) == ["pair-dev-artifacts", "pair-dev-primary", "pair-dev-secondary"]
    ((bucket, objects),) = coded.buckets["secondary"].objects.items()
    assert objects == {"code/code/probe/c0de.zip": b"zipped"}
    assert function_code(coded) == (bucket, "code/code/probe/c0de.zip")
    assert coded.buckets["primary"].objects == {}


def test_the_plan_from_nothing_still_has_three_passes(coded):
    assert [[step.stack.role for step in steps] for steps in coded.deploy().passes] == [
        ["primary"],
        ["secondary"],
        ["primary"],
    ]


def test_the_same_code_again_changes_nothing(coded):
    coded.deploy()
    coded.forget_calls()
    coded.deploy()
    assert coded.mutations() == []


def test_other_code_updates_the_stack_that_runs_it_and_no_other(coded):
    coded.deploy()
    coded.packages = {"code/probe": OTHER_CODE}
    planned = coded.deploy()
    assert [step.stack.role for step in planned.steps] == ["secondary"]
    assert [(change.resource, change.action) for change in planned.steps[0].changes] == [("Probe", "Modify")]
    assert function_code(coded)[1] == "code/code/probe/c0de2.zip"


def test_the_code_of_before_stays_for_whoever_goes_back_to_it(coded):
    coded.deploy()
    _, before = function_code(coded)
    coded.packages = {"code/probe": OTHER_CODE}
    coded.deploy()
    ((_, objects),) = coded.buckets["secondary"].objects.items()
    assert objects.keys() == {before, function_code(coded)[1]}


def test_no_code_ever_expires_since_a_rollback_hands_its_key_to_lambda_again(coded):
    coded.deploy()
    (request,) = [it for it in coded.aws["secondary"].requests if it.stack_name == "pair-dev-artifacts"]
    bucket = yaml.load(request.template, Loader=yaml.BaseLoader)["Resources"]["Bucket"]["Properties"]
    (rule,) = bucket["LifecycleConfiguration"]["Rules"]
    # what is said of versions that were written over, and of uploads that never ended
    assert rule.keys() == {"Id", "Status", "NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload"}


def test_wires_to_the_bucket_are_read_back(coded):
    coded.deploy()
    (read,) = coded.screen.of(WiresRead)
    verdicts = {wire["parameter"]: wire["verdict"] for wire in read.wires if wire["source"].startswith("artifacts.")}
    assert verdicts == {"CodeBucket": "matches", "CodeKey": "matches"}


def test_destroy_unlinks_without_building_the_code(coded):
    coded.deploy()
    coded.packages = {}
    coded.destroy()
    assert coded.stacks() == []


def test_no_stack_of_an_environment_may_take_the_name_of_the_bucket(pair):
    pair.templates["artifacts"] = pair.templates.pop("secondary").replace("Role: secondary", "Role: artifacts")
    with pytest.raises(InputError, match="artifacts is the deployer's own bucket; give the stack another name"):
        pair.run()


def test_the_artifact_bucket_has_no_other_outputs(pair):
    pair.templates["secondary"] = SECONDARY.replace("SourceRegion: primary.Region}", "SourceRegion: artifacts.Region}")
    with pytest.raises(InputError, match=r"write it as role.Output, artifacts.Bucket or artifacts.Key\(folder\)"):
        pair.run()
