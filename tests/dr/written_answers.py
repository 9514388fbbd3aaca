"""Regions whose answers are written down, and a scene of the flagship that asks them."""

from twinstack.aws.errors import AwsError
from twinstack.dr.first_run.checks.scene import Memory, Scene


def refused(operation, code, reason=""):
    """What AWS says when it refuses a call."""
    return AwsError(operation, code, reason, "here")


class Answers:
    """A region that answers each call with what is written down: a value, an error, or a function of the arguments."""

    def __init__(self, **written):
        self._written = written
        self.asked = []

    def __getattr__(self, call):
        def answer(*arguments):
            self.asked.append((call, *arguments))
            if call not in self._written:
                raise refused(call, "InvalidAction", f"Unknown action {call}")
            written = self._written[call]
            if isinstance(written, Exception):
                raise written
            return written(*arguments) if callable(written) else written

        return answer


class Named(Scene):
    """A scene in which every resource has the id `<role>-<logical id>`."""

    def physical_id(self, role, resource):
        return f"{role}-{resource}"

    def count(self, role, kind):
        return 2


def scene(run, primary=None, secondary=None, **given):
    """A scene with the answers of each region."""
    regions = {"primary": Answers(**(primary or {})), "secondary": Answers(**(secondary or primary or {}))}
    given = {"local": False, "stacks": run.planner.system.stacks, **given}
    return Named(run, regions, Memory(run.screen), **given)
