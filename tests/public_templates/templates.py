"""The templates that the page shows, one of each kind or a few."""

from dataclasses import dataclass, field

LINT = "cfn-lint-1.58.0/test/fixtures/templates"
TROPOSPHERE = "troposphere-4.11.1/examples"
SAM_CLI = "aws-sam-cli-1.170.0/samcli/lib"


@dataclass(frozen=True)
class Public:
    """One template.

    Attributes:
        folder: The folder it lies in, beginning with that of its package.
        name: Its path in that folder.
        kind: What it shows.
        values: Values of parameters that a value of the right type does not suit.
        counted: The type of each resource by name, found by hand where cfn-lint cannot tell.
        refused: What we have to say of it, where it cannot be deployed.
    """

    folder: str
    name: str
    kind: str
    values: dict = field(default_factory=dict)
    counted: dict | None = None
    refused: str | None = None


# What `sam pipeline bootstrap` gives for a pipeline that has nothing yet.
_PIPELINE = dict.fromkeys(
    ("PipelineUserArn", "PipelineExecutionRoleArn", "CloudFormationExecutionRoleArn", "ArtifactsBucketArn"), ""
) | {"ImageRepositoryArn": "", "UseOidcProvider": "false", "CreateNewOidcProvider": "false"}


def _construct(package, test, kind):
    return Public(f"{package}/test/integ.{test}.js.snapshot", f"{test}.template.json", kind)


