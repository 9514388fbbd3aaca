"""AWS::SNS::Topic: its key and its other attributes, which the emulator's provisioner leaves out."""
# ruff: noqa: D102  what create, update and delete do is said in Handler

from __future__ import annotations

import json

from ..api import client
from ..handler import Handler, Outcome, Resource
from ..shapes import Properties

_ATTRIBUTES = {
    "DeliveryPolicy": "DeliveryPolicy",
    "KmsMasterKeyId": "KmsMasterKeyId",
    "SignatureVersion": "SignatureVersion",
    "TracingConfig": "TracingConfig",
}


class Topic(Handler):
    """AWS::SNS::Topic."""

    type_name = "AWS::SNS::Topic"

    def create(self, resource: Resource, properties: Properties) -> Outcome:
        outcome = super().create(resource, properties)
        _set(outcome[0], {}, properties)
        return outcome

    def update(self, resource: Resource, physical_id: str, old: Properties, new: Properties) -> Outcome:
        outcome = super().update(resource, physical_id, old, new)
        _set(outcome[0], old if outcome[0] == physical_id else {}, new)
        return outcome


def _set(arn: str, old: Properties, new: Properties) -> None:
    sns = client("sns")
    for name, attribute in _ATTRIBUTES.items():
        value = new.get(name)
        if value == old.get(name):
            continue
        text = json.dumps(value) if isinstance(value, dict) else str(value or "")
        sns.set_topic_attributes(TopicArn=arn, AttributeName=attribute, AttributeValue=text)
