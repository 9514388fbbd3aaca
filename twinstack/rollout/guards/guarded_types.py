"""The resource types whose loss a person has to allow by name, since what they hold does not come back.

They are cfn-lint's own list of stateful types, with what it lacks and without what does not belong there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache

from twinstack.planning.resource_schemas import shipped_file
from twinstack.planning.touched import NESTED_STACK

# Type -> what is lost with it.
ADDED: Mapping[str, str] = {
    "AWS::ACMPCA::CertificateAuthority": "every certificate it has issued",
    "AWS::APS::Workspace": "metrics",
    "AWS::AmazonMQ::Broker": "messages",
    "AWS::Backup::LogicallyAirGappedBackupVault": "backups",
    "AWS::Cassandra::Keyspace": "tables and their rows",
    "AWS::Cassandra::Table": "rows",
    "AWS::CloudFront::KeyValueStore": "the values that functions at the edge read",
    "AWS::CloudHSM::Cluster": "keys",
    "AWS::CloudTrail::EventDataStore": "the trail of what was done in the account",
    "AWS::CodeArtifact::Domain": "packages",
    "AWS::CodeArtifact::Repository": "packages",
    "AWS::CodeCommit::Repository": "source code",
    "AWS::Cognito::IdentityPool": "the identities that users' data is filed under",
    "AWS::DSQL::Cluster": "rows",
    "AWS::DirectoryService::MicrosoftAD": "users and groups",
    "AWS::DirectoryService::SimpleAD": "users and groups",
    "AWS::DocDB::GlobalCluster": "the tie between the regions of a database",
    "AWS::DocDBElastic::Cluster": "documents",
    "AWS::ECR::PublicRepository": "images",
    "AWS::ECR::Repository": "images that running systems start from",
    "AWS::ElastiCache::GlobalReplicationGroup": "the tie between the regions of a cache",
    "AWS::ElastiCache::ServerlessCache": "cached data, which may have no other copy",
    "AWS::FSx::StorageVirtualMachine": "volumes",
    "AWS::FSx::Volume": "files",
    "AWS::Glue::Database": "the catalogue that says how to read the data",
    "AWS::Glue::Registry": "schemas that stored messages need to be read",
    "AWS::KMS::ReplicaKey": "whatever was encrypted under it in that region",
    "AWS::KinesisVideo::Stream": "recordings",
    "AWS::Lightsail::Bucket": "objects",
    "AWS::Lightsail::Database": "rows",
    "AWS::Lightsail::Disk": "files",
    "AWS::MSK::Cluster": "messages",
    "AWS::MSK::ServerlessCluster": "messages",
    "AWS::MemoryDB::Cluster": "data whose only home it may be",
    "AWS::MemoryDB::MultiRegionCluster": "data whose only home it may be",
    "AWS::Neptune::GlobalCluster": "the tie between the regions of a database",
    "AWS::NeptuneGraph::Graph": "the graph",
    "AWS::Omics::AnnotationStore": "annotations",
    "AWS::Omics::ReferenceStore": "reference genomes",
    "AWS::Omics::SequenceStore": "sequences",
    "AWS::Omics::VariantStore": "variants",
    "AWS::OpenSearchServerless::Collection": "indexes",
    "AWS::RDS::GlobalCluster": "the tie between the regions of a database",
    "AWS::RedshiftServerless::Namespace": "rows",
    "AWS::Route53::HostedZone": "its name servers: a new zone gets others, and names stop resolving",
    "AWS::S3Express::DirectoryBucket": "objects",
    "AWS::S3Files::FileSystem": "files",
    "AWS::S3Outposts::Bucket": "objects",
    "AWS::S3Tables::Table": "rows",
    "AWS::S3Tables::TableBucket": "tables",
    "AWS::S3Vectors::Index": "vectors",
    "AWS::S3Vectors::VectorBucket": "vectors",
    "AWS::SageMaker::Domain": "the home folders of its users",
    "AWS::Timestream::Database": "time series",
    "AWS::Timestream::InfluxDBCluster": "time series",
    "AWS::Timestream::InfluxDBInstance": "time series",
    "AWS::Timestream::Table": "time series",
    "AWS::VerifiedPermissions::PolicyStore": "who may do what",
    "AWS::WorkSpaces::Workspace": "the user's volume",
}
# Type -> why it is not on our list.
TAKEN_OUT: Mapping[str, str] = {
    NESTED_STACK: "counts as all that it holds: its resources are looked at one by one",
}


@cache
def guarded_types() -> frozenset[str]:
    """Returns the types; reads cfn-lint's list without loading cfn-lint."""
    listed = json.loads(shipped_file("AdditionalSpecs/StatefulResources.json").read_text(encoding="utf-8"))
    return frozenset({*listed["ResourceTypes"], *ADDED} - TAKEN_OUT.keys())
