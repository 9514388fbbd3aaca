"""Has AWS begin an operation on a stack, under the lock; a lost answer is made up for by the stack's events."""

from __future__ import annotations

from collections.abc import Callable, Collection

from twinstack.aws.errors import AwsError
from twinstack.aws.retry_limits import UNANSWERED, trouble_of
from twinstack.errors import CredentialsError, UnreachableError
from twinstack.rollout.operations.operation import Operation, has_begun
from twinstack.rollout.run.run import Run


def start(run: Run, operation: Operation, words: str, ask: Callable[[], None], repeated: Collection[str] = ()) -> None:
    """Asks for an operation, and notes that it is under way.

    Args:
        run: The run.
        operation: The operation, whose token the request carries.
        words: What it is, for whoever has to end the run.
        ask: Makes the request.
        repeated: The codes by which AWS refuses a request that it has heard already.

    Raises:
        BusyError: Another run has taken the lock; nothing was asked for.
        AwsError: AWS refused.
        CredentialsError: AWS does not take the credentials.
        UnreachableError: AWS does not answer, and whether it has heard the request is not known.
    """
    run.lock.check()
    run.under_way.begin(operation.stack_id, words)
    try:
        ask()
    except CredentialsError:
        run.under_way.end(operation.stack_id)
        raise
    except (AwsError, UnreachableError) as error:
        was_refused = trouble_of(error) not in UNANSWERED
        if was_refused and not (isinstance(error, AwsError) and error.code in repeated):
            run.under_way.end(operation.stack_id)
            raise
        if has_begun(operation, run.clock):
            return
        if was_refused:
            run.under_way.end(operation.stack_id)
            raise
        raise UnreachableError(
            f"{error}\n{operation.role}: whether AWS has begun with it is not known ({words}); the same command, run "
            "again, finds out and goes on"
        ) from error
