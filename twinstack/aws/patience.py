"""Makes the clients of a run patient: what can be asked again is asked again, by one measure for all of them.

botocore's own retries are turned off for these clients (`sessions.py`), so that nothing is repeated in two layers. What
is repeated (`repeating.py`, `retry_limits.py`), and for how long:

- Throttling, 5xx answers, and no answer at all: no connection, a reset, a timeout. Whatever else AWS says is final.
- The waits grow and are jittered (https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/).
  A call is repeated for two minutes where AWS has answered before in this run, else for twenty seconds.
- All clients draw on one budget, so that an outage does not multiply the calls. Throttling also slows down what
  follows in that region.
- A service of a region that does not answer is told once, and once when it answers again. In between each call to it is
  made once only: whoever calls has its own reasons to ask again.
- Credentials that AWS no longer takes are made anew once; then a person is asked to sign in again, where there is one
  (`renewal.py`).

Calls that change something are repeated too, each for its own reason:

- `create_change_set`, `create_revert_change_set`: the token makes a repeated request the same request.
- `execute_change_set`, `delete_stack`, `continue_update_rollback`: they carry a token, and where AWS answers that there
  was one like it, the lost request was carried out. AWS may also refuse the repeated execution (InvalidChangeSetStatus,
  ChangeSetNotFound): the caller sees that, and looks whether an operation with its token has begun.
- `delete_change_set`: what is not there when it is deleted again was deleted by the lost request.
- `set_termination_protection`, `set_stack_policy`, `Buckets.put`, `Buckets.empty`: the second time they do the same as
  the first. `empty` then counts only what it has deleted itself.
- `ParameterStore.create`: that it is there already may be the lost request's doing, so its value is read back.
- `ParameterStore.overwrite`, `.delete`: repeated once and at once. By the time of a later repetition a lock may have
  passed to another run.
- `Drifts.detect`: looking twice finds the same. AWS refuses a second detection beside a running one, and that is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from random import random
from typing import Any, TypeVar, cast

from twinstack.aws.api import Clients, CloudFormation, ParameterStore, StackClients, StackEvent
from twinstack.aws.errors import AwsError, NotTakenHereError
from twinstack.aws.renewal import Renewal
from twinstack.aws.repeating import Patience, Place
from twinstack.clock import Clock
from twinstack.errors import CredentialsError, UnreachableError
from twinstack.planning.system import Stack, System
from twinstack.screen.events import Screen

_GONE = ("ChangeSetNotFound", "ChangeSetNotFoundException")
_HAD_THAT_TOKEN = ("TokenAlreadyExistsException", "TokenAlreadyExists")

_Answer = TypeVar("_Answer")


def patient(
    clients: Clients,
    system: System,
    clock: Clock,
    screen: Screen,
    *,
    jitter: Callable[[], float] = random,
    renew: Callable[[], Clients] | None = None,
    signed_in: Callable[[str], bool] = lambda _advice: False,
) -> Clients:
    """Returns the clients of a run, made patient.

    Args:
        clients: The clients, which repeat nothing themselves.
        system: The stacks, for their regions.
        clock: The clock that waiting is done with.
        screen: Told once when a region stops answering, and once when it answers again.
        jitter: Returns a number from 0 to 1, by which each wait is scaled.
        renew: Makes the clients again, with credentials as they are now; None where that is of no use.
        signed_in: Asks a person to sign in again; returns whether to try again, False where there is nobody to ask.
    """
    renewal = Renewal(clients, renew, signed_in)
    patience = Patience(renewal, clock, screen, jitter)
    return {role: _of_stack(stack, patience, renewal) for role, stack in system.stacks.items()}


def _of_stack(stack: Stack, patience: Patience, renewal: Renewal) -> StackClients:
    role = stack.role

    def place(service: str) -> Place:
        return Place(stack.region, service)

    cloudformation, s3, ec2 = place("CloudFormation"), place("S3"), place("EC2")
    cloudwatch, ssm = place("CloudWatch"), place("Systems Manager")
    made: dict[str, Any] = {
        "cloudformation": _CloudFormation(lambda: renewal.clients[role].cloudformation, cloudformation, patience),
        "drifts": _Patient(lambda: renewal.clients[role].drifts, cloudformation, patience),
        "buckets": _Patient(lambda: renewal.clients[role].buckets, s3, patience),
        "regions": _Regions(lambda: renewal.clients[role].regions, ec2, patience),
        "alarms": _Patient(lambda: renewal.clients[role].alarms, cloudwatch, patience),
        "parameters": _ParameterStore(lambda: renewal.clients[role].parameters, ssm, patience),
        "resources": _Patient(lambda: renewal.clients[role].resources, place("Cloud Control"), patience),
    }
    return StackClients(**made)


class _Patient:
    """A client whose every method is asked patiently; `find` returns the client behind it as it is now."""

    def __init__(self, find: Callable[[], Any], place: Place, patience: Patience) -> None:
        self._find = find
        self._place = place
        self._patience = patience

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda *given, **named: self._ask(lambda: getattr(self._find(), name)(*given, **named))

    def _ask(self, call: Callable[[], _Answer]) -> _Answer:
        return self._patience.ask(self._place, call)


class _CloudFormation(_Patient):
    def at_once(self) -> CloudFormation:
        """See `api.CloudFormation`; it keeps the pace of its region."""
        return cast(CloudFormation, _AtOnce(self._find, self._place, self._patience))

    def execute_change_set(self, arn: str, token: str, *, disable_rollback: bool = False) -> None:
        """See `api.CloudFormation`."""
        self._do(
            lambda aws: aws.execute_change_set(arn, token, disable_rollback=disable_rollback), done_if=_HAD_THAT_TOKEN
        )

    def delete_change_set(self, arn: str) -> None:
        """See `api.CloudFormation`."""
        self._do(lambda aws: aws.delete_change_set(arn), done_if=_GONE)

    def delete_stack(
        self, stack_id: str, token: str, role_arn: str | None = None, retained: Sequence[str] = ()
    ) -> None:
        """See `api.CloudFormation`."""
        self._do(lambda aws: aws.delete_stack(stack_id, token, role_arn, retained), done_if=_HAD_THAT_TOKEN)

    def continue_update_rollback(self, stack_id: str, token: str, role_arn: str | None = None) -> None:
        """See `api.CloudFormation`."""
        self._do(lambda aws: aws.continue_update_rollback(stack_id, token, role_arn), done_if=_HAD_THAT_TOKEN)

    def _do(self, call: Callable[[CloudFormation], None], *, done_if: tuple[str, ...]) -> None:
        """Makes a call that changes something; `done_if` are refusals by which a lost one was carried out."""
        asked = 0

        def once() -> None:
            nonlocal asked
            asked += 1
            try:
                call(self._find())
            except AwsError as error:
                if asked == 1 or error.code not in done_if:
                    raise

        self._ask(once)

    def events(self, stack_id: str) -> Iterator[StackEvent]:
        """See `api.CloudFormation`.

        Reading that breaks off begins anew and goes on after the last event that was yielded: what has happened since
        then is left to the next reading, as it is when nothing breaks.
        """
        last: str | None = None
        while True:
            event, reading = self._ask(partial(self._after, stack_id, last))
            while event is not None:
                yield event
                last = event.event_id
                try:
                    event = next(reading, None)
                except (AwsError, CredentialsError, UnreachableError):
                    break  # what cannot be mended is met again where it is asked for patiently
            else:
                return

    def _after(self, stack_id: str, last: str | None) -> tuple[StackEvent | None, Iterator[StackEvent]]:
        """Returns the event that follows another one, and the reading that goes on from there."""
        reading = self._find().events(stack_id)
        if last is not None and all(event.event_id != last for event in reading):
            raise UnreachableError(f"{self._place.region}: AWS answers without the events that it has shown before")
        return next(reading, None), reading


class _AtOnce(_CloudFormation):
    """CloudFormation for whoever watches several regions: none of them holds the others up."""

    def _ask(self, call: Callable[[], _Answer]) -> _Answer:
        return self._patience.ask(self._place, call, again=False)


class _ParameterStore(_Patient):
    def create(self, name: str, value: str) -> bool:
        """See `api.ParameterStore`."""
        asked = 0

        def create() -> bool:
            nonlocal asked
            asked += 1
            if self._find().create(name, value):
                return True
            found = self._find().read(name) if asked > 1 else None
            return found is not None and found.value == value

        return self._ask(create)

    def overwrite(self, name: str, value: str) -> None:
        """See `api.ParameterStore`."""
        self._patience.ask_quickly(lambda: self._find().overwrite(name, value))

    def delete(self, name: str) -> None:
        """See `api.ParameterStore`."""
        self._patience.ask_quickly(lambda: self._find().delete(name))

    def at_once(self) -> ParameterStore:
        """See `api.ParameterStore`."""
        return cast(ParameterStore, self._find().at_once())


class _Regions(_Patient):
    """Looks into other regions hold nothing up."""

    def enabled(self) -> list[str]:
        """See `api.Regions`."""
        return self._patience.ask_quickly(lambda: list(self._find().enabled()))

    def cloudformation(self, region: str) -> CloudFormation:
        """See `api.Regions`."""
        renewal = self._patience.renewal
        made: dict[int, CloudFormation] = {}

        def find() -> CloudFormation:
            with renewal.lock:
                if renewal.generation not in made:
                    made[renewal.generation] = self._find().cloudformation(region)
                return made[renewal.generation]

        find()
        return cast(CloudFormation, _Look(find, Place(region, "CloudFormation"), self._patience))


class _Look(_Patient):
    """CloudFormation in another region."""

    def _ask(self, call: Callable[[], _Answer]) -> _Answer:
        def look() -> _Answer:
            try:
                return call()
            except NotTakenHereError as error:  # at home they are taken: it is the region that does not know them
                raise UnreachableError(str(error)) from error

        return self._patience.ask_quickly(look)
