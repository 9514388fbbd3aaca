"""Stage `change-set`: the first change set, made and not executed."""

from __future__ import annotations

from twinstack.aws.errors import AwsError
from twinstack.dr.aws.api import Validated
from twinstack.dr.first_run.checks.answers import Answer, compared, not_answered
from twinstack.dr.first_run.checks.check import Check
from twinstack.dr.first_run.checks.scene import FirstChangeSet, Scene

_NOT_MADE = "no change set was made"


def templates_validate(scene: Scene) -> Answer:
    """Compares what ValidateTemplate said with what the deployer grants."""
    answered, same = [], bool(scene.validated)
    for role, found in scene.validated.items():
        if isinstance(found, AwsError):
            answered.append(f"{role}: {found.code}: {found.reason}")
            same = False
            continue
        answered.append(f"{role}: {', '.join((*found.capabilities, *found.transforms)) or 'nothing'}")
        same = same and _needs_no_more(found)
    return compared(
        "CAPABILITY_NAMED_IAM or CAPABILITY_IAM, and AWS::LanguageExtensions", "; ".join(answered), same=same
    )


def _needs_no_more(found: Validated) -> bool:
    grants = {"CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"}
    return (
        set(found.capabilities) <= grants
        and bool({"CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"} & set(found.capabilities))
        and "AWS::LanguageExtensions" in found.transforms
    )


def made(scene: Scene) -> Answer:
    """Compares the change set with the plan."""
    first = _first(scene)
    return compared(
        f"CREATE_COMPLETE with {first.planned} Add, as planned",
        first.failure or f"CREATE_COMPLETE with {first.added} Add",
        same=not first.failure and first.added == first.planned,
    )


def transform_accepted(scene: Scene) -> Answer:
    """Whether the transform takes an intrinsic function as a deletion policy."""
    return _not_complained_of(scene, "no complaint about AWS::LanguageExtensions", ("LanguageExtensions", "Transform"))


def patterns_accepted(scene: Scene) -> Answer:
    """Whether CloudFormation reads the patterns of the parameters as we do."""
    return _not_complained_of(
        scene, "the patterns of the parameters are accepted", ("AllowedPattern", "pattern", "Parameter")
    )


def _not_complained_of(scene: Scene, expected: str, words: tuple[str, ...]) -> Answer:
    first = _first(scene)
    if not first.failure:
        return compared(expected, "no complaint", same=True)
    if any(word in first.failure for word in words):
        return compared(expected, first.failure, same=False)
    return not_answered(expected, "the change set failed for another reason", first.failure)


def absent_afterwards(scene: Scene) -> Answer:
    """Whether the empty stack of the change set is gone again."""
    first = _first(scene)
    return compared("the stack is absent", f"the stack is {first.left or 'absent'}", same=not first.left)


def _first(scene: Scene) -> FirstChangeSet:
    return scene.first or FirstChangeSet(0, 0, _NOT_MADE, "")


CHECKS = (
    Check(
        "validate-template",
        templates_validate,
        emulator="the local AWS reads a template without asking what it may make",
    ),
    Check("change-set", made),
    Check("language-extensions", transform_accepted, emulator="the local AWS takes any intrinsic function there"),
    Check("patterns", patterns_accepted, emulator="the local AWS matches patterns with Python, AWS with Java"),
    Check("absent", absent_afterwards),
)
