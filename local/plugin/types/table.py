"""Every type that has a handler here, and what else is changed in the emulator for it."""

from __future__ import annotations

from collections.abc import Callable

from ..handler import Handler
from .alarms import Alarm, CompositeAlarm
from .backup_selections import BackupSelection
from .buckets import Bucket
from .custom_resources import refuse_answers_without_a_way
from .dashboards import Dashboard, tag_dashboards
from .db_clusters import DBCluster, show_all_settings
from .db_instances import DBInstance, show_the_key_of_insights
from .distributions import Certificate, Distribution, WebACL
from .endpoints import VPCEndpoint, show_all_of_an_endpoint
from .event_subscriptions import EventSubscription, answer_event_subscriptions
from .flow_logs import FlowLog, show_all_of_a_flow_log
from .functions import Function
from .global_clusters import GlobalCluster, show_writer_endpoint
from .health_checks import HealthCheck, read_lists_of_health_checks
from .hosted_zones import HostedZone
from .keys import Key
from .peering import VPCPeeringConnection
from .probe_users import ProbeUser
from .replicas import encrypt_replicas_with_the_rules_key
from .role_policies import RolePolicy
from .secrets import ResourcePolicy, RotationSchedule, Secret
from .topics import Topic
from .vpcs import VPC, SecurityGroup, SecurityGroupEgress, SecurityGroupIngress

TYPES: tuple[type[Handler], ...] = (
    Alarm,
    BackupSelection,
    Bucket,
    Certificate,
    CompositeAlarm,
    DBCluster,
    DBInstance,
    Dashboard,
    Distribution,
    EventSubscription,
    FlowLog,
    Function,
    GlobalCluster,
    HealthCheck,
    HostedZone,
    Key,
    ProbeUser,
    ResourcePolicy,
    RolePolicy,
    RotationSchedule,
    Secret,
    SecurityGroup,
    SecurityGroupEgress,
    SecurityGroupIngress,
    Topic,
    VPC,
    VPCEndpoint,
    VPCPeeringConnection,
    WebACL,
)

BEHAVIOUR: tuple[Callable[[], None], ...] = (
    answer_event_subscriptions,
    encrypt_replicas_with_the_rules_key,
    read_lists_of_health_checks,
    refuse_answers_without_a_way,
    show_all_of_a_flow_log,
    show_all_of_an_endpoint,
    show_all_settings,
    show_the_key_of_insights,
    show_writer_endpoint,
    tag_dashboards,
)
