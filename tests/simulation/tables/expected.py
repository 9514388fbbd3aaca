"""What a run must end with when a fault gets in its way: written down, not recorded."""

from __future__ import annotations

from dataclasses import dataclass

from tests.simulation.line import Call

_PASSING = ("throttled", "internal", "reset", "lost", "timeout")
_DONE_AND_LOST = ("lost", "timeout")
_REFUSED = ("denied", "expired")
_ANY = (*_PASSING, *_REFUSED)
_ONCE, _LASTING = ("once",), ("lasting",)


def at_every_call(scene: str, kind: str) -> tuple[int, ...]:
    """Returns the exit codes that are right when a fault begins at some call: the run is done, or says what is not."""
    if kind == "expired":
        return (0, 2)
    # A stack that cannot be read makes a deployment partial, and a deletion impossible.
    return (0, 1, 4) if scene.endswith("destroyed") else (0, 1, 7)


@dataclass(frozen=True)
class _Rule:
    """The exit code that is right for some faults at some calls; no calls or scenes are all of them."""

    why: str
    code: int
    kinds: tuple[str, ...] = _ANY
    hows: tuple[str, ...] = (*_ONCE, *_LASTING)
    calls: tuple[str, ...] = ()
    scenes: tuple[str, ...] = ()


_HELP = (
    "cloudformation change_set_events",
    "cloudformation change_sets",
    "cloudformation describe_stacks",
    "cloudformation of_resources",
    "ec2 enabled",
)
_KEPT = ("cloudformation deleted_stacks",)
_POLICY, _OPEN = ("cloudformation stack_policy",), ("pair opened", "pair destroyed")
_TEMPLATE, _BEFORE = ("cloudformation get_template",), ("pair changed", "pair opened")
_LOCK = ("ssm create", "ssm read")
_TOKENS = (
    "cloudformation execute_change_set",
    "cloudformation delete_change_set",
    "cloudformation delete_stack",
    "ssm overwrite",
)
# The first that fits.
_RULES = (
    _Rule("it is asked again, and credentials are renewed", 0, (*_PASSING, "expired"), _ONCE),
    _Rule("everything is done; it is said that the lock stays until it expires", 0, calls=("ssm delete",)),
    _Rule("over before the lock is old", 0, calls=("ssm overwrite",), scenes=("pair changed",)),
    _Rule("expired credentials are an error of their own", 2, ("expired",)),
    _Rule("it is only help, and said to be missing", 0, calls=_HELP),
    _Rule("a run that may not write the lock goes on without, and says so", 0, ("denied",), calls=_LOCK),
    _Rule(
        "what was kept may not be looked for, which is said", 0, ("denied",), calls=("cloudformation deleted_stacks",)
    ),
    _Rule("only the deployer's own protection is lifted, which is said", 0, ("denied",), calls=_POLICY, scenes=_OPEN),
    _Rule("the lock grows old over the tries", 1, ("timeout",), _LASTING, ("ssm overwrite",), ("pair",)),
    _Rule("AWS has done it, and shows it later", 0, _DONE_AND_LOST, _LASTING, _TOKENS),
    _Rule("it is read again for the plan", 0, _REFUSED, _ONCE, ("cloudformation describe_stack",)),
    _Rule("the next beat writes it", 0, _REFUSED, _ONCE, ("ssm overwrite",)),
    _Rule("one of the stacks is not known", 7, ("denied",), _ONCE, _TEMPLATE, _BEFORE),
    _Rule("they are read again before anything is deleted", 0, ("denied",), _ONCE, _TEMPLATE, ("pair destroyed",)),
    _Rule("nothing can be done without it", 1),
)


def expected(scene: str, call: Call, kind: str, how: str) -> tuple[int, ...]:
    """Returns the exit codes that are right when a fault begins at the first call of its name."""
    asked = f"{call.service} {call.name}"
    fitting = (
        rule
        for rule in _RULES
        if kind in rule.kinds
        and how in rule.hows
        and asked in (rule.calls or (asked,))
        and scene in (rule.scenes or (scene,))
    )
    return (next(fitting).code,)
