"""The alarms that the environment file names as rollback triggers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from twinstack.planning.steps import written_out
from twinstack.planning.system import Stack

# https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_RollbackTrigger.html
ALARM_TYPES = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
# https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_RollbackConfiguration.html
MOST_TRIGGERS, LONGEST_MONITORING = 5, 180


class RollbackTriggers(BaseModel):
    """The key `rollback_triggers` of an environment file.

    Attributes:
        alarms: The logical ids of alarms; each counts in every stack whose template has it.
        monitoring_minutes: For how long CloudFormation watches them after an update is done.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    alarms: Annotated[list[str], Field(min_length=1, max_length=MOST_TRIGGERS)]
    monitoring_minutes: Annotated[int, Field(ge=0, le=LONGEST_MONITORING, strict=True)] = 0


def misnamed_alarms(triggers: RollbackTriggers, stacks: Mapping[str, Stack]) -> Iterator[tuple[int, str]]:
    """Yields the place in the list of each name that is no alarm of any stack, and why."""
    templates = [written_out(stack).resources for stack in stacks.values()]
    for place, name in enumerate(triggers.alarms):
        types = [str(resources[name].get("Type")) for resources in templates if name in resources]
        if name in triggers.alarms[:place]:
            yield place, f"{name} is named twice; take one out"
        elif not types:
            yield place, f"no template has a resource {name}; name an alarm by its logical id"
        elif not any(kind in ALARM_TYPES for kind in types):
            yield place, f"{name} is {types[0]}; a rollback trigger is {' or '.join(ALARM_TYPES)}"
