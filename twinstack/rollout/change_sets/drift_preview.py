"""Shows what bringing a stack back to its template would change: a drift-aware change set that is never executed.

See https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/drift-aware-change-sets.html
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from twinstack.aws.api import ResourceChange, StackClients
from twinstack.aws.drift_api import RevertChangeSet, RevertRequest
from twinstack.aws.errors import AwsError
from twinstack.clock import Clock
from twinstack.drifting.no_echo import Secrets
from twinstack.errors import TwinStackError, UnreachableError
from twinstack.planning.system import Stack
from twinstack.rollout.change_sets.preparing import PREVIEWS, capabilities, worked_out
from twinstack.templates import Template, live_template


@dataclass(frozen=True)
class Preview:
    """What reverting the drift of a stack would change; `reason` says why that is not known, '' when it is."""

    changes: tuple[ResourceChange, ...] = ()
    reason: str = ""


def preview_revert(stack: Stack, clients: StackClients, clock: Clock, new_id: Callable[[], str]) -> Preview:
    """Has AWS work out a drift-aware change set of the template that the stack has, reads it, and deletes it again.

    Args:
        stack: The stack.
        clients: Its clients.
        clock: The clock that waiting is done with.
        new_id: Makes the token, which the change set is named after.

    Raises:
        TwinStackError: The change set could not be deleted again.
        InputError: There are no usable credentials.
    """
    try:
        template = live_template(clients.cloudformation.get_template(stack.name), stack.name)
        arn = clients.drifts.create_revert_change_set(_request(stack, clients, template, new_id())).arn
    except (AwsError, UnreachableError) as error:
        return Preview(reason=str(error))
    try:
        describe = partial(clients.drifts.describe_revert_change_set, arn)
        found: RevertChangeSet | None = worked_out(describe, clock)
        problem = ""
    except (AwsError, UnreachableError) as error:
        found, problem = None, str(error)
    except KeyboardInterrupt:
        # AWS deletes none that it is still working on; a later deployment deletes what is left.
        with suppress(TwinStackError):
            _delete(clients, arn, stack)
        raise
    _delete(clients, arn, stack)
    if found is None:
        return Preview(reason=problem)
    if not found.drift_aware:
        return Preview(reason="this AWS does not make drift-aware change sets: it made an ordinary one")
    if found.status != "CREATE_COMPLETE":
        return Preview(reason=f"AWS could not make the change set ({found.status}): {found.reason}")
    return Preview(Secrets(template).hidden_in_changes(found.changes))


def _request(stack: Stack, clients: StackClients, template: Template, token: str) -> RevertRequest:
    described = clients.cloudformation.describe_stack(stack.name)
    parameters = tuple(described.parameters) if described else ()
    allowed = capabilities(template, nested=True)
    return RevertRequest(stack.name, f"{PREVIEWS}{token}", parameters, allowed, token, stack.service_role)


def _delete(clients: StackClients, arn: str, stack: Stack) -> None:
    try:
        clients.cloudformation.delete_change_set(arn)
    except (AwsError, UnreachableError) as error:
        raise TwinStackError(
            f"{stack.role}: the change set of the preview is still there, unexecuted; delete it with `aws "
            f"cloudformation delete-change-set --change-set-name {arn}`: {error}"
        ) from error
