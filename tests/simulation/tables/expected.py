"""What a run must end with when a fault gets in its way: written down, not recorded.

Once: a call that AWS did not answer, or answered with an error of its own, is made again, so the run is done (0). So is
one whose credentials had expired: they are renewed.

Lasting, and AWS's refusals (denied), by what the call is for:
"""

from __future__ import annotations

from tests.simulation.line import Call

ENDS_IN_TIME = ("throttled", "internal", "reset", "lost", "timeout")
# At any call the run is done, or it says what could not be; 7 where a stack could not be read.
AT_EVERY_CALL: dict[str, tuple[int, ...]] = {
    **dict.fromkeys(ENDS_IN_TIME, (0, 1, 7)),
    "denied": (0, 1, 7),
    "expired": (0, 2),
}
# What is only help, or only looked at: without it the run says so and is done.
HELP = {
    "cloudformation change_set_events",
    "cloudformation describe_stacks",
    "cloudformation failed_events",
    "cloudformation detect_stack_drift",
    "cloudformation resource_drifts",
    "cloudformation change_sets",
    "ec2 enabled",
}
# The lock: a run that may not write it goes on without, one that cannot know who holds it does not begin, and one that
# cannot keep it begins nothing more.
LOCK = {"ssm create", "ssm read"}
REPEATED_DEEDS = {
    "cloudformation execute_change_set",
    "cloudformation delete_stack",
    "cloudformation delete_change_set",
    "cloudformation set_termination_protection",
    "cloudformation set_stack_policy",
    "ssm overwrite",
}


def expected(scene: str, call: Call, kind: str, how: str) -> tuple[int, ...]:
    """Returns the exit codes that are right when a fault begins at the first call of its name."""
    asked = f"{call.service} {call.name}"
    if how == "once" and kind != "denied":
        return (0,)
    if asked == "ssm delete":  # everything is done by then: it is said that the lock stays until it expires
        return (0,)
    if kind == "expired":
        return (2,)
    if asked in HELP or (asked in LOCK and kind == "denied"):
        return (0,)
    if asked in REPEATED_DEEDS and kind in ("lost", "timeout"):  # AWS has done it: its own answers say so later
        return (0,)
    if asked == "cloudformation describe_stack" and how == "once":  # the stack is read again for the plan
        return (0,)
    if asked == "ssm overwrite" and how == "once":  # the next beat writes it
        return (0,)
    return (1,)