TEMPLATES = [
    Public(
        LINT,
        "good/functions/foreach.yaml",
        "`Fn::ForEach` over a mapping, loops in loops in the outputs",
        {"Environment": "Production"},
        counted={f"S3Bucket{name}": "AWS::S3::Bucket" for name in "ABC"},
    ),
    Public(LINT, "good/parameters/used_transform_language_extension.json", "`Fn::ForEach` in `Conditions`"),
    Public(LINT, "good/functions_findinmap_default_value.yaml", "`Fn::FindInMap` with a default"),
    Public(LINT, "good/functions_findinmap_enhanced.yaml", "`Fn::Length`, `Fn::ToJsonString`, functions in functions"),
    Public(LINT, "good/transform/language_extension.yaml", "SAM and `AWS::LanguageExtensions`, SSM type, `Rules`"),
    Public(LINT, "good/transform_serverless_api.yaml", "SAM: an API"),
    Public(LINT, "good/some_logs_stream_lambda.yaml", "SAM beside plain resources"),
    Public(
        SAM_CLI,
        "pipeline/bootstrap/stage_resources.yaml",
        "roles and buckets of a pipeline, many conditions",
        _PIPELINE,
    ),
    Public(TROPOSPHERE, "Serverless_Deployment_Preference.template", "SAM: traffic shifted step by step"),
    Public(LINT, "good/resources/cloudformation/stacks.yaml", "nested stacks"),
    Public(LINT, "good/resources/cloudformation/nested_stack_dynamic.yaml", "nested stack, secrets resolved by AWS"),
    Public(LINT, "quickstart/nist_high_main.yaml", "a quick start of nested stacks"),
    Public(LINT, "good/resources/dynamodb/attributes_transform.yaml", "`AWS::Include` in properties"),
    Public(LINT, "good/functions/sub.yaml", "`!Sub` in every form, a macro inside one"),
    Public(LINT, "good/modules/minimal.yaml", "a module"),
    Public(LINT, "integration/module-sub-resources.yaml", "a module, and references into it"),
    Public(LINT, "quickstart/openshift.yaml", "`Rules`, short tags, custom resources"),
    Public(LINT, "good/conditions/and.yaml", "`Rules` that hold", {"Users": ",another"}),
    Public(LINT, "good/conditions/and.yaml", "`Rules` that do not hold", refused="Must specify at least one user"),
    Public(LINT, "good/properties_ec2_vpc.yaml", "SSM parameter types, `AllowedPattern`"),
    Public(LINT, "good/resources/properties/az_cdk.yaml", "CDK-synthesized, in YAML"),
    Public(LINT, "integration/dynamic-references.yaml", "dynamic references to SSM and Secrets Manager"),
    Public(LINT, "good/functions/get_stack_output.yaml", "`Fn::GetStackOutput`"),
    Public(LINT, "good/no_value.yaml", "`AWS::NoValue`, `Fn::ImportValue`"),
    Public(LINT, "integration/custom-resources.yaml", "custom resources"),
    Public(LINT, "integration/yaml-alias.yaml", "YAML anchors and aliases"),
    Public(LINT, "public/lambda-poller.json", "JSON: a function on a schedule"),
    Public(LINT, "public/watchmaker.json", "an instance with `cfn-init`, thirty parameters"),
    Public(LINT, "public/rds-cluster.yaml", "an Aurora cluster"),
    Public(LINT, "quickstart/cis_benchmark.yaml", "rules of AWS Config, 2,300 lines"),
    Public(LINT, "quickstart/nist_application.yaml", "load balancers, instances, a database; short tags"),
    Public(LINT, "quickstart/vpc.json", "a VPC with many subnets, `Mappings`, `Conditions`"),
    Public(TROPOSPHERE, "AuroraServerlessRDS_SecretsManager.template", "a cluster with a generated password"),
    Public(TROPOSPHERE, "AutoscalingHTTPRequests.template", "auto scaling with an `UpdatePolicy`"),
    Public(TROPOSPHERE, "CloudFront_Distribution_S3.template", "a CloudFront distribution"),
    Public(TROPOSPHERE, "ECSCluster.template", "an ECS cluster"),
    Public(TROPOSPHERE, "EMR_Cluster.template", "an EMR cluster"),
    Public(TROPOSPHERE, "EFS.template", "a file system"),
    Public(TROPOSPHERE, "WaitObject.template", "a wait condition with `DependsOn`"),
    Public(
        "aws-cdk-lib-2.276.0/product-stack-snapshots",
        "StackMyProductStackHistory8F05371C.StackProductStack190B56DE.v1.product.template.json",
        "a product of Service Catalog",
    ),
    _construct(
        "aws-cloudfront-s3-2.104.0", "cfts3-cmk-provided-as-bucket-prop", "CDK: site, key policy by a custom resource"
    ),
    _construct("aws-cognito-apigateway-lambda-2.93.0", "cogapilam-no-arguments", "CDK: user pool and API"),
    _construct("aws-eventbridge-sqs-2.103.0", "evtsqs-rule-dlq", "CDK: events to an encrypted queue"),
    _construct(
        "aws-eventbridge-stepfunctions-2.65.0", "evtstp-eventbridge-stepfunctions-with-lambda", "CDK: a state machine"
    ),
    _construct(
        "aws-fargate-opensearch-2.104.0", "faropn-new-resources", "CDK: containers, search domain, `Fn::GetAZs`"
    ),
    _construct("aws-lambda-dynamodb-2.101.0", "lamddb-deployFunctionWithVpc", "CDK: function in a VPC, table"),
    Public("aws-kinesisfirehose-s3-2.45.0/test", "integ.two-instances.expected.json", "CDK: streams to buckets"),
    Public(TROPOSPHERE, "RDS_VPC.template", "a default that its own `AllowedValues` exclude", refused="db.m1.small"),
    Public(LINT, "good/functions_findinmap.yaml", "a lookup that finds nothing", refused="myMap"),
    Public(TROPOSPHERE, "IAM_Users_snippet.template", "a snippet with a reference to nothing", refused="myqueue"),
    Public(TROPOSPHERE, "CodePipeline.template", "a snippet with a reference to nothing", refused="SourceS3Bucket"),
    Public(LINT, "integration/metdata.yaml", "no resource at all", refused="at least one"),
]
