"""Rollback triggers of a change set: kept and shown, where the emulator forgets them. No alarm is evaluated.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_RollbackConfiguration.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ministack.services import cloudformation
from ministack.services.cloudformation import handlers, helpers

from .operations import Answer, Asked

_KEY = "RollbackConfiguration"
_MOST = 5


def install() -> None:
    """Wrap what makes change sets; `change_set_descriptions` shows what is kept."""
    actions = handlers._ACTION_HANDLERS
    actions["CreateChangeSet"] = _keeping(actions["CreateChangeSet"])


def _keeping(create: Callable[[Asked], Answer]) -> Callable[[Asked], Answer]:
    def created(asked: Asked) -> Answer:
        given = _configuration(asked)
        if len(given.get("RollbackTriggers", ())) > _MOST:
            answer: Answer = helpers._error("ValidationError", f"A stack has at most {_MOST} rollback triggers")
            return answer
        answer = create(asked)
        found = re.search(rb"<Id>(.*?)</Id>", answer[2])
        change_set = cloudformation._change_sets.get(found[1].decode()) if found else None
        if change_set:
            change_set[_KEY] = given
        return answer

    return created


def _configuration(asked: Asked) -> dict[str, Any]:
    triggers: list[dict[str, str]] = []
    while arn := helpers._p(asked, f"{_KEY}.RollbackTriggers.member.{len(triggers) + 1}.Arn"):
        kind = helpers._p(asked, f"{_KEY}.RollbackTriggers.member.{len(triggers) + 1}.Type")
        triggers.append({"Arn": arn, "Type": kind})
    if not triggers:
        return {}
    minutes = helpers._p(asked, f"{_KEY}.MonitoringTimeInMinutes")
    return {"RollbackTriggers": triggers, **({"MonitoringTimeInMinutes": minutes} if minutes else {})}
