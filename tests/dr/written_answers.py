"""A scene of the flagship that asks regions whose answers are written down."""

from tests.fake_answers import Answers
from twinstack.dr.first_run.checks.scene import Memory, Scene


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
