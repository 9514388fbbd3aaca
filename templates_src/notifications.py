"""Where alarms and events go: one encrypted topic per region, and the events that are sent to it."""

from __future__ import annotations

from typing import Any

from awacs import sns as sns_actions
from awacs.aws import Principal
from troposphere import Ref, Sub, events, rds, sns

from templates_src.assembly import RegionTemplate
from templates_src.database import CLUSTER, INSTANCES
from templates_src.encryption import (
    ALARMS,
    BACKUP_KEY,
    DATABASE_EVENTS,
    DATABASE_KEY,
    EVENT_BRIDGE,
    OPERATIONS_KEY,
    key_arn,
)
from templates_src.policies import OWN_ACCOUNT, allow, document, string_equals
from templates_src.tags import tags

TOPIC = "Topic"

OF_THIS_CLUSTER = {"prefix": Sub(f"rds:${{{CLUSTER}}}-")}
"""What the name of every automated snapshot of this region's cluster begins with, as an event pattern has it."""


def add(template: RegionTemplate) -> None:
    """Add the topic, its optional subscriber, and what RDS, KMS and exports have to say."""
    template.concern("Notifications")
    template.put(
        sns.Topic(
            TOPIC,
            KmsMasterKeyId=key_arn(OPERATIONS_KEY),
            Tags=tags(template, "Alarms and events of the database"),
        )
    )
    template.put(
        sns.TopicPolicy(
            "TopicPolicy",
            Topics=[Ref(TOPIC)],
            PolicyDocument=document(
                allow(
                    [sns_actions.Publish],
                    [Ref(TOPIC)],
                    string_equals(OWN_ACCOUNT),
                    principal=Principal("Service", [ALARMS, DATABASE_EVENTS]),
                ),
                allow([sns_actions.Publish], [Ref(TOPIC)], principal=Principal("Service", EVENT_BRIDGE)),
            ),
        )
    )
    template.put(
        sns.SubscriptionResource(
            "TopicSubscription",
            Condition="HasEmail",
            TopicArn=Ref(TOPIC),
            Protocol="email",
            Endpoint=Ref("NotificationEmail"),
        )
    )
    _add_events(template)


def _add_events(template: RegionTemplate) -> None:
    for logical_id, source, ids, categories, purpose in (
        (
            "ClusterEvents",
            "db-cluster",
            [Ref(CLUSTER)],
            ["failover", "failure", "global-failover", "maintenance", "notification"],
            "Failovers and failures of the cluster",
        ),
        (
            "InstanceEvents",
            "db-instance",
            [Ref(instance) for instance in INSTANCES],
            ["availability", "configuration change", "failure", "low storage", "maintenance", "recovery"],
            "Restarts and failures of the instances",
        ),
    ):
        template.put(
            rds.EventSubscription(
                logical_id,
                SnsTopicArn=Ref(TOPIC),
                SourceType=source,
                SourceIds=ids,
                EventCategories=categories,
                Tags=tags(template, purpose),
            )
        )
    # A failover is told twice on purpose: a subscription tries once, a rule for a day.
    add_rule(
        template,
        "FailoverRule",
        "The cluster failed over, or the roles of the regions moved",
        {
            "source": ["aws.rds"],
            "detail-type": ["RDS DB Cluster Event"],
            "detail": {"EventCategories": ["failover", "global-failover"], "SourceIdentifier": [Ref(CLUSTER)]},
        },
    )
    add_rule(
        template,
        "AwsHealthRule",
        "AWS says that a service this database needs is in trouble, or will be worked on",
        {
            "source": ["aws.health"],
            "detail-type": ["AWS Health Event"],
            "detail": {"service": ["KMS", "RDS", "ROUTE53", "S3", "SECRETSMANAGER", "VPC"]},
        },
    )
    add_rule(
        template,
        "ExportFailedRule",
        "An export of a snapshot failed or was canceled",
        {
            "source": ["aws.rds"],
            "detail-type": ["RDS DB Cluster Snapshot Event"],
            "detail": {"EventID": ["RDS-EVENT-0162", "RDS-EVENT-0163"], "SourceIdentifier": [OF_THIS_CLUSTER]},
        },
    )
    # A member of a global database that loses its key is lost for good; the event comes through CloudTrail. RDS uses a
    # key by a grant, so revoking that is enough. A deployment that changes a key's policy is told of too. Not
    # RetireGrant, by which AWS itself cleans up.
    # https://docs.aws.amazon.com/kms/latest/developerguide/logging-using-cloudtrail.html
    add_rule(
        template,
        "KeyAtRiskRule",
        "Somebody disabled one of our keys, scheduled its deletion, or changed who may use it",
        {
            "source": ["aws.kms"],
            "detail-type": ["AWS API Call via CloudTrail"],
            "detail": {
                "eventName": ["DisableKey", "ScheduleKeyDeletion", "PutKeyPolicy", "RevokeGrant"],
                "resources": {"ARN": [key_arn(key) for key in (DATABASE_KEY, BACKUP_KEY, OPERATIONS_KEY)]},
            },
        },
    )


def add_rule(
    template: RegionTemplate, logical_id: str, description: str, pattern: dict[str, object], **attributes: Any
) -> None:
    """Add a rule that tells the topic of the events of a pattern."""
    template.put(
        events.Rule(
            logical_id,
            **attributes,
            Description=description,
            EventPattern=pattern,
            Targets=[events.Target(Id="topic", Arn=Ref(TOPIC))],
            Tags=tags(template),
        )
    )
