"""Every type that has a handler here, and what else is changed in the emulator for it."""

from __future__ import annotations

from collections.abc import Callable

from ..handler import Handler
from .buckets import Bucket
from .db_clusters import DBCluster, show_all_settings
from .global_clusters import GlobalCluster, show_writer_endpoint
from .health_checks import HealthCheck
from .hosted_zones import HostedZone
from .peering import VPCPeeringConnection
from .replicas import encrypt_replicas_with_the_rules_key
from .secrets import ResourcePolicy, RotationSchedule, Secret

TYPES: tuple[type[Handler], ...] = (
    Bucket,
    DBCluster,
    GlobalCluster,
    HealthCheck,
    HostedZone,
    ResourcePolicy,
    RotationSchedule,
    Secret,
    VPCPeeringConnection,
)

BEHAVIOUR: tuple[Callable[[], None], ...] = (
    encrypt_replicas_with_the_rules_key,
    show_all_settings,
    show_writer_endpoint,
)
