"""The terms that `contract` checks. Change them only after reading what changed in the emulator."""

VERSION = "1.5.33"

NAMES = (
    "core.responses.get_account_id",
    "core.responses.get_region",
    "services.cloudformation._stacks",
    "services.cloudformation.provisioners._CONDITIONALLY_REPLACING_PROPERTIES",
    "services.cloudformation.provisioners._REPLACING_PROPERTIES",
    "services.cloudformation.provisioners._RESOURCE_HANDLERS",
    "services.cloudformation.provisioners._STACK_TAG_PROPERTY",
    "services.cloudformation.provisioners._physical_name",
    "services.cloudformation.provisioners._tag_map",
    "services.rds._clusters",
    "services.rds._global_cluster_member_for_cluster",
    "services.rds._unsupported_aurora_engine_version_error",
    "services.s3._replication_rule_for",
    "services.secretsmanager._resolve",
    "services.secretsmanager._secrets",
)
"""Private names that are read."""

REPLACED: dict[str, str] = {
    "services.cloudformation.changesets._create_change_set": "06b31550065c78d5",
    "services.cloudformation.handlers._update_stack": "6a6a6ca3db0d00d0",
    "services.cloudformation.helpers._resolve_document": "9ad9addb675b10cf",
    "services.ec2._vpce_fields_xml": "645fd486d62227a3",
    "services.route53._parse_health_check_config": "fffd8cf8c7a126d5",
    "services.cloudformation.stacks._diff_resources": "a3adfeb757814e8f",
    "services.cloudformation.changesets._resolve_props_for_diff": "b0f1a995e91fdb78",
    "services.cloudformation.stacks._add_event": "0adea13d13a60aa0",
    "services.cloudformation.stacks._runs_on_worker_thread": "23955511141f8481",
    "services.rds._cluster_xml": "df19661da2b0a7ec",
    "services.rds._global_cluster_xml": "95986f6ab679b133",
    "services.s3._maybe_replicate": "cb2dd6521e3d196d",
}
"""Functions that are replaced or wrapped, with the start of the hash of their source."""
