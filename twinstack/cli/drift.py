"""`drift`: what was changed by hand in every stack, and what only seems to be."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from twinstack.cli.ending import refuse_partial
from twinstack.cli.options import Settings
from twinstack.clock import SystemClock
from twinstack.library.false_drifts import known_false_drifts
from twinstack.library.working import connect, read_environment
from twinstack.screen.events import DriftRead, RevertPreviewed

if TYPE_CHECKING:
    from twinstack.aws.api import ResourceChange
    from twinstack.drifting.report import StackDrift
    from twinstack.screen.payloads import RevertRow

DRIFT_FOUND = 3


def run(settings: Settings, *, preview: bool) -> int:
    """Runs the command; returns 3 when there is drift: a finding is told whatever else could not be read.

    Raises:
        PartialError: There is none in what could be read, and something could not be.
    """
    from twinstack.drifting.detecting import detect
    from twinstack.drifting.report import as_data
    from twinstack.rollout.change_sets.drift_preview import preview_revert

    screen, clock = settings.screen(), SystemClock()
    environment, planner = read_environment(settings)
    clients = connect(settings, environment, screen, start_local=False)
    known = known_false_drifts(settings, planner.system, screen)
    settings.interrupted = lambda: "AWS goes on looking for drift, which changes nothing."
    found = detect(planner.system, clients, clock, screen)
    data = tuple(as_data(each, known) for each in found)
    screen.tell(DriftRead(data))
    for each in found if preview else ():
        # A known false drift too: whoever reverts should see what AWS would make of it.
        if each.status == "DRIFTED":
            shown = preview_revert(
                planner.system.stacks[each.stack], clients[each.stack], clock, lambda: uuid.uuid4().hex
            )
            changes = tuple(map(_change, shown.changes))
            screen.tell(RevertPreviewed(each.stack, each.region, changes, shown.reason))
    if any(each["drifted"] for each in data):
        return DRIFT_FOUND
    refuse_partial({each.stack: _why_unread(each) for each in found if each.unread})
    return 0


def _why_unread(found: StackDrift) -> str:
    return found.reason or "; ".join(f"{each.resource}: {each.reason}" for each in found.unchecked if each.reason)


def _change(change: ResourceChange) -> RevertRow:
    from twinstack.planning.shown import hidden

    return {
        "action": change.action,
        "resource": change.resource,
        "type": change.type,
        "replacement": change.replacement,
        "details": [
            {
                "property": detail.path or detail.name or detail.attribute,
                "before": hidden(detail.path or detail.name, detail.before or "", detail.beside),
                "after": hidden(detail.path or detail.name, detail.after or "", detail.beside),
            }
            for detail in change.details
        ],
    }
