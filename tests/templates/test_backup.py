"""Backups arrive in a private bucket, under that region's key, and in the other region's bucket too."""

from fnmatch import fnmatchcase

import pytest

from tests.templates.pair import ROLES, WIRED, of_environment, properties, resolved, resources, statements, unlinked

THEIR_KEY = {
    role: WIRED[role][f"{other}BackupKeyArn"] for role, other in zip(ROLES, ("Secondary", "Primary"), strict=True)
}
LEGACY = {
    "AccessControl",
    "ExpirationDate",
    "NoncurrentVersionExpirationInDays",
    "NoncurrentVersionTransition",
    "Prefix",
    "Transition",
}


def bucket(role):
    return resolved(role)["BackupBucket"].properties


def replication(role):
    (rule,) = bucket(role)["ReplicationConfiguration"]["Rules"]
    return rule


@pytest.mark.parametrize("role", ROLES)
def test_the_bucket_is_versioned_encrypted_under_its_own_key_and_private(role):
    found = bucket(role)
    assert found["VersioningConfiguration"] == {"Status": "Enabled"}
    assert set(found["PublicAccessBlockConfiguration"].values()) == {True}
    assert found["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    (rule,) = properties(role, "BackupBucket")["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule == {
        "BucketKeyEnabled": True,
        "ServerSideEncryptionByDefault": {
            "SSEAlgorithm": "aws:kms",
            "KMSMasterKeyID": {"Fn::GetAtt": ["BackupKey", "Arn"]},
        },
    }


@pytest.mark.parametrize("role", ROLES)
def test_the_name_is_in_the_accounts_own_namespace(role):
    found = properties(role, "BackupBucket")
    assert found["BucketNamespace"] == "account-regional"
    assert found["BucketName"]["Fn::Sub"].endswith("-${AWS::AccountId}-${AWS::Region}-an")


def test_the_longest_name_allowed_fits_in_the_region_with_the_longest_name():
    name = properties("primary", "BackupBucket")["BucketName"]["Fn::Sub"]
    for placeholder, longest in {
        "${Project}": "p" * 12,
        "${EnvironmentSuffix}": "s" * 16,
        "${AWS::AccountId}": "1" * 12,
        "${AWS::Region}": "ap-southeast-2",
    }.items():
        name = name.replace(placeholder, longest)
    assert len(name) == 63


@pytest.mark.parametrize("role", ROLES)
def test_who_reads_or_writes_a_backup_is_logged_in_a_bucket_of_its_own(role):
    assert properties(role, "BackupBucket")["LoggingConfiguration"] == {
        "DestinationBucketName": {"Ref": "AccessLogBucket"}
    }
    (encryption,) = properties(role, "AccessLogBucket")["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert encryption == {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    tls, write = properties(role, "AccessLogBucketPolicy")["PolicyDocument"]["Statement"]
    assert (tls["Sid"], tls["Effect"]) == ("OnlyTls", "Deny")
    assert write["Principal"] == {"Service": "logging.s3.amazonaws.com"}
    assert write["Condition"]["ArnLike"]["aws:SourceArn"]["Fn::Sub"].endswith(
        "${Project}-${EnvironmentSuffix}-bk-${AWS::AccountId}-${AWS::Region}-an"
    )
    assert write["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}


@pytest.mark.parametrize("environment", ["dev", "prod"])
@pytest.mark.parametrize("role", ROLES)
def test_nothing_expires_before_the_days_that_its_storage_class_bills(environment, role):
    rule, _ = of_environment(environment, role)["BackupBucket"].properties["LifecycleConfiguration"]["Rules"]
    (moved,) = rule["Transitions"]
    assert moved["StorageClass"] == "GLACIER_IR"
    assert int(rule["ExpirationInDays"]) >= moved["TransitionInDays"] + 90


AWS_BACKUP = {"AWS::Backup::BackupPlan", "AWS::Backup::BackupSelection", "AWS::Backup::BackupVault"}


@pytest.mark.parametrize("bucket", ["BackupBucket", "AccessLogBucket"])
@pytest.mark.parametrize("role", ROLES)
def test_what_expires_is_deleted_in_the_end_and_so_is_its_marker(role, bucket):
    age, markers = properties(role, bucket)["LifecycleConfiguration"]["Rules"]
    assert set(age["NoncurrentVersionExpiration"]) == {"NoncurrentDays"}
    assert age["ExpirationInDays"]
    assert markers == {"Id": "markers", "Status": "Enabled", "ExpiredObjectDeleteMarker": True}


@pytest.mark.parametrize("role", ROLES)
def test_aws_backup_is_off_unless_asked_for(role):
    assert not AWS_BACKUP & {body.type for body in of_environment("dev", role).values()}


def test_in_production_there_is_a_backup_that_outlives_both_clusters():
    made = {role: {body.type for body in of_environment("prod", role).values()} for role in ROLES}
    assert made["primary"] >= AWS_BACKUP
    assert AWS_BACKUP & made["secondary"] == {"AWS::Backup::BackupVault"}


@pytest.mark.parametrize("environment", ["dev", "prod"])
@pytest.mark.parametrize("role", ROLES)
def test_the_backups_of_a_cluster_that_is_deleted_stay_for_their_retention(environment, role):
    assert of_environment(environment, role)["Cluster"].properties["DeleteAutomatedBackups"] is False


def test_aws_backup_copies_to_a_locked_vault_of_the_other_region():
    made = {role: resolved(role, AwsBackupEnabled="true") for role in ROLES}
    vaults = {role: body["BackupVault"].properties for role, body in made.items()}
    assert {vault["BackupVaultName"] for vault in vaults.values()} == {"tradingdb-dev"}
    assert {str(vault["LockConfiguration"]) for vault in vaults.values()} == {"{'MinRetentionDays': 35}"}
    daily, weekly = made["primary"]["BackupPlan"].properties["BackupPlan"]["BackupPlanRule"]
    assert [rule["ScheduleExpression"] for rule in (daily, weekly)] == [
        "cron(0 12 ? * MON-SAT *)",
        "cron(0 12 ? * SUN *)",
    ]
    assert "CopyActions" not in daily
    (copy,) = weekly["CopyActions"]
    assert ":eu-west-1:" in str(copy["DestinationBackupVaultArn"])
    assert str(copy["DestinationBackupVaultArn"]).rstrip("'})").endswith(":backup-vault:tradingdb-dev")
    assert copy["Lifecycle"] == {"DeleteAfterDays": 35}
    assert "BackupPlan" not in made["secondary"]


def test_no_backup_plan_copies_to_a_vault_that_does_not_exist_yet():
    assert "BackupPlan" not in unlinked(AwsBackupEnabled="true")
    assert "BackupVault" in unlinked(AwsBackupEnabled="true")


@pytest.mark.parametrize("role", ROLES)
def test_lifecycle_and_replication_use_todays_forms(role):
    lifecycle = properties(role, "BackupBucket")["LifecycleConfiguration"]["Rules"]
    assert not [rule for rule in lifecycle if LEGACY & set(rule)]
    assert "AccessControl" not in properties(role, "BackupBucket")
    assert lifecycle[0]["NoncurrentVersionExpiration"] == {"NoncurrentDays": 30}
    assert lifecycle[0]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}


@pytest.mark.parametrize("role", ROLES)
def test_objects_under_kms_are_replicated_under_the_other_regions_key(role):
    rule = replication(role)
    assert rule["SourceSelectionCriteria"] == {
        "SseKmsEncryptedObjects": {"Status": "Enabled"},
        "ReplicaModifications": {"Status": "Enabled"},
    }
    assert rule["Destination"]["Bucket"] == "arn:aws:s3:::theirs"
    assert rule["Destination"]["EncryptionConfiguration"] == {"ReplicaKmsKeyID": THEIR_KEY[role]}


@pytest.mark.parametrize("role", ROLES)
def test_the_replication_rule_has_all_that_its_form_demands(role):
    rule = replication(role)
    assert (rule["Status"], rule["Priority"], rule["Filter"]) == ("Enabled", 1, {"Prefix": ""})
    assert rule["DeleteMarkerReplication"] == {"Status": "Enabled"}
    assert rule["Destination"]["ReplicationTime"] == {"Status": "Enabled", "Time": {"Minutes": 15}}
    assert rule["Destination"]["Metrics"] == {"Status": "Enabled", "EventThreshold": {"Minutes": 15}}


def test_the_secondary_replicates_from_the_start_and_the_primary_once_linked():
    assert "ReplicationConfiguration" not in unlinked()["BackupBucket"].properties
    assert "ReplicationRole" not in unlinked()
    assert "Condition" not in resources("secondary")["ReplicationRole"]


@pytest.mark.parametrize("role", ROLES)
def test_the_replication_role_reads_versions_as_kms_objects_need_it(role):
    actions = [statement["Action"] for statement in statements(properties(role, "ReplicationRole")["Policies"])]
    assert actions == [
        ["s3:GetReplicationConfiguration", "s3:ListBucket"],
        ["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging"],
        ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"],
        ["kms:Decrypt"],
        ["kms:Encrypt", "kms:GenerateDataKey", "kms:Decrypt"],
    ]


@pytest.mark.parametrize(
    ("role", "own", "other"), [("primary", "us-east-1", "eu-west-1"), ("secondary", "eu-west-1", "us-east-1")]
)
def test_the_replication_role_opens_with_the_own_key_here_and_encrypts_with_theirs_there(role, own, other):
    made = resolved(role)
    (policy,) = made["ReplicationRole"].properties["Policies"]
    source, versions, target, decrypting, encrypting = policy["PolicyDocument"]["Statement"]
    bucket_arn = f"arn:aws:s3:::{made['BackupBucket'].properties['BucketName']}"
    assert [it["Resource"] for it in (source, versions, target)] == [
        [bucket_arn],
        [f"{bucket_arn}/*"],
        ["arn:aws:s3:::theirs/*"],
    ]
    assert (decrypting["Resource"], encrypting["Resource"]) == (["BackupKey.Arn"], [THEIR_KEY[role]])
    assert f":{other}:" in THEIR_KEY[role]
    assert [it["Condition"] for it in (decrypting, encrypting)] == [
        {
            "StringEquals": {"kms:ViaService": f"s3.{region}.amazonaws.com"},
            "StringLike": {"kms:EncryptionContext:aws:s3:arn": f"{arn}*"},
        }
        for region, arn in ((own, bucket_arn), (other, "arn:aws:s3:::theirs"))
    ]
    assert made["BackupBucket"].properties["ReplicationConfiguration"]["Role"] == "ReplicationRole.Arn"


SENT = "s3:x-amz-server-side-encryption"
KEY = f"{SENT}-aws-kms-key-id"
# What a condition operator says of a key, by AWS's page on them. None stands for one that was not sent.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
OPERATORS = {
    "Bool": lambda sent, wanted: sent == wanted,
    "Null": lambda sent, wanted: (sent is None) is (wanted == "true"),
    "StringEquals": lambda sent, wanted: sent == wanted,
    "StringNotEquals": lambda sent, wanted: sent != wanted,
    "StringNotEqualsIfExists": lambda sent, wanted: sent is None or sent != wanted,
}


def refused_by(role, request):
    """The statements of the bucket's policy that deny a PutObject with these condition keys."""
    said = resolved(role)["BackupBucketPolicy"].properties["PolicyDocument"]["Statement"]
    return [
        statement["Sid"]
        for statement in said
        if statement["Effect"] == "Deny"
        and all(
            OPERATORS[operator](request.get(key), wanted)
            for operator, keys in statement["Condition"].items()
            for key, wanted in keys.items()
        )
    ]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    ("request_", "refused"),
    [
        ({}, []),
        ({SENT: "aws:kms", KEY: "BackupKey.Arn"}, []),
        ({KEY: "BackupKey.Arn"}, []),
        ({SENT: "aws:kms", KEY: "another"}, ["OnlyOwnKey"]),
        ({SENT: "aws:kms"}, ["NotTheKeyOfAws"]),
        ({SENT: "aws:kms:dsse", KEY: "BackupKey.Arn"}, ["OnlyKms"]),
        ({SENT: "AES256"}, ["OnlyKms"]),
        ({f"{SENT}-customer-algorithm": "AES256"}, ["NoKeyOfTheSender"]),
        ({"aws:SecureTransport": "false"}, ["OnlyTls"]),
    ],
    ids=["nothing", "own key", "key alone", "another key", "kms without key", "dsse", "AES256", "SSE-C", "plain http"],
)
def test_the_bucket_refuses_plain_http_and_foreign_keys_and_takes_what_says_nothing(role, request_, refused):
    assert refused_by(role, {"aws:SecureTransport": "true", **request_}) == refused


@pytest.mark.parametrize("role", ROLES)
def test_the_bucket_asks_for_its_own_key(role):
    said = properties(role, "BackupBucketPolicy")["PolicyDocument"]["Statement"]
    (own,) = [statement for statement in said if statement["Sid"] == "OnlyOwnKey"]
    assert own["Condition"]["StringNotEquals"] == {KEY: {"Fn::GetAtt": ["BackupKey", "Arn"]}}
    assert {statement["Effect"] for statement in said} == {"Deny"}


@pytest.mark.parametrize("role", ROLES)
def test_a_finished_snapshot_of_this_cluster_starts_an_export_to_the_bucket(role):
    rule = properties(role, "SnapshotRule")
    assert rule["EventPattern"]["detail"] == {
        "EventID": ["RDS-EVENT-0169"],
        "SourceIdentifier": [{"prefix": {"Fn::Sub": "rds:${Cluster}-"}}],
    }
    assert rule["Targets"][0]["Arn"] == {"Ref": "ExportStateMachine"}
    export = properties(role, "ExportStateMachine")["Definition"]["States"]["Export"]
    assert export["Resource"] == {"Fn::Sub": "arn:${AWS::Partition}:states:::aws-sdk:rds:startExportTask"}
    assert export["Parameters"]["S3BucketName"] == {"Ref": "BackupBucket"}
    assert export["Parameters"]["KmsKeyId"] == {"Fn::GetAtt": ["BackupKey", "Arn"]}


def test_the_regions_export_to_prefixes_of_their_own():
    prefixes = {
        properties(role, "ExportStateMachine")["Definition"]["States"]["Export"]["Parameters"]["S3Prefix"]["Fn::Sub"]
        for role in ROLES
    }
    assert prefixes == {"exports/${AWS::Region}"}


def exports(made, time):
    """Whether a snapshot that was finished then is exported, by the state machine among resolved resources."""
    states = made["ExportStateMachine"].properties["Definition"]
    (choice,) = states["States"][states["StartAt"]]["Choices"]
    assert choice["Variable"] == "$.time"
    assert states["States"][states["States"][states["StartAt"]]["Default"]]["Type"] == "Succeed"
    return fnmatchcase(time, choice["StringMatches"]) and choice["Next"] == "Export"


@pytest.mark.parametrize(
    ("time", "exporting"),
    [
        ("2027-01-01T03:30:00Z", {"prod", "dev"}),
        ("2027-01-11T03:30:00Z", {"dev"}),
        ("2027-01-02T01:01:01Z", {"dev"}),
    ],
)
def test_one_region_exports_and_in_production_on_the_first_of_the_month(time, exporting):
    assert {name for name in ("dev", "prod") if exports(of_environment(name, "primary"), time)} == exporting
    assert not [name for name in ("dev", "prod") if exports(of_environment(name, "secondary"), time)]


def test_the_other_region_exports_when_it_is_asked_to():
    assert exports(resolved("secondary", ExportSnapshots="monthly"), "2027-02-01T03:30:00Z")
    assert not exports(resolved("secondary", ExportSnapshots="monthly"), "2027-02-03T03:30:00Z")
