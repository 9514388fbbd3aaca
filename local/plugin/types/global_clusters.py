"""AWS::RDS::GlobalCluster, and the writer endpoint that the emulator's global clusters lack."""
# ruff: noqa: D102  what create, update and delete do is said in Handler

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, ClassVar

from ministack.services import rds

from ..api import client, unless_gone
from ..handler import Handler, Outcome, Resource, removed_tags, tag_list
from ..shapes import Properties, arguments


def writer_endpoint(global_cluster: dict[str, Any]) -> str:
    """The global writer endpoint: it stays the same when the roles move, and changes with a rename.

    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-connecting.html
    """
    mark = hashlib.sha256(str(global_cluster["GlobalClusterResourceId"]).encode()).hexdigest()[:12]
    return f"{global_cluster['GlobalClusterIdentifier']}.global-{mark}.global.rds.amazonaws.com"


def show_writer_endpoint() -> None:
    """Make DescribeGlobalClusters answer with `Endpoint`, as AWS does."""
    without = rds._global_cluster_xml

    def with_endpoint(global_cluster: dict[str, Any]) -> str:
        return f"{without(global_cluster)}<Endpoint>{writer_endpoint(global_cluster)}</Endpoint>"

    rds._global_cluster_xml = with_endpoint


class GlobalCluster(Handler):
    """AWS::RDS::GlobalCluster."""

    type_name = "AWS::RDS::GlobalCluster"
    tag_property = "Tags"
    ineffective: ClassVar[Mapping[str, str]] = {"EngineLifecycleSupport": "no support of an engine ever ends"}

    def create(self, resource: Resource, properties: Properties) -> Outcome:
        rds_api = client("rds")
        named = {"GlobalClusterIdentifier": resource.generated_name()}
        made = rds_api.create_global_cluster(**named | arguments(rds_api, "CreateGlobalCluster", properties))[
            "GlobalCluster"
        ]
        return made["GlobalClusterIdentifier"], _attributes(made)

    def update(self, resource: Resource, physical_id: str, old: Properties, new: Properties) -> Outcome:
        rds_api = client("rds")
        wanted = {name: new[name] for name in ("EngineVersion", "DeletionProtection") if name in new}
        if "DeletionProtection" in old and "DeletionProtection" not in wanted:
            wanted["DeletionProtection"] = False
        changed = rds_api.modify_global_cluster(
            **{"GlobalClusterIdentifier": physical_id} | arguments(rds_api, "ModifyGlobalCluster", wanted)
        )["GlobalCluster"]
        retag(changed["GlobalClusterArn"], old, new)
        return physical_id, _attributes(changed)

    def delete(self, physical_id: str, properties: Properties) -> None:
        rds_api = client("rds")
        unless_gone(
            lambda: rds_api.delete_global_cluster(GlobalClusterIdentifier=physical_id),
            "GlobalClusterNotFoundFault",
        )


def retag(arn: str, old: Properties, new: Properties) -> None:
    """Bring the tags of an RDS resource from one template's to another's."""
    rds_api = client("rds")
    gone = removed_tags(old.get("Tags"), new.get("Tags"))
    if gone:
        rds_api.remove_tags_from_resource(ResourceName=arn, TagKeys=gone)
    if new.get("Tags") and new.get("Tags") != old.get("Tags"):
        rds_api.add_tags_to_resource(ResourceName=arn, Tags=tag_list(new["Tags"]))


def _attributes(global_cluster: dict[str, Any]) -> dict[str, str]:
    return {"GlobalEndpoint.Address": global_cluster["Endpoint"]}
