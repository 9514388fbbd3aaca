"""Rollback triggers as CloudFormation takes and shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinstack.aws.api import ChangeSetRequest, RollbackTrigger

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import RollbackConfigurationOutputTypeDef, RollbackConfigurationTypeDef


def rollback_configuration(request: ChangeSetRequest) -> RollbackConfigurationTypeDef:
    """Returns the triggers; triggers of an earlier update stay in force unless an empty configuration is sent.

    Without triggers AWS would still wait for the monitoring time.
    See https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_RollbackConfiguration.html
    """
    if not request.rollback_triggers:
        return {}
    return {
        "RollbackTriggers": [{"Arn": trigger.arn, "Type": trigger.type} for trigger in request.rollback_triggers],
        "MonitoringTimeInMinutes": request.monitoring_minutes,
    }


def triggers_of(configuration: RollbackConfigurationOutputTypeDef) -> tuple[RollbackTrigger, ...]:
    """Returns the triggers of a configuration as AWS shows it."""
    return tuple(RollbackTrigger(it["Arn"], it["Type"]) for it in configuration.get("RollbackTriggers", ()))
