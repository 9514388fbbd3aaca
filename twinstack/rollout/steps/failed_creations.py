"""A creation that failed half way: what was made is kept, looked at, and continued by the next run.

A creation is executed with rollback disabled, and ends in CREATE_FAILED where it fails. Nothing is lost of what an hour
may have made, logs can be read, and in a protected environment a rollback would stop at deletion protection anyway.
CloudFormation goes on from there with an update, also of a mended template, as long as rollback stays disabled and
nothing is replaced. One that fails again ends in UPDATE_FAILED, from where it goes on in the same way.

`OnStackFailure: DO_NOTHING` of a change set is said to be the same. It is not sent: CloudFormation refuses to update a
stack whose creation carried it ("cannot be updated from [CREATE_FAILED] state because it contains [on-failure:
DO_NOTHING]. Please use disable-rollback option instead", https://github.com/code-dot-org/code-dot-org/pull/68524).

See https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html
"""

from __future__ import annotations

from twinstack.errors import TwinStackError
from twinstack.planning.steps import Step
from twinstack.rollout.run.run import Run


def keeps_what_was_made(step: Step) -> bool:
    """Whether a failure of the step leaves what was made: of a creation, and of one that goes on.

    The update of a complete stack is rolled back to what it was, and an import, which makes nothing, to no stack.
    """
    return not step.updates and not step.imports


def left_for_inspection(run: Run, step: Step) -> str:
    """Returns what a person can do with a creation that failed."""
    file = run.environment.file
    confirm = f" --confirm {file.model.project}-{file.suffix}" if run.protected else ""
    return (
        f"{step.stack.role}: what was made of {step.stack.name} is kept, and costs what it costs. Look at it with "
        "`events`; then mend the cause and `deploy` again, which goes on from here, or take it back: "
        f"`destroy --failed{confirm}`"
    )


def refuse_nothing_left(step: Step) -> None:
    """Refuses to take an unfinished stack for done because CloudFormation lists no changes.

    Raises:
        TwinStackError: The stack is unfinished.
    """
    if step.unfinished:
        raise TwinStackError(
            f"{step.stack.role}: {step.stack.name} stopped half way, and CloudFormation has no changes for a change "
            "set. It tries the rest again without one: `aws cloudformation update-stack --use-previous-template "
            f"--disable-rollback --stack-name {step.stack.name} --region {step.stack.region}`, with "
            "`--parameters` that keep every value; or take it back: `destroy --failed`"
        )
